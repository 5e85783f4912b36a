"""Exercise 15.3: what an encoder that is certain leaves out."""

import torch

from ..exercise import Exercise


def _tables(seed=0):
    g, cases = torch.Generator().manual_seed(seed), []
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
    mistakes="""
        the best code for the chosen one: log_joint.logsumexp(1) - log_joint.max(1).values
            You took the code with the highest joint. The encoder may have chosen another one: look
            up `code`.
        sign flipped: -_gap(log_joint, code)
            The gap is log p(x) minus the bound, and never negative: turn yours round.
        the probability for its log: _of_the_code(log_joint.softmax(1), code)
            This is p(z|x) of the chosen code. The gap is minus its logarithm.
        the entropy of the posterior: -(log_joint.softmax(1) * log_joint.log_softmax(1)).sum(1)
            This is how undecided the exact posterior is. The gap asks for the chosen code only.
        log p(x) alone: log_joint.logsumexp(1)
            This is log p(x). Subtract the bound, which is log p(x, z) at the chosen code, as q has
            no entropy.
        summed over the images: _gap(log_joint, code).sum()
            You added up over the images. Each image has a gap of its own.
        exp, sum, log: log_joint.exp().sum(1).log() - _of_the_code(log_joint, code)
            exp of minus a thousand is zero on a computer. logsumexp takes the largest out first.
        the mean over codes:
                log_joint.logsumexp(1) - torch.tensor(float(log_joint.shape[1])).log() -
                _of_the_code(log_joint, code)
            You divided by the number of codes. The prior is inside the joint already; just add up.
    """,
    also_right=(_row_by_row, lambda log_joint, code: -_of_the_code(log_joint.log_softmax(1), code)),
)
