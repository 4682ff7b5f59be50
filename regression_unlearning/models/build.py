"""Make a network from its settings and a seed."""

from importlib import import_module
from typing import Any

import torch
from torch import nn

from regression_unlearning.settings.section import Section


def build(settings: Section, inputs: Any, seed: int, outputs: int = 1) -> nn.Module:
    """Make a network with weights drawn from `seed`; torch's global generator is left as it was.

    Parameters
    ----------
    settings : LSTM
        The network's settings; ``settings.name`` is the module of this folder that builds it.
    inputs : object
        The family's inputs, of which the network asks its sizes.
    seed : int
        Seed of the weights.
    outputs : int
        Numbers in a prediction: 1, or the number of quantiles.
    """
    module = import_module(f"regression_unlearning.models.{settings.name}")
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return module.build(settings, inputs, outputs).to(inputs.device)
