"""Every answer that an exercise knows is judged once: right or called by its name."""

import pytest

from vaeteach import checks

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
