"""The windows of each split, and the draw from them."""

from pathlib import Path

import numpy as np

from regression_unlearning.data.families.load_windows.held_out_days import MARKS, reads
from regression_unlearning.data.families.load_windows.settings import Windows
from regression_unlearning.errors import UserError


def windows_of(
    starts: np.ndarray,
    edges: tuple[int, int],
    marks: np.ndarray,
    earliest: np.ndarray,
    history: int,
) -> dict[str, np.ndarray]:
    """Return the hours that the windows of each split predict.

    Parameters
    ----------
    starts : int array (customers,)
        First hour of each customer.
    edges : tuple of int
        First hours of validation and of test.
    marks, earliest : uint8 array (customers, hours), int array (customers,)
        See `held_out_days.marked`.
    history : int
        Hours that a window reads.

    Returns
    -------
    dict of bool arrays (customers, hours)
        By split; a window without its whole history is in none.
    """
    hour = np.arange(marks.shape[1])
    complete = hour >= starts[:, None] + history
    held_out = reads(marks, history)
    tested = reads(marks == MARKS["unseen_test"], history)
    return {
        "train": complete & (hour >= earliest[:, None]) & (hour < edges[0]) & ~held_out,
        "validation": complete & (hour >= edges[0]) & (hour < edges[1]) & ~held_out,
        "test": complete & (hour >= edges[1]),
        "unseen_validation": complete & (marks == MARKS["unseen_validation"]) & ~tested,
        "unseen_test": complete & (marks == MARKS["unseen_test"]),
    }


def draw(
    path: Path, windows: dict[str, np.ndarray], source: Windows
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw the windows of each split, as many as the settings ask for.

    Parameters
    ----------
    path : Path
        The table, for messages.
    windows : dict of bool arrays (customers, hours)
        See `windows_of`.
    source : Windows
        Numbers and seed.

    Returns
    -------
    customer, hour, split : int arrays (windows,)
        In the order of split (its number in `windows`), customer and hour.

    Raises
    ------
    UserError
        When more windows are asked for than there are.
    """
    parts_drawn = []
    for number, (split, predicted) in enumerate(windows.items()):
        choices = np.flatnonzero(predicted)
        count = getattr(source.windows, split) or len(choices)
        if count > len(choices):
            raise UserError(
                f"{path}: {count} {split} windows are asked for, there are {len(choices)}; ask for "
                "fewer, or for all with null."
            )
        if count < len(choices):
            random = np.random.default_rng([source.windows.seed, number])
            drawn = random.choice(len(choices), count, replace=False, shuffle=False)
            choices = choices[np.sort(drawn)]
        customer, hour = np.divmod(choices, predicted.shape[1])
        parts_drawn.append((customer, hour, np.full(len(choices), number)))
    return tuple(np.concatenate(parts) for parts in zip(*parts_drawn, strict=True))
