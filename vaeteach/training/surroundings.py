"""What stands around the steps of a training: interrupts, threads and gradients."""

import signal
import threading
from contextlib import contextmanager

import torch


@contextmanager
def interrupts_wait():
    """Turn Ctrl-C (and Lab's stop button) into a flag that the loop reads between whole steps.

    A KeyboardInterrupt in the middle of an optimiser step would leave half of the parameters
    updated. Only the main thread may set signal handlers; elsewhere no interrupt arrives and
    `on_step` is the way to stop.
    """
    asked = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, lambda *_: asked.append(True))
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.default_int_handler)


class interrupt_ends:
    """A KeyboardInterrupt that reaches this far ends the training like the others.

    Such as one that the objective or `on_step` raises, or that comes before `interrupts_wait`. A
    class, since a generator that is interrupted before its yield raises RuntimeError.
    """

    def __init__(self, history):
        self.history = history

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is KeyboardInterrupt:
            self.history.stopped = "interrupted"
        return kind is KeyboardInterrupt


@contextmanager
def few_threads(model, batch_size, worth=2**26):
    """One thread while the steps are small: sharing them out can cost more than it gains.

    On a busy machine (a class on one server) two threads that wait for each other made the digits
    model ten times slower; below `worth` multiplications in a pass, the second thread of an idle
    one saves a fifth to a third.
    """
    before = torch.get_num_threads()
    if sum(p.numel() for p in model.parameters()) * batch_size < worth:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def gradients():
    """Gradients flow inside, also where `fit` is called under no_grad or inference_mode."""
    with torch.inference_mode(False), torch.enable_grad():
        yield
