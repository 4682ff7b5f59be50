"""The rows of a search, divided: for methods to use, to choose trials, to confirm the choice."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from regression_unlearning.errors import UserError

FORGET, RETAIN = "forget", "retain"
#: The fewest rows to choose by, to confirm by, and to leave to methods.
LEAST = 10


@dataclass(frozen=True)
class Division:
    """Row numbers; no row that chooses also confirms, and methods may use neither.

    Attributes
    ----------
    methods : mapping of Tensor
        ``validation_retain`` and ``validation_forget``, in place of the parts of that name.
    choosing, confirming : mapping of Tensor
        By side, ``forget`` and ``retain``.
    """

    methods: Mapping[str, Tensor]
    choosing: Mapping[str, Tensor]
    confirming: Mapping[str, Tensor]

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Rows by side: left to methods, choosing, confirming."""
        return {
            side: {
                "methods": len(self.methods[f"validation_{side}"]),
                "choosing": len(self.choosing[side]),
                "confirming": len(self.confirming[side]),
            }
            for side in (FORGET, RETAIN)
        }


def apart(rows: Tensor, pieces: int, seed: int, units: Tensor | None = None) -> list[Tensor]:
    """Divide rows at random into pieces whose numbers of units differ by at most one.

    Parameters
    ----------
    rows : Tensor of int64 (n,)
        Row numbers.
    pieces : int
        How many pieces.
    seed : int
        Seed of the division.
    units : Tensor of int64 (rows of the dataset,), optional
        Rows of one unit stay together; each row is a unit of its own if not given.

    Returns
    -------
    list of Tensor
        Each in the order of `rows`.
    """
    _, unit = torch.unique(rows if units is None else units[rows], return_inverse=True)
    number = int(unit.max()) + 1 if len(unit) else 0
    rank = torch.randperm(number, generator=torch.Generator().manual_seed(seed))
    piece = (rank * pieces // max(number, 1)).to(rows.device)[unit]
    return [rows[piece == number_of_piece] for number_of_piece in range(pieces)]


def divided(
    parts: Mapping[str, Tensor],
    seed: int,
    *,
    themselves: bool = False,
    units: Tensor | None = None,
) -> Division:
    """Divide the validation rows of a forget set into three.

    Parameters
    ----------
    parts : mapping of Tensor
        See `data.forget_sets.PARTS`.
    seed : int
        The same for every method, so that their values are of the same rows.
    themselves : bool
        Where no validation row is like the forgotten ones, whether the forgotten rows themselves
        choose and confirm, half of them each: for rows at random or by ids. A method forgets them
        all, but learns nothing of how the retrained model treats them.
    units : Tensor, optional
        See `apart`.

    Raises
    ------
    UserError
        When a part would have fewer than `LEAST` rows.
    """
    like = parts["validation_forget"]
    if len(like) or not themselves:
        forget = apart(like, 3, seed, units)
        _enough(forget, like, "validation rows like the forgotten ones")
    else:
        halves = apart(parts["forget"], 2, seed, units)
        _enough(halves, parts["forget"], "forgotten rows, which no validation row is like")
        forget = [like, *halves]
    retain = apart(parts["validation_retain"], 3, seed, units)
    _enough(retain, parts["validation_retain"], "validation rows outside the forget set")
    return Division(
        {"validation_forget": forget[0], "validation_retain": retain[0]},
        {FORGET: forget[1], RETAIN: retain[1]},
        {FORGET: forget[2], RETAIN: retain[2]},
    )


def _enough(pieces: list[Tensor], rows: Tensor, what: str) -> None:
    sizes = [len(piece) for piece in pieces]
    if min(sizes) < LEAST:
        use = "to choose between trials and to confirm the choice"
        use = f"for methods to use, {use}" if len(pieces) == 3 else use
        raise UserError(
            f"tuning divides the {what} into {len(pieces)} parts ({use}) of at least {LEAST} rows; "
            f"there are {len(rows)}, which gives {', '.join(map(str, sizes))}. Name another forget "
            "set under `tuning`, or keep more rows for validation."
        )
