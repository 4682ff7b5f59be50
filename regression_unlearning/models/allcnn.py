"""All-CNN with batch normalisation, as in the paper's released code.

Source: Springenberg et al., "Striving for simplicity: the all convolutional net" (ICLR 2015
workshop), network C.
"""

from torch import nn

from regression_unlearning.models.stack import Stack
from regression_unlearning.settings.networks import AllCNN


def _layer(before: int, after: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, kernel, stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    )


def build(settings: AllCNN, inputs, outputs: int = 1) -> Stack:
    """Make a network with fresh weights, drawn from torch's global generator.

    Its named layers are its eight convolutions.
    """
    first, last = (max(1, round(settings.width * channels)) for channels in (96, 192))
    layers = [
        _layer(inputs.channels, first),
        _layer(first, first),
        _layer(first, last, stride=2),
        _layer(last, last),
        _layer(last, last),
        _layer(last, last, stride=2),
        _layer(last, last),
        _layer(last, last, kernel=1),
    ]
    named = {f"conv{number}": layer for number, layer in enumerate(layers, 1)}
    return Stack(named, last, outputs)
