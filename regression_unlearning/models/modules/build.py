"""Make a network from its settings and a seed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from regression_unlearning import registry
from regression_unlearning.settings.section import Section


@contextmanager
def seeded(seed: int, device: torch.device | str) -> Iterator[None]:
    """Draw from a seed inside the block; torch's global generators are then as they were before.

    Of several GPUs only `device` is touched: the state of the others would have to be read, and
    memory on them taken.
    """
    device = torch.device(device)
    with torch.random.fork_rng(devices=[] if device.type == "cpu" else [device]):
        torch.manual_seed(seed)
        yield


def build(settings: Section, inputs: Any, seed: int, outputs: int = 1) -> nn.Module:
    """Make a network with weights drawn from `seed`; torch's global generator is left as it was.

    Parameters
    ----------
    settings : Section
        The network's settings; ``settings.name`` names the network, which builds it.
    inputs : object
        The family's inputs, of which the network asks its sizes.
    seed : int
        Seed of the weights.
    outputs : int
        Numbers in a prediction: 1, or the number of quantiles.
    """
    module = registry.load("network", settings.name)
    with seeded(seed, inputs.device):
        return module.build(settings, inputs, outputs).to(inputs.device)
