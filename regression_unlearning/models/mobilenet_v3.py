"""MobileNetV3-large as in the paper's released code: torchvision's features, one linear layer."""

from typing import Annotated, Literal

from pydantic import Field

from regression_unlearning.settings.section import Section


class Settings(Section):
    """MobileNetV3-large without its hidden last layer, as released; dropout before the output."""

    name: Literal["mobilenet_v3"]
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """Share of activations dropped in training."""


def build(settings: Settings, inputs, outputs: int = 1):
    """Build a network with fresh weights from torch's global generator; see `models.network`.

    Its named layers are the stem, the fifteen inverted residual blocks and the last convolution.

    Raises
    ------
    UserError
        When the images have another number of channels than 3.
    """
    from torchvision.models import mobilenet_v3_large

    from regression_unlearning.models.modules.hard_sigmoid import twice_differentiable
    from regression_unlearning.models.modules.stack import Stack, three

    three(inputs, "mobilenet_v3")
    base = mobilenet_v3_large(weights=None)
    twice_differentiable(base.features)
    named = {f"block{number}": block for number, block in enumerate(base.features)}
    return Stack(named, base.classifier[0].in_features, outputs, settings.dropout)
