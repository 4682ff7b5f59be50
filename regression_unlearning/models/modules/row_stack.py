"""A network for rows of a table: numbers, vectors of categories, named layers, a linear layer."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn


class Table(nn.Module):
    """A row's numbers, and beside them a learned vector for each of its categories.

    The vector of an unknown category is 0, also after training.

    Parameters
    ----------
    numbers : int
        Columns of numbers.
    sizes : sequence of int
        Categories of each other column; 0 is the unknown one.
    length : int
        Numbers in a category's vector.
    """

    def __init__(self, numbers: int, sizes: Sequence[int], length: int):
        super().__init__()
        self.width = numbers + length * len(sizes)
        self.vectors = nn.Embedding(1 + sum(sizes), length, padding_idx=0) if sizes else None
        starts = torch.tensor([0, *sizes[:-1]][: len(sizes)], dtype=torch.int64).cumsum(0)
        self.register_buffer("starts", starts, persistent=False)

    def forward(self, rows: Mapping[str, Tensor]) -> Tensor:
        """Put a row's numbers and its categories' vectors side by side.

        Parameters
        ----------
        rows : mapping of str to Tensor
            ``numeric`` (n, numbers) and ``categorical`` (n, len(sizes)).

        Returns
        -------
        Tensor (n, width)
        """
        if self.vectors is None:
            return rows["numeric"]
        codes = rows["categorical"]
        vectors = self.vectors(torch.where(codes > 0, codes + self.starts, 0))
        return torch.cat([rows["numeric"], vectors.flatten(1)], 1)


class Residual(nn.Sequential):
    """Layers whose result is added to their input."""

    def forward(self, values: Tensor) -> Tensor:
        """The values plus what the layers make of them.

        Parameters
        ----------
        values : Tensor (n, width)

        Returns
        -------
        Tensor (n, width)
        """
        return values + super().forward(values)


class RowStack(nn.Module):
    """A table's columns, `hidden` layers one after the other, a `last` step, and `output`.

    The last layer is float32 also under autocast, as in `stack.Stack`.

    Parameters
    ----------
    table : Table
        Reads a batch.
    hidden : sequence of Module
        The layers that methods may compare.
    last : Module
        What comes between them and `output`.
    width : int
        Numbers that `output` reads.
    outputs : int
        Numbers in a prediction.
    """

    def __init__(
        self, table: Table, hidden: Sequence[nn.Module], last: nn.Module, width: int, outputs: int
    ):
        super().__init__()
        self.table = table
        self.hidden = nn.ModuleList(hidden)
        self.last = last
        self.output = nn.Linear(width, outputs)

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the activations that methods may compare, from the input on."""
        return (*(f"hidden.{n}" for n in range(len(self.hidden))), "output")

    def forward(self, rows: Mapping[str, Tensor]) -> Tensor:
        """Predict from a batch of a table's rows.

        Parameters
        ----------
        rows : mapping of str to Tensor
            See `Table.forward`.

        Returns
        -------
        Tensor (n, outputs)
        """
        values = self.table(rows)
        for layer in self.hidden:
            values = layer(values)
        values = self.last(values)
        with torch.autocast(values.device.type, enabled=False):
            return self.output(values.to(self.output.weight.dtype))
