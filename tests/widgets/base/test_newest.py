"""Events that pile up: only the newest is answered, never two at a time, from any thread."""

import threading

import pytest

from vaeteach.widgets.base.newest import Newest


def test_events_that_arrive_meanwhile_are_merged():
    entered, go_on, answers, value = threading.Event(), threading.Event(), [], [0]

    def slow():
        answers.append(value[0])
        entered.set()
        go_on.wait(10)

    event = Newest(slow)
    first = threading.Thread(target=event)
    first.start()
    entered.wait(10)
    for value[0] in range(1, 6):
        event()
    go_on.set()
    first.join(10)
    assert answers == [0, 5]


def test_events_together_are_one():
    answers, value = [], [0]
    event = Newest(lambda: answers.append(value[0]))
    with event.together():
        for value[0] in (1, 2, 3):
            event()
        assert answers == []
    assert answers == [3]
    with event.together():
        pass  # nothing happened, so nothing is answered
    assert answers == [3]
    with event.together(), event.together():
        event()
    assert len(answers) == 2


def test_an_event_of_the_answer_itself_is_answered_after_it():
    depth, answers = [0], []

    def answer():
        depth[0] += 1
        assert depth[0] == 1
        answers.append(1)
        if len(answers) == 1:
            event()
            with event.together():
                event()
        depth[0] -= 1

    event = Newest(answer)
    event()
    assert len(answers) == 2


def test_an_error_does_not_lock_it():
    answers = []
    event = Newest(lambda: answers.append(1) if answers else 1 / 0)
    with pytest.raises(ZeroDivisionError):
        event()
    answers.append(0)
    event()
    with pytest.raises(ValueError), event.together():
        raise ValueError
    event()
    assert answers == [0, 1, 1]
