"""The paper's text network: one LSTM read by both sentences, then a head of linear layers."""

from typing import Annotated, Literal

from pydantic import Field

from regression_unlearning.settings.section import Count, Section


class Settings(Section):
    """Two sentences through one LSTM, then a head of linear layers (paper, Section 6.2)."""

    name: Literal["lstm"]
    hidden: Count = 64
    """Numbers in the LSTM's state."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.3
    """Share of activations dropped in training."""
    head: tuple[Count, ...] = (64, 32, 16)
    """Units of each layer of the head."""


def build(settings: Settings, inputs, outputs: int = 1):
    """Build a network with fresh weights from torch's global generator; see `models.network`."""
    from regression_unlearning.models.modules.sentence_pair_lstm import SentencePairLSTM

    return SentencePairLSTM(inputs.width, settings, outputs)
