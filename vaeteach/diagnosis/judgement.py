"""From numbers to causes.

Every rule in one place, each with the statistic, its healthy range and the reason. The thresholds
were set on runs of the catalogue under seeds of their own and lie far from both sides: no rule is
tuned to a second digit. The rates in the report come from other seeds.
"""

import math
from dataclasses import dataclass

from .faults import FAULTS

COLLAPSED = 1.0  # nats of information below which the code says nearly nothing
OFF_THE_PRIOR = 1.5  # nats of marginal KL above which samples of the prior do not look like codes
# the same where no record says what the KL cost: a weak decoder alone can leave some nats
FAR_OFF = 5.0
GAIN = 0.06  # a retraining counts where the bound rises by this share
ROOM_FOR_Q = 0.02  # single-image refits count where they gain this share of the bound
VANISHED = 1e-5
GROWN = 4.0
DEAD = 0.7


@dataclass(frozen=True)
class Finding:
    """One line of a diagnosis: a cause (a name in FAULTS) and the statistic that points to it.

    rivals: other causes that the same evidence fits; where there are any, they are not told apart.
    """

    cause: str
    statistic: str
    value: float
    healthy: str
    evidence: str
    rivals: tuple = ()

    @property
    def title(self):
        return FAULTS[self.cause].title

    @property
    def advice(self):
        return FAULTS[self.cause].advice


def alarm(signs):
    """A sentence where the bound is lower than guessing could be, else None."""
    if signs["bound"] < signs["coin_flip"]:
        return (
            f"The bound, {signs['bound']:.4g} nats, is worse than that of a decoder which flips a"
            f" coin for every pixel (-P log 2 = {signs['coin_flip']:.1f}). Either something is"
            " broken, or it was trained for another objective or with too large a step."
        )


def at_a_glance(signs):
    """Findings that need no experiment, likeliest first; none where the signs leave it open."""
    return _numerical(signs) or _reduction(signs) or _collapse(signs) or _overuse(signs)


_KL_WEIGHT = "weight of the KL in the objective", "kl_weight", "1"
_RATIO = "recorded over true log-likelihood", "recorded_ratio", "0.9 to 1.1"


def _numerical(s):
    if s["kl_weight"] < 0:
        text = (
            "The recorded objective is larger than its own likelihood: it is paid for a larger KL,"
            " so the variances run away. A bound is never above its likelihood, because a KL is"
            " never negative."
        )
        return _found(s, _KL_WEIGHT, text, "kl_sign")
    if s["finite"] == 0 or s["growth"] > GROWN:
        text = (
            "The weights were thrown far from where they began, while the objective has the right"
            " sign: the steps are larger than the valley is wide."
        )
        grown = "growth of the weights", "growth", "1 to 3"
        sign = grown if s["growth"] > GROWN else ("finite numbers", "finite", "1")
        return _found(s, sign, text, "step_size")
    if math.isnan(s["kl_weight"]) and not s["kl"] < 5 * abs(_floor(s)):
        text = (
            "The KL has run away. Without a training record a wrong sign and a step too large look"
            " alike."
        )
        return _found(s, ("KL", "kl", "below the bound's size"), text, "kl_sign", "step_size")
    return []


def _reduction(s):
    if s["recorded_ratio"] < 0.5:
        text = (
            f"The recorded likelihood is {s['recorded_ratio']:.3g} of the sum over pixels (1/P is"
            f" {_one_pixel(s)}): an average."
        )
        return _found(s, _RATIO, text, "mean_reduced")
    if s["recorded_ratio"] > 2:
        text = "The recorded likelihood is many times an image's: it was summed over the batch."
        return _found(s, _RATIO, text, "batch_summed")
    return []


def _collapse(s):
    if not s["information"] < COLLAPSED:
        return []
    if s["dead"] > DEAD:
        text = (
            "Most units of the first hidden layers give the same for every image, so no gradient"
            " passes them."
        )
        return _found(s, ("dead hidden units", "dead", "below 0.2"), text, "poor_optimum")
    if s["first_gradient"] < VANISHED:
        text = (
            "The code says nothing, and the encoder's first layer hardly feels the bound, though"
            " its units live."
        )
        sign = "gradient at the first layer", "first_gradient", "0.1 to 5"
        return _found(s, sign, text, "vanishing_gradients")
    better = s["log_likelihood"] - s["mean_image"]
    if better > 2 and s["code_use"] < better / 2:
        text = (
            "The code says next to nothing, yet the pixels are predicted well: the decoder knows"
            " them without it."
        )
        name = "log-likelihood above the mean image's"
        return [Finding("collapse_by_decoder", name, better, "with a code", text)]
    if s["kl_weight"] > 2:
        text = (
            "The code says nothing, the decoder gives the mean image, and a nat of KL costs this"
            " much."
        )
        return _found(s, _KL_WEIGHT, text, "collapse_by_objective")
    if math.isnan(s["kl_weight"]):
        text = (
            "The code says nothing; what a nat of KL cost in training is not known without its"
            " record."
        )
        sign = "information in the code", "information", "2 to 5 nats"
        return _found(s, sign, text, "collapse_by_objective", "mean_reduced")
    return []


