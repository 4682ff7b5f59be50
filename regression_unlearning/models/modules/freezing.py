"""Freeze the lower layers of a network."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def only_last(model: nn.Module, layers: int | None) -> Iterator[list[str]]:
    """Freeze every parameter outside the last layers; restore what needed a gradient afterwards.

    Parameters
    ----------
    model : Module
        Its `layers` name them, from the input on.
    layers : int or None
        How many, counted from the output; None, or all of them, freezes nothing.

    Yields
    ------
    list of str
        Names of the parameters that are trained.
    """
    last = model.layers[-layers:] if layers and layers < len(model.layers) else [""]
    inside = {id(weight) for name in last for weight in model.get_submodule(name).parameters()}
    needed = {weight: weight.requires_grad for weight in model.parameters()}
    for weight, trains in needed.items():
        weight.requires_grad_(trains and id(weight) in inside)
    try:
        yield [name for name, weight in model.named_parameters() if weight.requires_grad]
    finally:
        for weight, before in needed.items():
            weight.requires_grad_(before)
