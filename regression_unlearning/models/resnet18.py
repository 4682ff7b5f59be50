"""The paper's image network: torchvision's ResNet18 with one linear layer at its end."""

from typing import Literal

from regression_unlearning.settings.section import Section


class Settings(Section):
    """The paper's image network, as torchvision has it (paper, Section 6.2)."""

    name: Literal["resnet18"]


def build(settings: Settings, inputs, outputs: int = 1):
    """Build a network with fresh weights from torch's global generator; see `models.network`.

    Its named layers are those that the paper's released code compares: the stem and the eight
    residual blocks.

    Raises
    ------
    UserError
        When the images have another number of channels than 3.
    """
    from torch import nn
    from torchvision.models import resnet18

    from regression_unlearning.models.modules.stack import Stack, three

    three(inputs, "resnet18")
    base = resnet18(weights=None)
    blocks = [
        block for stage in (base.layer1, base.layer2, base.layer3, base.layer4) for block in stage
    ]
    # the pooling follows the stem: its input is the stem's activation
    blocks[0] = nn.Sequential(base.maxpool, blocks[0])
    stem = nn.Sequential(base.conv1, base.bn1, base.relu)
    named = {f"block{number}": block for number, block in enumerate(blocks, 1)}
    return Stack({"stem": stem, **named}, base.fc.in_features, outputs)
