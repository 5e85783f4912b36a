"""The race: `fit` against the recipe that everybody copies, in one process, on the same images and
widths.

    python benchmarks/training.py FOLDER [--seeds 3] [--threads 1] [--latents 2 20] [--report
    benchmarks/training.md] python benchmarks/training.py --live 7      # what the view LiveTraining
    costs the training that it shows

FOLDER holds the two published t10k files of MNIST: 8,000 images to train, 2,000 to test,
thresholded at 1/2. The usual recipe, written anew here, has the structure of PyTorch's own VAE
example: a DataLoader over items that are transformed one by one, a sigmoid and then
`binary_cross_entropy`, two heads, default Adam at 1e-3, batches of 128.
Both sides are judged by the same bound: `elbo` on the test images, the same noise, mean nats per
image. Both sides' times hold what a reader waits for: the training, and the test pass after each
epoch that both recipes make. Sprints of `fit` are run between the epochs of the usual recipe, so
that both meet the same neighbours on the machine.
"""

import argparse
import os
import platform
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from vaeteach import build_vae, elbo, fit, load
from vaeteach.distributions import gaussian
from vaeteach.models import VAE
from vaeteach.priors import StandardNormal

WIDTH, USUAL_BATCH, USUAL_RATE, USUAL_EPOCHS = 400, 128, 1e-3, 10
# What `fit` is tuned to for these widths, found on another seed than those that are raced.
# to the bound that the usual recipe has after 10 epochs
SPRINT = dict(epochs=2, batch_size=64, lr=1e-2)
LONG = dict(epochs=10, batch_size=64, lr=1e-2)  # in a quarter of the usual recipe's 40 epochs
RUN = 3  # epochs of one turn when throughput is measured
ACTIVATIONS = {2: nn.ReLU, 20: nn.SiLU}


class Pictures(Dataset):
    """Bytes to a PIL image, a float tensor, binary pixels: item by item, as torchvision's MNIST and
    ToTensor do.
    """

    def __init__(self, images, labels):
        self.images = (images.reshape(-1, 28, 28) * 255).round().to(torch.uint8)
        self.labels = labels
        self.transforms = [self.to_tensor, lambda x: (x >= 0.5).float()]

    def __len__(self):
        return len(self.images)

    def __getitem__(self, row):
        item, label = self.images[row], int(self.labels[row])
        item = Image.fromarray(item.numpy())
        for transform in self.transforms:
            item = transform(item)
        return item, label

    @staticmethod
    def to_tensor(picture):
        array = torch.from_numpy(np.array(picture, copy=True))
        array = (
            array.view(picture.size[1], picture.size[0], len(picture.getbands()))
            .permute(2, 0, 1)
            .contiguous()
        )
        return array.to(torch.float32).div(255)


class UsualVAE(nn.Module):
    """784-400-(D, D) and D-400-784 with ReLU, probabilities out."""

    def __init__(self, latent_dim):
        super().__init__()
        self.fc1 = nn.Linear(784, WIDTH)
        self.mean_head, self.logvar_head = (
            nn.Linear(WIDTH, latent_dim),
            nn.Linear(WIDTH, latent_dim),
        )
        self.fc3, self.fc4 = nn.Linear(latent_dim, WIDTH), nn.Linear(WIDTH, 784)

    def encode(self, x):
        h = F.relu(self.fc1(x))
        return self.mean_head(h), self.logvar_head(h)

    def logits(self, z):
        return self.fc4(F.relu(self.fc3(z)))

    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, 784))
        std = torch.exp(0.5 * logvar)
        z = mu + torch.randn_like(std) * std
        return torch.sigmoid(self.logits(z)), mu, logvar


def usual_loss(recon, x, mu, logvar):
    bce = F.binary_cross_entropy(recon, x.view(-1, 784), reduction="sum")
    return bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


def usual_epoch(model, loader, optimizer):
    model.train()
    total = 0.0
    for x, _ in loader:
        optimizer.zero_grad()
        recon, mu, logvar = model(x)
        loss = usual_loss(recon, x, mu, logvar)
        loss.backward()
        total += loss.item()
        optimizer.step()
    return total / len(loader.dataset)


