"""Every answer that an exercise knows is judged once: right or called by its name."""

import pytest

from vaeteach import checks
from vaeteach.checks.comparing import show

EXERCISES = {name: ex for name, ex in vars(checks).items() if isinstance(ex, checks.Exercise)}
each = pytest.mark.parametrize("name", EXERCISES)


@each
def test_right_answers_are_right(name):
    exercise = EXERCISES[name]
    assert exercise.name == name and name in checks.__all__
    assert exercise.also_right
    for answer in (exercise.solution, *exercise.also_right):
        verdict = exercise.judge(answer)
        assert verdict.right and not verdict.mistake, verdict.message


@each
def test_mistakes_are_called_by_their_names(name):
    mistakes = EXERCISES[name].mistakes
    assert len({mistake.name for mistake in mistakes}) == len(mistakes) >= 5
    for mistake in mistakes:
        verdict = EXERCISES[name].judge(mistake.answer)
        assert not verdict.right and verdict.answered
        assert verdict.mistake == mistake.name and mistake.hint in verdict.message
        assert len(verdict.message) < 600


@each
def test_a_seed_gives_other_inputs(name):
    """Hidden tests use them: `inputs` of an exercise takes a seed, whose default is 0."""
    exercise = EXERCISES[name]
    if exercise.inputs()[0]:  # a value has none
        shown, others = (
            [show(argument, 8) for case in cases for argument in case]
            for cases in (exercise.inputs(), exercise.inputs(1))
        )
        assert shown != others and len(shown) == len(others)
        assert exercise.on_other_inputs(1).judge(exercise.solution).right
