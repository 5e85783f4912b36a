"""Sums over all codes, of bits and of words, against a loop over them."""

import itertools

import numpy as np
import pytest
import torch

from vaeteach import StandardNormal, build_vae
from vaeteach.machines import (
    all_states,
    average_posterior_codes,
    build_bernoulli_vae,
    build_vq_vae,
    codes_of,
    exact_codes,
    log_joint_table,
)
from vaeteach.models import VAE
from vaeteach.priors import AutoregressiveWords

IMAGES = all_states(4, torch.float64)


def moved(model, seed=0):
    noise = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in model.double().parameters():
            p += 0.8 * torch.randn(p.shape, generator=noise, dtype=torch.float64)
    return model.requires_grad_(False)


def of_words():
    model = build_vq_vae(IMAGES.float(), positions=2, words=3, hidden=(5,))
    return moved(VAE(model.encoder, model.decoder, AutoregressiveWords(2, 3, 4)))


def of_bits():
    return moved(build_bernoulli_vae(IMAGES.float(), 3, hidden=(5,)))


@pytest.fixture(params=[of_words, of_bits])
def model(request):
    return request.param()


def test_exact_sums_agree_with_a_loop_over_codes(model):
    exact, words = exact_codes(model, IMAGES), 3 if len(codes_of(model)) == 9 else 2
    positions = model.prior().event_shape[0]
    for i, x in enumerate(IMAGES):
        joint, log_q = [], []
        for code in itertools.product(range(words), repeat=positions):
            z = torch.tensor(code, dtype=torch.float64)
            joint.append(float(model.prior().log_prob(z) + model.decode(z).log_prob(x)))
            log_q.append(float(model.encode(x).log_prob(z)))
        joint, log_q = np.array(joint), np.array(log_q)
        assert float(exact.log_marginal[i]) == pytest.approx(np.logaddexp.reduce(joint), abs=1e-10)
        some = np.isfinite(log_q)
        bound = np.sum(np.exp(log_q[some]) * (joint - log_q)[some])
        assert float(exact.elbo[i]) == pytest.approx(bound, abs=1e-10)
    assert float(exact.log_marginal.logsumexp(0)) == pytest.approx(0, abs=1e-10)
    assert bool((exact.gap > 0).all())


def test_the_table_holds_log_p_of_each_image_with_each_code(model):
    codes = codes_of(model, torch.float64)
    one_by_one = torch.stack([model.decode(z).log_prob(IMAGES) for z in codes], 1)
    expected = one_by_one + model.prior().log_prob(codes)
    assert torch.allclose(log_joint_table(model, IMAGES), expected)


def test_the_average_posterior_is_the_mean_over_images(model):
    codes = codes_of(model, torch.float64)
    mean = torch.stack([model.encode(x).log_prob(codes).exp() for x in IMAGES]).mean(0)
    assert torch.allclose(average_posterior_codes(model, IMAGES), mean, atol=1e-12)


def test_bad_input_gets_a_sentence():
    with pytest.raises(ValueError, match="its prior is a density"):
        codes_of(build_vae(IMAGES.float(), prior=StandardNormal(2)))
    with pytest.raises(ValueError, match="cannot list all states of 5 units with 16 values"):
        exact_codes(build_vq_vae(IMAGES.float(), positions=5), IMAGES.float())
    with pytest.raises(ValueError, match="these units are binary"):
        exact_codes(of_bits(), IMAGES / 2)
