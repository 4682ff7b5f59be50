"""Fisher noise: blur every weight as far as the retain set can bear.

Source: Golatkar et al., "Eternal sunshine of the spotless net: selective forgetting in deep
networks" (CVPR 2020), with the diagonal of the Fisher matrix.
"""

from typing import Annotated

from pydantic import Field

from regression_unlearning.settings.search import Log
from regression_unlearning.settings.section import Count, Positive, Section


class Settings(Section):
    """The noise's size; no training.

    A weight's noise has the deviation sqrt(``alpha`` / F) where F is the mean over retain rows of
    its squared gradient of the loss (of classes, that of each class's cross-entropy, weighted with
    its probability), and at most ``limit``: the retain set says nothing of weights whose F is near
    0. ``rows`` bounds the retain rows that F is taken over (drawn by the run's
    seed); none means all. What the authors' code does beside that is left out: it averages the
    noise's variance over a unit's inputs, takes ten times as much of it in the last layer and of
    batch normalisation, and sets the last layer's weights of a forgotten class to 0.
    """

    alpha: Annotated[float, Field(ge=0)] = 1e-6
    limit: Positive = 0.05
    rows: Count | None = None


SEARCH = {"alpha": Log(1e-9, 1e-4), "limit": Log(1e-3, 1)}


def deviation(information, settings: Settings):
    """Deviation of the noise for each weight, from its Fisher information."""
    return (settings.alpha / information).sqrt().nan_to_num(0.0).clamp(max=settings.limit)


def unlearn(model, task, settings: Settings):
    """Add noise to every weight, inversely to what the retain set knows of it."""
    import torch

    from regression_unlearning.training.gradients import information, trainable
    from regression_unlearning.training.seeds import seed_for

    with task.working(), torch.no_grad():
        rows = task.some(task.retain, settings.rows, "information")
        known = information(model, task, rows)
        generator = torch.Generator().manual_seed(seed_for(task.seed, "noise"))
        for name, weight in trainable(model).items():
            noise = torch.randn(weight.shape, generator=generator).to(weight.device)
            weight += deviation(known[name], settings) * noise
    return model
