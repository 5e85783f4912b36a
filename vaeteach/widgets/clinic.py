"""The clinic: a dashboard of a training run, a diagnosis of your own, and then the evidence."""

import html
import random

import ipywidgets

from ..diagnosis import FAULTS, diagnose
from ..diagnosis.dashboard import dashboard
from ..plots import draw_dashboard, new_figure
from ..plots.diagnosis import PLACES
from .figure import FigureView

HIDDEN = "hidden case"
_ASK = "What is it? Choose, and commit."


class Clinic(FigureView):
    """Choose a fault or a hidden case, look at its dashboard, commit to a diagnosis, see the
    evidence.

    data: the ImageData of the runs. cases: {name in FAULTS: (model, history)}, from
    `diagnosis.trained_cases`.
    seed: of the order of hidden cases. Four controls: `case`, `surprise`, `guess`, `commit`;
    `truth` is the name of the case on the table. The evidence is computed when you commit:
    `diagnose` may train the model again for that, which takes some seconds the first time for a
    case. Raises ValueError where there is no case.
    """

    def __init__(self, data, cases, seed=0):
        if not cases:
            raise ValueError("Clinic needs at least one case: Clinic(data, trained_cases(data)).")
        self.data, self.cases = data, cases
        self._random, self._diagnoses, self._numbers = random.Random(seed), {}, {}
        self.truth = self._draw_case()
        titles = [(FAULTS[name].title, name) for name in cases]
        wide = {"layout": ipywidgets.Layout(width="410px"), "style": {"description_width": "70px"}}
        self.case = ipywidgets.Dropdown(
            options=[(HIDDEN, HIDDEN), *titles], value=HIDDEN, description="case", **wide
        )
        self.surprise = ipywidgets.Button(
            description="surprise me", tooltip="Lay a hidden case on the table"
        )
        self.guess = ipywidgets.Dropdown(options=titles, description="diagnosis", **wide)
        self.commit = ipywidgets.Button(
            description="commit", button_style="primary", tooltip="Show the evidence"
        )
        self.evidence = ipywidgets.HTML(value=_ASK)
        figure, only = new_figure(13, 7)
        only.remove()
        self._axes = figure.subplot_mosaic(PLACES)
        rows = [
            ipywidgets.HBox([self.case, self.surprise]),
            ipywidgets.HBox([self.guess, self.commit]),
        ]
        self._draw()
        super().__init__(figure, [], [], self._words(), rows=rows)
        self.children = [*self.children, self.evidence]
        self.case.observe(self._case_chosen, "value")
        self.surprise.on_click(lambda _: self.another())
        self.commit.on_click(lambda _: self.show_evidence())

    def another(self):
        """Lay another hidden case on the table."""
        others = [name for name in self.cases if name != self.truth] or list(self.cases)
        self.truth = self._random.choice(others)
        if self.case.value == HIDDEN:
            self._new_case()
        else:
            self._keep = True
            self.case.value = HIDDEN

    def show_evidence(self):
        """Judge the guess, and show on what evidence."""
        name = self.truth
        if name not in self._diagnoses:
            self.evidence.value = (
                "Examining; where the vital signs leave it open, the model is trained again …"
            )
            self.commit.disabled = True
            try:
                self._diagnoses[name] = diagnose(
                    self.cases[name][0], self.data, self.cases[name][1]
                )
            finally:
                self.commit.disabled = False
        right = self.guess.value == name
        verdict = "Right." if right else f"Your diagnosis was “{FAULTS[self.guess.value].title}”."
        self.evidence.value = (
            f"<p style='font-size:15px'><b>{html.escape(verdict)} It was:"
            f" {html.escape(FAULTS[name].title)}.</b>"
            f" {html.escape(FAULTS[name].recipe)}</p>{_table(self._diagnoses[name])}"
        )

    def move(self):
        """Nothing moves by itself: a new case is drawn as a whole."""

    def _draw_case(self):
        return self._random.choice(list(self.cases))

    def _case_chosen(self, change):
        if change["new"] != HIDDEN:
            self.truth = change["new"]
        elif not getattr(self, "_keep", False):
            self.truth = self._draw_case()
        self._keep = False
        self._new_case()

    def _new_case(self):
        self.evidence.value = _ASK
        self._draw()
        self.alt = self._words()
        self.refresh()

    def _draw(self):
        if self.truth not in self._numbers:
            model, history = self.cases[self.truth]
            self._numbers[self.truth] = dashboard(model, self.data, history)
        draw_dashboard(
            self._axes, self._numbers[self.truth], self.data.train_labels.numpy(), self.data.shape
        )

    def _words(self):
        terms = self._numbers[self.truth]["terms"]
        last = ", ".join(
            f"{name.replace('_', '-')} {values[-1]:.4g}"
            for name, values in terms.items()
            if len(values)
        )
        kl = ", ".join(f"{value:.2g}" for value in self._numbers[self.truth]["kl"])
        return f"Dashboard of a training run. Last epoch: {last} nats. KL of each latent: {kl}."


def _table(diagnosis):
    """The findings as an HTML table; every text is escaped."""
    head = ("finding", "statistic", "value", "healthy", "why it points there", "what to try")
    rows = [
        (f.title, f.statistic, f"{f.value:.3g}", f.healthy, f.evidence, f.advice)
        for f in diagnosis.findings
    ]
    cell = "style='text-align:left; padding:3px 8px; vertical-align:top'"
    lines = [
        "<tr>" + "".join(f"<{tag} {cell}>{html.escape(text)}</{tag}>" for text in row) + "</tr>"
        for tag, row in [("th", head), *(("td", row) for row in rows)]
    ]
    notes = [diagnosis.alarm] if diagnosis.alarm else []
    notes += (
        [] if diagnosis.told_apart else ["Not told apart: the evidence fits more than one cause."]
    )
    return (
        "".join(f"<p><b>{html.escape(note)}</b></p>" for note in notes)
        + f"<table>{''.join(lines)}</table>"
    )
