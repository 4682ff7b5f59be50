"""The mini-batches of an epoch: shuffled rows, rows beside rows, or one set after the other.

Each function here makes a plan for `fit`: a callable from an epoch's number and a generator to the
epoch's batches. The same epoch and generator give the same batches, so that an interrupted run
finds its place again.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

#: From an epoch's number and its generator to the row numbers of each of its batches.
Batches = Callable[[int, torch.Generator], Sequence[Tensor]]


def _mixed(rows: Tensor, generator: torch.Generator) -> Tensor:
    return rows[torch.randperm(len(rows), generator=generator).to(rows.device)]


def _cut(rows: Tensor, size: int) -> list[Tensor]:
    """Cut into batches; a single last row joins those before it, unless each is a batch of its own.

    `fit` says how a batch of one row is normalised.
    """
    batches = list(rows.split(size))
    if size > 1 and len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches


def at_least(rows: int, size: int) -> int:
    """How many batches an epoch over so many rows has, or one less."""
    return max(1, rows // size)


def shuffled(rows: Tensor, size: int) -> Batches:
    """Every row once, in an order of the epoch's own."""

    def plan(epoch: int, generator: torch.Generator) -> Sequence[Tensor]:
        return _cut(_mixed(rows, generator), size)

    return plan


def drawn_beside(rows: Tensor, size: int, *others: Tensor, each: int) -> Batches:
    """Every row once and, beside each batch, `each` rows of every other set.

    The other sets are gone through in orders of their own, from the start again as often as
    needed; a set of fewer than `each` rows is there with all of them.
    """

    def plan(epoch: int, generator: torch.Generator) -> Sequence[Tensor]:
        batches = _cut(_mixed(rows, generator), size)
        beside = []
        for other in others:
            take = min(each, len(other))
            rounds = -(-len(batches) * take // len(other))
            order = torch.cat([_mixed(other, generator) for _ in range(rounds)])
            beside.append(order.split(take))
        return [
            torch.cat([batch, *(part[number] for part in beside)])
            for number, batch in enumerate(batches)
        ]

    return plan


def in_turn(first: Tensor, first_size: int, epochs: int, rows: Tensor, size: int) -> Batches:
    """In each of the first `epochs` epochs the batches of `first`; then, in all, of `rows`."""

    def plan(epoch: int, generator: torch.Generator) -> Sequence[Tensor]:
        ahead = _cut(_mixed(first, generator), first_size) if epoch < epochs else []
        return [*ahead, *_cut(_mixed(rows, generator), size)]

    return plan
