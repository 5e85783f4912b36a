"""The loop that trains, as algorithm 1 of Kingma and Welling (2014) reads.

The data stay in memory as one tensor, from which each batch is gathered at once. Nothing in a step
waits for a number to be read back.
"""

import math
import time

import torch

from ..distributions import generator
from ..models import elbo, images_of
from ..support import exclusive, progress_bar
from ..support.adam import Adam
from .history import History
from .inputs import check_fits, check_options, check_settings, prepared
from .optimiser import warm_up_then_cosine
from .surroundings import few_threads, gradients, interrupt_ends, interrupts_wait


def fit(
    model,
    data,
    epochs=None,
    *,
    batch_size=None,
    lr=None,
    objective=elbo,
    seed=0,
    progress=True,
    on_step=None,
    **unknown,
):
    """Maximise the mean of `objective` over the training images; the model is changed in place.

    data: ImageData (its test images are measured after each epoch), images (N, P) as a tensor or
    array, or a pair (train, test) of these. epochs: passes over the training images.
    objective(model, x, seed=generator) -> Elbo or a tensor (B,) in nats, to be maximised; `seed`
    may be missing. batch_size: images in a step, `usual_batch(model)` if not given: 64, for wide
    models 100. lr: the peak rate, `peak_rate(model)` if not given; it warms up over the first
    twentieth of the steps and falls to zero along a cosine. seed: order of the images and noise;
    the same call gives the same numbers. progress: show epoch, bound, time left. on_step(step):
    called after each whole step; a true answer ends the training there. Returns History. An
    interrupt (Kernel > Interrupt, Ctrl-C) ends the training after the step that is running and
    returns the history so far. Raises NonFiniteBound at the first infinite or NaN bound, with
    quantity and step; the model is then as after its last finite epoch. Raises ValueError or
    TypeError, in a sentence, for what cannot be trained or trained on. Source: Kingma and Welling
    2014, algorithm 1.
    """
    history = History()
    with interrupt_ends(history), interrupts_wait() as interrupted, gradients():
        start = time.perf_counter()
        check_options(unknown)
        epochs, batch_size, lr = check_settings(model, epochs, batch_size, lr, on_step)
        (train, test), objective, noise = images_of(data), prepared(objective), generator(seed)
        batches = math.ceil(len(train) / batch_size)
        optimiser, rate = Adam(model.parameters()), warm_up_then_cosine(lr, epochs * batches)
        with (
            few_threads(model, batch_size),
            progress_bar(epochs, f"epoch 0/{epochs}", progress) as bar,
        ):
            with exclusive():
                check_fits(model, train, test, objective)
                history.photograph(0, model, train)
            for epoch in range(epochs):
                terms = []
                for rows in torch.randperm(len(train), generator=noise).split(batch_size):
                    if interrupted():
                        history.stopped = "interrupted"
                        break
                    with exclusive(), interrupt_ends(history):
                        x = train.index_select(0, rows)  # a minibatch of images
                        bound = objective(model, x, seed=noise)  # estimated with z ~ q(z|x)
                        optimiser.zero_grad()
                        bound.value.mean().neg().backward()  # its gradient by theta and phi
                        optimiser.step(rate(history.steps))
                        terms.append(torch.stack([term.detach() for term in bound]).mean(1))
                        history.steps += 1
                    if not history.stopped and on_step is not None:
                        with interrupt_ends(history):
                            if on_step(history.steps):
                                history.stopped = "stopped by on_step"
                    if history.stopped:
                        break
                if terms:
                    with exclusive():
                        at = epoch + len(terms) / batches
                        history.record(at, torch.stack(terms), model, train, test, objective)
                    bar.set_description_str(history.line(epochs), refresh=False)
                history.seconds = time.perf_counter() - start
                if history.stopped:
                    break
                bar.update(1)
    return history
