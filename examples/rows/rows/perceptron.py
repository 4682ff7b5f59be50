"""A multilayer perceptron: linear layers with ReLU between them."""

from typing import Literal

from regression_unlearning.settings.section import Count, Section


class Settings(Section):
    """A multilayer perceptron, for rows of numbers."""

    name: Literal["perceptron"]
    hidden: tuple[Count, ...] = (32, 16)
    """Units of each hidden layer."""


def build(settings: Settings, inputs, outputs: int = 1):
    """Make a network with fresh weights, drawn from torch's global generator."""
    from collections import OrderedDict

    from torch import nn

    parts, width = OrderedDict(), inputs.width
    for number, units in enumerate(settings.hidden, 1):
        parts[f"hidden{number}"] = nn.Sequential(nn.Linear(width, units), nn.ReLU())
        width = units
    parts["output"] = nn.Linear(width, outputs)
    network = nn.Sequential(parts)
    network.layers = tuple(parts)
    return network
