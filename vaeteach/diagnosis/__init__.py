"""What went wrong with a VAE, and on what evidence. `FAULTS` makes it happen, `diagnose` finds it.

`vitals` measures, `experiments` retrains with one thing changed, `judgement` holds the rules.
"""

from dataclasses import dataclass, field

from ..models import VAE
from ..training import History
from .cases import trained_cases
from .experiments import retrained_bounds
from .faults import EPOCHS, FAULTS, Fault
from .judgement import Finding, alarm, at_a_glance, by_experiment, healthy
from .vitals import TELLS, vital_signs


@dataclass(frozen=True)
class Diagnosis:
    """What was found, on what evidence.

    `findings`, most likely first; the vital `signs` and retrained `bounds` behind them; an `alarm`,
    or None.
    """

    findings: list
    signs: dict = field(repr=False)
    bounds: dict = field(repr=False)
    alarm: str | None = None

    @property
    def cause(self):
        """The name in FAULTS of the most likely cause."""
        return self.findings[0].cause

    @property
    def told_apart(self):
        """Whether the evidence leaves one cause only."""
        return not self.findings[0].rivals

    def frame(self):
        """A row a finding: cause, statistic, value, healthy range, why, what to try."""
        import pandas as pd

        rows = [
            (f.title, f.statistic, f.value, f.healthy, f.evidence, f.advice) for f in self.findings
        ]
        return pd.DataFrame(
            rows, columns=["cause", "statistic", "value", "healthy", "why", "what to try"]
        )

    def vital_signs(self):
        """A pandas DataFrame of all that was measured: value, and what it tells."""
        import pandas as pd

        rows = [(name, self.signs[name], tells) for name, tells in TELLS.items()]
        rows += [
            (f"bound, trained {_WHAT[name]}", bound, "test ELBO")
            for name, bound in self.bounds.items()
        ]
        return pd.DataFrame(rows, columns=["sign", "value", "tells"]).set_index("sign")

    def __str__(self):
        lines = [self.alarm] if self.alarm else []
        if not self.told_apart:
            lines.append("Not told apart: the evidence fits more than one cause.")
        for f in self.findings:
            range_ = f" (healthy: {f.healthy})" if f.healthy else ""
            lines.append(
                f"{f.title}. {f.statistic}: {f.value:.3g}{range_}. {f.evidence} To try: {f.advice}"
            )
        return "\n".join(lines)

    def _repr_markdown_(self):
        lines = [f"**Alarm.** {self.alarm}", ""] if self.alarm else []
        if not self.told_apart:
            lines += ["**Not told apart:** the evidence fits more than one cause.", ""]
        lines += [
            "| cause | statistic | value | healthy | why it points there | what to try |",
            "|---|---|---|---|---|---|",
        ]
        for f in self.findings:
            lines.append(
                f"| {f.title} | {f.statistic} | {f.value:.3g} | {f.healthy} | {f.evidence} |"
                f" {f.advice} |"
            )
        return "\n".join(lines)


_WHAT = {
    "again": "again",
    "encoder": "with a wider encoder",
    "decoder": "with a wider decoder",
    "both": "with both wider",
    "latents": "with both wider and more latents",
}


def diagnose(
    model: VAE, data, history: History | None = None, seed: int = 0, experiments: bool = True
) -> Diagnosis:
    """Name the likely cause of a VAE's trouble, with the evidence.

    A Diagnosis whose findings name causes in FAULTS. model: a trained VAE; data: the ImageData that
    it was trained on; history: what `fit` returned. First the vital signs are read. Where they
    leave it open, and `experiments` is true, the model is trained again three to five times for as
    many epochs as `history` has (12 without one), each time with one thing changed; that takes as
    long as it sounds. The model itself is not changed. "healthy" is a finding too: nothing was
    found. Without a history some causes fit the same evidence; all are then listed, each with its
    `rivals`. Raises ValueError where the data do not fit the model, TypeError for data without test
    images.
    """
    if getattr(data, "test", None) is None:
        raise TypeError(
            "diagnose compares training with test images: data must be the ImageData that the"
            f" model was trained on, got {type(data).__name__}."
        )
    model.encode(data.test[:1])  # wrong shapes speak here, in the model's own sentence
    signs = vital_signs(model, data, history, seed)
    findings, bounds = at_a_glance(signs), {}
    if not findings and experiments:
        epochs = EPOCHS if history is None else max(1, round(history.snapshots[-1].epoch))
        variants = ["again", "encoder", "decoder"]
        # where some are left over, more latents cannot be what is missing
        if signs["active"] == signs["latents"]:
            variants += ["both", "latents"]
        bounds = retrained_bounds(model, data, variants, epochs, seed)
        findings = by_experiment(signs, bounds)
    return Diagnosis(findings or healthy(signs, bounds), signs, bounds, alarm(signs))
