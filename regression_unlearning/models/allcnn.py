"""All-CNN with batch normalisation, as in the paper's released code.

Source: Springenberg et al., "Striving for simplicity: the all convolutional net" (ICLR 2015
workshop), network C.
"""

from typing import Literal

from regression_unlearning.settings.section import Positive, Section


class Settings(Section):
    """The released code's image network; `width` scales its 96 and 192 channels."""

    name: Literal["allcnn"]
    width: Positive = 1.0


def _layer(before: int, after: int, kernel: int = 3, stride: int = 1):
    """A convolution with padding, batch normalisation, ReLU."""
    from torch import nn

    return nn.Sequential(
        nn.Conv2d(before, after, kernel, stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    )


def build(settings: Settings, inputs, outputs: int = 1):
    """Build a network with fresh weights from torch's global generator; see `models.network`.

    Its named layers are its eight convolutions.
    """
    from regression_unlearning.models.modules.stack import Stack

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
