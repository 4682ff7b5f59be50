"""MobileNetV3-large as the paper's released code uses it: torchvision's features, one layer."""

from torchvision.models import mobilenet_v3_large

from regression_unlearning.models.stack import Stack, three
from regression_unlearning.settings.networks import MobileNetV3


def build(settings: MobileNetV3, inputs, outputs: int = 1) -> Stack:
    """Make a network with fresh weights, drawn from torch's global generator.

    Its named layers are the stem, the fifteen inverted residual blocks and the last convolution.

    Raises
    ------
    UserError
        When the images are grey.
    """
    three(inputs, "mobilenet_v3")
    base = mobilenet_v3_large(weights=None)
    named = {f"block{number}": block for number, block in enumerate(base.features)}
    return Stack(named, base.classifier[0].in_features, outputs, settings.dropout)
