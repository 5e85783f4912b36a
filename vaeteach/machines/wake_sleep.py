"""Wake-sleep and reweighted wake-sleep: learning without a gradient through samples."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ..distributions import generator
from ..support import progress_bar, whole_number
from ..support.adam import Adam
from .helmholtz import HelmholtzMachine
from .states import all_states, check_bits


class WakeSleep:
    """The two phases of learning, one call each, for a ``machine`` and data x (N, pixels).

    Wake: h ~ q(h | x) for real x; the generative weights climb log p(x, h), so the prior moves
    towards <q(h_L | x)>. Sleep: (x, h) ~ p, a dream; the recognition weights climb log q(h | x)
    (Hinton et al. 1995). ``n_samples=K > 1`` is reweighted wake-sleep: in the wake phase K draws
    are weighted by p(x, h) / q(h | x), made to sum to one, and *both* directions climb (Bornschein
    and Bengio 2015). Adam, with one rate for both phases. Raises ValueError for data that are not
    binary images of the machine's size.
    """

    def __init__(
        self,
        machine: HelmholtzMachine,
        x: Tensor,
        *,
        lr: float = 1e-2,
        batch_size: int = 64,
        n_samples: int = 1,
        seed: int | torch.Generator = 0,
    ):
        self.machine, self.x, self.lr = machine, check_bits(x, machine.sizes[0]), lr
        self.batch_size = whole_number(batch_size, "batch_size")
        self.n_samples = whole_number(n_samples, "n_samples")
        self.generator, self.steps, self._order = generator(seed), 0, []
        self._rate, self._recognition = lr, Adam(machine.recognition.parameters())
        self._generative = Adam([*machine.generative.parameters(), machine.prior_logits])

    def wake(self) -> Tensor:
        """One wake update on the next batch, which is returned, (B, pixels); an epoch is a pass."""
        if not self._order:
            shuffled = self.x[torch.randperm(len(self.x), generator=self.generator)]
            self._order = list(shuffled.split(self.batch_size))
        batch, k = self._order.pop(), self.n_samples
        states = self.machine.recognise(batch.expand(k, *batch.shape), self.generator)
        log_p, log_q = self.machine.log_joint(states), self.machine.log_recognition(states)
        weights = (log_p - log_q).detach().softmax(0)  # all ones for k = 1
        self._climb(self._generative, (weights * log_p).sum(0))
        if k > 1:
            self._climb(self._recognition, (weights * log_q).sum(0))
        self.steps += 1
        return batch

    def sleep(self) -> Tensor:
        """One sleep update on as many dreams as a batch holds; their pixels, (B, pixels)."""
        states = self.machine.dream(self.batch_size, self.generator)
        self._climb(self._recognition, self.machine.log_recognition(states))
        return states[0]

    def train(
        self, epochs: int, on_epoch: Callable[[int], object] | None = None, progress: bool = True
    ) -> HelmholtzMachine:
        """Alternate ``wake`` and ``sleep`` for so many passes over the data.

        The rate falls linearly to zero. ``on_epoch(epoch)`` is called before training (0) and after
        each epoch; returning True stops. Raises ArithmeticError when a weight stops being finite.
        """
        whole_number(epochs, "epochs")
        if on_epoch is not None and on_epoch(0):
            return self.machine
        with progress_bar(epochs, "wake-sleep", progress) as bar:
            for epoch in range(1, epochs + 1):
                self._rate = self.lr * (1 - (epoch - 1) / epochs)
                for _ in range(-(-len(self.x) // self.batch_size)):
                    self.wake()
                    self.sleep()
                bar.set_description_str(f"wake-sleep, epoch {epoch}/{epochs}", refresh=False)
                bar.update(1)
                if on_epoch is not None and on_epoch(epoch):
                    break
        return self.machine

    def _climb(self, optimiser: Adam, objective: Tensor) -> None:
        optimiser.zero_grad()
        objective.mean().neg().backward()
        optimiser.step(self._rate)
        if not all(p.isfinite().all() for p in self.machine.parameters()):
            raise ArithmeticError(
                f"a weight is not finite after {self.steps} steps: use a smaller lr than {self.lr}."
            )


@dataclass(frozen=True)
class Moment:
    """One machine after one phase: ``phase`` is "start", "wake" or "sleep".

    ``prior`` and ``average`` are the shares of the time that each top unit is on under p(h_L) and
    <q(h_L | x)>; ``log_marginal`` and ``elbo`` exact means over the test images in nats; ``seen``
    images (M, pixels) of a batch, ``dreams`` the pixel probabilities of as many dreams, from the
    same noise at every moment.
    """

    phase: str
    prior: Tensor
    average: Tensor
    log_marginal: float
    elbo: float
    seen: Tensor
    dreams: Tensor


def record(
    trainer: WakeSleep, nights: int, test: Tensor, pictures: int = 32, progress: bool = True
) -> list[Moment]:
    """Train for so many days and nights and keep a ``Moment`` after each phase.

    There are 1 + 2 nights of them in all. A day is one pass of ``wake`` over the data, a night as
    many ``sleep`` updates. The machine must be small enough to be summed exactly.
    """
    machine, moments = trainer.machine, []
    whole_number(nights, "nights")

    def keep(phase, seen):
        exact = machine.exact(test)
        average = machine.average_posterior(trainer.x) @ all_states(machine.sizes[-1])
        prior = machine.prior().mean.detach().clone()
        nats = exact.log_marginal.mean().item(), exact.elbo.mean().item()
        dreams = machine.sample(pictures, seed=0)
        moments.append(Moment(phase, prior, average, *nats, seen[:pictures], dreams))

    keep("start", trainer.x)
    updates = -(-len(trainer.x) // trainer.batch_size)
    with progress_bar(nights, "days and nights", progress) as bar:
        for _ in range(nights):
            keep("wake", [trainer.wake() for _ in range(updates)][-1])
            for _ in range(updates):
                trainer.sleep()
            keep("sleep", moments[-1].seen)
            bar.set_description_str(
                f"days and nights, test bound {moments[-1].elbo:.2f} nats", refresh=False
            )
            bar.update(1)
    return moments
