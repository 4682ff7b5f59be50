"""SURE: make forget rows look, inside the network, like rows that it never saw.

A domain classifier learns to tell forget rows from held-out rows of the same kind by their
representations; the feature extractor receives its gradient reversed, as in domain-adversarial
training (Ganin et al., JMLR 2016), while the retain rows' loss keeps the predictions.

Source: the abstract of "SURE" (submission 10898 to ICLR 2025); no code was released.
"""

import math
from typing import Annotated, Literal

from pydantic import Field

from regression_unlearning.errors import UserError, unknown
from regression_unlearning.settings.search import FIT, Log
from regression_unlearning.settings.section import Count, Positive
from regression_unlearning.settings.training import Fit, last_only

PENULTIMATE = "penultimate"


class Settings(Fit):
    """Fine-tuning on the retain set, and the choices that the abstract leaves open.

    An epoch goes once over the retain set.

    ``layer``
        Whose activations are attacked. The abstract names "representations": the default is the
        last layer's input, which an attacker of embeddings reads; any of the network's named layers
        is possible. Feature maps and sequences are averaged over positions.
    ``discriminator``, ``hidden``
        A linear classifier, or one hidden layer of ``hidden`` units with ReLU. The abstract names a
        "domain classifier"; the network is the default, because another attacker may still
        distinguish rows that a linear classifier cannot.
    ``discriminator_learning_rate``
        The classifier has a rate of its own, by default that of training the original, so that it
        stays ahead of an extractor that is fine-tuned.
    ``ceiling``, ``steepness``
        The reversed gradient's weight is ceiling * (2 / (1 + exp(-steepness p)) - 1) where p runs
        from 0 to 1 (DANN's schedule; ceiling 1 and steepness 10 are DANN's): at first only the
        classifier learns.
    ``domain_rows``
        Rows of each domain beside each batch of retain rows: equally many, so that the classifier
        gains nothing by guessing the larger domain. A domain with fewer rows gives all it has, and
        the other equally many.
    ``reverse``
        Which rows the extractor moves: ``both`` domains, as DANN does, or ``forget`` rows alone,
        towards the held-out rows as they are.
    """

    layer: str = PENULTIMATE
    discriminator: Literal["linear", "mlp"] = "mlp"
    hidden: Count = 32
    discriminator_learning_rate: Positive = 0.01
    ceiling: Annotated[float, Field(ge=0)] = 1.0
    steepness: Positive = 10.0
    domain_rows: Count = 128
    reverse: Literal["both", "forget"] = "both"
    keep: Annotated[
        Literal["last"], last_only("the game between two players must run to its end")
    ] = "last"
    """Always the last weights."""


SEARCH = {**FIT, "ceiling": Log(0.1, 10), "discriminator_learning_rate": Log(1e-3, 3e-2)}


def weight_of(share: float, settings: Settings) -> float:
    """Weight of the reversed gradient when `share` of the run is done: 0 at the start."""
    return settings.ceiling * (2 / (1 + math.exp(-settings.steepness * share)) - 1)


def reversed_gradient(values, weight: float):
    """The values themselves; in the backward pass the gradient times minus `weight`.

    Parameters
    ----------
    values : Tensor
        Of any shape.
    weight : float
        At least 0.

    Returns
    -------
    Tensor
        In the same shape.
    """
    fixed = values.detach()
    return fixed + weight * (fixed - values)


def reading(model, layer: str):
    """Context in which the model's forward passes leave the representation in a dict.

    Parameters
    ----------
    model : Module
        The network.
    layer : str
        ``penultimate``, or a named layer.

    Returns
    -------
    context : context manager that yields the dict
    key : str
        The representation's key in it.

    Raises
    ------
    UserError
        When the network has no such layer.
    """
    from regression_unlearning.models.modules.activations import penultimate, recorded

    if layer == PENULTIMATE:
        return penultimate(model), "activation"
    if layer not in model.layers:
        raise unknown("layer", layer, [PENULTIMATE, *model.layers], "sure")
    return recorded(model, [layer]), layer


def classifier(width: int, settings: Settings):
    """A domain classifier of inputs (n, width), its weights drawn from torch's global generator."""
    from torch import nn

    if settings.discriminator == "linear":
        return nn.Linear(width, 1)
    first, last = nn.Linear(width, settings.hidden), nn.Linear(settings.hidden, 1)
    return nn.Sequential(first, nn.ReLU(), last)


def unlearn(model, task, settings: Settings):
    """Keep the retain set's loss low while forget rows become like held-out rows.

    Raises
    ------
    UserError
        When there are no held-out rows, or the layer does not exist.
    """
    import torch
    from torch import nn
    from torch.nn.functional import binary_cross_entropy_with_logits

    from regression_unlearning.models.modules.activations import evaluating, represented
    from regression_unlearning.models.modules.build import seeded
    from regression_unlearning.training.batches import drawn_beside
    from regression_unlearning.training.optimiser import optimiser
    from regression_unlearning.training.seeds import seed_for

    each = min(settings.domain_rows, len(task.forget), len(task.held_out))
    if each == 0:
        raise UserError("sure: there are no held-out rows to compare the forget rows with.")
    context, key = reading(model, settings.layer)
    with context as activations, evaluating(model):
        model(task.data.batch(task.forget[:2]))
    width = represented(activations[key]).shape[1]
    with seeded(seed_for(task.seed, "discriminator"), task.forget.device):
        judge = classifier(width, settings).to(task.forget.device)
    weight = task.data.target.new_zeros(())
    forgotten = (torch.arange(2 * each, device=task.forget.device) < each).float()

    def before_step(share: float) -> None:
        weight.fill_(weight_of(share, settings))

    def objective(players, rows):
        reader, key = reading(players["model"], settings.layer)
        with reader as activations:
            output = players["model"](task.data.batch(rows, training=True))
        # a batch: retain rows, then as many forget rows as held-out rows
        retained, domains = slice(None, -2 * each), slice(-2 * each, None)
        shown = reversed_gradient(represented(activations[key])[domains], weight)
        if settings.reverse == "forget":
            shown = torch.where(forgotten[:, None] > 0, shown, shown.detach())
        domain_loss = binary_cross_entropy_with_logits(players["judge"](shown)[:, 0], forgotten)
        target = task.data.target[rows[retained]]
        return task.per_row(output[retained], target).mean() + domain_loss

    def make_optimiser(players, settings: Settings):
        rates = {"model": settings.learning_rate, "judge": settings.discriminator_learning_rate}
        groups = [
            {"params": list(players[name].parameters()), "lr": rate} for name, rate in rates.items()
        ]
        return optimiser(groups, settings)

    task.fit(
        nn.ModuleDict({"model": model, "judge": judge}),
        settings,
        objective=objective,
        replayable=True,
        batches=drawn_beside(
            task.retain, settings.batch_size, task.forget, task.held_out, each=each
        ),
        make_optimiser=make_optimiser,
        before_step=before_step,
        phase="sure",
        watched=model,
    )
    return model
