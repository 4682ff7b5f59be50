"""Blindspot: on forget rows, imitate a helper briefly trained on the retain set (Algorithm 1)."""

from typing import Annotated, Literal

from pydantic import Field

from regression_unlearning.errors import UserError
from regression_unlearning.settings.search import FIT, Log
from regression_unlearning.settings.section import Layers, Name
from regression_unlearning.settings.training import Fit

HELPERS = ("blindspot",)
Form = Literal["attention", "released", "norm"]
#: Most numbers of the helper's outputs and maps kept in memory; rows that it reads at once.
HELD, READ = 2**26, 4096


class Settings(Fit):
    """Fine-tuning, the weight of the activation difference, its form, layers, and the helper.

    The network's named layers are compared, except its output, which is no activation.

    ``form: attention`` squares them, averages feature maps and sequences over their channels, and
    compares the maps, scaled to unit length, by their mean squared difference, as the paper's
    reference [41] does. A vector has no channels: its squares are the map. So of the text network
    it compares the sentences' last states and the linear layers after ReLU; on STS-B at lambda 50
    the latter are nine tenths of the term. ``form: released`` is what the released code compares:
    of sentences the states after every word, squared and averaged over the words; of images the
    same attention maps; a vector becomes a single number, whose term is zero, and is left out.
    ``form: norm`` is the plain Euclidean norm of Eq. 8. ``layers`` is k, counted from the last
    layer before the output; none means all. ``helper`` names an entry of the dataset's
    ``further_blindspots``; none means its ``blindspot``.
    """

    lambda_: Annotated[float, Field(ge=0, alias="lambda")] = 50.0
    """Weight of the activation difference."""
    form: Form = "attention"
    layers: Layers | None = None
    helper: Name | None = None


SEARCH = {**FIT, "lambda": Log(1, 300)}


def numbers_only(_settings: Settings) -> str:
    """Return why the method is undefined for classes."""
    return "its helper's outputs are targets, which are numbers; leave this method out"


def positions(activation, form: str):
    """The numbers of one layer's activation that are compared for each row.

    ``norm``: all of it. ``attention``: feature maps (batch, channels, height, width) and sequences
    (batch, steps, channels) are squared and averaged over their channels. A vector (batch, units)
    has no channels to average over: its squares are the map. ``released``: the squares of any
    activation are averaged over dimension 1: channels of feature maps, steps of sequences, units of
    vectors.

    Parameters
    ----------
    activation : Tensor (batch, ...)
        What a layer returned.
    form : {"attention", "released", "norm"}
        See `Settings`.

    Returns
    -------
    Tensor (batch, positions)
    """
    if form == "norm":
        return activation.flatten(1)
    squares = activation.square()
    if squares.ndim == 4 or form == "released":
        squares = squares.mean(1)
    elif squares.ndim == 3:
        squares = squares.mean(2)
    return squares.reshape(len(squares), -1)


