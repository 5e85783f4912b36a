"""How an answer is judged: what counts as right, and what is said to the rest."""

import contextlib
import io
import random
import sys
import time
import warnings
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from vaeteach import checks
from vaeteach.checks import exercise as engine
from vaeteach.checks.exercise import Exercise, Mistake, WrongAnswer


def cases():
    shared = torch.tensor([1.0, 3.0])
    return [(shared, 1.0), (shared, 2.0), (torch.arange(12.0), 0.5)]


scaled_mean = Exercise(
    name="scaled_mean",
    solution=lambda x, scale: scale * x.mean(),
    inputs=cases,
    praise="well done.",
    mistakes="""
        sum for mean: scale *
                x.sum()
            Divide by how many
            there are.
        scale forgotten: x.mean()
            Multiply by the scale.
        column: x.mean(1)
            There is one axis only.
    """,
)
centred = Exercise(
    name="centred", solution=lambda x: x - x.mean(), inputs=lambda: [(c[0],) for c in cases()]
)
halves = Exercise(
    name="halves",
    solution=lambda x: (x / 2, x.sum()),
    inputs=lambda: [(torch.tensor([1.0, 2.0]),), (torch.arange(5.0),)],
)
count = Exercise(name="count", solution=len, inputs=lambda: [([0] * n,) for n in (1, 20_000)])
even = Exercise(name="even", solution=lambda n: n % 2 == 0, inputs=lambda: [(1,), (2,)])
third = Exercise(
    name="third",
    solution=lambda: 3,
    inputs=lambda: [()],
    mistakes=(Mistake("line 4", lambda: 4, "Line 4 is right."),),
)


