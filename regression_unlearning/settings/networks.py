"""Networks: a section each, bearing the name of its module in `models`."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Count, Positive, Section, told_apart


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


class TFT(Section):
    """Temporal Fusion Transformer, one step ahead (paper, Section 6.2; Lim et al. 2021).

    `hidden` units everywhere, `hidden_continuous` for each column of numbers before its selection,
    `embedding` numbers a customer.
    """

    name: Literal["tft"]
    hidden: Count = 16
    hidden_continuous: Count = 8
    embedding: Count = 16
    heads: Count = 4
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1

    @model_validator(mode="after")
    def _heads_divide(self):
        if self.hidden % self.heads:
            raise UserError(f"hidden ({self.hidden}) must be a multiple of heads ({self.heads}).")
        return self


#: Every network's settings; a new one joins the union.
Network = Annotated[
    LSTM | ResNet18 | AllCNN | MobileNetV3 | TFT,
    Field(discriminator="name"),
    told_apart("name", LSTM, ResNet18, AllCNN, MobileNetV3, TFT),
]
