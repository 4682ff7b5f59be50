"""Fisher noise: add noise to each weight, the more the less it matters to the retain set.

Source: Golatkar et al., "Eternal sunshine of the spotless net: selective forgetting in deep
networks" (CVPR 2020), with the diagonal of the Fisher matrix.
"""

from typing import Annotated

from pydantic import Field

from regression_unlearning.settings.search import Log
from regression_unlearning.settings.section import Count, Positive, Section


class Settings(Section):
    """The noise's size; no training.

    A weight's noise has the standard deviation sqrt(``alpha`` / F) where F is the mean over retain
    rows of its squared gradient of the loss (for classes, of each class's cross-entropy, weighted
    with its probability), and at most ``limit``, which bounds the noise of weights whose F is near
    0. ``rows`` bounds the retain rows that F is taken over (drawn by the run's seed); none means
    all. The authors' code does more, which is left out here: it averages the noise's variance over
    a unit's inputs, takes ten times as much of it in the last layer and in batch normalisation,
    and sets the last layer's weights of a forgotten class to 0.
    """

    alpha: Annotated[float, Field(ge=0)] = 1e-6
    limit: Positive = 0.05
    rows: Count | None = None


SEARCH = {"alpha": Log(1e-9, 1e-4), "limit": Log(1e-3, 1)}


def deviation(information, settings: Settings):
    """Standard deviation of the noise of each weight.

    Parameters
    ----------
    information : Tensor
        Diagonal of the Fisher information, in the shape of a weight.
    settings : Settings
        ``alpha`` and ``limit``.

    Returns
    -------
    Tensor
        In the same shape.
    """
    return (settings.alpha / information).sqrt().nan_to_num(0.0).clamp(max=settings.limit)


def unlearn(model, task, settings: Settings):
    """Add noise to every weight, inversely to its Fisher information on the retain set."""
    import torch

    from regression_unlearning.training.gradients import information, trainable
    from regression_unlearning.training.seeds import seed_for

    with task.working(), torch.no_grad():
        rows = task.some(task.retain, settings.rows, "information")
        fisher = information(model, task, rows)
        generator = torch.Generator().manual_seed(seed_for(task.seed, "noise"))
        for name, weight in trainable(model).items():
            noise = torch.randn(weight.shape, generator=generator).to(weight.device)
            weight += deviation(fisher[name], settings) * noise
    return model
