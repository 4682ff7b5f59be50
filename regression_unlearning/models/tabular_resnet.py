"""The ResNet for tables of Gorishniy et al., with layer normalisation.

Source: Gorishniy, Rubachev, Khrulkov, Babenko, "Revisiting deep learning models for tabular data"
(NeurIPS 2021), Section 3.2: ResNet(x) = Prediction(Block(...(Block(Linear(x))))), Block(x) = x +
Dropout(Linear(Dropout(ReLU(Linear(Norm(x)))))), Prediction(x) = Linear(ReLU(Norm(x))). Their Norm
is batch normalisation; here it is layer normalisation: no row's output depends on another row, and
no running mean over forgotten rows remains.
"""

from typing import Annotated, Literal

from pydantic import Field

from regression_unlearning.settings.section import Count, Section


class Settings(Section):
    """ResNet for tables (Gorishniy et al. 2021), with layer in place of batch normalisation."""

    name: Literal["tabular_resnet"]
    width: Count = 128
    """Numbers that a block reads and returns."""
    blocks: Count = 2
    """Number of blocks."""
    hidden: Count = 256
    """Units inside a block."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Share of activations inside a block dropped in training."""
    residual_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of what a block adds dropped in training."""
    embedding: Count = 8
    """Numbers in the vector of a category."""


def build(settings: Settings, inputs, outputs: int = 1):
    """Build a network with fresh weights from torch's global generator; see `models.network`."""
    from torch import nn

    from regression_unlearning.models.modules.row_stack import Residual, RowStack, Table

    table = Table(inputs.width, inputs.sizes, settings.embedding)
    blocks = [
        Residual(
            nn.LayerNorm(settings.width),
            nn.Linear(settings.width, settings.hidden),
            nn.ReLU(),
            nn.Dropout(settings.dropout),
            nn.Linear(settings.hidden, settings.width),
            nn.Dropout(settings.residual_dropout),
        )
        for _ in range(settings.blocks)
    ]
    last = nn.Sequential(nn.LayerNorm(settings.width), nn.ReLU())
    first = nn.Linear(table.width, settings.width)
    return RowStack(table, [first, *blocks], last, settings.width, outputs)
