"""Copies of networks, and weights in the form that a GPU's library of recurrent layers reads."""

import copy

from torch import nn


def flattened(model: nn.Module) -> nn.Module:
    """Bring each recurrent layer's weights into one piece of memory; return the same model.

    cuDNN reads them as one piece; otherwise it copies them at every call, and torch warns. On a CPU
    nothing is done.
    """
    for module in model.modules():
        if isinstance(module, nn.RNNBase):
            module.flatten_parameters()
    return model


def copied(model: nn.Module) -> nn.Module:
    """A network with the same weights, on the same device, that shares none of them."""
    return flattened(copy.deepcopy(model))