def hear(check, answer):
    """What the check prints; it returns nothing, as graders want it."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert check(answer) is None
    return out.getvalue()


# --- verdicts, and how they are told --------------------------------------------------------------


def test_a_right_answer_prints_one_line():
    assert hear(scaled_mean, scaled_mean.solution) == "Right (scaled_mean): well done.\n"


def test_a_wrong_answer_raises_what_graders_catch():
    with pytest.raises(WrongAnswer, match="sum for mean.*Divide") as caught:
        scaled_mean(lambda x, scale: scale * x.sum())
    assert isinstance(caught.value, AssertionError)
    assert caught.value._render_traceback_() == [f"Not yet: {caught.value}"]


def test_a_mistake_is_named_only_if_it_fits_every_input():
    verdict = scaled_mean.judge(lambda x, scale: x.mean() if scale == 2 else scale * x.mean())
    assert not verdict.right and not verdict.mistake  # "scale forgotten" fits two inputs of three
    assert scaled_mean.judge(lambda x, scale: scale * x.mean(1)).mistake == "column"  # both raise


def test_an_unknown_mistake_is_shown_the_smallest_input_on_which_it_fails():
    verdict = scaled_mean.judge(lambda x, scale: scale * x.mean() + (scale == 2))
    assert verdict.message == "on x = [1., 3.], scale = 2: expected 4, got 5."


@pytest.mark.parametrize(
    "answer",
    [
        ...,
        lambda x: ...,
        lambda x: (..., ...),
        lambda x: [..., x.sum()],
        (..., ...),
        lambda x: (x, ...),
    ],
    ids=range(6),
)
def test_dots_are_not_answered(answer, monkeypatch):
    verdict = halves.judge(answer)
    assert not verdict.right and not verdict.answered
    assert "not answered yet" in hear(halves, answer)
    monkeypatch.setattr(engine, "_graded", False)
    checks.graded()
    with pytest.raises(WrongAnswer, match="not answered: 0 points"):
        halves(answer)


def test_dots_left_inside_an_expression_are_named():
    assert "a ... is left in your answer" in halves.judge(lambda x: (x / ..., x.sum())).message


def test_a_value_in_place_of_the_function_is_told_to_pass_the_function():
    for value in (torch.tensor(2.0), 2.0, None, "text"):
        assert "checks.scaled_mean(f)" in scaled_mean.judge(value).message
    assert third.judge(3).right and third.judge(lambda: 3).right


@pytest.mark.parametrize("answer", [7, 2.5, -1, "3", None, [3], 3 + 1j, "text"])
def test_a_wrong_line_is_not_told_the_right_one(answer):
    for ex in (third, checks.fault_in_elbo, checks.fault_in_kl):
        verdict = ex.judge(answer)
        assert not verdict.right and "expected" not in verdict.message
        assert "3" not in verdict.message or "3" in str(answer)


# --- what is equal --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "convert",
    [
        lambda t: t.double(),
        lambda t: t.half().float(),
        lambda t: t.numpy(),
        lambda t: t.numpy().astype(np.float64),
        lambda t: t.tolist(),
        lambda t: tuple(t),
        lambda t: (float(v) for v in t),
        lambda t: map(float, t),
        lambda t: t.to_sparse(),
        lambda t: t.clone().requires_grad_(),
        lambda t: [np.float32(v) for v in t],
        lambda t: np.array([Fraction(float(v)) for v in t]),
    ],
    ids=range(12),
)
def test_number_type_and_container_are_no_mistakes(convert):
    exact = Exercise(name="double", solution=lambda x: 2 * x, inputs=lambda: [(torch.arange(4.0),)])
    verdict = exact.judge(lambda x: convert(2 * x))
    assert verdict.right, verdict.message
    pair = halves.judge(lambda x: iter([convert(x / 2), np.float64(x.sum())]))
    assert pair.right, pair.message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            lambda x, s: (s * x.mean()).to(torch.complex64),
            "a number is asked for, yours is complex",
        ),
        (lambda x, s: complex(s * x.mean(), 1), "yours is complex"),
        (lambda x, s: str(float(s * x.mean())), "yours is the text '2.0'"),
        (lambda x, s: None, "gave None"),
        (lambda x, s: {"mean": s * x.mean()}, "yours is a dict"),
        (lambda x, s: object(), "yours is a object"),
        (lambda x, s: (s * x.mean()).reshape(1), r"should have shape \(\), yours has \(1,\)"),
        (lambda x, s: [], r"yours has \(0,\)"),
        (lambda x, s: torch.tensor(float("nan")), "got nan"),
        (lambda x, s: [[1.0], [2.0, 3.0]], "different shapes"),
        (lambda: 0, "raised TypeError"),
        (lambda x, s: {}["key"], "raised KeyError"),
    ],
)
def test_wrong_types_get_a_sentence(answer, words):
    with pytest.raises(WrongAnswer, match=words):
        scaled_mean(answer)


def test_a_pair_is_asked_for_in_words():
    assert (
        "a pair is asked for, yours is a single number" in halves.judge(lambda x: x.sum()).message
    )
    assert "2 results are asked for, yours are 3" in halves.judge(lambda x: (x, x, x)).message
    verdict = halves.judge(lambda x: (x / 2, x.mean()))
    assert "result 2 of 2: expected 3, got 1.5" in verdict.message


def test_whole_numbers_are_exact_and_truth_is_no_number():
    assert count.judge(lambda x: float(len(x))).right
    assert not count.judge(lambda x: len(x) + (len(x) > 9)).right  # one part in 20,000
    assert even.judge(lambda n: np.bool_(n % 2 == 0)).right
    assert "True or False is asked for" in even.judge(lambda n: float(n % 2 == 0)).message
    assert "expected False, got True" in even.judge(lambda n: True).message


def test_numbers_are_shown_with_as_many_digits_as_it_takes():
    near = scaled_mean.judge(lambda x, scale: scale * x.double().mean() * 1.0005)
    assert "expected 2, got 2.001" in near.message
    nearer = scaled_mean.judge(lambda x, scale: scale * x.double().mean() + 3e-4)
    assert "expected 2, got 2.0003" in nearer.message
    tiny = Exercise("tiny", lambda x: x, lambda: [(torch.tensor([0.001, 0.002]),)])
    verdict = tiny.judge(lambda x: x + 2e-5)
    assert "expected [0.001, 0.002], got [0.00102, 0.00202]" in verdict.message
    far = centred.judge(lambda x: torch.where(x == 7, 0.0, x - x.mean()))
    assert "at [7] expected 1.5, got 0." in far.message


# --- inputs are the answer's own ------------------------------------------------------------------


def test_every_case_gets_its_own_copies():
    assert centred.judge(lambda x: x.sub_(x.mean())).right
    assert scaled_mean.judge(
        lambda x, scale: x.mul_(scale).mean()
    ).right  # x is shared by two cases
    verdict = scaled_mean.judge(lambda x, scale: x.add_(5).mean())
    assert verdict.message.startswith(
        "on x = [1., 3.], scale = 1: expected 2"
    )  # the input as it was


def test_a_buffer_that_is_used_again_does_not_count_twice():
    buffer = torch.zeros(12)

    def answer(x):
        return torch.sub(x, x.mean(), out=buffer[: len(x)])

    assert centred.judge(answer).right


def test_what_else_has_to_agree():
    """A list may be sorted in place; that it is sorted afterwards is asked for, too."""
    ordered = Exercise(
        name="ordered",
        solution=lambda box: [box.sort(), len(box)][1],
        inputs=lambda: [([2, 1],)],
        also=lambda result, box: {"the list afterwards": box},
    )
    assert ordered.judge(lambda box: [box.sort(), 2][1]).right
    verdict = ordered.judge(len)
    assert "the result is right, but the list afterwards is not" in verdict.message
    assert "result 1 of 2: expected 1, got 2." in verdict.message


def test_gradients_are_compared():
    right = checks.reparameterise.judge(
        lambda mu, logvar, noise: mu.add_(noise.mul_((logvar / 2).exp()))
    )
    assert right.right, right.message
    for answer, mistake in (
        (lambda m, v, n: m.detach() + (v / 2).exp() * n, "mean detached"),
        (lambda m, v, n: m + (v / 2).exp().data * n, "standard deviation detached"),
        (lambda m, v, n: (m + (v / 2).exp() * n).detach().requires_grad_(), "gradient cut"),
        (lambda m, v, n: (m + (v / 2).exp() * n).detach().numpy(), "gradient cut"),
    ):
        assert checks.reparameterise.judge(answer).mistake == mistake
    with torch.no_grad():  # the cell's own
        assert checks.reparameterise.judge(checks.reparameterise.solution).right


def test_an_epoch_without_its_last_step_is_wrong():
    def epoch(model, batches, optimiser, loss):
        losses = []
        for x in batches:
            optimiser.step()  # of the batch before
            optimiser.zero_grad()
            losses.append(loss(model, x))
            losses[-1].backward()
        return losses

    assert checks.epoch.judge(epoch).mistake == "the last step left out"


# --- answers that misbehave -----------------------------------------------------------------------


def one_line(x):
    while True:
        pass  # noqa: E701


def bare_except(x):
    while True:
        try:
            sum(range(100))
        except:  # noqa: E722
            continue


def asleep(x):
    time.sleep(3)


@pytest.mark.parametrize("answer", [one_line, bare_except, asleep])
def test_answers_that_never_end(answer, monkeypatch):
    monkeypatch.setattr(engine, "SECONDS", 0.05)
    monkeypatch.setattr("vaeteach.checks.running.PATIENCE", 1.0)
    verdict = centred.judge(answer)
    assert "did not come to an end within" in verdict.message
    assert ("restart the kernel" in verdict.message) == (answer is asleep)
    assert centred.judge(centred.solution).right  # and the next one is judged as ever


def test_an_import_is_not_broken_off(monkeypatch, tmp_path):
    """A first import can take long on a busy machine, and half a module is worse than none."""
    (tmp_path / "slow_to_import.py").write_text("import time; time.sleep(0.3); zero = 0")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(engine, "SECONDS", 0.1)

    def answer(x):
        import slow_to_import

        return x - x.mean() + slow_to_import.zero

    assert centred.judge(answer).right
    sys.modules.pop("slow_to_import")
    monkeypatch.setattr("vaeteach.checks.running.IMPORTS", 1)
    assert "did not come to an end" in centred.judge(answer).message


@pytest.mark.parametrize("leave", [sys.exit, lambda: exec("quit()"), lambda: exec("exit(0)")])
def test_answers_that_leave_python(leave):
    stdin = sys.stdin
    verdict = centred.judge(lambda x: leave())
    assert "would end Python" in verdict.message
    assert sys.stdin is stdin


def test_the_kernel_survives_its_own_exit(monkeypatch):
    """IPython's `exit()` asks the shell to end after the cell."""
    shell = SimpleNamespace()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert "would end Python" in centred.judge(lambda x: shell.ask_exit()).message
    assert vars(shell) == {}


