"""The self-test: one question at a time; the score stays on the reader's own machine."""

import html
import json
import re
from pathlib import Path

import ipywidgets

from ..checks.quiz import Choice, Code, Number
from ..support import folder
from .base import View, es_module, style_sheet
from .base.exported import exported

LAYOUT = {"width": "100%", "max_width": "860px"}


class SelfTest(View):
    """Questions (Choice, Number, Code) with instant feedback.

    `index` is the one shown, `score` how many are right.

    path: the JSON file that keeps {key: right or not}; `self_test.json` in the course's cache
    folder if not given. Nothing is sent anywhere. `answer(value)` does what typing and pressing
    *Check* does; `reset()` forgets the score.
    """

    def __init__(self, questions, path=None):
        super().__init__()
        self.questions, self.path = (
            tuple(questions),
            (Path(path) if path else folder() / "self_test.json"),
        )
        self.results = self._read()
        self._index, self._entry = 0, None
        self.prompt, self.feedback = (
            ipywidgets.HTMLMath(layout=LAYOUT),
            ipywidgets.HTMLMath(layout=LAYOUT),
        )
        self.feedback.add_class("vaeteach-live")
        self.place, self.total = ipywidgets.VBox(), ipywidgets.HTML()
        self.back = ipywidgets.Button(description="Back", icon="arrow-left")
        self.check = ipywidgets.Button(description="Check", button_style="primary", icon="check")
        self.next = ipywidgets.Button(description="Next", icon="arrow-right")
        self.back.on_click(lambda _: self.show(self._index - 1))
        self.next.on_click(lambda _: self.show(self._index + 1))
        self.check.on_click(lambda _: self._judge())
        buttons = [self.back, self.check, self.next]
        self.lay_out(self.total, self.prompt, self.place, buttons, self.feedback)
        self.add_class("vaeteach-quiz")
        self.show(0)

    @property
    def index(self):
        return self._index

    @property
    def score(self):
        """How many of the questions were answered right, at the last try of each."""
        return sum(self.results.get(question.key, False) for question in self.questions)

    def show(self, index):
        """Show the question of this number, counted from 0 and round in a circle."""
        self._index = index % len(self.questions)
        question = self.questions[self._index]
        self.prompt.value = f"<b>Question {self._index + 1}.</b> {_html(question.prompt)}"
        wide = {"layout": LAYOUT, "style": {"description_width": "initial"}}
        if isinstance(question, Choice):
            self._entry = ipywidgets.RadioButtons(
                options=[o.text for o in question.options], value=None, **wide
            )
        elif isinstance(question, Code):
            hint = f"one expression in {', '.join(question.names)}; torch and math are there"
            self._entry = ipywidgets.Textarea(placeholder=hint, rows=3, **wide)
        else:
            self._entry = ipywidgets.Text(placeholder="a number", layout={"width": "200px"})
        self.place.children = [self._entry]
        self.feedback.value = ""
        self._tell()

    def answer(self, value):
        """Answer the question that is shown. Returns the Verdict."""
        question = self.questions[self._index]
        if isinstance(question, Choice) and isinstance(value, int):
            value = question.options[value].text
        self._entry.value = str(value)
        return self._judge()

    def reset(self):
        """Forget every result, here and on disk."""
        self.results = {}
        self.path.unlink(missing_ok=True)
        self.show(0)

    def page(self, png):
        """The questions as a form that judges in the page; the score stays in its browser."""
        forms = [_form(number, one) for number, one in enumerate(self.questions, 1)]
        still = f'<div class="vaeteach-quiz-page"><p class="total"></p>{"".join(forms)}</div>'
        module, css = es_module("quiz.js"), style_sheet("quiz.css")
        return exported(still, module, css, {"inside": True})

    def _judge(self):
        question = self.questions[self._index]
        verdict = question.judge("" if self._entry.value is None else self._entry.value)
        if not verdict.answered:  # nothing is noted down
            self.feedback.value = f"Not answered yet. {_html(verdict.message)}"
            return verdict
        self.results[question.key] = verdict.right
        colour, word = ("#009E73", "Right.") if verdict.right else ("#D55E00", "Not yet.")
        self.feedback.value = (
            f'<span style="color:{colour}"><b>{word}</b></span> {_html(verdict.message)}'
        )
        self._write()
        self._tell()
        return verdict

    def _tell(self):
        n = len(self.questions)
        marks = "".join(
            {True: "●", False: "○"}.get(self.results.get(q.key), "·") for q in self.questions
        )
        self.total.value = (
            f'<span aria-label="score">{self.score} of {n} right</span> &nbsp; {marks}'
        )

    def _read(self):
        try:
            kept = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):  # none yet, or damaged: begin anew
            return {}
        return (
            {str(k): v for k, v in kept.items() if isinstance(v, bool)}
            if isinstance(kept, dict)
            else {}
        )

    def _write(self):
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps(self.results, indent=1), encoding="utf-8")
        except OSError as error:
            self.feedback.value += f"<br>(The score could not be kept: {_html(str(error))})"


def _form(number, question):
    """A question as HTML: what to say to each answer is in it, hidden."""
    said, entry = [], "<p>This one is answered in code: open the notebook.</p>"
    see = f" See {html.escape(question.section)}."

    def say(words, about):
        said.append(f"<p class='says' hidden {about}>{words}</p>")

    if isinstance(question, Choice):
        lines = []
        for i, option in enumerate(question.options):
            button = f'<input type="radio" name="{question.key}" value="{i}">'
            lines.append(f"<label>{button} <span>{_html(option.text)}</span></label>")
            about = f"data-option='{i}' data-right='{int(option.right)}'"
            say(_html(option.says) + ("" if option.right else see), about)
        entry = "".join(lines)
    elif isinstance(question, Number):
        entry = f'<input type="text" inputmode="decimal" aria-label="answer {number}">'
        say(_html(question.says), f"data-value='{question.value()}' data-right='1'")
        for slip, hint in question.slips:
            say(_html(hint) + see, f"data-value='{slip()}' data-right='0'")
        say(f"That is not the number.{see}", "data-right='0'")
    check = '<button type="button">Check</button>' if said else ""
    return (
        f'<fieldset data-key="{question.key}" data-tolerance="{getattr(question, "tolerance", 0)}">'
        f"<legend>Question {number}</legend><p>{_html(question.prompt)}</p>{entry}{check}"
        f'<div role="status">{"".join(said)}</div></fieldset>'
    )


def _html(text):
    """Markdown of one line: `code` and *emphasis*; TeX between dollars is left alone."""
    parts = re.split(r"(\$[^$]+\$)", text)
    for i in range(0, len(parts), 2):
        part = html.escape(parts[i], quote=False)
        part = re.sub(r"`([^`]+)`", r"<code>\1</code>", part)
        parts[i] = re.sub(r"\*([^*]+)\*", r"<em>\1</em>", part)
    return "".join(parts).replace("\n", "<br>")
