"""The restricted Boltzmann machine.

A model of binary pixels whose prior over hidden units is not chosen but implied. Energy E(v, h) =
-a.v - b.h - v W h and p(v, h) = exp(-E(v, h)) / Z (Smolensky 1986; Hinton 2002, "Training Products
of Experts by Minimizing Contrastive Divergence"). V visible units, H hidden units, all binary.
Every log is in nats.
"""

import copy
import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.distributions import Bernoulli, Independent

from ..distributions import bernoulli, generator, log1pexp
from ..support import progress_bar, whole_number
from .states import ENUMERABLE, all_states, check_bits


class RBM(nn.Module):
    """A restricted Boltzmann machine.

    ``weight`` (V, H), ``visible_bias`` a (V,) and ``hidden_bias`` b (H,). Small random weights
    (standard deviation 0.01, Hinton 2010) and zero biases. Sums over all hidden states make
    ``log_partition``, ``log_prob`` and ``hidden_marginal`` exact up to 16 hidden units; beyond that
    they raise ValueError and ``annealed_log_partition`` estimates log Z.
    """

    def __init__(self, n_visible: int, n_hidden: int, seed: int | torch.Generator = 0):
        super().__init__()
        self.n_visible = whole_number(n_visible, "n_visible")
        self.n_hidden = whole_number(n_hidden, "n_hidden")
        self.weight = nn.Parameter(
            0.01 * torch.randn(n_visible, n_hidden, generator=generator(seed))
        )
        self.visible_bias = nn.Parameter(torch.zeros(n_visible))
        self.hidden_bias = nn.Parameter(torch.zeros(n_hidden))

    def energy(self, v: Tensor, h: Tensor) -> Tensor:
        """E(v, h) = -a.v - b.h - v W h for paired rows v (B, V) and h (B, H): shape (B,)."""
        return -(v @ self.visible_bias + h @ self.hidden_bias + ((v @ self.weight) * h).sum(-1))

    def free_energy(self, v: Tensor) -> Tensor:
        """F(v) = -log sum_h exp(-E(v, h)) = -a.v - sum_j softplus(b_j + (v W)_j), (B,)."""
        return -(v @ self.visible_bias) - log1pexp(self.hidden_bias + v @ self.weight).sum(-1)

    def hidden(self, v: Tensor) -> Independent:
        """p(h | v), independent bits, batch (B,), event (H,): exact without an encoder."""
        return bernoulli(self.hidden_bias + v @ self.weight)

    def visible(self, h: Tensor) -> Independent:
        """p(v | h), independent bits: batch (B,), event (V,)."""
        return bernoulli(self.visible_bias + h @ self.weight.T)

    @torch.no_grad()
    def gibbs(self, v: Tensor, steps: int = 1, seed: int | torch.Generator = 0) -> Tensor:
        """The visible states (B, V) after ``steps`` rounds of h ~ p(h|v), v ~ p(v|h).

        p(v, h) is left invariant.
        """
        g = generator(seed)
        for _ in range(steps):
            h = torch.bernoulli(self._hidden_mean(v), generator=g)
            v = torch.bernoulli((self.visible_bias + h @ self.weight.T).sigmoid(), generator=g)
        return v

    def _hidden_mean(self, v):
        # what `hidden(v).mean` is, without the distribution: a Gibbs step asks for the number only
        return (self.hidden_bias + v @ self.weight).sigmoid()

    def hidden_scores(self) -> Tensor:
        """log sum_v exp(-E(v, h)) = b.h + sum_i softplus(a_i + (W h)_i) for all h, (2^H,)."""
        h = all_states(self.n_hidden, self.weight.dtype)
        return h @ self.hidden_bias + log1pexp(self.visible_bias + h @ self.weight.T).sum(-1)

    def log_partition(self) -> Tensor:
        """log Z, a scalar, summed over the 2^H hidden states (or 2^V visible ones where V < H)."""
        if self.n_visible < self.n_hidden:
            return (-self.free_energy(all_states(self.n_visible, self.weight.dtype))).logsumexp(0)
        return self.hidden_scores().logsumexp(0)

    def log_prob(self, v: Tensor, log_partition: Tensor | float | None = None) -> Tensor:
        """log p(v) = -F(v) - log Z, nats, (B,); ``log_partition``: an estimate of log Z."""
        check_bits(v, self.n_visible, "v")
        return -self.free_energy(v) - (
            self.log_partition() if log_partition is None else log_partition
        )

    def hidden_log_prob(self) -> Tensor:
        """log p(h), the RBM's prior, for every h in the order of ``all_states``: (2^H,)."""
        return self.hidden_scores().log_softmax(0)

    def hidden_marginal(self) -> Tensor:
        """p(h_j = 1) of the model itself, exact: (H,)."""
        return self.hidden_log_prob().exp() @ all_states(self.n_hidden, self.weight.dtype)

    def total_correlation(self) -> Tensor:
        """KL(p(h) || product over j of p(h_j)): how strongly the units hang together, in nats."""
        log_p, alone = self.hidden_log_prob(), Bernoulli(self.hidden_marginal())
        product = alone.log_prob(all_states(self.n_hidden, self.weight.dtype)).sum(1)
        return (log_p.exp() * (log_p - product)).sum()

    def with_hidden_marginal(self, probability: float = 0.5) -> "RBM":
        """A copy with the same W and a, and hidden biases b that make every p(h_j = 1) equal.

        probability: what they are made equal to. p(v | h) does not contain b, so b is free to do
        this: the b in question maximises sum_j probability b_j - log Z(b), which is concave. What b
        cannot set is how the units hang together: the joint p(h). Raises ValueError unless 0 <
        probability < 1, and above 16 units.
        """
        if not 0 < probability < 1:
            raise ValueError(f"probability must lie between 0 and 1, got {probability!r}.")
        pinned = copy.deepcopy(self).double()
        bias = pinned.hidden_bias.requires_grad_(True)
        optimiser = torch.optim.LBFGS([bias], max_iter=200, line_search_fn="strong_wolfe")

        def loss():
            optimiser.zero_grad()
            value = pinned.log_partition() - probability * bias.sum()
            bias.grad = torch.autograd.grad(value, bias)[0]
            return value

        with torch.enable_grad():
            optimiser.step(loss)
        return pinned.to(self.weight.dtype).requires_grad_(self.weight.requires_grad)

    def average_posterior(self, v: Tensor) -> Tensor:
        """<p(h_j = 1 | v)>, the mean over the rows of v: (H,).

        Where the likelihood is at a maximum it equals ``hidden_marginal``, since d/db_j of the mean
        log p(v) is their difference.
        """
        return self.hidden(check_bits(v, self.n_visible, "v")).mean.mean(0)

    def aggregate_log_prob(self, v: Tensor) -> Tensor:
        """log <p(h | v)> over the rows of v (B, V), (2^H,); beside it: ``hidden_log_prob``."""
        logits = self.hidden_bias + check_bits(v, self.n_visible, "v") @ self.weight
        states, constant = all_states(self.n_hidden, self.weight.dtype), log1pexp(logits).sum(-1)
        parts = [
            (states @ c.T - k).logsumexp(1)
            for c, k in zip(logits.split(256), constant.split(256), strict=True)
        ]
        return torch.stack(parts).logsumexp(0) - math.log(len(v))

    @torch.no_grad()
    def sample(self, n: int, steps: int = 1000, seed: int | torch.Generator = 0) -> Tensor:
        """n images (n, V) as pixel probabilities p(v|h).

        h is drawn from the exact table of p(h) up to 16 hidden units, beyond that from a Gibbs
        chain of ``steps`` rounds started at coin flips (then only approximately from p).
        """
        g = generator(seed)
        if self.n_hidden <= ENUMERABLE:
            rows = torch.multinomial(self.hidden_log_prob().exp(), n, replacement=True, generator=g)
            h = all_states(self.n_hidden, self.weight.dtype)[rows]
        else:
            flips = torch.full((n, self.n_visible), 0.5, dtype=self.weight.dtype)
            v = self.gibbs(torch.bernoulli(flips, generator=g), steps, g)
            h = torch.bernoulli(self.hidden(v).mean, generator=g)
        return self.visible(h).mean


