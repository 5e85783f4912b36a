"""Claims of notebook 00, whose model is trained for 60 epochs."""

import functools
import itertools
import math

import torch
from register import claim, digits, trained
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression

import vaeteach as vt
from vaeteach.widgets import LatentExplorer


def model_and_history(seed):
    return trained(seed, epochs=60)


@claim(
    "00", "train-read", "The training curve ends above the test curve, both far above coin flips."
)
def training_ends_above_test(seed):
    _, history = model_and_history(seed)
    coin = -digits().pixels * math.log(2)
    return history.last(split="train") > history.last() > coin + 20


@claim("00", "plane-read", "The cloud of codes is about as wide as the prior, and centred.")
def the_cloud_is_like_the_prior_in_two_moments(seed):
    found = vt.moments(model_and_history(seed)[0], digits().train)
    wide = (found.variance > 0.8).all() and (found.variance < 1.3).all()
    return bool(wide) and found.mean.abs().max() < 0.3


@claim("00", "conclusion", "A new digit's nearest neighbour mostly shows the same digit.")
def neighbours_show_the_same_digit(seed):
    model, data = model_and_history(seed)[0], digits()
    with torch.no_grad():
        distance = torch.cdist(model.encode(data.test).mean, model.encode(data.train).mean)
    return (data.train_labels[distance.argmin(1)] == data.test_labels).float().mean() > 0.5


@functools.cache
def classifier():
    return LogisticRegression(max_iter=300).fit(digits().train, digits().train_labels)


def confidence_in(pictures):
    """How sure a plain classifier is of the digit in each picture."""
    return torch.tensor(classifier().predict_proba(pictures)).max(1).values


@functools.cache
def draws(seed):
    """Of 500 draws of the prior: confidence, the neighbours' agreement, log q(z) / p(z)."""
    model, data = model_and_history(seed)[0], digits()
    z = vt.draw(model.prior(), (500,), seed=seed)
    with torch.no_grad():
        codes, pictures = model.encode(data.train).mean, model.decode(z).mean
        ratio = vt.AggregatePosterior(model, data.train).log_prob(z) - model.prior().log_prob(z)
    labels = data.train_labels[torch.cdist(z, codes).topk(15, largest=False).indices]
    agreement = (labels == labels.mode(1, keepdim=True).values).float().mean(1)
    return confidence_in(pictures), agreement, ratio


@claim("00", "sample-order-read", "Where neighbours agree, a classifier is surer of the picture.")
def agreement_goes_with_clear_pictures(seed):
    confidence, agreement, _ = draws(seed)
    order = agreement.argsort()
    return confidence[order[-100:]].mean() > confidence[order[:100]].mean() + 0.1


@claim("00", "sample-order-read", "Blends go with overlaps more than with holes.")
def overlap_matters_more_than_holes(seed):
    confidence, agreement, ratio = draws(seed)
    return spearmanr(confidence, agreement)[0] > spearmanr(confidence, ratio)[0] + 0.1


@claim(
    "00",
    "sample-order-read",
    "There are few holes: q < p / e^2 for less than a tenth of the draws.",
)
def few_draws_fall_into_holes(seed):
    return (draws(seed)[2] < -2).float().mean() < 0.1


@claim("00", "drag-try", "A picture that is no digit is very improbable under the whole model.")
def no_digit_is_improbable(seed):
    """Test digits whose pixels change places: as much ink, no digit."""
    model, x = model_and_history(seed)[0], digits().test[:100]
    order = torch.randperm(x.shape[1], generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        real, mixed = (vt.log_marginal(model, images) for images in (x, x[:, order]))
    return (mixed < real.quantile(0.05)).float().mean() > 0.95


@functools.cache
@torch.no_grad()
def between_clouds(seed):
    """Of the lines between the clouds of two digits: largest step of 60, least confidence."""
    model, data = model_and_history(seed)[0], digits()
    codes, share = model.encode(data.train).mean, torch.linspace(0, 1, 61)[:, None]
    middle = torch.stack([codes[data.train_labels == k].mean(0) for k in range(10)])
    found = []
    for i, j in itertools.combinations(range(10), 2):
        pictures = model.decode(middle[i] + share * (middle[j] - middle[i])).mean
        steps = pictures.diff(dim=0).abs().mean(1)
        found.append((steps.max() / steps.sum(), confidence_in(pictures).min()))
    return torch.tensor(found).T


@claim("00", "drag-try", "From cloud to cloud digits melt into each other: no step is a border.")
def digits_melt_into_each_other(seed):
    return between_clouds(seed)[0].max() < 0.1


@claim("00", "drag-try", "On the way there are pictures that are no digit.")
def on_the_way_are_pictures_of_no_digit(seed):
    return (between_clouds(seed)[1] < 0.6).float().mean() > 0.9


@claim("00", "drag-try", "The outermost circle, which a draw leaves once in 100, is on the plane.")
def one_can_go_outside_the_outermost_circle(seed):
    view = LatentExplorer(model_and_history(seed)[0], digits())
    radius = max(math.hypot(*point) for line in view.contours for point in line)
    outside = (vt.draw(view.model.prior(), (50_000,), seed=seed).norm(dim=1) > radius).float()
    return abs(outside.mean() - 0.01) < 0.002 and radius < view.limit - 1
