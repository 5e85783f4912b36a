"""The exact answer, by quadrature: log p(x), p(z|x), and what the ELBO leaves out."""

from .best_gaussian import best_gaussian
from .integrals import (
    PosteriorGrid,
    bound_gap,
    expected_elbo,
    log_marginal,
    posterior_grid,
    quadrature_error,
    two_humped,
)
from .linear import LinearVAE, best_linear_vae, principal_axes, spectral_log_marginal
from .quadrature import Grid, grid_for, pairwise_log_prob
from .sphere import exact_log_marginal, sphere_nodes
