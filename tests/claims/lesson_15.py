"""Claims of notebook 15: a VQ-VAE and two VAEs of bits, trained as there, under other seeds."""

import functools

import torch
from register import claim, digits

import vaeteach as vt
from vaeteach.machines import (
    average_posterior_codes,
    codes_of,
    encode_words,
    log_joint_table,
    perplexity,
    relaxed,
    revive_words,
    word_shares,
)
from vaeteach.widgets import ComposeCode


def fit(model, seed, epochs, **options):
    vt.fit(model, digits(), epochs=epochs, seed=seed, progress=False, **options)
    return model.requires_grad_(False)


@functools.cache
def words(seed):
    return fit(vt.build_vq_vae(digits(), seed=seed), seed, 30, objective=vt.straight_through)


@functools.cache
def second(seed, kind):
    """The same model with a prior learned afterwards."""
    model = words(seed)
    return fit(vt.VAE(model.encoder, model.decoder, kind(3, 16)), seed, 10)


@functools.cache
def bits(seed, objective):
    model = vt.build_bernoulli_vae(digits(), 12, learn_prior=False, seed=seed)
    return fit(model, seed, 30, objective=objective)


@functools.cache
def exact(model, part="test"):
    found = vt.exact_codes(model, getattr(digits(), part))
    return type(found)(*(float(values.mean()) for values in found))


@functools.cache
def dictionary(seed, start=1.0, restarts=False, **weights):
    """(perplexity, test bound) after a short training."""
    model = vt.build_vq_vae(digits(), seed=seed)
    model.encoder.codebook.words.data *= start

    def revive(step):
        if restarts and step % 20 == 0 and step < 200:
            revive_words(model, digits().train, seed=step)

    objective = functools.partial(vt.straight_through, **weights)
    fit(model, seed, 12, objective=objective, on_step=revive)
    shares = word_shares(encode_words(model, digits().train), 16)
    return float(perplexity(shares)), float(vt.elbo(model, digits().test).value.mean())


def marginal_kl(model):
    q = average_posterior_codes(model, digits().train)
    log_p = model.prior().log_prob(codes_of(model))
    return float((torch.special.xlogy(q, q) - q * log_p).sum())


@functools.cache
def swaps(seed):
    """(distance, promised change, true change) for each other word at each position."""
    model, x = words(seed), digits().test
    book, codes = model.encoder.codebook.words, encode_words(model, x)
    chosen = book[codes].requires_grad_()
    now = model.decoder.of_vectors(chosen.flatten(-2)).log_prob(x)
    (slope,) = torch.autograd.grad(now.sum(), chosen)
    step = book - chosen.detach().unsqueeze(-2)
    promised, true = (slope.unsqueeze(-2) * step).sum(-1), torch.zeros(len(x), 3, 16)
    for position in range(3):
        for word in range(16):
            other = codes.clone()
            other[:, position] = word
            true[:, position, word] = model.decode(other).log_prob(x) - now.detach()
    distance = step.norm(dim=-1)
    return distance[distance > 0], promised[distance > 0], true[distance > 0]


@claim("15", "promise-read", "Near words: the promise ranks exchanges well. The others: hardly.")
def promises_rank_nearby_exchanges(seed):
    distance, promised, true = swaps(seed)
    near = distance < distance.quantile(0.2)
    among = [torch.corrcoef(torch.stack([promised[i], true[i]]))[0, 1] for i in (near, ~near)]
    return among[0] > 0.7 and among[1] < 0.5


@claim("15", "promise-read", "Few exchanges are better; for many digits there is one.")
def few_exchanges_are_better(seed):
    _, promised, true = swaps(seed)
    helped = (true.view(-1, 45) > 0).any(1).float().mean()
    return float((true > 0).float().mean()) < 0.06 and 0.3 < float(helped) < 0.8


@claim("15", "promise-read", "The promise is too good nearly every time.")
def promises_are_too_good(seed):
    _, promised, true = swaps(seed)
    return float((true < promised).float().mean()) > 0.95


@claim("15", "variants-read", "Without commitment few words are reached, at a loss of nats.")
def without_commitment_few_words_are_reached(seed):
    healthy, bound = dictionary(seed)
    used, lost = dictionary(seed, commitment=0.0)
    return healthy > 14 and used < 9 and lost < bound - 1.5


@claim("15", "variants-read", "Words that stand still are used, and cost some nats.")
def still_words_cost_some_nats(seed):
    (_, bound), (used, lost) = dictionary(seed), dictionary(seed, codebook=0.0)
    return used > 11 and 0.2 < bound - lost < 3


@claim("15", "variants-read", "Words that start too far out die, and restarts bring them back.")
def restarts_bring_words_back(seed):
    far, cured = dictionary(seed, start=4.0), dictionary(seed, start=4.0, restarts=True)
    return far[0] < 6 and cured[0] > 14 and cured[1] > far[1] + 2


@claim("15", "gap-read", "In more than half of the cases the encoder misses the best code.")
def the_encoder_misses_the_best_code(seed):
    model, x = words(seed), digits().test
    best = log_joint_table(model, x).softmax(1).max(1).values
    gap = vt.exact_codes(model, x).gap
    missed = (gap > 1e-4 - best.log()).float().mean()
    return bool(missed > 0.5) and 1.5 < float(gap.mean()) < 2.7 and float(best.median()) < 0.5


