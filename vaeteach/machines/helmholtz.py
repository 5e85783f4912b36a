"""The Helmholtz machine.

Layers of binary units with a generative and a recognition direction, both learned.

Generative, top to bottom: p(h_L) p(h_{L-1} | h_L) ... p(x | h_1). Recognition, bottom to top: q(h_1
| x) ... q(h_L | h_{L-1}). Each layer's bits are independent given the layer next to it, with
log-odds affine in it (Dayan, Hinton, Neal and Zemel 1995; Hinton, Dayan, Frey and Neal 1995). Small
enough to be summed exactly. Every log is in nats.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.distributions import Independent

from ..distributions import bernoulli, borrowed_rng, generator, log1pexp
from ..support import whole_number
from .states import ENUMERABLE, all_states, check_bits

# bits of two neighbouring hidden layers together: their table of 2^22 numbers takes 17 MB
PAIR_LIMIT = 22
CHUNK = 2**23  # numbers of a layer's table held at once


class Exact(NamedTuple):
    """Nats of each image, (B,): log p(x), the recognition model's bound, their difference."""

    log_marginal: Tensor
    elbo: Tensor
    gap: Tensor


class HelmholtzMachine(nn.Module):
    """A Helmholtz machine with ``sizes`` = [pixels, units of h_1, ..., units of the top layer h_L].

    ``prior_logits`` are the log-odds of p(h_L), zero (probability 1/2) at the start; with
    ``learn_prior=False`` they stay there. ``generative[l]`` maps h_{l+1} to the log-odds of the
    layer below it, ``recognition[l]`` layer l to h_{l+1}. Raises ValueError for sizes that are not
    at least two whole numbers of at least 1.
    """

    def __init__(self, sizes: list[int], learn_prior: bool = True, seed: int | torch.Generator = 0):
        super().__init__()
        if not isinstance(sizes, (list, tuple)) or len(sizes) < 2:
            raise ValueError(
                f"sizes is {sizes!r}: expected a list [pixels, units, ...], at least one layer of"
                " units."
            )
        self.sizes = [whole_number(n, f"sizes[{i}]") for i, n in enumerate(sizes)]
        pairs = list(zip(self.sizes, self.sizes[1:]))
        with borrowed_rng(seed):
            self.recognition = nn.ModuleList(nn.Linear(below, above) for below, above in pairs)
            self.generative = nn.ModuleList(nn.Linear(above, below) for below, above in pairs)
        self.prior_logits = nn.Parameter(torch.zeros(self.sizes[-1]), requires_grad=learn_prior)

    def prior(self) -> Independent:
        """p(h_L), the top layer on its own: batch (), event (n_L,)."""
        return bernoulli(self.prior_logits)

    def recognise(self, x: Tensor, seed: int | torch.Generator = 0) -> list[Tensor]:
        """One draw [x, h_1, ..., h_L] with h_{l+1} ~ q( . | h_l), each (..., n_l), no gradient."""
        states, g = [x], generator(seed)
        with torch.no_grad():
            for layer in self.recognition:
                states.append(torch.bernoulli(layer(states[-1]).sigmoid(), generator=g))
        return states

    def dream(self, n: int, seed: int | torch.Generator = 0) -> list[Tensor]:
        """n draws from the model itself, [x, h_1, ..., h_L], each (n, n_l), no gradient."""
        g = generator(seed)
        with torch.no_grad():
            states = [torch.bernoulli(self.prior_logits.sigmoid().expand(n, -1), generator=g)]
            for layer in reversed(self.generative):
                states.insert(0, torch.bernoulli(layer(states[0]).sigmoid(), generator=g))
        return states

    def sample(self, n: int, seed: int | torch.Generator = 0) -> Tensor:
        """n new images as pixel probabilities p(x | h_1), (n, pixels), no gradient."""
        with torch.no_grad():
            return self.generative[0](self.dream(n, seed)[1]).sigmoid()

    def log_joint(self, states: list[Tensor]) -> Tensor:
        """log p(x, h_1, ..., h_L) of states as ``recognise`` returns them: (...,)."""
        below = [
            bernoulli(layer(h)).log_prob(s)
            for layer, s, h in zip(self.generative, states, states[1:])
        ]
        return self.prior().log_prob(states[-1]) + sum(below)

    def log_recognition(self, states: list[Tensor]) -> Tensor:
        """log q(h_1, ..., h_L | x) of states as ``recognise`` returns them: (...,)."""
        return sum(
            bernoulli(layer(s)).log_prob(h)
            for layer, s, h in zip(self.recognition, states, states[1:])
        )

    @torch.no_grad()
    def exact(self, x: Tensor) -> Exact:
        """log p(x), the bound and the gap of each row of x (B, pixels).

        Every hidden state is summed over. From the top down, log p(h_l) and the bound on it are
        tables over all states of h_l, each made from the one above: log p(h_l) = log sum_u p(h_l |
        u) p(u) and bound(h_l) = sum_u q(u | h_l) [log p(h_l | u) + bound(u) - log q(u | h_l)].
        Raises ValueError for layers above 16 units, or neighbours above 22 together.
        """
        return self._exact(x)

    def _exact(self, x: Tensor) -> Exact:
        check_bits(x, self.sizes[0])
        self._check_enumerable()
        log_p = bound = self.prior().log_prob(all_states(self.sizes[-1], x.dtype))
        for level in reversed(range(len(self.generative))):
            rows = all_states(self.sizes[level], x.dtype) if level else x
            log_p, bound = self._sum_out(level, rows, log_p, bound)
        return Exact(log_p, bound, log_p - bound)

    def _sum_out(
        self, level: int, rows: Tensor, log_p: Tensor, bound: Tensor
    ) -> tuple[Tensor, Tensor]:
        above = all_states(self.sizes[level + 1], rows.dtype)
        down = self.generative[level](above)
        likelihood_constant = log1pexp(down).sum(-1)
        marginals, bounds = [], []
        for part in rows.split(max(1, CHUNK // len(above))):
            likelihood = part @ down.T - likelihood_constant
            log_q = _log_prob_of_all(self.recognition[level](part), above)
            marginals.append((likelihood + log_p).logsumexp(1))
            bounds.append((log_q.exp() * (likelihood + bound - log_q)).sum(1))
        return torch.cat(marginals), torch.cat(bounds)

    @torch.no_grad()
    def average_posterior(self, x: Tensor) -> Tensor:
        """<q(h_L | x)> over the rows of x, as a table over every state of the top layer.

        (2^n_L,), exact. It sums to one; ``table @ all_states(n_L)`` are the unit marginals. The
        prior's table beside it is ``prior().log_prob(all_states(n_L)).exp()``. Raises ValueError as
        ``exact`` does.
        """
        check_bits(x, self.sizes[0])
        self._check_enumerable()
        rows, weight = x, x.new_full((len(x),), 1 / len(x))
        for layer, n in zip(self.recognition, self.sizes[1:]):
            above = all_states(n, x.dtype)
            pieces = max(1, CHUNK // len(above))
            pairs = zip(rows.split(pieces), weight.split(pieces))
            weight = sum(w @ _log_prob_of_all(layer(part), above).exp() for part, w in pairs)
            rows = above
        return weight

    def _check_enumerable(self):
        hidden = self.sizes[1:]
        if max(hidden) > ENUMERABLE or any(a + b > PAIR_LIMIT for a, b in zip(hidden, hidden[1:])):
            raise ValueError(
                f"hidden layers of {hidden} units are too large to be summed exactly: at most"
                f" {ENUMERABLE} units a layer and {PAIR_LIMIT} in two neighbours. Use fewer units,"
                " or `importance_bound`."
            )

    @torch.no_grad()
    def importance_bound(
        self, x: Tensor, n_samples: int, seed: int | torch.Generator = 0
    ) -> Tensor:
        """log (1/K) sum_k p(x, h_k) / q(h_k | x), h_k ~ q: (B,), in the mean at most log p(x).

        Source: Burda et al. 2016, eq. 8. With K = 1 this is the single-sample bound of
        ``exact(x).elbo``.
        """
        check_bits(x, self.sizes[0])
        states = self.recognise(x.expand(whole_number(n_samples, "n_samples"), *x.shape), seed)
        return (self.log_joint(states) - self.log_recognition(states)).logsumexp(0) - torch.tensor(
            n_samples
        ).log()


def _log_prob_of_all(logits: Tensor, states: Tensor) -> Tensor:
    """log Bernoulli(states | logits), (B, M), for rows of logits (B, n) and states (M, n)."""
    return logits @ states.T - log1pexp(logits).sum(-1, keepdim=True)