@torch.no_grad()
def usual_test(model, loader):
    model.eval()
    total = 0.0
    for x, _ in loader:
        recon, mu, logvar = model(x)
        total += usual_loss(recon, x, mu, logvar).item()
    return total / len(loader.dataset)


def as_vae(model, latent_dim):
    """The same weights behind our interface, so that one function measures both."""
    from torch.distributions import Bernoulli, Independent

    vae = VAE(
        lambda x: gaussian(*model.encode(x)),
        lambda z: Independent(Bernoulli(logits=model.logits(z), validate_args=False), 1),
        StandardNormal(latent_dim),
    )
    return vae


def test_bound(model, data, draws=10):
    """Mean test bound in nats per image, the same `draws` noises for everybody."""
    with torch.no_grad():
        return sum(float(elbo(model, data.test, seed=s).value.mean()) for s in range(draws)) / draws


def clock():
    """Wall and processor seconds: the second also counts on a machine that others use."""
    return np.array([time.perf_counter(), time.process_time()])


def usual_recipe(data, latent_dim):
    """Model, optimiser, and the loaders of both parts."""
    model = UsualVAE(latent_dim)
    train = DataLoader(
        Pictures(data.train, data.train_labels), batch_size=USUAL_BATCH, shuffle=True
    )
    test = DataLoader(Pictures(data.test, data.test_labels), batch_size=USUAL_BATCH)
    return model, torch.optim.Adam(model.parameters(), lr=USUAL_RATE), train, test


def race(data, latent_dim, seed, epochs, sprints=3):
    """One seed: {"usual": {epoch: (seconds, bound)}, "sprint": (median seconds, bound), "long":
    (seconds, bound)}.

    Seconds are (wall, processor). The usual recipe's first epochs are interrupted by the sprints,
    its later ones by the long run, neither on its clock; `test_bound`, the common measure, is on
    nobody's.
    """
    torch.manual_seed(seed)
    model, optimizer, train, test = usual_recipe(data, latent_dim)
    seconds, result, sprint = np.zeros(2), {"usual": {}}, []
    breaks = {round((i + 1) * USUAL_EPOCHS / (sprints + 1)) for i in range(sprints)}
    for epoch in range(1, epochs + 1):
        start = clock()
        usual_epoch(model, train, optimizer)
        usual_test(model, test)
        seconds = seconds + clock() - start
        if epoch in (USUAL_EPOCHS, epochs):
            result["usual"][epoch] = (seconds, test_bound(as_vae(model, latent_dim), data))
        state = torch.get_rng_state()
        if epoch in breaks:
            sprint.append(run_fit(data, latent_dim, seed, SPRINT))
        if epoch == (USUAL_EPOCHS + epochs) // 2:
            result["long"] = run_fit(data, latent_dim, seed, LONG)
        torch.set_rng_state(state)
    result["sprint"] = np.median([taken for taken, _ in sprint], 0), sprint[0][1]
    return result


def run_fit(data, latent_dim, seed, settings):
    """Seconds (wall, processor) of everything, building included, and the test bound."""
    start = clock()
    activation = ACTIVATIONS.get(latent_dim, nn.ReLU)
    model = build_vae(data, latent_dim, hidden=(WIDTH,), activation=activation, seed=seed)
    fit(model, data, seed=seed, progress=False, **settings)
    return clock() - start, test_bound(model, data)


def lean_recipe(data, latent_dim, seed, epochs=USUAL_EPOCHS):
    """The usual recipe without its waste: seconds (wall, processor) and the test bound.

    The same network, loss, batches and Adam, but the images lie in memory as one tensor, nothing is
    transformed by items, and no number is read in a step.
    """
    torch.manual_seed(seed)
    model, start = UsualVAE(latent_dim), clock()
    optimizer = torch.optim.Adam(model.parameters(), lr=USUAL_RATE)
    for _ in range(epochs):
        for x in data.train[torch.randperm(len(data.train))].split(USUAL_BATCH):
            optimizer.zero_grad()
            recon, mu, logvar = model(x)
            usual_loss(recon, x, mu, logvar).backward()
            optimizer.step()
        with torch.no_grad():
            for x in data.test.split(USUAL_BATCH):
                recon, mu, logvar = model(x)
                usual_loss(recon, x, mu, logvar)
    return clock() - start, test_bound(as_vae(model, latent_dim), data)