@claim("15", "gap-read", "Most of the misses are by one word.")
def most_misses_are_by_one_word(seed):
    model, x = words(seed), digits().test
    best = codes_of(model)[log_joint_table(model, x).argmax(1)]
    away = (best != encode_words(model, x)).sum(1).bincount()
    return int(away[1]) > int(away[2:].sum())


@claim("15", "gain-read", "Independent words gain little, the sequence far more; tests gain less.")
def sequences_gain_far_more(seed):
    base = words(seed)
    gain = [
        [
            exact(second(seed, kind), part).elbo - exact(base, part).elbo
            for part in ("train", "test")
        ]
        for kind in (vt.IndependentWords, vt.AutoregressiveWords)
    ]
    return 0 < gain[0][0] < 0.35 * gain[1][0] and 0 < gain[1][1] < gain[1][0]


@claim("15", "gain-read", "log p(x) of test digits gains about as much as their bound.")
def evidence_gains_about_as_much(seed):
    before, after = exact(words(seed)), exact(second(seed, vt.AutoregressiveWords))
    evidence, bound = after.log_marginal - before.log_marginal, after.elbo - before.elbo
    return evidence > 0.2 and abs(evidence - bound) < 0.25


@claim("15", "frechet-read", "Samples of the sequence are nearer to test digits than uniform ones.")
def the_sequence_samples_better(seed):
    data, features = digits(), vt.DigitFeatures(digits())

    def distance(model, draw):
        codes = vt.draw(model.prior(), (len(data.train),), draw)
        pictures = vt.draw(model.decode(codes), seed=draw + 9)
        return vt.frechet_distance(features(pictures), features(data.test))

    uniform, sequence = (
        sum(distance(model, draw) for draw in range(3)) / 3
        for model in (words(seed), second(seed, vt.AutoregressiveWords))
    )
    return sequence < 0.8 * uniform


@claim("15", "routes-read", "By log p(x) the words win by a nat; their larger gap hides it.")
def the_bound_hides_the_lead_of_the_words(seed):
    here = exact(words(seed))
    others = [exact(bits(seed, objective)) for objective in (vt.leave_one_out, relaxed)]
    leads = all(here.log_marginal > other.log_marginal + 0.8 for other in others)
    hidden = all(other.gap < here.gap - 0.5 for other in others)
    return leads and hidden and here.elbo < others[0].elbo + 0.3


@claim(
    "15", "routes-read", "Less marginal KL is left for the prior of bits than for that of words."
)
def words_leave_more_to_the_second_stage(seed):
    left = marginal_kl(words(seed))
    return all(marginal_kl(bits(seed, o)) < 0.6 * left for o in (vt.leave_one_out, relaxed))


@functools.cache
def view(seed):
    kinds = {"independent words": vt.IndependentWords, "one after another": vt.AutoregressiveWords}
    priors = {name: second(seed, kind).prior for name, kind in kinds.items()}
    return ComposeCode(words(seed), {"uniform": words(seed).prior, **priors}, digits())


@claim("15", "view-try", "The same exchange of a word does other things beside other words.")
def a_word_has_no_meaning_by_itself(seed):
    pairs = torch.randint(16, (40, 2), generator=torch.Generator().manual_seed(seed))
    beside = torch.randint(16, (40, 2, 2), generator=torch.Generator().manual_seed(seed + 1))
    codes = torch.cat(
        [pairs.view(40, 1, 2, 1).expand(-1, 2, -1, -1), beside.unsqueeze(2).expand(-1, -1, 2, -1)],
        3,
    )
    pictures = words(seed).decode(codes[pairs[:, 0] != pairs[:, 1]]).mean
    changes = pictures[:, :, 1] - pictures[:, :, 0]
    return torch.cosine_similarity(changes[:, 0], changes[:, 1], dim=-1).median() < 0.75


@claim("15", "view-try", "Word 1 moves rows 2 and 3 of the sequence's table, and no other table.")
def word_1_moves_the_rows_below(seed):
    moved = {}
    for name in view(seed).priors:
        view(seed).prior.value, tables = name, []
        for word in (0, 5):
            view(seed).words[0].value = word
            tables.append(view(seed).state()["table"])
        moved[name] = (abs(tables[1] - tables[0]).max(1) > 0.01).tolist()
    still = moved["uniform"] == moved["independent words"] == [False] * 3
    return still and moved["one after another"] == [False, True, True]


@functools.cache
def composed(seed, cheap):
    """Of a code of dark or of white squares: bits, training digits with it, bits under uniform."""
    view(seed).prior.value = "one after another"
    for position, word in enumerate(view(seed).words):
        row = view(seed).state()["table"][position]
        word.value = int(row.argmax() if cheap else row.argmin())
    view(seed).state()
    bits, uses = view(seed).bits, view(seed).uses
    view(seed).prior.value = "uniform"
    view(seed).state()
    return bits, uses, view(seed).bits


@claim("15", "view-try", "The code of dark squares is cheap, and several training digits have it.")
def dark_squares_make_a_cheap_code_that_is_used(seed):
    bits, uses, uniform = composed(seed, True)
    return bits < uniform - 3 and uses > 3


@claim("15", "view-try", "The code of white squares is dear and unused, and 12 bits under uniform.")
def white_squares_make_a_dear_code_that_nobody_has(seed):
    bits, uses, uniform = composed(seed, False)
    return bits > uniform + 3 and uses == 0 and abs(uniform - 12) < 1e-4
