"""The clinic: a dashboard of a training run, a diagnosis of your own, and then the evidence."""

import html
import random

import ipywidgets

from ..diagnosis import FAULTS, diagnose
from ..diagnosis.dashboard import dashboard
from ..plots import draw_dashboard, new_figure
from ..plots.diagnosis import PLACES
from .base import FigureView, choice

HIDDEN = "hidden case"
_ASK = "What is it? Choose, and commit."


class Clinic(FigureView):
    """Choose a fault or a hidden case, look, commit to a diagnosis, see the evidence.

    data: the ImageData of the runs. cases: {name in FAULTS: (model, history)}, from
    `diagnosis.trained_cases`. seed: of the order of hidden cases. Four controls: `case`,
    `surprise`, `guess`, `commit`; `truth` is the name of the case on the table. The evidence is
    computed when you commit: `diagnose` may train the model again for that, which takes some
    seconds the first time for a case. Raises ValueError where there is no case.
    """

    def __init__(self, data, cases, seed=0):
        if not cases:
            raise ValueError("Clinic needs at least one case: Clinic(data, trained_cases(data)).")
        super().__init__()
        self.data, self.cases = data, cases
        self._random, self._diagnoses, self._numbers = random.Random(seed), {}, {}
        self._deck, self._shown, self.truth = [], None, None
        self.truth = self._deal()
        titles = [(FAULTS[name].title, name) for name in cases]
        self.case = choice("case", [(HIDDEN, HIDDEN), *titles])
        self.surprise = ipywidgets.Button(
            description="surprise me", tooltip="Lay a hidden case on the table"
        )
        self.guess = choice("diagnosis", titles)
        self.commit = ipywidgets.Button(
            description="commit", button_style="primary", tooltip="Show the evidence"
        )
        self.evidence = ipywidgets.HTML(value=_ASK)
        self.evidence.add_class("vaeteach-live")
        figure, only = new_figure(13, 7)
        only.remove()
        self._axes = figure.subplot_mosaic(PLACES)
        rows = [self.case, self.surprise], [self.guess, self.commit]
        self.show(figure, [], [], rows, below=[self.evidence])
        self.controls = (self.case,)  # what a recording walks along
        self.case.observe(self._case_chosen, "value")
        self.surprise.on_click(lambda _: self.another())
        self.commit.on_click(lambda _: self.show_evidence())

    def another(self):
        """Lay another hidden case on the table."""
        if self.case.value == HIDDEN:
            self._lay_on_table(self._deal())
        else:
            self.case.value = HIDDEN  # which deals one

    def show_evidence(self):
        """Judge the guess, and show on what evidence."""
        name = self.truth
        if name not in self._diagnoses:
            self.evidence.value = (
                "Examining; where the vital signs leave it open, the model is trained again …"
            )
            self.commit.disabled = True
            try:
                with self.computing():
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
        if self.truth == self._shown:
            return
        if self.truth not in self._numbers:
            model, history = self.cases[self.truth]
            self._numbers[self.truth] = dashboard(model, self.data, history)
        draw_dashboard(
            self._axes, self._numbers[self.truth], self.data.train_labels.numpy(), self.data.shape
        )
        self.still_parts_changed(layout=True)
        self._shown, self.alt = self.truth, self._words()

    def record(self):
        """Keep each case's dashboard, under its name and as a hidden case that can be looked up."""
        super().record()
        pictures = {state["at"][0]: state for state in self.recording["states"]}
        named = [name for i, name in enumerate(self.cases) if i + 1 in pictures]
        hidden = random.Random(0).sample(named, len(named))
        place = {name: i + 1 for i, name in enumerate(self.cases)}
        self.recording["states"] = [
            {**pictures[place[name]], "at": [i], "words": _told(name, folded=i < len(named))}
            for i, name in enumerate([*hidden, *named])
        ]
        titles = [f"hidden case {i + 1}" for i in range(len(named))]
        titles += [FAULTS[name].title for name in named]
        self.recording["controls"][0]["names"], self.recording["start"] = titles, [0]

    def _deal(self):
        """The next card of a shuffled deck: each comes once before any comes again, never twice."""
        if not self._deck:
            self._deck = self._random.sample(list(self.cases), len(self.cases))
        if self._deck[-1] == self.truth:
            self._deck.insert(0, self._deck.pop())
        return self._deck.pop()

    def _case_chosen(self, change):
        self._lay_on_table(self._deal() if change["new"] == HIDDEN else change["new"])

    def _lay_on_table(self, case):
        self.truth, self.evidence.value = case, _ASK
        self.changed()

    def _words(self):
        terms = self._numbers[self.truth]["terms"]
        last = ", ".join(
            f"{name.replace('_', '-')} {values[-1]:.4g}"
            for name, values in terms.items()
            if len(values)
        )
        kl = ", ".join(f"{value:.2g}" for value in self._numbers[self.truth]["kl"])
        return f"Dashboard of a training run. Last epoch: {last} nats. KL of each latent: {kl}."


def _told(name, folded):
    """What a case is, as HTML; folded, so that the reader can commit to a diagnosis first."""
    title, recipe = html.escape(FAULTS[name].title), html.escape(FAULTS[name].recipe)
    said = f"<p>It was: <b>{title}.</b> {recipe}</p>"
    ask = "What is it? Commit to a diagnosis, then look."
    return f"<details><summary>{ask}</summary>{said}</details>" if folded else said


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
