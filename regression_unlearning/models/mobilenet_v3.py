"""MobileNetV3-large as the paper's released code uses it: torchvision's features, one layer."""

from torch import Tensor, nn
from torch.nn.functional import relu6
from torchvision.models import mobilenet_v3_large

from regression_unlearning.models.stack import Stack, three
from regression_unlearning.settings.networks import MobileNetV3


class HardSigmoid(nn.Module):
    """torch's Hardsigmoid, written so that it can be differentiated twice, as curvature asks."""

    def forward(self, values: Tensor) -> Tensor:
        """Straight line from 0 at -3 to 1 at 3, constant outside: Tensor of the same shape."""
        return relu6(values + 3) / 6


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
    for module in list(base.features.modules()):
        if isinstance(getattr(module, "scale_activation", None), nn.Hardsigmoid):
            module.scale_activation = HardSigmoid()
    named = {f"block{number}": block for number, block in enumerate(base.features)}
    return Stack(named, base.classifier[0].in_features, outputs, settings.dropout)