def test_a_cell_of_an_assignment_cannot_end_the_kernel(monkeypatch):
    shell = SimpleNamespace()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(engine, "_graded", False)
    checks.graded()
    for _ in range(2):  # after a check, too
        with pytest.raises(RuntimeError, match="refused here"):
            shell.ask_exit()
        assert "would end Python" in centred.judge(lambda x: shell.ask_exit()).message


def test_the_session_is_left_as_it_was():
    def untidy(x):
        torch.manual_seed(7), torch.rand(3), np.random.seed(1), random.seed(2)
        torch.set_default_dtype(torch.float64)
        warnings.warn("old", stacklevel=1)
        return x - x.mean()

    def draws():
        return torch.rand(3).tolist(), np.random.rand(), random.random()

    torch.manual_seed(1), np.random.seed(1), random.seed(1)
    expected = draws()
    torch.manual_seed(1), np.random.seed(1), random.seed(1)
    assert centred.judge(untidy).right
    assert torch.get_default_dtype() == torch.float32 and draws() == expected


def test_a_verdict_does_not_hang_on_luck():
    first = centred.judge(lambda x: torch.rand(1) + torch.zeros(len(x))).message
    torch.rand(1)
    assert centred.judge(lambda x: torch.rand(1) + torch.zeros(len(x))).message == first


def test_graded_answers_are_neither_heard_nor_leave_files(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engine, "_graded", True)

    def loud(x):
        print("the hidden input is", x)
        print("again", file=sys.stderr)
        open("file", "w").close()
        return x - x.mean()

    centred(loud)
    out, err = capfd.readouterr()
    assert "hidden" not in out and out.startswith("Right") and err == ""
    assert list(tmp_path.iterdir()) == []
