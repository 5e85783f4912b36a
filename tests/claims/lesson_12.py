"""Claims of notebook 12 beside its ledger, whose verdicts are counted over seeds in the lesson."""

from register import claim, digits, trained

import vaeteach as vt


@claim("12", "figure-read", "At the end nearly the whole price of a code is paid for information.")
def the_price_is_paid_for_information(seed):
    split = vt.surgery(trained(seed, epochs=30)[0], digits().train)
    return split.mutual_information > 0.85 * split.mean_kl


@claim("12", "average-conditions-text", "A finite number of pictures leaves less than 0.03 nats.")
def own_pictures_leave_little(seed):
    import torch

    model, data = trained(seed, epochs=30)[0], digits()
    noise = torch.Generator().manual_seed(seed)
    own = torch.bernoulli(model.sample(len(data.train), seed=seed), generator=noise)
    grid = vt.posterior_grid(model, own, points=81)
    average = grid.log_density.logsumexp(0) - torch.tensor(len(own)).log()
    log_prior = model.prior().log_prob(grid.nodes.float()).reshape(average.shape)
    return float(((average + grid.log_weight).exp() * (average - log_prior)).sum()) < 0.03
