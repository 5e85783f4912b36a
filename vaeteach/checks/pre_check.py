"""The pre-check: what the course takes for granted of PyTorch and of probability.

Each question is judged at once, and says where to read up.
"""

import math

import torch

from .exercise import Exercise
from .quiz import Choice, Code, Number


def _matrices(seed=0):
    g = torch.Generator().manual_seed(seed)
    return [(torch.tensor([[1.0, 2.0], [3.0, 6.0]]),), (torch.randn(5, 3, generator=g),)]


def _points(seed=0):
    g = torch.Generator().manual_seed(seed)
    return [
        (torch.tensor([[0.0]]), torch.tensor([1.0, 3.0])),
        (torch.randn(4, 1, generator=g), torch.randn(3, generator=g)),
    ]


def _logs(seed=0):
    g = torch.Generator().manual_seed(seed)
    return [(torch.tensor([-1.0, -2.0]),), (-900 + 3 * torch.randn(6, generator=g),)]


ROWS = Exercise(
    name="rows",
    solution=lambda x: x.sum(1),
    inputs=_matrices,
    mistakes="""
        columns: x.sum(0)
            sum(0) makes the rows disappear.
        everything: x.sum()
            sum() leaves one number.
        mean: x.mean(1)
            This is the mean.
    """,
)
DISTANCES = Exercise(
    name="distances",
    solution=lambda x, centre: (x - centre) ** 2,
    inputs=_points,
    mistakes="""
        no square: x - centre
            Square it.
    """,
)
LOG_OF_SUM = Exercise(
    name="log_of_sum",
    solution=lambda logs: torch.logsumexp(logs, 0),
    inputs=_logs,
    mistakes="""
        underflow: logs.exp().sum().log()
            exp(-900) is 0 in a float.
        sum of logs: logs.sum()
            This is the log of the product.
    """,
)


QUESTIONS = (
    Choice(
        "shape",
        "`x` has shape (100, 64). Which shape has `x.mean(0)`?",
        r"""
            (100,) | That is x.mean(1): the axis that is named disappears.
            * (64,) | Yes: axis 0 disappears.
            (1, 64) | Only with keepdim=True.
        """,
        "section 2 of the primer",
    ),
    Code(
        "row-sums",
        "`x` has shape (B, P). Write the sum of each row, shape (B,).",
        ("x",),
        ROWS,
        "section 2 of the primer",
    ),
    Code(
        "broadcast",
        "`x` has shape (B, 1), `centre` (K,). Write the squared difference of every number in `x`"
        " and every one in `centre`, shape (B, K).",
        ("x", "centre"),
        DISTANCES,
        "section 3 of the primer",
    ),
    Code(
        "log-of-sum",
        "`logs` has shape (K,) and holds the logarithms of K numbers, some near $e^{-900}$. Write"
        " the logarithm of their sum.",
        ("logs",),
        LOG_OF_SUM,
        "section 5 of the primer",
    ),
    Choice(
        "no-grad",
        "What does `with torch.no_grad():` do?",
        r"""
            It sets all gradients to zero | That is optimiser.zero_grad().
            * Nothing inside it is recorded for a gradient | Yes.
            It freezes the weights | They may still be changed inside it.
        """,
        "section 6 of the primer",
    ),
    Choice(
        "log-prob",
        "`Normal(0.0, 0.1).log_prob(torch.tensor(0.0))` is about 1.4. Is that a mistake?",
        r"""
            Yes: a probability is at most one | It is a density, which may exceed one.
            * No: it is the log of a density | Yes, and densities may be larger than one.
            Yes: a logarithm is negative | That of a number above one is positive.
        """,
        "section 4 of the primer",
    ),
    Number(
        "expectation",
        "A variable is 0 with probability 0.75 and 4 else. Its variance?",
        lambda: 0.25 * 16 - 1.0,
        "Yes: the mean of the squares is 4, that of the variable is 1.",
        "Bishop and Bishop, *Deep Learning*, section on expectations in chapter 2",
        ((lambda: 4.0, "This is the mean of the squares."), (lambda: 1.0, "This is the mean.")),
    ),
    Number(
        "bayes",
        "One digit in ten is a 3. A test says “3” to 80 percent of the 3s and to 10 percent of the"
        " others. It says “3”. With what probability is it one?",
        lambda: 0.08 / (0.08 + 0.09),
        "Yes: 0.08 of 0.17.",
        "lesson 01, section 4",
        (
            (lambda: 0.8, "This is p(“3” | 3), not p(3 | “3”)."),
            (lambda: 0.8 / 0.9, "The prior, one in ten, is missing."),
        ),
    ),
    Number(
        "normal",
        "$z\\sim\\mathcal N(2, 0.5^2)$. The variance of $2z+1$?",
        lambda: 1.0,
        "Yes: $2^2\\cdot0.25$.",
        "Bishop and Bishop, *Deep Learning*, chapter 2",
        (
            (lambda: 0.5, "Variances are multiplied by the square of the factor."),
            (lambda: 2.0, "A constant that is added changes no variance; 0.5 is not the variance."),
        ),
    ),
    Choice(
        "independent",
        "$x$ and $y$ are independent given $z$. What is $p(x, y\\mid z)$?",
        r"""
            * $p(x\mid z)\,p(y\mid z)$ | Yes.
            $p(x)\,p(y)$ | That is independence without z, another thing.
            $p(x\mid y)\,p(y\mid z)$ | Then x would not see z.
        """,
        "lesson 01, section 1",
    ),
    Number(
        "nats",
        "How many nats are 3 bits?",
        lambda: 3 * math.log(2),
        "Yes: one bit is log 2 of a nat.",
        "lesson 00, section 3",
        ((lambda: 3 / math.log(2), "The other way: a nat is the larger unit."),),
    ),
    Choice(
        "jensen",
        "$X$ is positive and varies. Compare $\\log\\mathbb E[X]$ with $\\mathbb E[\\log X]$.",
        r"""
            * The first is larger | Yes: the logarithm is concave.
            The second is larger | Try X = 1 or 3: log 2 is 0.69, the other mean 0.55.
            They are equal | Only if X does not vary.
        """,
        "lesson 02, section 5",
    ),
)
