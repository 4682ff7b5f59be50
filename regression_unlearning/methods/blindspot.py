"""Blindspot: imitate a helper that barely saw the retain set, on forget rows only (Algorithm 1)."""

from typing import Annotated, Literal

from pydantic import Field

from regression_unlearning.settings.search import FIT, Log
from regression_unlearning.settings.section import Count, Name
from regression_unlearning.settings.training import Fit

HELPERS = ("blindspot",)
#: Numbers that are kept of what the helper says of all forget rows; rows that it reads at once.
HELD, READ = 2**26, 4096


class Settings(Fit):
    """Fine-tuning, the weight of the activation difference, its form, layers, and the helper.

    ``form: attention`` compares attention maps scaled to unit length by their mean squared
    difference, as the released code and the paper's reference [41] do; ``form: norm`` is the plain
    Euclidean norm of Eq. 8. ``layers`` is k, counted from the output; none means all. ``helper``
    names an entry of the dataset's ``further_blindspots``; none means its ``blindspot``.
    """

    lambda_: Annotated[float, Field(ge=0, alias="lambda")] = 50.0
    """Weight of the activation difference."""
    form: Literal["attention", "norm"] = "attention"
    layers: Count | None = None
    helper: Name | None = None


SEARCH = {**FIT, "lambda": Log(1, 300)}


def positions(activation, form: str):
    """What is compared of each row of one layer's activation, as a row of numbers.

    ``norm``: all of it. ``attention``: feature maps (batch, channels, height, width) and sequences
    (batch, steps, channels) are squared and averaged over their channels. A vector (batch, units)
    has no channels to average over: its squares are the map.

    Returns
    -------
    Tensor (batch, positions)
    """
    if form == "norm":
        return activation.flatten(1)
    squares = activation.square()
    if squares.ndim == 4:
        squares = squares.mean(1)
    elif squares.ndim == 3:
        squares = squares.mean(2)
    return squares.flatten(1)


class Comparison:
    """The difference of two models' activations, all layers in one piece.

    Parameters
    ----------
    sizes : sequence of int
        Positions of each layer.
    form : {"attention", "norm"}
        Mean squared difference of maps scaled to unit length, or the difference's Euclidean norm.
    device : device
        Where the activations are.
    """

    def __init__(self, sizes, form: str, device):
        import torch

        self.form = form
        self.layer = torch.repeat_interleave(torch.tensor(sizes)).to(device)
        belongs = torch.nn.functional.one_hot(self.layer, len(sizes))
        self.belongs = belongs.to(torch.get_default_dtype())
        self.share = (self.belongs / self.belongs.sum(0)).sum(1)

    def _lengths(self, squares):
        """Square root of each layer's sum (batch, layers); no gradient where that is zero."""
        return (squares @ self.belongs).clamp_min(1e-24).sqrt()

    def scaled(self, together):
        """Maps (batch, positions of all layers), each layer's scaled to unit length."""
        if self.form == "norm":
            return together
        return together / self._lengths(together.square())[:, self.layer]

    def difference(self, ours, theirs):
        """Sum over the layers of the difference of scaled maps: Tensor (batch,)."""
        squares = (ours - theirs).square()
        if self.form == "norm":
            return self._lengths(squares).sum(1)
        return squares @ self.share


def unlearn(model, task, settings: Settings):
    """Minimise (1 - l) L(M(x), y) + l [L(M(x), B(x)) + lambda * sum of differences] on all rows.

    l is 1 on forget rows and 0 on the others (Eq. 9); B is the helper, frozen. L(M(x), B(x)) holds
    each output of M against the same output of B: of a forecaster, each quantile against the
    helper's own quantile. Under the quantile loss too that is least where the two agree.

    Where inputs are not augmented the helper reads each forget row once, if there are several
    epochs and what it says of all of them can be kept.
    """
    import torch

    from regression_unlearning.models.modules.activations import evaluating, recorded

    helper = task.helpers["blindspot"]
    layers = model.layers[-settings.layers :] if settings.layers else model.layers
    place = torch.full((len(task.data.target),), -1, device=task.forget.device)
    place[task.forget] = torch.arange(len(task.forget), device=task.forget.device)

    def scaled(seen, output, chosen=slice(None)):
        # in the output's precision: under autocast, sums of squares in bfloat16 would say little
        kind = output.dtype
        with torch.autocast(output.device.type, enabled=False):
            maps = [positions(seen[layer].to(kind), settings.form) for layer in layers]
            return comparison.scaled(torch.cat(maps, 1)[chosen])

    def read(inputs):
        with recorded(helper, layers) as seen, evaluating(helper):
            output = helper(inputs)
        return output, scaled(seen, output)

    with recorded(helper, layers) as seen, evaluating(helper):
        outputs = helper(task.data.batch(task.forget[:1])).shape[1]
    sizes = [positions(seen[layer], settings.form).shape[1] for layer in layers]
    comparison = Comparison(sizes, settings.form, task.forget.device)
    fixed = None
    keeps = (outputs + sum(sizes)) * len(task.forget) <= HELD
    if keeps and settings.epochs > 1 and not task.data.augments:
        with task.working():
            parts = [read(task.data.batch(part)) for part in task.forget.split(READ)]
            fixed = [torch.cat(found) for found in zip(*parts, strict=True)]

    def objective(model, rows):
        inputs = task.data.batch(rows, training=True)
        with recorded(model, layers) as ours:
            output = model(inputs)
        places = place[rows]
        loss = torch.where(places < 0, task.per_row(output, task.data.target[rows]), 0.0).sum()
        forgotten = (places >= 0).nonzero()[:, 0]
        if len(forgotten):
            if fixed is None:
                augments = task.data.augments  # then the helper must see what the model sees
                seen = inputs[forgotten] if augments else task.data.batch(rows[forgotten])
                taught, theirs = read(seen)
            else:
                taught, theirs = (found[places[forgotten]] for found in fixed)
            loss = loss + task.per_row(output[forgotten], taught).sum()
            if settings.lambda_ > 0:
                with torch.autocast(output.device.type, enabled=False):
                    apart = comparison.difference(scaled(ours, output, forgotten), theirs)
                loss = loss + settings.lambda_ * apart.sum()
        return loss / len(rows)

    task.fit(model, settings, rows=task.train, objective=objective, phase="blindspot")
    return model
