"""Blindspot: imitate a helper that barely saw the retain set, on forget rows only (Algorithm 1)."""

from typing import Annotated, Literal

from pydantic import Field

from regression_unlearning.settings.section import Count, Name
from regression_unlearning.settings.training import Fit

HELPERS = ("blindspot",)
#: Numbers of the helper's activations that are kept for all forget rows at once.
HELD = 2**26


class Settings(Fit):
    """Fine-tuning, the weight of the activation difference, its form, layers, and the helper.

    ``form: attention`` compares attention maps scaled to unit length by their mean squared
    difference, as the released code and the paper's reference [41] do; ``form: norm`` is the plain
    Euclidean norm of Eq. 8. ``layers`` is k, counted from the output; none means all. ``helper``
    names an entry of the dataset's ``further_blindspots``; none means its ``blindspot``.
    """

    lambda_: Annotated[float, Field(ge=0, alias="lambda")] = 50.0
    form: Literal["attention", "norm"] = "attention"
    layers: Count | None = None
    helper: Name | None = None


def attention(activation):
    """Attention map of each row, scaled to unit length.

    Feature maps (batch, channels, height, width) and sequences (batch, steps, channels) are squared
    and averaged over their channels. A vector (batch, units) has no channels to average over: its
    squares are the map.

    Returns
    -------
    Tensor (batch, positions)
    """
    from torch.nn.functional import normalize

    squares = activation.square()
    if squares.ndim == 4:
        squares = squares.mean(1)
    elif squares.ndim == 3:
        squares = squares.mean(2)
    return normalize(squares.flatten(1))


def difference(ours, helpers, form: str):
    """Difference of two models' activations of one layer, one value a row: Tensor (batch,)."""
    if form == "attention":
        return (attention(ours) - attention(helpers)).square().mean(1)
    return (ours - helpers).flatten(1).norm(dim=1)


def unlearn(model, task, settings: Settings):
    """Minimise (1 - l) L(M(x), y) + l [L(M(x), B(x)) + lambda * sum of differences] on all rows.

    l is 1 on forget rows and 0 on the others (Eq. 9); B is the helper, frozen. L(M(x), B(x)) holds
    each output of M against the same output of B: of a forecaster, each quantile against the
    helper's own quantile. Under the quantile loss too that is least where the two agree.

    Where inputs are not augmented the helper reads each forget row once, if there are several
    epochs and what it says of all of them can be kept.
    """
    import torch

    from regression_unlearning.models.activations import evaluating, recorded

    helper = task.helpers["blindspot"]
    layers = model.layers[-settings.layers :] if settings.layers else model.layers
    place = torch.full((len(task.data.target),), -1, device=task.forget.device)
    place[task.forget] = torch.arange(len(task.forget), device=task.forget.device)

    def read(inputs):
        with recorded(helper, layers) as seen, evaluating(helper):
            output = helper(inputs)
        return output, dict(seen)

    fixed = None
    if not task.data.augments and settings.epochs > 1:
        output, seen = read(task.data.batch(task.forget[:1]))
        numbers = output.numel() + sum(activation.numel() for activation in seen.values())
        if numbers * len(task.forget) <= HELD:
            fixed = read(task.data.batch(task.forget))

    def objective(model, rows):
        inputs = task.data.batch(rows, training=True)
        forgotten = task.is_forgotten(rows)
        with recorded(model, layers) as ours:
            output = model(inputs)
        loss = torch.where(forgotten, 0.0, task.per_row(output, task.data.target[rows])).sum()
        if forgotten.any():
            if fixed is None:
                augments = task.data.augments  # then the helper must see what the model sees
                seen = inputs[forgotten] if augments else task.data.batch(rows[forgotten])
                taught, theirs = read(seen)
            else:
                where = place[rows[forgotten]]
                taught, theirs = fixed[0][where], {name: a[where] for name, a in fixed[1].items()}
            loss = loss + task.per_row(output[forgotten], taught).sum()
            for layer in layers if settings.lambda_ > 0 else ():
                apart = difference(ours[layer][forgotten], theirs[layer], settings.form)
                loss = loss + settings.lambda_ * apart.sum()
        return loss / len(rows)

    task.fit(model, settings, rows=task.train, objective=objective, phase="blindspot")
    return model
