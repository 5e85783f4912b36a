"""Trained cases come back from the cache as they were."""

import pytest
import torch

from vaeteach.diagnosis import faults
from vaeteach.diagnosis.cases import trained_cases


def test_cases_come_back_from_the_cache_as_they_were(data, monkeypatch, capsys):
    monkeypatch.setattr(faults, "EPOCHS", 2)
    part = data.subset(150, 40)
    (built, record), (read, history) = (
        trained_cases(part, ("small_encoder",), 7)["small_encoder"] for _ in range(2)
    )
    assert capsys.readouterr().out.count("Building") == 1
    assert all(torch.equal(v, read.state_dict()[k]) for k, v in built.state_dict().items())
    assert history.frame().equals(record.frame()) and len(history.snapshots) == 3
    assert history.snapshots[0].state.keys() == built.state_dict().keys()
    with pytest.raises(ValueError, match="no fault 'flu'"):
        trained_cases(part, ("flu",))
