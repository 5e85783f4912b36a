"""Exercise 11.3: normalised importance weights."""

import torch

from ..exercise import Exercise


def _log_weights(seed=0):
    g = torch.Generator().manual_seed(2 + seed)
    rows = [(torch.log(torch.tensor([[0.1], [0.3]])), torch.log(torch.tensor([[0.5], [0.5]])))]
    for samples, batch in ((3, 2), (8, 5)):
        rows.append(
            (
                torch.randn(samples, batch, generator=g) - 20,
                torch.randn(samples, batch, generator=g) - 3,
            )
        )
    # log weights below -700: exp() of them is zero, in all images or in one beside another
    one = rows[-1][0] + torch.tensor([0.0, -980.0, 0.0, 0.0, -500.0])
    return rows + [(rows[-1][0] * 40, rows[-1][1]), (one, rows[-1][1])]


def _importance_weights(log_p, log_q):
    return (log_p - log_q).softmax(0)


def one_image_at_a_time(log_p, log_q):
    columns = [torch.softmax(log_w, 0) for log_w in (log_p - log_q).T]
    return torch.stack(columns, 1)


def by_logsumexp(log_p, log_q):
    log_w = log_p - log_q
    return torch.exp(log_w - torch.logsumexp(log_w, 0))


importance_weights = Exercise(
    name="importance_weights",
    solution=_importance_weights,
    inputs=_log_weights,
    praise="one column an image, each adding up to one, and safe for very small probabilities.",
    mistakes="""
        not normalised: (log_p - log_q).exp()
            These are p / q. The weights of one image add up to one: divide by their sum over the
            samples.
        normalised over the batch: (log_p - log_q).softmax(-1)
            Your rows add up to one. The K samples of one image share its weight, and they stand
            along axis 0.
        normalised over everything: (log_p - log_q).flatten().softmax(0).reshape(log_p.shape)
            All images together share a weight of one here; each image has a weight of one for
            itself.
        q over p: (log_q - log_p).softmax(0)
            The fraction stands on its head: samples that q proposes too rarely, p > q, weigh more.
        q forgotten: log_p.softmax(0)
            The samples already come from q more often where q is large; divide that out again: log
            p - log q.
        log weights: (log_p - log_q).log_softmax(0)
            These are the logs of the weights; take exp, or softmax in place of log_softmax.
        mean for sum: (log_p - log_q).softmax(0) * len(log_p)
            You divided by the mean of p / q, so that the weights of an image add up to K and not to
            one.
        one maximum for all images:
                (log_p - log_q - (log_p - log_q).max()).exp() / (log_p - log_q - (log_p
                - log_q).max()).exp().sum(0)
            You take out the largest weight of all images, and an image far below it still becomes
            0/0. Take the maximum of each image (column), or softmax(0), which does.
        exp before the normalisation: (log_p - log_q).exp() / (log_p - log_q).exp().sum(0)
            Right on paper, but exp() of a log weight of -800 is zero and 0/0 is nan. Let softmax
            subtract the largest one first.
    """,
    atol=1e-6,
    also_right=(
        by_logsumexp,
        one_image_at_a_time,
        lambda log_p, log_q: log_p.sub_(log_q).double().softmax(0).numpy(),
    ),
)
