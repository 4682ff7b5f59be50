"""The mini-batches of an epoch: shuffled rows, rows beside rows, or one set after the other.

Each function here returns a plan for `fit`: a callable from an epoch's number and a generator to
the epoch's batches. The same epoch and generator give the same batches, so that an interrupted run
resumes with the batches that it would have had.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

#: From an epoch's number and its generator to the row numbers of each of its batches.
Batches = Callable[[int, torch.Generator], Sequence[Tensor]]


def _mixed(rows: Tensor, generator: torch.Generator, times: int = 1) -> Tensor:
    """All rows in a drawn order, then in another one, and so on."""
    orders = [torch.randperm(len(rows), generator=generator) for _ in range(times)]
    return rows[torch.cat(orders).to(rows.device)]


def _cut(rows: Tensor, size: int) -> list[Tensor]:
    """Cut into batches; a single last row joins the batch before it, unless `size` is 1.

    `fit` describes how a batch of one row is normalised.
    """
    batches = list(rows.split(size))
    if size > 1 and len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches


def at_least(rows: int, size: int) -> int:
    """A lower bound of the number of batches of an epoch: the exact number or one less.

    Parameters
    ----------
    rows, size : int
        Rows of the epoch, and rows per batch.

    Returns
    -------
    int
        1 at least.
    """
    return max(1, rows // size)


def shuffled(rows: Tensor, size: int) -> Batches:
    """Every row once per epoch, in an order drawn for that epoch.

    Parameters
    ----------
    rows : Tensor of int64 (n,)
        Row numbers.
    size : int
        Rows per batch; a single last row joins the batch before it.
    """

    def plan(epoch: int, generator: torch.Generator) -> Sequence[Tensor]:
        return _cut(_mixed(rows, generator), size)

    return plan


def drawn_beside(rows: Tensor, size: int, *others: Tensor, each: int) -> Batches:
    """Every row once per epoch and, in each batch, `each` rows of every other set.

    The other sets are shuffled on their own, and started again as often as needed; a set of fewer
    than `each` rows is in every batch with all of them.

    Parameters
    ----------
    rows : Tensor of int64 (n,)
        Row numbers of the set that an epoch goes through once.
    size : int
        Rows of that set per batch.
    *others : Tensor of int64 (m,)
        Row numbers of the sets drawn beside it.
    each : int
        Rows of each other set per batch.
    """

    def plan(epoch: int, generator: torch.Generator) -> Sequence[Tensor]:
        batches = _cut(_mixed(rows, generator), size)
        streams = []
        for other in others:
            take = min(each, len(other))
            rounds = -(-len(batches) * take // len(other))
            streams.append(_mixed(other, generator, rounds).split(take))
        return [
            torch.cat([batch, *(part[number] for part in streams)])
            for number, batch in enumerate(batches)
        ]

    return plan


def in_turn(first: Tensor, first_size: int, epochs: int, rows: Tensor, size: int) -> Batches:
    """The batches of `first`, in each of the first `epochs` epochs, then those of `rows`.

    Parameters
    ----------
    first, rows : Tensor of int64 (n,), (m,)
        Row numbers of both sets.
    first_size, size : int
        Rows per batch of each.
    epochs : int
        How many epochs begin with `first`; the later ones have `rows` alone.
    """

    def plan(epoch: int, generator: torch.Generator) -> Sequence[Tensor]:
        ahead = _cut(_mixed(first, generator), first_size) if epoch < epochs else []
        return [*ahead, *_cut(_mixed(rows, generator), size)]

    return plan
