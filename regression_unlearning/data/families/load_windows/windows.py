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
    whole = hour >= starts[:, None] + history
    held_out = reads(marks, history)
    tested = reads(marks == MARKS["unseen_test"], history)
    return {
        "train": whole & (hour >= earliest[:, None]) & (hour < edges[0]) & ~held_out,
        "validation": whole & (hour >= edges[0]) & (hour < edges[1]) & ~held_out,
        "test": whole & (hour >= edges[1]),
        "unseen_validation": whole & (marks == MARKS["unseen_validation"]) & ~tested,
        "unseen_test": whole & (marks == MARKS["unseen_test"]),
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
    found = []
    for number, (split, predicted) in enumerate(windows.items()):
        places = np.flatnonzero(predicted)
        wanted = getattr(source.windows, split) or len(places)
        if wanted > len(places):
            raise UserError(
                f"{path}: {wanted} {split} windows are asked for, there are {len(places)}; ask for "
                "fewer, or for all with null."
            )
        if wanted < len(places):
            random = np.random.default_rng([source.windows.seed, number])
            drawn = random.choice(len(places), wanted, replace=False, shuffle=False)
            places = places[np.sort(drawn)]
        customer, hour = np.divmod(places, predicted.shape[1])
        found.append((customer, hour, np.full(len(places), number)))
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))
