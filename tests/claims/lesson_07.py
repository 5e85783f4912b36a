"""Claims of notebook 07, on patients trained under other seeds."""

import functools

from register import claim, digits

import vaeteach as vt
from vaeteach.diagnosis import FAULTS, diagnose
from vaeteach.diagnosis.dashboard import dashboard


@functools.cache
def case(name, seed):
    """(model, history) of the fault under another seed."""
    return FAULTS[name].build(digits(), seed)


@functools.cache
def patient(name, seed):
    """(bound, marginal KL), as the lesson's table of patients has them."""
    model, _ = case(name, seed)
    bound = float(vt.elbo(model, digits().test).value.mean().detach())
    return bound, vt.surgery(model, digits().train, n_samples=1500).marginal_kl


@claim("07", "match-reading", "A collapsed model matches best, and better than a healthy one.")
def the_best_match_is_collapse(seed):
    return abs(patient("collapse_by_objective", seed)[1]) < 0.02 < patient("healthy", seed)[1]


@claim("07", "match-reading", "Too few latents, or too small an encoder: a better match.")
def less_capacity_there_matches_better(seed):
    healthy = patient("healthy", seed)
    lacking = [patient(name, seed) for name in ("few_latents", "small_encoder")]
    return all(bound < healthy[0] - 1 and match < healthy[1] for bound, match in lacking)


@claim("07", "match-reading", "Too small a decoder: a match about as good, and a worse bound.")
def a_small_decoder_matches_as_well(seed):
    (bound, match), healthy = patient("small_decoder", seed), patient("healthy", seed)
    return bound < healthy[0] - 1 and abs(match - healthy[1]) < 0.3


@claim("07", "weight-text", "The bound of a model with a light KL can be below a coin's.")
def a_light_kl_can_be_worse_than_a_coin(seed):
    return patient("autoencoder", seed)[0] < -64 * 0.6931


@claim("07", "code-use-reading", "The record of a mean-reduced loss is innocent but for its size.")
def a_mean_shows_in_the_recorded_ratio(seed):
    model, history = case("mean_reduced", seed)
    signs = diagnose(model, digits(), history, experiments=False).signs
    return abs(signs["kl_weight"] - 1) < 0.01 and abs(signs["recorded_ratio"] * 64 - 1) < 0.05


@claim("07", "no-record-reading", "From the model alone, a light KL and a summed likelihood agree.")
def two_causes_leave_the_same_traces(seed):
    named = [
        {finding.cause for finding in diagnose(case(name, seed)[0], digits()).findings}
        for name in ("autoencoder", "batch_summed")
    ]
    return named == [{"autoencoder", "batch_summed"}] * 2


@claim("07", "measured-reading", "After four epochs the bound still rises, by more than a nat.")
def training_on_helps(seed):
    model = FAULTS["healthy"].model(digits(), seed)
    brief = vt.fit(model, digits(), epochs=4, seed=seed, progress=False).last()
    return vt.fit(model, digits(), epochs=8, seed=seed, progress=False).last() > brief + 1


@functools.cache
def variances(name, seed):
    """Within and between, (D,) each, as the panel of the dashboard shows them."""
    shown = dashboard(case(name, seed)[0], digits(), case(name, seed)[1])
    return shown["within"], shown["between"]


@claim(
    "07", "clinic-try", "Healthy: both parts; mean-reduced: all within; autoencoder: all between."
)
def the_panel_of_variances_tells_three_cases_apart(seed):
    (within, between), mean, points = (
        variances(name, seed) for name in ("healthy", "mean_reduced", "autoencoder")
    )
    both = (between > within).any() and (within > 0.1).all() and (within + between).max() < 1.3
    return both and (mean[1] < 0.01).all() and (points[0] < 0.1).all() and points[1].min() > 1


@claim("07", "clinic-try", "What the dashboard shows does not name the small encoder.")
def a_small_encoder_is_named_by_training_again_only(seed):
    model, history = case("small_encoder", seed)
    found = diagnose(model, digits(), history, experiments=False)
    return "small_encoder" not in {finding.cause for finding in found.findings}
