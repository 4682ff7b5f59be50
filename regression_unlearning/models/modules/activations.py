"""Read activations of a network by the names of its layers, without changing it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn


@contextmanager
def recorded(model: nn.Module, layers: Sequence[str]) -> Iterator[dict[str, Tensor]]:
    """Collect the outputs of named layers during each forward pass inside the block.

    Parameters
    ----------
    model : Module
        The network; its hooks are taken off again at the end.
    layers : sequence of str
        Names of submodules.

    Yields
    ------
    dict of Tensor
        Filled anew by every forward pass: layer name to activation (batch, ...).
    """
    activations: dict[str, Tensor] = {}

    def keep(name: str):
        def hook(_module, _inputs, output):
            activations[name] = output[0] if isinstance(output, tuple) else output

        return hook

    handles = [model.get_submodule(name).register_forward_hook(keep(name)) for name in layers]
    try:
        yield activations
    finally:
        for handle in handles:
            handle.remove()


def represented(activation: Tensor) -> Tensor:
    """One vector per row: feature maps and sequences averaged over their positions.

    Parameters
    ----------
    activation : Tensor (n, d), (n, steps, d) or (n, d, height, width)
        What a layer returned.

    Returns
    -------
    Tensor (n, d)
    """
    if activation.ndim == 4:
        return activation.mean((2, 3))
    return activation.mean(1) if activation.ndim == 3 else activation


def layer_at(model: nn.Module, depth: float) -> str | None:
    """The named layer at a relative depth; None where `output` is the only one.

    Parameters
    ----------
    model : Module
        The network.
    depth : float
        From 0, the first layer, to 1, the last before the output.
    """
    before = [name for name in model.layers if name != "output"]
    return before[min(int(depth * len(before)), len(before) - 1)] if before else None


@contextmanager
def whole_sequences(model: nn.Module) -> Iterator[tuple[str, ...]]:
    """Let a recurrent network return its states after every step inside the block.

    Yields
    ------
    tuple of str
        Its named layers, those of last states replaced by those of whole sequences; for any other
        network its named layers as they are.
    """
    if not hasattr(model, "sequences"):
        yield model.layers
        return
    before, model.whole = model.whole, True
    try:
        yield tuple(layer for name in model.layers for layer in model.sequences.get(name, (name,)))
    finally:
        model.whole = before


@contextmanager
def penultimate(model: nn.Module) -> Iterator[dict[str, Tensor]]:
    """Collect the input of the last layer, ``model.output``: the penultimate activations.

    Yields
    ------
    dict of Tensor
        Key ``"activation"``: Tensor (batch, width) of the latest forward pass.
    """
    activations: dict[str, Tensor] = {}

    def hook(_module, inputs):
        activations["activation"] = inputs[0]

    handle = model.output.register_forward_pre_hook(hook)
    try:
        yield activations
    finally:
        handle.remove()


@contextmanager
def evaluating(model: nn.Module) -> Iterator[nn.Module]:
    """Put a network into evaluation mode without gradients; restore its mode afterwards."""
    modes = [module.training for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield model
    finally:
        for module, mode in zip(model.modules(), modes, strict=True):
            module.training = mode


@contextmanager
def evaluating_with_gradients(model: nn.Module) -> Iterator[nn.Module]:
    """Put a network into evaluation mode with gradients; restore its mode afterwards.

    Recurrent layers are in training mode without dropout instead: that is the same function, and
    a GPU's library differentiates them in no other mode.
    """
    modules = list(model.modules())
    modes = [module.training for module in modules]
    recurrent = [module for module in modules if isinstance(module, nn.RNNBase)]
    dropouts = [module.dropout for module in recurrent]
    model.eval()
    for module in recurrent:
        module.train()
        module.dropout = 0.0
    try:
        with torch.enable_grad():
            yield model
    finally:
        for module, mode in zip(modules, modes, strict=True):
            module.training = mode
        for module, dropout in zip(recurrent, dropouts, strict=True):
            module.dropout = dropout
