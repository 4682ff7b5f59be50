"""Batch normalisation for a batch of a single row, whose own statistics are of no use."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


@contextmanager
def by_running_statistics(model: nn.Module) -> Iterator[None]:
    """Normalise by running means and variances inside the block, and do not update them.

    Every other layer stays in its mode: dropout still drops. Layers that keep no running statistics
    have nothing else to normalise by, and stay in training mode.
    """
    layers = [
        module
        for module in model.modules()
        if isinstance(module, _BatchNorm) and module.training and module.running_mean is not None
    ]
    for layer in layers:
        layer.eval()
    try:
        yield
    finally:
        for layer in layers:
            layer.train()