@torch.no_grad()
def contrastive_divergence(
    rbm: RBM,
    v: Tensor,
    *,
    epochs: int,
    batch_size: int = 10,
    lr: float = 0.1,
    k: int = 1,
    persistent: bool = False,
    seed: int | torch.Generator = 0,
    progress: bool = True,
    on_epoch: Callable[[int], object] | None = None,
) -> RBM:
    """Train on the rows of v (N, V) by ascending <v h> over data minus <v h> over k Gibbs steps.

    Returns the RBM. CD-k starts each short chain at the data (Hinton 2002); ``persistent=True``
    keeps the chains from one update to the next (Tieleman 2008). The rate falls linearly to zero,
    which persistent chains need. ``on_epoch(epoch)`` is called before training (0) and after each
    epoch; returning True stops. Raises ValueError for input that is not binary, ArithmeticError
    when a weight stops being finite.
    """
    check_bits(v, rbm.n_visible, "v")
    whole_number(epochs, "epochs"), whole_number(batch_size, "batch_size"), whole_number(k, "k")
    g, n = generator(seed), len(v)
    updates, done, chain = epochs * math.ceil(n / batch_size), 0, v[:batch_size]
    if on_epoch is not None and on_epoch(0):
        return rbm
    with progress_bar(epochs, "contrastive divergence", progress) as bar:
        for epoch in range(1, epochs + 1):
            for batch in v[torch.randperm(n, generator=g)].split(batch_size):
                chain = rbm.gibbs(chain if persistent else batch, k, g)
                step, done = lr * (1 - done / updates), done + 1
                data, model = rbm._hidden_mean(batch), rbm._hidden_mean(chain)
                rbm.weight += step * (batch.T @ data / len(batch) - chain.T @ model / len(chain))
                rbm.visible_bias += step * (batch.mean(0) - chain.mean(0))
                rbm.hidden_bias += step * (data.mean(0) - model.mean(0))
                if not all(p.isfinite().all() for p in rbm.parameters()):
                    raise ArithmeticError(
                        f"a weight is not finite after {done} updates: use a smaller lr than {lr}."
                    )
            bar.set_description_str(
                f"contrastive divergence, epoch {epoch}/{epochs}", refresh=False
            )
            bar.update(1)
            if on_epoch is not None and on_epoch(epoch):
                break
    return rbm