def default_fit(data, latent_dim, seed, epochs=2):
    """`fit` and `build_vae` with all their defaults but the width: seconds and the test bound."""
    start = clock()
    model = build_vae(data, latent_dim, hidden=(WIDTH,), seed=seed)
    fit(model, data, epochs, seed=seed, progress=False)
    return clock() - start, test_bound(model, data)


def lean_race(data, a):
    """Lines of the table: defaults of `fit` against the lean baseline, in turns in one run."""
    lines = [
        "| D | seed | lean, 10 epochs | its bound | `fit` by default, 2 epochs | its bound | reached"
        " | ratio of times |",
        "|---|---|---|---|---|---|---|---|",
    ]
    torch.set_num_threads(1)
    # what the first use imports is on nobody's clock
    torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))])
    print(*lines, sep="\n", flush=True)
    for latent_dim in a.latents:
        for seed in range(1, a.seeds + 1):
            before = default_fit(data, latent_dim, seed)
            lean_time, lean_bound = lean_recipe(data, latent_dim, seed)
            after, bound = default_fit(data, latent_dim, seed)
            taken = (before[0] + after) / 2
            lines.append(
                f"| {latent_dim} | {seed} | {both(lean_time)} | {lean_bound:.1f} | {both(taken)} |"
                f" {bound:.1f} | {'yes' if bound >= lean_bound else 'no'} |"
                f" {both(lean_time / taken)} |"
            )
            print(lines[-1], flush=True)
    return lines


def throughput(data, latent_dim, rounds):
    """Seconds a training epoch at one batch size, no tests, in turns.

    {name: (rounds, 2)} for the usual recipe ("usual") and for `fit`.
    """
    model, optimizer, loader, _ = usual_recipe(data, latent_dim)
    vae = build_vae(data, latent_dim, hidden=(WIDTH,), activation=nn.ReLU)

    def usual():
        for _ in range(RUN):
            usual_epoch(model, loader, optimizer)

    def ours():
        fit(vae, data.train, RUN, batch_size=USUAL_BATCH, lr=USUAL_RATE, progress=False)

    ways = {"usual": usual, "fit": ours}
    seconds = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name in list(ways) if turn % 2 else reversed(ways):
            start = clock()
            ways[name]()
            if turn:  # the first turn warms up
                seconds[name].append((clock() - start) / RUN)
    return {name: np.array(rows) for name, rows in seconds.items()}


def matmul_rate(batch, rounds=60):
    """GFLOP/s (wall, processor) of the three products with the large matrices, on the shapes of one
    step.
    """
    x, h, weight, back = (
        torch.rand(*shape) for shape in ((batch, 784), (batch, WIDTH), (WIDTH, 784), (batch, 784))
    )
    best = np.full(2, np.inf)
    for _ in range(rounds):
        start = clock()
        for _ in range(4):
            x @ weight.T, h @ weight, back @ weight.T, back.T @ h, h.T @ x
        best = np.minimum(best, clock() - start)
    return 4 * 5 * 2 * batch * 784 * WIDTH / best / 1e9


def work(images, latent_dim):
    """Floating-point operations of one epoch in matrix products: forward, and backward without the
    pixels' gradient.
    """
    large, small = 784 * WIDTH, WIDTH * 3 * latent_dim
    return 2 * images * (large * 5 + small * 3)


