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
    return None


def at_a_glance(signs):
    """Findings that need no experiment, most likely first.

    An empty list where the vital signs leave it open.
    """
    return _numerical(signs) or _reduction(signs) or _collapse(signs) or _overuse(signs)


def _numerical(s):
    if s["kl_weight"] < 0:
        return [
            Finding(
                "kl_sign",
                "weight of the KL in the objective",
                s["kl_weight"],
                "1",
                "The recorded objective is larger than its own likelihood: it is paid for a larger"
                " KL, so the variances run away. A bound is never above its likelihood, because a"
                " KL is never negative.",
            )
        ]
    if s["finite"] == 0 or s["growth"] > GROWN:
        value, statistic = (
            (s["growth"], "growth of the weights")
            if s["growth"] > GROWN
            else (0.0, "finite numbers")
        )
        return [
            Finding(
                "step_size",
                statistic,
                value,
                "1 to 3" if s["growth"] > GROWN else "1",
                "The weights were thrown far from where they began, while the objective has the"
                " right sign: the steps are larger than the valley is wide.",
            )
        ]
    if math.isnan(s["kl_weight"]) and not s["kl"] < 5 * abs(_floor(s)):
        text = (
            "The KL has run away. Without a training record a wrong sign and a step too large look"
            " alike."
        )
        return _alike(("kl_sign", "step_size"), "KL", s["kl"], "below the bound's size", text)
    return []


def _reduction(s):
    ratio = s["recorded_ratio"]
    if ratio < 0.5:
        text = (
            f"The recorded likelihood is {ratio:.3g} of the sum over pixels (1/P is"
            f" {_one_pixel(s)}): an average."
        )
        return [
            Finding("mean_reduced", "recorded over true log-likelihood", ratio, "0.9 to 1.1", text)
        ]
    if ratio > 2:
        text = (
            "The recorded likelihood is many times that of one image: it was summed over the batch."
        )
        return [
            Finding("batch_summed", "recorded over true log-likelihood", ratio, "0.9 to 1.1", text)
        ]
    return []


def _collapse(s):
    if not s["information"] < COLLAPSED:
        return []
    if s["dead"] > DEAD:
        text = (
            "Most units of the first hidden layers give the same for every image, so no gradient"
            " passes them."
        )
        return [Finding("poor_optimum", "dead hidden units", s["dead"], "below 0.2", text)]
    if s["first_gradient"] < VANISHED:
        text = (
            "The code says nothing, and the encoder's first layer hardly feels the bound, though"
            " its units live."
        )
        return [
            Finding(
                "vanishing_gradients",
                "gradient at the first layer",
                s["first_gradient"],
                "0.1 to 5",
                text,
            )
        ]
    better = s["log_likelihood"] - s["mean_image"]
    if better > 2 and s["code_use"] < better / 2:
        text = (
            "The code says next to nothing, yet the pixels are predicted well: the decoder knows"
            " them without it."
        )
        return [
            Finding(
                "collapse_by_decoder",
                "log-likelihood above the mean image's",
                better,
                "with a code",
                text,
            )
        ]
    if s["kl_weight"] > 2:
        text = (
            "The code says nothing, the decoder gives the mean image, and a nat of KL costs this"
            " much."
        )
        return [
            Finding(
                "collapse_by_objective",
                "weight of the KL in the objective",
                s["kl_weight"],
                "1",
                text,
            )
        ]
    if math.isnan(s["kl_weight"]):
        text = (
            "The code says nothing; what a nat of KL cost in training is not known without its"
            " record."
        )
        causes = ("collapse_by_objective", "mean_reduced")
        return _alike(causes, "information in the code", s["information"], "2 to 5 nats", text)
    return []


def _overuse(s):
    if not s["marginal_kl"] > OFF_THE_PRIOR:
        return []
    text = "The average of the codes is far from the prior, a swarm of sharp points"
    if s["kl_weight"] < 0.5:
        text += ", and the objective hardly charges for it."
        return [
            Finding("autoencoder", "weight of the KL in the objective", s["kl_weight"], "1", text)
        ]
    if math.isnan(s["kl_weight"]) and s["marginal_kl"] > FAR_OFF:
        text += (
            "; whether the KL was too light or the likelihood too heavy only a training record"
            " tells."
        )
        return _alike(
            ("autoencoder", "batch_summed"), "marginal KL", s["marginal_kl"], "below 1 nat", text
        )
    return []


def by_experiment(signs, bounds):
    """Findings from retrained models, {variant: test bound}.

    The change that gains most, if it gains enough. "again" is measured from the model itself, wider
    networks from "again", more latents from "both".
    """
    enough = _enough(bounds)
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
        return _another_start(signs, gains["again"], enough)
    causes = [
        name for name in gains if name != "again" and gains[name] > max(enough, gains[cause] / 2)
    ]
    given = {
        "small_encoder": "a wider encoder",
        "small_decoder": "a wider decoder",
        "few_latents": "more latents",
    }
    text = "Trained again with this and nothing else changed, the bound rises by so much"
    text += "; other changes help, too." if len(causes) > 1 else "; other changes do much less."
    found = []
    for name in sorted(causes, key=gains.get, reverse=True):
        others = tuple(other for other in causes if other != name)
        found.append(
            Finding(name, f"gain of {given[name]}", gains[name], _below(enough), text, others)
        )
    return found


def _another_start(s, gain, enough):
    room = s["room_for_q"]
    if room > ROOM_FOR_Q * abs(s["bound"]) and not s["dead"] > 0.5:
        text = (
            "Single images gain this much by a q of their own, and the same networks trained again"
            f" gain {gain:.2f} nats: the encoder could do better than it does."
        )
        return [
            Finding("poor_amortisation", "gain of a q for each image", room, "below 0.4 nat", text)
        ]
    text = "The same networks under the same bound do this much better from another start."
    return [Finding("poor_optimum", "gain of training again", gain, _below(enough), text)]


def healthy(signs, bounds):
    """The finding that there is none."""
    text = "No vital sign points to a fault"
    text += (
        ", and no retraining raises the bound by as much as counts."
        if bounds
        else "; no experiment was made."
    )
    return [Finding("healthy", "bound", signs["bound"], "", text)]


def _alike(causes, statistic, value, range_, text):
    return [
        Finding(
            cause,
            statistic,
            value,
            range_,
            text,
            tuple(other for other in causes if other != cause),
        )
        for cause in causes
    ]


def _enough(bounds):
    best = max(bounds.values())
    return GAIN * abs(best) if math.isfinite(best) else math.inf


def _below(enough):
    return f"below {enough:.2f} nat"


def _floor(s):
    return s["coin_flip"] if math.isfinite(s["coin_flip"]) else 1000.0


def _one_pixel(s):
    return (
        f"{math.log(2) / abs(s['coin_flip']):.3g}"
        if math.isfinite(s["coin_flip"])
        else "not known here"
    )
