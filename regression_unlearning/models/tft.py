"""The paper's forecaster: a Temporal Fusion Transformer, one step ahead (Lim et al. 2021)."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Count, Section


class Settings(Section):
    """Temporal Fusion Transformer, one step ahead (paper, Section 6.2; Lim et al. 2021).

    `hidden` is the width of all layers, `hidden_continuous` that of each column of numbers before
    its selection, `embedding` the length of a customer's vector.
    """

    name: Literal["tft"]
    hidden: Count = 16
    hidden_continuous: Count = 8
    embedding: Count = 16
    heads: Count = 4
    """Attention heads."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share of activations dropped in training."""

    @model_validator(mode="after")
    def _heads_divide(self):
        if self.hidden % self.heads:
            raise UserError(f"hidden ({self.hidden}) must be a multiple of heads ({self.heads}).")
        return self


def build(settings: Settings, inputs, outputs: int = 3):
    """Build a network with fresh weights from torch's global generator; see `models.network`."""
    from regression_unlearning.models.modules.one_step_tft import OneStepTFT

    return OneStepTFT(settings, inputs.customers, inputs.known, inputs.load, outputs)
