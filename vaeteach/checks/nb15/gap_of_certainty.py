"""Exercise 15.3: what an encoder that is certain leaves out."""

import torch

from ..exercise import Exercise, Mistake


def _tables():
    g, cases = torch.Generator().manual_seed(0), []
    for images, codes in ((1, 2), (2, 3), (3, 8)):
        table = 2 * torch.randn(images, codes, generator=g) - 20
        chosen = torch.randint(codes, (images,), generator=g)
        cases.append((table, chosen))
    # so small that exp is zero
    cases.append((torch.tensor([[-1000.0, -1001.0, -1003.0]]), torch.tensor([1])))
    return cases


def _of_the_code(log_joint, code):
    return log_joint.gather(1, code[:, None])[:, 0]


def _gap(log_joint, code):
    return log_joint.logsumexp(1) - _of_the_code(log_joint, code)


def _row_by_row(log_joint, code):
    return torch.stack([row.logsumexp(0) - row[k] for row, k in zip(log_joint, code)])


gap_of_certainty = Exercise(
    name="gap_of_certainty",
    solution=_gap,
    inputs=_tables,
    praise="minus the log of the probability that the exact posterior gives to the chosen code.",
    mistakes=(
        Mistake(
            "the best code for the chosen one",
            lambda j, c: j.logsumexp(1) - j.max(1).values,
            "You took the code with the highest joint. The encoder may have chosen another one:"
            " look up `code`.",
        ),
        Mistake(
            "sign flipped",
            lambda j, c: -_gap(j, c),
            "The gap is log p(x) minus the bound, and never negative: turn yours round.",
        ),
        Mistake(
            "the probability for its log",
            lambda j, c: _of_the_code(j.softmax(1), c),
            "This is p(z|x) of the chosen code. The gap is minus its logarithm.",
        ),
        Mistake(
            "the entropy of the posterior",
            lambda j, c: -(j.softmax(1) * j.log_softmax(1)).sum(1),
            "This is how undecided the exact posterior is. The gap asks for the chosen code only.",
        ),
        Mistake(
            "log p(x) alone",
            lambda j, c: j.logsumexp(1),
            "This is log p(x). Subtract the bound, which is log p(x, z) at the chosen code, as q"
            " has no entropy.",
        ),
        Mistake(
            "summed over the images",
            lambda j, c: _gap(j, c).sum(),
            "You added up over the images. Each image has a gap of its own.",
        ),
        Mistake(
            "exp, sum, log",
            lambda j, c: j.exp().sum(1).log() - _of_the_code(j, c),
            "exp of minus a thousand is zero on a computer. logsumexp takes the largest out first.",
        ),
        Mistake(
            "the mean over codes",
            lambda j, c: (
                j.logsumexp(1) - torch.tensor(float(j.shape[1])).log() - _of_the_code(j, c)
            ),
            "You divided by the number of codes. The prior is inside the joint already; just add"
            " up.",
        ),
    ),
    also_right=(_row_by_row, lambda log_joint, code: -_of_the_code(log_joint.log_softmax(1), code)),
)
