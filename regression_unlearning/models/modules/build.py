"""Build a network from its settings and a seed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import torch
from torch import nn

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Section


@contextmanager
def seeded(seed: int, device: torch.device | str) -> Iterator[None]:
    """Draw from a seed inside the block; torch's global generators are then as they were before.

    Of several GPUs only `device` is touched: the state of the others would have to be read, which
    takes memory on them.
    """
    device = torch.device(device)
    with torch.random.fork_rng(devices=[] if device.type == "cpu" else [device]):
        torch.manual_seed(seed)
        yield


def build(settings: Section, inputs: Any, seed: int, outputs: int = 1) -> nn.Module:
    """Build a network with weights drawn from `seed`; torch's global generator is left as it was.

    Parameters
    ----------
    settings : Section
        The network's settings; ``settings.name`` names the module that builds it.
    inputs : object
        The family's inputs, from which the network reads its sizes.
    seed : int
        Seed of the weights.
    outputs : int
        Numbers in a prediction: 1, or the number of quantiles, or of classes.

    Returns
    -------
    Module
        On the inputs' device.

    Raises
    ------
    UserError
        When the network's module builds something else.
    """
    module = registry.load("network", settings.name)
    with seeded(seed, inputs.device):
        with registry.called("network", settings.name):
            network = module.build(settings, inputs, outputs)
        _check(network, settings.name)
        return network.to(inputs.device)


def _has(network: nn.Module, name: str) -> bool:
    with suppress(AttributeError):
        return bool(network.get_submodule(name))
    return False


def _check(network: Any, name: str) -> None:
    """Check that a network is one, with the attributes that `models.network` describes."""
    if not isinstance(network, nn.Module):
        raise UserError(
            f"network {name!r}: build handed back {type(network).__name__}, not a torch.nn.Module."
        )
    layers = getattr(network, "layers", ())
    if missing := [submodule for submodule in ("output", *layers) if not _has(network, submodule)]:
        raise UserError(f"network {name!r}: it has no submodule {missing[0]!r}.")
    if not layers or not isinstance(network.output, nn.Linear):
        raise UserError(
            f"network {name!r}: `layers` must name its submodules, and `output`, its last one, be "
            "a torch.nn.Linear."
        )
