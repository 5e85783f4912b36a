"""Mixtures of joint distributions: the sum over dimensions inside, the logsumexp outside."""

from torch.distributions import Categorical, MixtureSameFamily


def mixture(logits, components):
    """sum_k softmax(logits)_k components_k; components: batch (K,), event (D,)."""
    return MixtureSameFamily(
        Categorical(logits=logits, validate_args=False), components, validate_args=False
    )
