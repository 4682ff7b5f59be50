"""Which rows an attack is fitted to, and which are held out from it.

Two classes of rows are put side by side as pairs, equally many of each. The attack is fitted to the
first pairs; others are held out.
"""

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

BINS = 10
#: An attack is fitted to at least this many rows of each class, and at least as many are held out.
#: Fewer rows give no share and no density.
FEWEST = 3


class Draw(NamedTuple):
    """One draw of rows.

    Attributes
    ----------
    fitted, held_out : int array (2, n), array (2, h)
        Row numbers of the members and of the others; no row is both fitted and held out.
    """

    fitted: "np.ndarray"
    held_out: "np.ndarray"

    @property
    def enough(self) -> bool:
        """Whether there are enough rows for an attack."""
        return min(self.fitted.shape[1], self.held_out.shape[1]) >= FEWEST


def pairs(members: int, others: int, generator: "np.random.Generator") -> "np.ndarray":
    """Pair rows of two classes at random.

    Parameters
    ----------
    members, others : int
        Number of rows of each class.
    generator : numpy.random.Generator
        Source of the order.

    Returns
    -------
    int array (2, min(members, others))
        Row numbers of members and of others.
    """
    import numpy as np

    number = min(members, others)
    return np.stack([generator.permutation(count)[:number] for count in (members, others)])


def matched_pairs(
    members: "np.ndarray", others: "np.ndarray", generator: "np.random.Generator"
) -> "np.ndarray":
    """Pair rows of two classes whose labels lie in the same one of ten bins.

    The bins' edges are deciles of both classes' labels together. Each bin gives as many pairs as it
    can.

    Parameters
    ----------
    members, others : array (n,), array (m,)
        The labels.
    generator : numpy.random.Generator
        Source of the order.

    Returns
    -------
    int array (2, pairs)
        Row numbers of members and of others, in random order, so that any part of the pairs is
        matched too.
    """
    import numpy as np

    edges = np.unique(np.quantile(np.concatenate([members, others]), np.linspace(0, 1, BINS + 1)))
    sides = [np.digitize(labels, edges[1:-1]) for labels in (members, others)]
    by_bin = []
    for label_bin in range(len(edges)):
        first, second = (np.flatnonzero(side == label_bin) for side in sides)
        chosen = pairs(len(first), len(second), generator)
        by_bin.append(np.stack([first[chosen[0]], second[chosen[1]]]))
    return generator.permutation(np.concatenate(by_bin, axis=1), axis=1)


def divide(paired: "np.ndarray", rows: int, held_out: float) -> Draw:
    """Divide pairs into those that the attack is fitted to and those held out.

    Parameters
    ----------
    paired : int array (2, n)
        Row numbers of members and of others.
    rows : int
        Most rows of each class, both to fit and to hold out.
    held_out : float
        Share of the pairs that the attack is not fitted to, at least.
    """
    total = paired.shape[1]
    fitted = min(rows, total - math.ceil(total * held_out))
    return Draw(paired[:, :fitted], paired[:, fitted : fitted + rows])


def few(number: int, rows: str, purpose: str) -> str:
    """Note that there are too few rows for a purpose."""
    return f"{number} {rows}{'' if number == 1 else 's'}, too few for {purpose}: it takes {FEWEST}"


def rows_a_class(number: int) -> str:
    """Note of how many rows each class has."""
    return f"{number} row{'' if number == 1 else 's'} a class"
