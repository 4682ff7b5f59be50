"""Networks: a section each, bearing the name of its module in `models`."""

from typing import Annotated, Literal

from pydantic import Field

from regression_unlearning.settings.section import Count, Section


class LSTM(Section):
    """Two sentences through one LSTM, then a head of linear layers (paper, Section 6.2)."""

    name: Literal["lstm"]
    hidden: Count = 64
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.3
    head: tuple[Count, ...] = (64, 32, 16)


#: Every network's settings; a new one joins the union.
Network = LSTM
