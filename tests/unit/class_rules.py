"""What each method does to a network that classifies, by its authors' rule, in other words.

The methods' own code is not used here; fresh networks and seeds of random numbers are.
"""

import math

import torch

from regression_unlearning.models.modules.activations import penultimate
from regression_unlearning.training.seeds import seed_for

C, RATE = 3, 0.01
#: SalUn's. An LSTM's two biases have equal gradients: a share of 0.4 would cut between such twins,
#: and which of them moves would be a matter of rounding.
SHARE = 0.4035
#: Two steps, each over all rows.
FIT = {"epochs": 2, "learning_rate": RATE, "batch_size": 1000}


def logits(model, task, rows):
    return model(task.data.batch(rows))


def shares(z):
    risen = (z - z.max(1, keepdim=True).values).exp()
    return risen / risen.sum(1, keepdim=True)


def entropy(z, y):
    """Cross-entropy of each row."""
    return -shares(z).gather(1, y.long()[:, None])[:, 0].log()


def loss(task, rows, target=None):
    """Mean cross-entropy over rows, of a model."""
    y = (task.data.target if target is None else target)[rows]
    return lambda model: entropy(logits(model, task, rows), y).mean()


def divergence(task, teacher, rows, temperature):
    """Mean over rows of KL(teacher || model), of a model."""
    with torch.no_grad():
        p = shares(logits(teacher, task, rows) / temperature)

    def of(model):
        q = shares(logits(model, task, rows) / temperature)
        return (p * (p / q).log()).sum(1).mean()

    return of


def adam(model, losses, moves=None):
    """A step of Adam down each loss; `moves`: for each parameter 0 where it is held still."""
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    for one in losses:
        optimiser.zero_grad()
        one(model).backward()
        for name, weight in model.named_parameters():
            if moves is not None:
                weight.grad = weight.grad * moves[name]
        optimiser.step()
    return model


def last(model, layers):
    """1 for every parameter of the last named layers."""
    names = tuple(f"{layer}." for layer in model.layers[-layers:])
    return {name: float(name.startswith(names)) for name, _ in model.named_parameters()}


def relabelled(task):
    """Every forget row gets one of the other classes."""
    target, generator = task.data.target.clone(), torch.Generator()
    generator.manual_seed(seed_for(task.seed, "labels"))
    step = 1 + torch.randint(C - 1, (len(task.forget),), generator=generator)
    target[task.forget] = (target[task.forget] + step) % C
    assert (target[task.forget] != 0).all()
    return target


def bad_teacher(model, task, original):
    random, n, m = task.new_model("bad teacher"), len(task.forget), len(task.retain)
    bad = divergence(task, random, task.forget, 2)
    good = divergence(task, original, task.retain, 2)
    # the factor 4, by which Adam steps the same, makes rounding comparable
    return adam(model, 2 * [lambda one: 4 * (n * bad(one) + m * good(one)) / (n + m)])


def eu_k(model, task, original):
    fresh = dict(task.new_model("fresh layers").named_parameters())
    moves = last(model, 2)
    for name, weight in model.named_parameters():
        weight.data = fresh[name].data if moves[name] else weight.data
    return adam(model, 2 * [loss(task, task.retain)], moves)


def l1_sparse(model, task, original):
    def at(gamma):
        def both(one):
            size = sum(weight.abs().sum() for weight in one.parameters())
            return loss(task, task.retain)(one) + gamma * size

        return both

    return adam(model, [at(0.01 * (1 - epoch / 2)) for epoch in (0, 1)])


def neggrad(model, task, original):
    kept, lost = loss(task, task.retain), loss(task, task.forget)
    adam(model, 30 * [lambda one: 0.05 * kept(one) - 0.95 * lost(one)])
    assert lost(model) > 1.5 * math.log(C)  # far above that of a guess: nothing caps it
    return model


def noisy(model, task, original):
    weights = list(model.parameters())
    length = sum(weight.square().sum() for weight in weights).sqrt()
    for weight in weights:
        weight.data = weight.data * (1 / length).clamp(max=1)
    for _ in range(2):
        slopes = torch.autograd.grad(loss(task, task.retain)(model), weights)
        length = sum(slope.square().sum() for slope in slopes).sqrt()
        for weight, slope in zip(weights, slopes, strict=True):
            weight.data = weight.data - RATE * (
                (0.05 / length).clamp(max=1) * slope + 5 * weight.data
            )
    return adam(model, 2 * [loss(task, task.retain)])


def marked(model, task, share):
    """1 for the share of weights with the largest gradients of the forget loss."""
    slopes = torch.autograd.grad(loss(task, task.forget)(model), list(model.parameters()))
    sizes = torch.cat([slope.flatten() for slope in slopes]).abs()
    order = sizes.argsort(descending=True, stable=True)
    top, rest = order.tensor_split([round(share * len(sizes))])
    assert sizes[top[-1]] > 1.001 * sizes[rest[0]], "rounding would decide which weights move"
    marks = torch.zeros(len(sizes)).index_fill(0, top, 1.0)
    parts = marks.split([slope.numel() for slope in slopes])
    return {
        name: part.view_as(weight)
        for (name, weight), part in zip(model.named_parameters(), parts, strict=True)
    }


