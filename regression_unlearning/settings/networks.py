"""Networks: a section each, bearing the name of its module in `models`."""

from typing import Annotated, Literal

from pydantic import Field

from regression_unlearning.settings.section import Count, Positive, Section


class LSTM(Section):
    """Two sentences through one LSTM, then a head of linear layers (paper, Section 6.2)."""

    name: Literal["lstm"]
    hidden: Count = 64
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.3
    head: tuple[Count, ...] = (64, 32, 16)


class ResNet18(Section):
    """The paper's image network, as torchvision has it (paper, Section 6.2)."""

    name: Literal["resnet18"]


class AllCNN(Section):
    """The released code's image network; `width` scales its 96 and 192 channels."""

    name: Literal["allcnn"]
    width: Positive = 1.0


class MobileNetV3(Section):
    """MobileNetV3-large, as the released code cuts it short; dropout before the last layer."""

    name: Literal["mobilenet_v3"]
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.5


#: Every network's settings; a new one joins the union.
Network = Annotated[LSTM | ResNet18 | AllCNN | MobileNetV3, Field(discriminator="name")]
