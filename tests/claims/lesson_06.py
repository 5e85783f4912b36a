"""Claims of notebook 06, whose model is trained for 25 epochs."""

import functools

from register import claim, digits

import vaeteach as vt


@functools.cache
def film(seed):
    """The model and the history of the lesson, under another seed."""
    data = digits()
    model = vt.build_vae(data, latent_dim=2, seed=seed)
    return model, vt.fit(model, data, epochs=25, seed=seed, progress=False)


@claim("06", "split-reading", "The untrained encoder matches the prior and carries no information.")
def starts_near_zero_without_information(seed):
    data = digits()
    split = vt.surgery(vt.build_vae(data, latent_dim=2, seed=seed), data.train)
    return split.marginal_kl < 0.1 and split.mutual_information < 0.1
