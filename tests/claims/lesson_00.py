"""Claims of notebook 00, whose model is trained for 60 epochs."""

import functools
import math

import torch
from register import claim, digits, trained
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression

import vaeteach as vt


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
def draws(seed):
    """Of 500 draws of the prior: confidence, the neighbours' agreement, log q(z) / p(z)."""
    model, data = model_and_history(seed)[0], digits()
    classifier = LogisticRegression(max_iter=300).fit(data.train.numpy(), data.train_labels.numpy())
    z = vt.draw(model.prior(), (500,), seed=seed)
    with torch.no_grad():
        codes, pictures = model.encode(data.train).mean, model.decode(z).mean
        ratio = vt.AggregatePosterior(model, data.train).log_prob(z) - model.prior().log_prob(z)
    labels = data.train_labels[torch.cdist(z, codes).topk(15, largest=False).indices]
    agreement = (labels == labels.mode(1, keepdim=True).values).float().mean(1)
    confidence = torch.tensor(classifier.predict_proba(pictures.numpy())).max(1).values
    return confidence, agreement, ratio


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
