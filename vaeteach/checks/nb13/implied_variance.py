"""Exercise 13.3: which decoder variance a loss has chosen."""

from ..exercise import Exercise


def _losses(seed=0):
    return [(1, 1, 1.0), (64 + seed % 50, 2, 1.0), (784, 16, 0.001), (64, 8, 64 / (1437 + seed))]


def _variance(pixels, latents, kl_weight):
    return pixels * kl_weight / (2 * latents)


def _in_steps(pixels, latents, kl_weight):
    """Divide the loss by what stands before the summed KL; then a = 1 / (2 sigma^2)."""
    before_error, before_kl = 1 / pixels, kl_weight / latents
    a = before_error / before_kl
    return 1 / (2 * a)


implied_variance = Exercise(
    name="implied_variance",
    solution=_variance,
    inputs=_losses,
    praise="a loss that never mentions sigma has chosen it.",
    atol=1e-9,
    mistakes="""
        one half forgotten: pixels * kl_weight / latents
            Twice too large: the Gaussian log-likelihood has the squared error over 2 sigma^2.
        multiplied by two: 2 * pixels * kl_weight / latents
            Four times too large: 1 / (2 sigma^2) is what stands before the squared error, so
            sigma^2 is half of its inverse.
        the KL summed over the latents: pixels * kl_weight / 2
            That holds for a KL that is summed. This loss takes its mean over the latents as well,
            which divides it by D.
        the error summed over the pixels: kl_weight / (2 * latents)
            That holds for a squared error that is summed. A mean over the pixels makes it P times
            smaller, so the KL counts P times as much.
        the means cancel the wrong way: latents * kl_weight / (2 * pixels)
            Upside down: the mean over the pixels makes the *KL* count more, so P belongs on top.
        the weight upside down: pixels / (2 * latents * kl_weight)
            A larger weight on the KL acts like a larger variance; yours falls with it.
        the precision: 2 * latents / (pixels * kl_weight)
            This is 1 / sigma^2. The variance is asked for.
        sigma for sigma^2: _variance(pixels, latents, kl_weight) ** 0.5
            This is the standard deviation sigma; the variance is its square.
    """,
    also_right=(
        _in_steps,
        lambda pixels, latents, kl_weight: 0.5 * (kl_weight / latents) / (1 / pixels),
    ),
)
