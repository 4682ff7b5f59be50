"""A multilayer perceptron for rows of numbers and categories."""

from typing import Annotated, Literal

from pydantic import Field

from regression_unlearning.settings.section import Count, Section


class Settings(Section):
    """Each layer is linear, then ReLU and dropout; a category is a vector beside the numbers."""

    name: Literal["mlp"]
    hidden: Annotated[tuple[Count, ...], Field(min_length=1)] = (128, 64)
    """Units of each layer."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of activations dropped in training."""
    embedding: Count = 8
    """Numbers in the vector of a category."""


def build(settings: Settings, inputs, outputs: int = 1):
    """Build a network with fresh weights from torch's global generator; see `models.network`."""
    from torch import nn

    from regression_unlearning.models.modules.row_stack import RowStack, Table

    table = Table(inputs.width, inputs.sizes, settings.embedding)
    sizes = (table.width, *settings.hidden)
    hidden = [
        nn.Sequential(nn.Linear(before, after), nn.ReLU(), nn.Dropout(settings.dropout))
        for before, after in zip(sizes[:-1], sizes[1:], strict=True)
    ]
    return RowStack(table, hidden, nn.Identity(), sizes[-1], outputs)
