"""The lock of a model that trains in one thread and is drawn from another."""

import threading
import time

import pytest

from vaeteach.support import exclusive


def test_who_waits_gets_in_before_the_owner_takes_it_again():
    order, started = [], threading.Event()

    def view():
        started.set()
        with exclusive():
            order.append("view")

    with exclusive():
        thread = threading.Thread(target=view)
        thread.start()
        started.wait(10)
        time.sleep(0.05)  # it stands at the door now
        order.append("step 1")
    with exclusive():
        order.append("step 2")
    thread.join(10)
    assert order == ["step 1", "view", "step 2"]


def test_one_thread_may_enter_twice_and_an_error_opens_the_door():
    with pytest.raises(RuntimeError), exclusive(), exclusive():
        raise RuntimeError
    done = threading.Event()

    def other():
        with exclusive():
            done.set()

    threading.Thread(target=other).start()
    assert done.wait(10)
