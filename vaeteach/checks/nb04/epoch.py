"""Exercise 4.3: one epoch of training."""

import torch
from torch import nn

from ..exercise import Exercise


class _GradientDescent:
    """Steps of 0.1 down the gradient, called as `torch.optim.SGD` is.

    The first use of that one imports torch's compiler, which takes longer than the whole exercise.
    """

    def __init__(self, parameters):
        self.parameters = list(parameters)

    def zero_grad(self, set_to_none=True):
        for p in self.parameters:
            if set_to_none or p.grad is None:
                p.grad = None
            else:
                p.grad.zero_()

    def step(self, closure=None):
        value = closure() if closure is not None else None
        with torch.no_grad():
            for p in self.parameters:
                if p.grad is not None:
                    p -= 0.1 * p.grad
        return value


def _regression(seed=0):
    """A line through the origin, squared error, plain gradient descent; batches of unequal size."""

    def case(sizes):
        g = torch.Generator().manual_seed(4 + seed)
        model = nn.Linear(2, 1, bias=False)
        with torch.no_grad():
            model.weight.copy_(torch.tensor([[1.0, -1.0]]))
        batches = [torch.randn(n, 2, generator=g) for n in sizes]
        return model, batches, _GradientDescent(model.parameters()), _squared_error

    return [case([1, 1]), case([4, 2, 3, 5])]


def _squared_error(model, x):
    return (model(x)[:, 0] - x.sum(-1)).square().mean()


def _epoch(model, batches, optimiser, loss, order=("zero", "backward", "step")):
    losses = []
    for x in batches:
        value = loss(model, x)
        for action in order:
            if action == "zero":
                optimiser.zero_grad()
            elif action == "backward":
                value.backward()
            else:
                optimiser.step()
        losses.append(value.item())
    return losses


def _without_the_last_step(model, batches, optimiser, loss):
    losses = _epoch(model, batches[:-1], optimiser, loss)
    return [*losses, loss(model, batches[-1]).item()]


def _after_the_step(model, batches, optimiser, loss):
    losses = []
    for x in batches:
        _epoch(model, [x], optimiser, loss)
        losses.append(loss(model, x).item())
    return losses


def _epoch_with_tensors(model, batches, optimiser, loss):
    losses = []
    for x in batches:
        value = loss(model, x)
        optimiser.zero_grad(set_to_none=False)
        value.backward()
        optimiser.step()
        losses.append(value.detach())
    return losses


def _epoch_cleared_at_the_end(model, batches, optimiser, loss):
    losses = ()
    for x in batches:
        value = loss(model, x)
        value.backward()
        optimiser.step()
        optimiser.zero_grad()
        losses += (value.item(),)
    return losses


def _epoch_through_parameters(model, batches, optimiser, loss):
    losses = []
    for x in batches:
        for parameter in model.parameters():
            parameter.grad = None
        losses.append(loss(model, x))
        losses[-1].backward()
        optimiser.step()
    return torch.stack(losses).tolist()


def _epoch_with_closures(model, batches, optimiser, loss):
    def closure(x):
        optimiser.zero_grad()
        value = loss(model, x)
        value.backward()
        return value

    return [optimiser.step(lambda x=x: closure(x)) for x in batches]


epoch = Exercise(
    name="epoch",
    solution=_epoch,
    inputs=_regression,
    also=lambda losses, model, *_: {"the weight of the model afterwards": model.weight},
    praise="clear, go back, step: once for each batch.",
    mistakes="""
        gradients never cleared:
                _epoch(model, batches, optimiser, loss, order=("backward", "step"))
            backward() adds to the gradients that are already there. Call optimiser.zero_grad() in
            every turn.
        the model stands still:
                _epoch(model, batches, optimiser, loss, order=("zero", "backward"))
            These are the losses of a model that does not move. Is optimiser.step() inside the loop,
            after backward(), and zero_grad() not between the two?
        step before backward:
                _epoch(model, batches, optimiser, loss, order=("step", "zero", "backward"))
            Each step uses the gradient of the batch before. Call backward() first.
        loss taken after the step: _after_the_step(model, batches, optimiser, loss)
            You evaluated the loss once more after the step. Keep the value that you called
            backward() on.
        last loss only: _epoch(model, batches, optimiser, loss)[-1]
            This is the loss of the last batch. Return the list of all of them, in order.
        mean of the losses: torch.tensor(_epoch(model, batches, optimiser, loss)).mean().item()
            Return the list, not its mean.
        first batch only: _epoch(model, batches[:1], optimiser, loss)
            Only the first batch was used: is the return inside the loop?
        the last step left out: _without_the_last_step(model, batches, optimiser, loss)
            The losses are right, but the model has not learned from the last batch: one step is
            missing.
    """,
    also_right=(
        lambda *a: (loss for loss in _epoch(*a)),
        _epoch_with_closures,
        _epoch_with_tensors,
        _epoch_cleared_at_the_end,
        _epoch_through_parameters,
    ),
)
