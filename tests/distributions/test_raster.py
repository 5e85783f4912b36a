"""The raster decoder is a distribution over pictures."""

import pytest
import torch

import vaeteach as vt
from vaeteach.diagnosis.raster import RasterDecoder
from vaeteach.distributions import RasterBernoulli


def test_the_raster_decoder_is_a_distribution_over_pictures():
    with_seed = torch.Generator().manual_seed(0)
    decoder = RasterDecoder(2, 6, width=8)
    torch.nn.init.normal_(decoder.outer, generator=with_seed)
    every = torch.tensor([[(i >> b) & 1 for b in range(6)] for i in range(64)]).float()
    with torch.no_grad():
        p = decoder(torch.zeros(2))
        mass = RasterBernoulli(p.logits.expand(64, 6), p.context).log_prob(every).exp()
        assert float(mass.sum()) == pytest.approx(1, abs=1e-5)  # all 2^6 pictures
        drawn = vt.draw(p, (4000,), seed=1)
        shares = torch.bincount((drawn @ (2 ** torch.arange(6.0))).long(), minlength=64) / 4000
        assert float((shares - mass).abs().max()) < 4 * 0.5 / 4000**0.5
        assert p.mean.shape == (6,) and float(p.mean.min()) > 0
