"""Gaussian output matching: teachers and student are Gaussians as wide as their residuals.

Source: "GURU: Guided unlearning via residual uncertainty in regression models" (submission 17272
to ICLR 2026), from its abstract; no code was released. As there, an output becomes N(y', sigma)
with sigma = |y - y'| / z, z = Phi^-1((1 + c) / 2): the true value lies on the edge of the central
interval of confidence c. The teachers are those of Bad Teacher: an untrained network for the
forget set, the original for the retain set.
"""

from statistics import NormalDist
from typing import Annotated, Literal

from pydantic import Field

from regression_unlearning.settings.search import FIT, Linear, Log
from regression_unlearning.settings.section import Positive
from regression_unlearning.settings.training import Fit

Between = Annotated[float, Field(gt=0, lt=1)]


class Settings(Fit):
    """Fine-tuning, the interval's confidence c, and the narrowest Gaussian.

    ``floor`` is the least sigma as a share of the training targets' deviation: a residual of 0
    would make the divergence infinite. ``ignorance`` is where the untrained network's outputs lie:
    see `training.teachers.ignorant`.
    """

    confidence: Between = 0.95
    """Confidence c of the interval."""
    floor: Positive = 0.1
    ignorance: Literal["centred", "raw"] = "centred"


SEARCH = {**FIT, "confidence": Linear(0.5, 0.99), "floor": Log(0.03, 1)}


def numbers_only(_settings: Settings) -> str:
    """Return why the method is undefined for classes."""
    return "they have no residual to make a Gaussian of; leave this method out"


def width(output, target, confidence: float, floor: float):
    """Sigma of each output: the residual over the normal quantile, at least `floor`.

    Parameters
    ----------
    output, target : Tensor (n, outputs), Tensor (n,)
        Outputs of a model, and the true values.
    confidence, floor : float
        c of the interval; the least sigma, in the scaled target's unit.

    Returns
    -------
    Tensor (n, outputs)
    """
    quantile = NormalDist().inv_cdf((1 + confidence) / 2)
    return ((target[:, None] - output).abs() / quantile).clamp(min=floor)


def divergence(mean, deviation, to_mean, to_deviation):
    """Kullback-Leibler divergence of N(mean, deviation^2) from N(to_mean, to_deviation^2).

    Parameters
    ----------
    mean, deviation, to_mean, to_deviation : Tensor (n, outputs)
        Means and standard deviations.

    Returns
    -------
    Tensor (n, outputs)
        In nats.
    """
    squares = deviation.square() + (mean - to_mean).square()
    return (to_deviation / deviation).log() + squares / (2 * to_deviation.square()) - 0.5


def unlearn(model, task, settings: Settings):
    """Minimise the divergence of the student's Gaussians from the teachers' on the training set."""
    import torch

    from regression_unlearning.models.modules.copying import copied
    from regression_unlearning.training.teachers import ignorant, teacher

    target = task.data.target
    floor = settings.floor * target[task.train].std().item()
    good = teacher(task, copied(model), task.train)
    bad = ignorant(task, task.train, settings.ignorance)

    def objective(model, rows):
        inputs = task.data.batch(rows, training=True)
        forgotten = task.is_forgotten(rows)[:, None]
        taught = torch.where(forgotten, bad(inputs, rows), good(inputs, rows))
        output = model(inputs)
        widths = (width(o, target[rows], settings.confidence, floor) for o in (taught, output))
        taught_width, output_width = widths
        return divergence(taught, taught_width, output, output_width).mean()

    task.fit(
        model,
        settings,
        rows=task.train,
        objective=objective,
        replayable=True,
        phase="gaussian_matching",
    )
    return model
