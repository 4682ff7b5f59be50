"""Copies of networks, with weights laid out as a GPU's library of recurrent layers reads them."""

import copy

from torch import nn


def flattened(model: nn.Module) -> nn.Module:
    """Move each recurrent layer's weights into one block of memory; return the same model.

    cuDNN reads them as one block; otherwise it copies them at every call, and torch warns. On a CPU
    nothing is done.
    """
    for module in model.modules():
        if isinstance(module, nn.RNNBase):
            module.flatten_parameters()
    return model


def copied(model: nn.Module) -> nn.Module:
    """A network with the same weights on the same device that shares no memory with the first."""
    return flattened(copy.deepcopy(model))
