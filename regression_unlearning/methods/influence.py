"""Influence: one Newton step away from the forget set's gradient.

Source: Koh and Liang, "Understanding black-box predictions via influence functions" (ICML 2017);
as a removal, Guo et al., "Certified data removal from machine learning models" (ICML 2020). The
Hessian is the damped Gauss-Newton matrix, inverted by conjugate gradients.
"""

from regression_unlearning.settings.search import Log
from regression_unlearning.settings.section import Count, Layers, Positive, Section


class Settings(Section):
    """The step, and the matrix that is inverted; no training.

    theta += ``step`` * (G + ``damping``)^-1 (sum of the forget rows' gradients) / (retain rows),
    G being the retain set's mean of J' L'' J: J the outputs' derivative by the weights, L'' the
    loss's second derivative by the outputs (1 where the loss has none: absolute and quantile
    losses; for classes diag(p) - p p', so that G is the Fisher matrix). For a linear model with
    squared loss, whose sum of losses has an L2 penalty of ``damping`` times the retain rows over 2
    before and after removal, the step leads exactly to the minimum over the retain set.
    ``layers`` counts the named layers that move, from the output (none: all); ``rows`` bounds the
    retain rows of G (drawn by the run's seed; none: all); ``iterations`` and ``tolerance`` (of the
    residual over the right side) end the conjugate gradients.
    """

    damping: Positive = 0.1
    step: Positive = 1.0
    layers: Layers | None = None
    rows: Count | None = 500
    iterations: Count = 10
    tolerance: Positive = 1e-4


SEARCH = {"damping": Log(1e-3, 1), "step": Log(0.1, 10)}


def unlearn(model, task, settings: Settings):
    """Take the step; the record holds the residual of the conjugate gradients."""
    import torch
    from torch.nn.utils import parameters_to_vector, vector_to_parameters

    from regression_unlearning.models.modules.freezing import only_last
    from regression_unlearning.training.curvature import GaussNewton, conjugate_gradients
    from regression_unlearning.training.gradients import mean_gradient, trainable

    with task.working(), only_last(model, settings.layers):
        gradient = parameters_to_vector(mean_gradient(model, task, task.forget).values())
        gradient = gradient * (len(task.forget) / len(task.retain))
        rows = task.some(task.retain, settings.rows, "curvature")
        matrix = GaussNewton(model, task, rows, settings.damping)
        move, residual = conjugate_gradients(
            matrix, gradient, iterations=settings.iterations, tolerance=settings.tolerance
        )
        weights = list(trainable(model).values())
        with torch.no_grad():
            moved = parameters_to_vector(weights) + settings.step * move
            vector_to_parameters(moved, weights)
    task.facts["conjugate_gradients_residual"] = residual
    return model
