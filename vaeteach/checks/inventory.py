"""The concept inventory: sixteen questions, asked before the course and after it.

Every wrong answer is a confusion that the course documents; what it `says` names the place.
"""

from .quiz import Choice

OCCASIONS = ("before", "after")
FIELDS = ("student", "occasion", "question", "option", "right")  # of the file with the answers

INVENTORY = (
    Choice(
        "what-is-the-prior",
        "What is the prior $p(z)$ of a VAE a distribution over?",
        r"""
            The weights of encoder and decoder | That is a Bayesian's prior (notebook 01).
            * The hidden cause of a single picture | Right.
            All that the encoder puts out for the training data | That is q(z) (notebook 06).
            The pixels of pictures that were not seen yet | That is p(x) (notebook 01).
        """,
        "notebook 01, section 3",
    ),
    Choice(
        "implied",
        "Prior, decoder and encoder of a VAE are given. Which of these could *still* be chosen?",
        r"""
            The posterior $p(z\mid x)$ | Implied by Bayes' rule (notebook 01).
            The evidence $p(x)$ | Implied, an integral (notebook 01).
            * None of the others | Right.
            The joint $p(x, z)$ | The product of prior and likelihood (notebook 12).
        """,
        "notebook 01, section 1",
    ),
    Choice(
        "washed-out",
        "You train on ten times as many pictures. What becomes of the prior's influence on the"
        " code $z$ of one picture?",
        r"""
            It falls to about a tenth | True of what all pictures share (notebook 12).
            * It stays much the same | Right.
            It grows, for the prior is charged ten times as often | Once a picture (FAQ 3).
            It vanishes: enough data always beat a prior | Shared parameters only (notebook 01).
        """,
        "notebook 01, section 3",
    ),
    Choice(
        "constant",
        "For which densities $q(z)$ is $\\log p(x) = \\mathbb E_{q(z)}[\\log p(x)]$ right?",
        r"""
            For the exact posterior only | Then the *bound* is tight (notebook 02).
            For the prior only | p(x) is an average over it, log p(x) is none (notebook 02).
            * For every density | Right.
            For none: it is an approximation | Nothing is approximated (notebook 02).
        """,
        "notebook 02, section 2",
    ),
    Choice(
        "left-out",
        "By how much is the ELBO of one picture below $\\log p(x)$?",
        r"""
            By the KL from $q(z\mid x)$ to the prior | This term is *in* it (notebook 02).
            * By the KL from $q(z\mid x)$ to the exact posterior | Right.
            By the error of the reconstruction | That is in the bound as well (notebook 02).
            By the noise of estimating it from one sample | Noise has mean zero (notebook 02).
        """,
        "notebook 02, section 3",
    ),
    Choice(
        "encoder-only",
        "Prior and decoder are frozen, the encoder is trained on, and the ELBO rises by one"
        " nat. The model's $\\log p(x)$ …",
        r"""
            rises by one nat | A larger ELBO is not a larger log p(x) (notebook 02).
            rises, but one cannot say by how much | No part of it has changed (notebook 02).
            * stays as it is | Right.
            falls, because the gap has shrunk | The gap shrinks towards it (notebook 02).
        """,
        "notebook 02, section 4",
    ),
    Choice(
        "sign",
        "What is $\\tfrac12\\sum(1+\\log\\sigma^2-\\mu^2-\\sigma^2)$?",
        r"""
            The KL from $q$ to $\mathcal N(0, I)$ | It is never positive (FAQ 6).
            * Minus that KL | Right.
            The KL from $\mathcal N(0, I)$ to $q$ | The other direction (notebook 03).
            The entropy of $q$ | The terms μ² and σ² are not in it (notebook 03).
        """,
        "notebook 03, section 2",
    ),
    Choice(
        "negative-log",
        "A training log shows a KL term of $-0.3$ nats, estimated from one sample for each"
        " picture. What does it prove?",
        r"""
            The sign of the term is wrong | Not with single samples (FAQ 6).
            * Nothing yet: single-sample estimates may be negative | Right.
            The prior is too narrow | Then the KL would be large (notebook 03).
            Float32 has underflowed | Rounding is far smaller (notebook 03).
        """,
        "notebook 03, section 5",
    ),
    Choice(
        "mean-of-pixels",
        "The cross-entropy is *averaged* over 784 pixels, the KL is summed over the latents."
        " What has been done?",
        r"""
            The loss was rescaled, which the step size absorbs | Only one term was (FAQ 1).
            * The KL has got the weight 784 | Right.
            The KL has got the weight 1/784 | The wrong way round (notebook 04).
            The bound is tighter, because the terms are of one size | It is no bound (FAQ 2).
        """,
        "notebook 04, section 4",
    ),
    Choice(
        "cut-gradient",
        "Somebody writes `q.sample()` in place of `q.rsample()`. What happens?",
        r"""
            PyTorch raises an error in `backward()` | It does not (notebook 04).
            The decoder stops learning | Its path is whole (notebook 04).
            * The encoder hears the KL only, and codes go empty | Right.
            Nothing, it is a matter of memory | The path to μ and σ is cut (FAQ 4).
        """,
        "notebook 04, section 2",
    ),
    Choice(
        "kl-while-training",
        "A VAE is trained from a fresh start. What does its mean KL term do?",
        r"""
            It falls towards zero, as every loss term does | The code is bought (notebook 04).
            * It rises and then levels off | Right.
            It stays: the likelihood does the learning | It pays for the code (notebook 04).
            It falls until the codes are normal | A zero KL is collapse (notebook 06).
        """,
        "notebook 04, section 1",
    ),
    Choice(
        "one-code",
        "In a well-trained VAE, $q(z\\mid x)$ of one picture, beside $\\mathcal N(0, I)$, is …",
        r"""
            about the same: that is what the KL enforces | Then it would say nothing (notebook 06).
            * narrow and away from the centre | Right.
            at the centre, but narrower | Few codes hold the centre (notebook 05).
            wider, because of the noise | The noise is less than the prior's (notebook 05).
        """,
        "notebook 06, section 1",
    ),
    Choice(
        "moments",
        "The means of all $q(z\\mid x)$ have variance 0.75 in a dimension. Which mean variance"
        " *within* the codes would give the average $q(z)$ the prior's variance of one?",
        r"""
            1 | The average is wide, the single code narrow (notebook 06).
            * 0.25 | Right.
            0.75 | Two parts add up (notebook 06).
            0.5, since standard deviations add up | Variances do (notebook 05).
        """,
        "notebook 06, section 3",
    ),
    Choice(
        "perfect-match",
        "The aggregate posterior matches the prior perfectly. What do you conclude?",
        r"""
            Training has succeeded | A collapsed model matches best (notebook 07).
            The encoder is exact | Sufficient is not necessary (notebook 06).
            * Nothing before I know what the codes tell | Right.
            Samples will be as good as the data | No place repairs a decoder (notebook 10).
        """,
        "notebook 07, section 2",
    ),
    Choice(
        "learned-scale",
        "You replace $\\mathcal N(0, I)$ by a Gaussian prior with learned mean and variances."
        " Latents are Gaussian, the layers beside them linear and free. What is gained?",
        r"""
            More distributions of pictures can be represented | Absorbed (notebook 08).
            A tighter bound at the optimum | The same bound can be had before (FAQ 9).
            * Nothing but perhaps another way through training | Right.
            A match of q(z) and p(z), which a fixed prior forbids | Rest gives it (notebook 08).
        """,
        "notebook 08, section 2",
    ),
    Choice(
        "new-picture",
        "You want a *new* digit from a trained VAE whose codes match the prior well. Draw $z$ …",
        r"""
            from $q(z\mid x)$ of a training picture | Its near relatives (FAQ 10).
            * from the prior | Right.
            as the mean of all codes | One picture, a blend (notebook 05).
            from wherever the prior is densest | Almost no sample is there (notebook 05).
        """,
        "notebook 10, section 1",
    ),
)
