"""A multilayer perceptron: linear layers with ReLU between them."""

from typing import Literal

from regression_unlearning.settings.section import Count, Section


class Settings(Section):
    """A multilayer perceptron, for rows of numbers."""

    name: Literal["mlp"]
    hidden: tuple[Count, ...] = (32, 16)
    """Units of each hidden layer."""


def build(settings: Settings, inputs, outputs: int = 1):
    """Make a network with fresh weights, drawn from torch's global generator."""
    from collections import OrderedDict

    from torch import nn

    parts, width = OrderedDict(), inputs.width
    for number, units in enumerate(settings.hidden, 1):
        parts[f"linear{number}"] = nn.Linear(width, units)
        parts[f"relu{number}"] = nn.ReLU()
        width = units
    network = nn.Sequential(parts | {"output": nn.Linear(width, outputs)})
    network.layers = tuple(name for name in (*parts, "output") if not name.startswith("linear"))
    return network
