"""The tables that lessons show: each complete, each made by a command that is there."""

import datetime
import itertools
import json
import re

import pandas as pd
import pytest

import vaeteach as vt
from vaeteach import results
from vaeteach.diagnosis import FAULTS
from vaeteach.training import TRIALS


@pytest.mark.parametrize("name", results.names())
def test_a_table_says_what_made_it(name, root):
    what, command, made = results.about(name)
    assert len(what.split()) >= 4
    module, script = re.match(r"python (?:-m ([\w.]+)|(\S+\.py)\b)", command).groups()
    script = script or module.replace(".", "/") + ".py"
    assert "results.write(" in (root / script).read_text("utf-8")
    assert datetime.date(2026, 1, 1) < datetime.date.fromisoformat(made)


@pytest.mark.parametrize("name", results.names())
def test_a_table_is_small_and_names_nobodys_machine(name):
    table = results.read(name)
    assert 1 <= len(table) <= 1000 and table.columns.is_unique
    assert not re.search(
        r"/(home|work|root|Users|tmp)/", json.dumps(table.to_dict("list"), default=str)
    )


def test_priors_is_complete():
    """Every prior with five seeds: two latents with the exact log p(x), ten without."""
    table = vt.results.read("priors")
    for latents, part in table.groupby("latents"):
        wanted = {name for name, trial in TRIALS.items() if latents == 2 or trial.only is None}
        counts = part.groupby("prior").seed.nunique()
        assert set(counts.index) == wanted and (counts >= 5).all()
        assert part.exact.notna().all() == (latents == 2)
    assert not table.duplicated(["prior", "latents", "seed"]).any()
    assert set(table.latents) == {2, 10} and not table.drop(columns="exact").isna().any().any()
    two = table[table.latents == 2]
    assert (two.elbo <= two.exact).all() and (two.elbo <= two.iwae).all()  # bounds are bounds


def test_standardising_is_complete():
    """Two settings, five curves, ten steps to the end of the training, the same seeds in each."""
    table = vt.results.read("standardising")
    curves = ("plain", "every 10", "late", "learned", "once")
    steps = (5, 10, 20, 40, 80, 160, 240, 460, 920, 1380)
    keys = ["D", "lr", "curve", "step"]
    settings = [(2, 0.012), (2, 0.001)]
    wanted = {(*s, curve, step) for s in settings for curve in curves for step in steps}
    assert set(map(tuple, table[keys].values.tolist())) == wanted and len(table) == len(wanted)
    assert (table.seeds >= 4).all() and table.seeds.nunique() == 1
    assert (table.wins <= table.seeds).all() and (table.wins >= 0).all()
    assert not table.isna().any().any() and (table.sd >= 0).all() and (table.norm > 0).all()
    # nothing has been changed before the tenth step, or before the end of the fifth epoch
    assert (table[(table.step == 5) & (table.curve == "every 10")].gain == 0).all()
    assert (table[(table.step < 116) & (table.curve == "late")].gain == 0).all()


def test_diagnosis_is_complete_and_meets_its_figures():
    """Ten runs of each fault, nine in ten named rightly; other recipes with and without a name."""
    table = vt.results.read("diagnosis")
    known, other = table[table["in the catalogue"]], table[~table["in the catalogue"]]
    assert (known.groupby(["case", "record"])["runs"].sum() == 10).all()
    assert set(known["case"]) == set(FAULTS) and (known["truth"] == known["case"]).all()
    right = known[(known["named"] == known["truth"]) & (known["record"] == "with")]
    assert right["runs"].sum() >= 9 * len(FAULTS)
    counts = other.groupby(["case", "record"])["runs"].sum()
    assert (counts >= 3).all() and counts.index.get_level_values("record").nunique() == 2
    assert {"no such name"} < set(other["truth"]) <= {*FAULTS, "no such name"}
    assert all(set(named.split(" or ")) <= set(FAULTS) for named in table["named"])


def test_beginnings_is_complete():
    """Ten seeds of three kinds of run from two beginnings, measured at the same steps."""
    table = vt.results.read("beginnings")
    keys = ["decoder starts", "codes", "seed", "step"]
    changes, steps = ("plain", "standardised", "centred"), range(40, 241, 40)
    wanted = itertools.product(("from zero", "from the mean picture"), changes, range(10), steps)
    assert set(map(tuple, table[keys].values.tolist())) == set(wanted)
    assert not table.isna().any().any() and not table.duplicated(keys).any()


def test_an_unknown_table_gets_a_sentence():
    with pytest.raises(ValueError, match="no table 'prior'; there are .*diagnosis, .*priors"):
        results.read("prior")


def test_what_is_written_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "files", lambda _: tmp_path)
    table = pd.DataFrame({"case": ["a", "b"], "right": pd.array([3, None], "Int64"), "x": [0.5, 1]})
    results.write(table.assign(other=["", "c"]), "new", "what it is: all", "python here.py --all")
    assert results.about("new")[:2] == ("what it is: all", "python here.py --all")
    assert results.about("new").made == datetime.date.today().isoformat()
    pd.testing.assert_frame_equal(
        results.read("new"), table.assign(other=["", "c"]), check_dtype=False
    )
    assert results.read("new").right.dtype == "Int64" and results.names() == ["new"]


def test_spread_is_mean_and_deviation_over_seeds():
    table = pd.DataFrame(
        {"way": ["a", "a", "b", "b"], "seed": [0, 1, 0, 1], "x": [1.0, 3.0, 5.0, 5.0]}
    )
    assert vt.results.spread(table, "way", ["x"]).x.to_dict() == {
        "a": "2.00 ± 1.41",
        "b": "5.00 ± 0.00",
    }


def test_matching_is_complete():
    """Ten seeds of seven ways to train, and a film of 26 epochs for each seed."""
    table = vt.results.read("matching")
    assert set(table.groupby(["penalty", "beta"]).seed.nunique()) == {10} and len(table) == 70
    assert (table.groupby("penalty").beta.nunique() == [6, 1]).all()
    assert not table.isna().any().any()
    films = vt.results.read("matching_films")
    assert len(films) == 260 and (films.groupby("seed").epoch.nunique() == 26).all()


def test_clouds_are_complete_and_their_split_adds_up():
    """Two kinds of pictures, two sizes, five seeds; what a code says cannot exceed log N."""
    table = vt.results.read("clouds")
    assert (table.groupby(["pictures", "latents"]).seed.nunique() == [5, 5, 5, 5]).all()
    assert set(table.pictures) == {"digits", "mnist"} and len(table) == 20
    together = table["information"] + table["marginal KL"]
    assert ((together - table["mean KL"]).abs() < 0.05 + 0.03 * table["mean KL"]).all()
    assert (table["information"] < table["log N"] + 0.05).all()
    quantiles = table[["radius 5%", "radius", "radius 95%"]]
    assert (quantiles.diff(axis=1).iloc[:, 1:] > 0).all().all()
    many = table[table.latents == 20]  # with two, the noise adds next to nothing
    assert (many["radius of means"] < many["radius"]).all()


def test_noise_is_complete():
    """Three ways to train at every variance, with five seeds, on two data sets."""
    table = vt.results.read("noise")
    assert not table.duplicated(["data", "decoder", "way", "variance", "seed"]).any()
    groups = table.groupby(["data", "decoder", "way", "variance"]).seed.nunique()
    assert (groups == 5).all() and len(groups) == 3 * (8 + 3)
    prices = table.filter(like="kl ")
    assert (prices.fillna(0) >= 0).all().all() and (prices.notna().sum(axis=1) >= 2).all()
