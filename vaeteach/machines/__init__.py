"""Models of bits, whose prior has to learn: Boltzmann and Helmholtz machines, a VAE of bits."""

from .bernoulli_vae import average_posterior_bits, build_bernoulli_vae, exact_bits, leave_one_out
from .boltzmann import RBM, annealed_log_partition, contrastive_divergence
from .helmholtz import Exact, HelmholtzMachine
from .recognition import refit_recognition
from .states import all_states
from .wake_sleep import WakeSleep, record

__all__ = [
    "Exact",
    "HelmholtzMachine",
    "RBM",
    "WakeSleep",
    "all_states",
    "annealed_log_partition",
    "average_posterior_bits",
    "build_bernoulli_vae",
    "contrastive_divergence",
    "exact_bits",
    "leave_one_out",
    "refit_recognition",
    "record",
]
