"""The two networks: an encoder that returns q(z|x), and a decoder that returns p(x|z)."""

from torch import nn

from ..distributions import POSTERIORS
from .likelihoods import LIKELIHOODS
from .page_recipe import mlp_recipe


def mlp(sizes, activation=nn.Tanh):
    """Linear layers of these sizes with an activation between them (none after the last)."""
    layers = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        layers += [nn.Linear(n_in, n_out), activation()]
    return nn.Sequential(*layers[:-1])


class Encoder(nn.Module):
    """q(z|x): a multilayer perceptron from pixels to the parameters of the posterior family.

    forward(x): (..., P) -> Distribution with batch (...) and event (D,). posterior: a name in
    POSTERIORS, or a family of one's own that has what those have.
    """

    def __init__(self, pixels, latent_dim, hidden=(64,), posterior="gaussian", activation=nn.Tanh):
        super().__init__()
        self.family = _choose(POSTERIORS, posterior, "posterior")
        self.net = mlp([pixels, *hidden, self.family.n_parameters(latent_dim)], activation)

    def forward(self, x):
        return self.family(self.net(x))

    def page_recipe(self):
        """How a page can compute this network. PageRecipe."""
        return _recipe(self, Encoder, self.family)


class Decoder(nn.Module):
    """p(x|z): a multilayer perceptron from latents to the parameters of the likelihood.

    forward(z): (..., D) -> Distribution with batch (...) and event (P,). likelihood: a name in
    LIKELIHOODS, or a module of one's own from outputs (..., P) to such a Distribution.
    """

    def __init__(
        self, latent_dim, pixels, hidden=(64,), likelihood="bernoulli", activation=nn.Tanh
    ):
        super().__init__()
        self.net = mlp([latent_dim, *hidden, pixels], activation)
        self.likelihood = _choose(LIKELIHOODS, likelihood, "likelihood")

    def forward(self, z):
        return self.likelihood(self.net(z))

    def page_recipe(self):
        """How a page can compute this network. PageRecipe."""
        return _recipe(self, Decoder, self.likelihood)


def _recipe(network, kind, head):
    own = type(network).forward is kind.forward  # a subclass may compute something else
    describe = getattr(head, "page_output", dict) if own else dict
    return mlp_recipe(network.net, describe())


def _choose(table, name, what):
    """A new family of that name in the table, or the family that is given in place of a name."""
    if callable(name):
        return name
    if name not in table:
        raise ValueError(
            f"{what} {name!r} is not known; choose one of {', '.join(map(repr, table))}."
        )
    return table[name]()