class Comparison:
    """The difference of two models' activations, for all layers in one tensor.

    Parameters
    ----------
    sizes : sequence of int
        Positions of each layer.
    form : {"attention", "released", "norm"}
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
        """Each layer's maps scaled to unit length, unless the form is ``norm``; shapes as given.

        Parameters
        ----------
        together : Tensor (batch, positions of all layers)
            See `positions`.
        """
        if self.form == "norm":
            return together
        return together / self._lengths(together.square())[:, self.layer]

    def difference(self, ours, theirs):
        """Sum over the layers of the difference of two models' scaled maps: Tensor (batch,).

        Parameters
        ----------
        ours, theirs : Tensor (batch, positions of all layers)
            See `scaled`.
        """
        squares = (ours - theirs).square()
        if self.form == "norm":
            return self._lengths(squares).sum(1)
        return squares @ self.share


def reading(model, form: str):
    """Context that lets a network compute a form's activations; it yields the layers' names."""
    from contextlib import nullcontext

    from regression_unlearning.models.modules.activations import whole_sequences

    return whole_sequences(model) if form == "released" else nullcontext(model.layers)


def compared(model, task, settings: Settings):
    """Return the number of outputs and the activations to compare, read from the helper.

    Returns
    -------
    outputs, sizes : int, dict of str to int
        Positions of each layer that is compared; none where their difference has no weight.

    Raises
    ------
    UserError
        When the form leaves nothing to compare.
    """
    from regression_unlearning.models.modules.activations import evaluating, recorded

    with reading(model, settings.form) as names, evaluating(model):
        names = [name for name in names if name != "output"][-(settings.layers or 0) :]
        with recorded(model, names) as activations:
            outputs = model(task.data.batch(task.forget[:1])).shape[1]
    if settings.lambda_ == 0:
        return outputs, {}
    sizes = {name: positions(activations[name], settings.form).shape[1] for name in names}
    if settings.form == "released":
        sizes = {name: size for name, size in sizes.items() if size > 1}
    if not sizes:
        raise UserError(
            f"blindspot: form: {settings.form} finds nothing to compare in the last layers of this "
            "network: take more layers, another form, or lambda: 0."
        )
    return outputs, sizes


def unlearn(model, task, settings: Settings):
    """Minimise (1 - l) L(M(x), y) + l [L(M(x), B(x)) + lambda * sum of differences] on all rows.

    l is 1 on forget rows and 0 on the others (paper, Eq. 9); B is the helper, frozen. L(M(x), B(x))
    compares each output of M with the same output of B: of a forecaster, each quantile with the
    helper's own quantile. Under the quantile loss too that is least where the two agree.

    Where inputs are not augmented the helper reads each forget row once, if there are several
    epochs and its outputs and maps for all of them fit in memory.

    Raises
    ------
    UserError
        When the form leaves nothing to compare.
    """
    import torch

    from regression_unlearning.models.modules.activations import evaluating, recorded
    from regression_unlearning.training.step import shapes_are_fixed

    helper = task.helpers["blindspot"]
    outputs, sizes = compared(helper, task, settings)
    layers = list(sizes)
    if layers:
        comparison = Comparison(list(sizes.values()), settings.form, task.forget.device)
    forget_index = torch.full((len(task.data.target),), -1, device=task.forget.device)
    forget_index[task.forget] = torch.arange(len(task.forget), device=task.forget.device)

    def scaled(activations, output, chosen=slice(None)):
        if not layers:
            return output[chosen, :0]
        # in the output's precision: under autocast, bfloat16 sums of squares would be too coarse
        kind = output.dtype
        with torch.autocast(output.device.type, enabled=False):
            maps = [positions(activations[layer].to(kind), settings.form) for layer in layers]
            return comparison.scaled(torch.cat(maps, 1)[chosen])

    def read(inputs):
        form = reading(helper, settings.form)
        with form, recorded(helper, layers) as maps, evaluating(helper):
            output = helper(inputs)
        return output, scaled(maps, output)

    fixed = None
    keeps = (outputs + sum(sizes.values())) * len(task.forget) <= HELD
    if keeps and settings.epochs > 1 and not task.data.augments:
        with task.working():
            parts = [read(task.data.batch(part)) for part in task.forget.split(READ)]
            fixed = [torch.cat(batches) for batches in zip(*parts, strict=True)]

    def objective(model, rows):
        inputs = task.data.batch(rows, training=True)
        with reading(model, settings.form), recorded(model, layers) as ours:
            output = model(inputs)
        index = forget_index[rows]
        loss = torch.where(index < 0, task.per_row(output, task.data.target[rows]), 0.0).sum()
        chosen = slice(None) if shapes_are_fixed(rows) else (index >= 0).nonzero()[:, 0]
        index = index[chosen]
        if len(index):
            if fixed is None:
                augments = task.data.augments  # then the helper reads the model's own images
                helper_inputs = inputs[chosen] if augments else task.data.batch(rows[chosen])
                taught, theirs = read(helper_inputs)
            else:
                taught, theirs = (kept[index.clamp(min=0)] for kept in fixed)
            apart = task.per_row(output[chosen], taught)
            loss = loss + torch.where(index >= 0, apart, 0.0).sum()
            if layers:
                with torch.autocast(output.device.type, enabled=False):
                    difference = comparison.difference(scaled(ours, output, chosen), theirs)
                loss = loss + settings.lambda_ * torch.where(index >= 0, difference, 0.0).sum()
        return loss / len(rows)

    task.fit(
        model, settings, rows=task.train, objective=objective, replayable=True, phase="blindspot"
    )
    return model
