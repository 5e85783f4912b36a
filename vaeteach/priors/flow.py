"""A normalising flow as the prior: simple noise, bent into whatever shape pays."""

from torch import nn

from ..distributions import FlowDistribution, borrowed_rng
from ..support import whole_number


class FlowPrior(nn.Module):
    """p(z) = N(f(z); 0, I) |det df/dz|.

    f is a masked autoregressive flow of `layers` affine steps (zuko's MAF). The Jacobian of a step
    is triangular: its log-determinant is a sum over dimensions, one number for each z, counted
    once. It starts at the identity, so that training starts from the standard normal. hidden:
    widths of each step's network (SiLU: a smooth density, which quadrature can integrate). In one
    dimension it is only a shift and a scale. Sources: Papamakarios et al. 2017; as a prior, Chen et
    al. 2017 (section 3.2).
    """

    def __init__(self, latent_dim, layers=6, hidden=(32,), seed=0):
        super().__init__()
        import zuko  # here, not above: `import vaeteach` stays fast for those who need no flow

        with borrowed_rng(seed):
            self.flow = zuko.flows.MAF(
                features=whole_number(latent_dim, "latent_dim"),
                transforms=whole_number(layers, "layers"),
                hidden_features=tuple(hidden),
                activation=nn.SiLU,
            )
        for step in self.flow.transform.transforms:
            # in one dimension zuko needs no network
            last = step.hyper[-1] if hasattr(step, "hyper") else step
            for parameter in last.parameters():
                nn.init.zeros_(parameter)

    def forward(self):
        return FlowDistribution(self.flow())
