"""Models of bits and words: Boltzmann and Helmholtz machines, a VAE of bits, a VQ-VAE."""

from .annealing import annealed_log_partition
from .bernoulli_vae import (
    average_posterior_bits,
    build_bernoulli_vae,
    exact_bits,
    leave_one_out,
    relaxed,
)
from .boltzmann import RBM, contrastive_divergence
from .dictionary import (
    build_vq_vae,
    encode_words,
    perplexity,
    revive_words,
    straight_through,
    word_shares,
)
from .enumeration import average_posterior_codes, codes_of, exact_codes, log_joint_table
from .helmholtz import Exact, HelmholtzMachine
from .recognition import refit_recognition
from .states import all_codes, all_states
from .wake_sleep import WakeSleep, record