HEAD = """# The race: `fit` against the usual recipe

Repeat with `python benchmarks/training.py FOLDER --report benchmarks/training.md`, where FOLDER holds the two
published t10k files of MNIST, and the line on the live view with `python benchmarks/training.py --live 7`.

* **Images**: 8,000 to train and 2,000 to test, thresholded at 1/2, widths 784-400-D-400-784.
* **Usual recipe**, written anew with the structure of PyTorch's own VAE example: a `DataLoader` over items
  transformed one by one (PIL, to tensor, divide by 255, threshold), sigmoid and then `binary_cross_entropy`, two
  heads, `Adam(lr=1e-3)`, batch 128, ReLU, `.item()` in each step, a test pass after each epoch.
* **`fit`**: the data resident as one tensor, logits, one head, fused Adam, `start_from_mean`, a rate that warms up
  and falls along a cosine; batch 64 and peak rate 1e-2, tuned together on a seed that is not raced; ReLU for D = 2,
  SiLU for D = 20. The race is in float32 throughout.
* **Measure**: `elbo` on the test images, mean of ten noises that are the same for both, nats per image. Its
  computation is on nobody's clock.
* **Times** hold all that a reader waits for: training, the test pass after each epoch that both make, and for `fit`
  also building the model, checking the data and keeping snapshots. Sprints are run between the epochs of the usual
  recipe, three times, and their median is taken. Wall seconds, in brackets the processor seconds of the process:
  where other programs use the machine, the second is the steadier one.
* **Throughput**: training epochs at batch 128, without tests, in turns; median of the ratios, with one thread and
  with as many as there are cores. The last column: the rate of matrix products in `fit` beside the best rate that the same
  products reach alone, on the same shapes, at that moment.
* **Lean baseline**: the usual network, loss, batch and Adam, with the images in memory as one tensor and nothing
  transformed by items. Beside it `fit` and `build_vae` with all their defaults but the width. `--lean` runs only this.

"""

LIVE = """
import statistics, time
from vaeteach import fit, load
from vaeteach.widgets import LiveTraining

data, plain, live, rate, cost = load("digits").binarized(), [], [], [], []
for turn in range(ROUNDS + 1):
    view = LiveTraining(data)
    settings = dict(epochs=view._epochs, batch_size=view._batch_size, lr=view.rate.value)
    def alone():
        start = time.perf_counter()
        fit(view.model, data, objective=view._objective, progress=False, on_step=lambda step: False, **settings)
        return time.perf_counter() - start
    def watched():
        view.reset()
        before, start = view.updates, time.perf_counter()
        view.start()
        view.wait()
        return time.perf_counter() - start, view.updates - before
    if turn % 2:
        (taken, updates), without = watched(), alone()
    else:
        without, (taken, updates) = alone(), watched()
    if turn:
        plain.append(without); live.append(taken); rate.append(updates / taken)
        for _ in range(20):
            start = time.thread_time()
            view._picture(1.0)
            cost.append(time.thread_time() - start)
slower = sorted(b / a - 1 for a, b in zip(plain, live))
print(f"LiveTraining, {len(plain)} runs in turns: {statistics.median(rate):.1f} updates/s, training takes "
      f"{100 * statistics.median(slower):+.0f} % (median of the ratios; from {100 * slower[0]:+.0f} to "
      f"{100 * slower[-1]:+.0f} %); "
      f"one update costs {1000 * statistics.median(cost):.1f} ms of processor time")
"""