def salun(model, task, original):
    moves = marked(model, task, SHARE)
    return adam(model, 2 * [loss(task, task.train, relabelled(task))], moves)


def scrub(model, task, original):
    away = divergence(task, original, task.forget, 4)
    near = divergence(task, original, task.retain, 4)
    kept = loss(task, task.retain)
    steps = [lambda one: -16 * away(one), lambda one: 0.99 * kept(one) + 0.5 * 16 * near(one)]
    return adam(model, 2 * steps)


def per_row(model, task, rows, value, of):
    """Mean over rows of a function of each row's own gradient."""
    total = [torch.zeros_like(weight) for weight in model.parameters()]
    for row in rows.split(1):
        z = logits(model, task, row)
        found = torch.autograd.grad(value(z, task.data.target[row]), list(model.parameters()))
        total = [whole + of(one) / len(rows) for whole, one in zip(total, found, strict=True)]
    return total


def dampened(value, of):
    def run(model, task, original):
        forget, overall = (
            per_row(model, task, rows, value, of) for rows in (task.forget, task.train)
        )
        for weight, lost, whole in zip(model.parameters(), forget, overall, strict=True):
            chosen = lost > 1.5 * whole
            factor = torch.where(chosen, (0.5 * whole / lost).clamp(max=1), 1.0)
            weight.data = weight.data * factor
        return model

    return run


def fisher(model, task, original):
    rows = task.retain
    known = [torch.zeros_like(weight) for weight in model.parameters()]
    for row in rows.split(1):
        z = logits(model, task, row)
        p = shares(z)[0].tolist()
        for y in range(C):
            value = entropy(z, torch.tensor([y]))
            found = torch.autograd.grad(value, list(model.parameters()), retain_graph=True)
            known = [a + p[y] * b.square() / len(rows) for a, b in zip(known, found, strict=True)]
    generator = torch.Generator().manual_seed(seed_for(task.seed, "noise"))
    for weight, one in zip(model.parameters(), known, strict=True):
        noise = torch.randn(weight.shape, generator=generator)
        weight.data = weight.data + (1e-6 / one).sqrt().clamp(max=0.05) * noise
    return model


def influence(model, task, original):
    """Newton's step of multinomial regression on what the last layer reads (Guo et al., Eq. 3)."""
    with penultimate(model) as seen:
        logits(model, task, task.train)
    x = torch.zeros(len(task.data.target), seen["activation"].shape[1] + 1)
    x[task.train] = torch.cat([seen["activation"], torch.ones(len(task.train), 1)], 1).detach()

    def total(flat, rows):
        return entropy(x[rows] @ flat.view(C, -1).T, task.data.target[rows]).sum()

    flat = torch.cat([model.output.weight, model.output.bias[:, None]], 1).detach().flatten()
    n = len(task.retain)
    hessian = torch.autograd.functional.hessian(lambda at: total(at, task.retain), flat) / n
    slope = torch.autograd.functional.jacobian(lambda at: total(at, task.forget), flat) / n
    moved = flat + torch.linalg.solve(hessian + 0.1 * torch.eye(len(flat)), slope)
    model.output.weight.data = moved.view(C, -1)[:, :-1]
    model.output.bias.data = moved.view(C, -1)[:, -1]
    return model


def from_scratch(model, task, original):
    return adam(task.new_model(), 2 * [loss(task, task.retain)])


def plain(rows, moves=lambda model: None, target=lambda task: None):
    def run(model, task, original):
        return adam(model, 2 * [loss(task, getattr(task, rows), target(task))], moves(model))

    return run


NOISY = {"noisy_steps": 2, "noise": 1e-100, "model_clip": 1, "gradient_clip": 0.05, "decay": 5}
SSD = {"alpha": 1.5, "lambda": 0.5}
SCRUB = {"gamma": 0.99, "forget_epochs": 2, "forget_batch_size": 99, "rewind": False}
NEWTON = {"layers": 1, "rows": None, "iterations": 500, "tolerance": 1e-14}
#: A method's options, and its rule: from a copy of the original, the task and the original.
RULES = {
    "bad_teacher": ({**FIT, "retain_share": 1, "temperature": 2}, bad_teacher),
    "cf_k": ({**FIT, "k": 2}, plain("retain", lambda model: last(model, 2))),
    "eu_k": ({**FIT, "k": 2}, eu_k),
    "finetune": (FIT, plain("retain")),
    "fisher_noise": ({"alpha": 1e-6, "limit": 0.05}, fisher),
    "helper_alone": ({}, lambda model, task, original: task.helpers["blindspot"]),
    "influence": (NEWTON, influence),
    "l1_sparse": ({**FIT, "gamma": 0.01}, l1_sparse),
    "lfssd": (SSD, dampened(lambda z, y: z.square().sum(), torch.abs)),
    "neggrad": ({**FIT, "epochs": 30, "alpha": 0.05, "clip": None}, neggrad),
    "noisy_finetune": ({**FIT, **NOISY}, noisy),
    "reg_amnesiac": (FIT, plain("train", target=relabelled)),
    "salun": ({**FIT, "q": SHARE}, salun),
    "scrub": ({**FIT, **SCRUB}, scrub),
    "short_retraining": (FIT, from_scratch),
    "ssd": (SSD, dampened(lambda z, y: entropy(z, y).sum(), torch.square)),
}