def _overuse(s):
    if not s["marginal_kl"] > OFF_THE_PRIOR:
        return []
    text = "The average of the codes is far from the prior, a swarm of sharp points"
    if s["kl_weight"] < 0.5:
        text += ", and the objective hardly charges for it."
        return _found(s, _KL_WEIGHT, text, "autoencoder")
    if math.isnan(s["kl_weight"]) and s["marginal_kl"] > FAR_OFF:
        text += (
            "; whether the KL was too light or the likelihood too heavy only a training record"
            " tells."
        )
        sign = "marginal KL", "marginal_kl", "below 1 nat"
        return _found(s, sign, text, "autoencoder", "batch_summed")
    return []


def by_experiment(signs, bounds):
    """Findings from retrained models, {variant: test bound}.

    The change that gains most, if it gains enough. "again" is measured from the model itself, wider
    networks from "again", more latents from "both".
    """
    enough = _enough(bounds)
    below = f"below {enough:.2f} nat"
    gains = {
        "again": bounds["again"] - signs["bound"],
        "small_encoder": bounds["encoder"] - bounds["again"],
        "small_decoder": bounds["decoder"] - bounds["again"],
    }
    if "latents" in bounds:
        gains["few_latents"] = bounds["latents"] - bounds["both"]
    cause = max(gains, key=gains.get)
    if not gains[cause] > enough:
        return []
    if cause == "again":
        return _another_start(signs, gains["again"], below)
    least = max(enough, gains[cause] / 2)
    causes = sorted((c for c in gains if c != "again" and gains[c] > least), key=gains.get)[::-1]
    text = "Trained again with this and nothing else changed, the bound rises by so much"
    text += "; other changes help, too." if len(causes) > 1 else "; other changes do much less."
    return [
        Finding(name, f"gain of {GIVEN[name]}", gains[name], below, text, _rivals(name, causes))
        for name in causes
    ]


GIVEN = {
    "small_encoder": "a wider encoder",
    "small_decoder": "a wider decoder",
    "few_latents": "more latents",
}


def _another_start(s, gain, below):
    room = s["room_for_q"]
    if room > ROOM_FOR_Q * abs(s["bound"]) and not s["dead"] > 0.5:
        text = (
            "Single images gain this much by a q of their own, and the same networks trained again"
            f" gain {gain:.2f} nats: the encoder could do better than it does."
        )
        sign = "gain of a q for each image", "room_for_q", "below 0.4 nat"
        return _found(s, sign, text, "poor_amortisation")
    text = "The same networks under the same bound do this much better from another start."
    return [Finding("poor_optimum", "gain of training again", gain, below, text)]


def healthy(signs, bounds):
    """The finding that there is none."""
    rest = ", and no retraining raises the bound by as much as counts."
    text = "No vital sign points to a fault" + (rest if bounds else "; no experiment was made.")
    return [Finding("healthy", "bound", signs["bound"], "", text)]


def _found(signs, sign, text, *causes):
    """A finding for each of the causes that the same evidence fits.

    sign: the statistic in words, its name among the signs, its healthy range.
    """
    statistic, name, range_ = sign
    return [
        Finding(cause, statistic, signs[name], range_, text, _rivals(cause, causes))
        for cause in causes
    ]


def _rivals(cause, causes):
    return tuple(other for other in causes if other != cause)


def _enough(bounds):
    best = max(bounds.values())
    return GAIN * abs(best) if math.isfinite(best) else math.inf


def _floor(s):
    return s["coin_flip"] if math.isfinite(s["coin_flip"]) else 1000.0


def _one_pixel(s):
    share = math.log(2) / abs(s["coin_flip"])
    return "not known here" if math.isnan(share) else f"{share:.3g}"
