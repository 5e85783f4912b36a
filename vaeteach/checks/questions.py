"""The self-test of notebook 12: twelve questions, an answer to every wrong one, and where."""

import math

import torch

from ..distributions import kl_standard_normal
from .nb02.gap_from_weights import gap_from_weights
from .nb03.kl_between_normals import kl_between_normals
from .nb06.total_variance import total_variance
from .quiz import Choice, Code, Number

QUESTIONS = (
    Choice(
        "prior-of-what",
        "In a VAE, the prior $p(z)$ is a distribution over …",
        r"""
            the weights of the networks | That is a Bayesian's prior $p(\theta)$, another object.
            * the latent causes of single pictures | Yes: each picture has its own $z$.
            the pixels | Over pixels stands the evidence $p(x)$, which the model implies.
            the encoder's outputs | The encoder's outputs follow $q$; the prior is there before any
                picture.
        """,
        "notebook 01, section 3",
    ),
    Choice(
        "own-expectation",
        "Why may we write $\\log p(x) = \\mathbb E_{q(z)}[\\log p(x)]$?",
        r"""
            Because q is close to the posterior | It holds for every $q$, a bad one too.
            * Because log p(x) does not contain z | Yes: a constant is its own mean.
            Because of Jensen's inequality | Jensen gives an inequality; this is an equality.
            Because x is averaged over the data | The picture $x$ is held fixed; the mean runs over
                $z$.
        """,
        "notebook 02, section 2",
    ),
    Number(
        "kl-value",
        "What is $\\mathrm{KL}\\big(\\mathcal N(1, 0.5^2)\\,\\|\\,\\mathcal N(0, 1)\\big)$ in nats,"
        " to two digits?",
        lambda: kl_standard_normal(torch.tensor(1.0), torch.tensor(2 * math.log(0.5))).item(),
        "Yes: one half of $\\mu^2 + \\sigma^2 - 1 - \\log\\sigma^2$.",
        "notebook 03, section 1",
        (
            (
                lambda: -0.5 * (1 + 0.25 - 1 - math.log(0.25)),
                "The sign is flipped: a KL is never negative.",
            ),
            (lambda: 1 + 0.25 - 1 - math.log(0.25), "The factor one half is missing."),
            (
                lambda: 0.5 * (1 + 0.5 - 1 - math.log(0.5)),
                "You took the standard deviation for the variance.",
            ),
            (lambda: 0.5 * (1 / 0.25 + 4 - 1 + math.log(0.25)), "The two Gaussians are swapped."),
        ),
    ),
    Code(
        "kl-code",
        "Write the KL of $q = \\mathcal N(\\mu, \\mathrm{diag}\\,e^{v})$ from a learned prior of"
        " the same family for each image: `mu` and `logvar` are (B, D), the prior's two (D,).",
        ("mu", "logvar", "prior_mu", "prior_logvar"),
        kl_between_normals,
        "notebook 03, section 1",
    ),
    Choice(
        "gap",
        "The ELBO of one picture equals $\\log p(x)$ exactly when …",
        r"""
            training has converged | A converged model still has a gap if $q$'s family is too small.
            q(z|x) equals the prior | Then the KL term is zero, and the code says nothing.
            * q(z|x) equals p(z|x) | Yes: the gap is KL of $q$ from the exact posterior.
            q(z) equals p(z) | That is about the average over pictures; the gap is about each of
                them.
        """,
        "notebook 02, section 6",
    ),
    Choice(
        "each-or-average",
        "In a well trained VAE, what looks like the prior?",
        r"""
            each q(z|x) | Each is narrow: it has to say which picture it was.
            * the average of q(z|x) over the data | Yes, roughly.
            both | If each did, no code would say anything: posterior collapse.
            neither | The average does, roughly; the marginal KL says how closely.
        """,
        "notebook 06, section 1",
    ),
    Code(
        "variance-code",
        "Write the variance of the aggregate posterior in each dimension, from `mu` and `logvar`"
        " (the log of the variance), both (N, D).",
        ("mu", "logvar"),
        total_variance,
        "notebook 06, section 2",
    ),
    Number(
        "information-limit",
        "A data set has $N = 1000$ pictures. At most how many nats can a code tell about which of"
        " them it came from?",
        lambda: math.log(1000),
        "Yes, $\\log N$: then every picture has a region of codes for itself.",
        "notebook 06, section 3",
        (
            (lambda: math.log2(1000), "This is in bits; in nats it is the natural logarithm."),
            (lambda: math.log10(1000), "This is the logarithm to base ten."),
            (lambda: 1000.0, "As many codes, yes, but information is counted in logarithms."),
        ),
    ),
    Choice(
        "mismatch",
        "The aggregate posterior is far wider than the prior, reconstructions are sharp, samples"
        " from the prior poor. What do you suspect first?",
        r"""
            posterior collapse | Then the codes would be *inside* the prior and the pictures
                blurred.
            * the KL counts too little | Yes: β near zero, or a loss that was averaged.
            too few latents | Then the reconstructions could not be sharp.
            a learning rate of 1 | Numbers that are not finite, and no sharp reconstructions.
        """,
        "notebook 07, section 5",
    ),
    Choice(
        "absorb",
        "You replace $\\mathcal N(0, I)$ by a learned $\\mathcal N(m, \\mathrm{diag}\\,s^2)$ in a"
        " VAE with affine layers beside the latents. What can the new model represent?",
        r"""
            more distributions of pictures | The layers beside the latents can undo $m$ and $s$
                exactly.
            * the same distributions of pictures | Yes: the parameters are redundant.
            fewer distributions of pictures | With $m = 0$, $s = 1$ it is the old model, so never
                fewer.
        """,
        "notebook 08, section 2",
    ),
    Choice(
        "bits",
        "And with latents that are bits, and a learned prior in place of probability 1/2?",
        r"""
            the same: the layers absorb it | Renaming codes keeps their probabilities, so nothing
                can.
            * more, but it helps only where fair bits are a poor code | Yes: on balanced digits
                nothing was lost; with a rare cause and one bit it was.
            always a better likelihood | On balanced digits no difference could be measured.
        """,
        "notebook 11, section 5",
    ),
    Code(
        "evidence-code",
        "`log_w` holds $\\log\\frac{p(x, z_k)}{q(z_k\\mid x)}$ of K samples for each of B"
        " pictures, shape (K, B), some near $-900$. Estimate the gap of the ELBO,"
        " $\\mathrm{KL}(q\\,\\|\\,p(z\\mid x))$, for each picture.",
        ("log_w",),
        gap_from_weights,
        "notebook 02, section 5",
    ),
)