def live(rounds):
    """The live view in a kernel: updates a second, and how much longer the same training takes with
    it.
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(LIVE.replace("ROUNDS", str(rounds)))]
    )
    NotebookClient(notebook, timeout=1200, kernel_name="python3").execute()
    return "".join(output.get("text", "") for output in notebook.cells[0].outputs).strip()


def measure(data, a):
    """All tables, printed as they come; returns their lines."""
    lines = [f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}; load average at the start "
             f"{os.getloadavg()[0]:.1f}. Times: wall (processor) seconds. Threads in the race: {a.threads}.",
             ""]  # fmt: skip
    torch.set_num_threads(a.threads)

    def say(line):
        lines.append(line)
        print(line, flush=True)

    print(*lines, sep="\n", flush=True)
    say(
        "| D | seed | usual, 10 epochs | its bound | `fit` sprint | its bound | reached | ratio of"
        " times |"
    )
    say("|---|---|---|---|---|---|---|---|")
    summary = []
    for latent_dim in a.latents:
        rows = []
        for seed in range(1, a.seeds + 1):
            done = race(data, latent_dim, seed, a.epochs)
            (usual_time, usual_bound), (taken, bound) = done["usual"][USUAL_EPOCHS], done["sprint"]
            ratio, reached = usual_time / taken, "yes" if bound >= usual_bound else "no"
            rows.append((ratio, done))
            say(
                f"| {latent_dim} | {seed} | {both(usual_time)} | {usual_bound:.1f} | {both(taken)}"
                f" | {bound:.1f} | {reached} | {both(ratio)} |"
            )
        summary.append((latent_dim, rows))
    say("")
    say(
        f"| D | seed | usual, {a.epochs} epochs | its bound | `fit` long | its bound | no worse |"
        " share of its time |"
    )
    say("|---|---|---|---|---|---|---|---|")
    for latent_dim, rows in summary:
        for seed, (_, done) in enumerate(rows, 1):
            (usual_time, usual_bound), (taken, bound) = done["usual"][a.epochs], done["long"]
            say(
                f"| {latent_dim} | {seed} | {both(usual_time)} | {usual_bound:.1f} | {both(taken)}"
                f" | {bound:.1f} | {'yes' if bound >= usual_bound else 'no'} |"
                f" {both(taken / usual_time)} |"
            )
    say("")
    say(
        "| D | threads | usual, an epoch at batch 128 | `fit`, the same | throughput | its range |"
        " of the matmul rate |"
    )
    say("|---|---|---|---|---|---|---|")
    for threads in sorted({1, os.cpu_count()}):
        torch.set_num_threads(threads)
        for latent_dim in a.latents:
            seconds, machine = throughput(data, latent_dim, rounds=7), matmul_rate(USUAL_BATCH)
            ours, ratios = np.median(seconds["fit"], 0), seconds["usual"] / seconds["fit"]
            rate = work(len(data.train), latent_dim) / ours / 1e9
            say(
                f"| {latent_dim} | {threads} | {both(np.median(seconds['usual'], 0))} |"
                f" {both(ours)} | {both(np.median(ratios, 0))} |"
                f" {ratios[:, 0].min():.2f} to {ratios[:, 0].max():.2f} |"
                f" {rate[0]:.0f} of {machine[0]:.0f} GFLOP/s |"
            )
    say("")
    for latent_dim, rows in summary:
        ratios = np.array([row[0] for row in rows])
        say(f"D = {latent_dim}: median ratio of times {both(np.median(ratios, 0))}, "
            f"from {both(ratios.min(0))} to {both(ratios.max(0))}.")  # fmt: skip
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", type=Path, nargs="?", help="with the t10k files of MNIST; the race needs it"
    )
    parser.add_argument(
        "--live",
        type=int,
        metavar="ROUNDS",
        help="measure the view LiveTraining instead of the race",
    )
    parser.add_argument(
        "--lean", action="store_true", help="only the race of the defaults with the lean baseline"
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1, help="of the race")
    parser.add_argument("--latents", type=int, nargs="+", default=[2, 20])
    parser.add_argument(
        "--epochs", type=int, default=40, help="length of the usual recipe's long run"
    )
    parser.add_argument("--report", type=Path)
    a = parser.parse_args()
    if a.live:
        print(live(a.live))
        return
    if a.folder is None:
        parser.error("the race needs the folder of the published t10k files")
    data = load("mnist", folder=a.folder, small=True).binarized()
    if a.lean:
        lean_race(data, a)
        return
    lines = [*lean_race(data, a), "", *measure(data, a)]
    if a.report:
        a.report.write_text(HEAD + "\n".join(lines) + "\n")


def both(pair, digits=2):
    return f"{pair[0]:.{digits}f} ({pair[1]:.{digits}f})"


if __name__ == "__main__":
    main()
