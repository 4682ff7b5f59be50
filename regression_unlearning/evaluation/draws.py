"""Which rows an attack is fitted to, and which are held out from it.

Two classes of rows are put side by side as pairs, equally many of each; the first pairs are fitted
to, others are held out.
"""

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

BINS = 10
#: An attack is fitted to this many rows a class at least, and has as many held out; of fewer rows
#: there is no share and no density.
FEWEST = 3


class Draw(NamedTuple):
    """One draw of rows.

    Attributes
    ----------
    fitted, held_out : int array (2, n), array (2, h)
        Row numbers of the members and of the others; no row stands in both.
    """

    fitted: "np.ndarray"
    held_out: "np.ndarray"

    @property
    def enough(self) -> bool:
        """Return whether there are enough rows for an attack."""
        return min(self.fitted.shape[1], self.held_out.shape[1]) >= FEWEST


def pairs(members: int, others: int, generator: "np.random.Generator") -> "np.ndarray":
    """Pair rows of two classes at random: int array (2, the fewer of both)."""
    import numpy as np

    number = min(members, others)
    return np.stack([generator.permutation(count)[:number] for count in (members, others)])


def matched_pairs(
    members: "np.ndarray", others: "np.ndarray", generator: "np.random.Generator"
) -> "np.ndarray":
    """Pair rows of two classes whose labels lie in the same of ten bins, as many as there are.

    The bins' edges are deciles of both classes' labels together.

    Parameters
    ----------
    members, others : array (n,), array (m,)
        The labels.

    Returns
    -------
    int array (2, pairs)
        Row numbers of either class, in random order: any part of the pairs is matched too.
    """
    import numpy as np

    edges = np.unique(np.quantile(np.concatenate([members, others]), np.linspace(0, 1, BINS + 1)))
    sides = [np.digitize(labels, edges[1:-1]) for labels in (members, others)]
    found = []
    for label_bin in range(len(edges)):
        first, second = (np.flatnonzero(side == label_bin) for side in sides)
        chosen = pairs(len(first), len(second), generator)
        found.append(np.stack([first[chosen[0]], second[chosen[1]]]))
    return generator.permutation(np.concatenate(found, axis=1), axis=1)


def divide(paired: "np.ndarray", rows: int, held_out: float) -> Draw:
    """Divide pairs into those fitted to and those held out, at most `rows` of each.

    Parameters
    ----------
    paired : int array (2, n)
    rows : int
        Rows a class.
    held_out : float
        Share of the pairs that is held out, at least.
    """
    total = paired.shape[1]
    fitted = min(rows, total - math.ceil(total * held_out))
    return Draw(paired[:, :fitted], paired[:, fitted : fitted + rows])


def few(number: int, rows: str, what: str) -> str:
    """Return the note that there are too few rows."""
    return f"{number} {rows}{'' if number == 1 else 's'}, too few for {what}: it takes {FEWEST}"


def rows_a_class(number: int) -> str:
    """Return a note of how many rows each class has."""
    return f"{number} row{'' if number == 1 else 's'} a class"
