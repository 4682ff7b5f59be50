"""Densities of samples that several training seeds gave: of each seed, and of all together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regression_unlearning.evaluation.draws import FEWEST

#: Rows whose kernels are evaluated at once: more would need more memory, and no less time.
AT_ONCE = 5000
#: From so many seeds on one alone does not make a band's end.
MANY = 10


@dataclass(frozen=True)
class Densities:
    """Densities on a grid.

    Attributes
    ----------
    pooled : array [points]
        Of all seeds together.
    seeds : array [seeds, points]
        Of each seed, smoothed as much: `pooled` is their mean, weighted by rows.
    """

    pooled: np.ndarray
    seeds: np.ndarray

    @property
    def band(self) -> np.ndarray:
        """Ends of the seeds' densities, array [2, points]: of many seeds their middle 80 %."""
        share = 0.1 if len(self.seeds) >= MANY else 0.0
        return np.quantile(self.seeds, [share, 1 - share], axis=0)


def densities(
    samples: Sequence[np.ndarray], grid: np.ndarray, relative: bool = False
) -> Densities | None:
    """Estimate densities with Gaussian kernels; None for fewer than `FEWEST` values, or one value.

    Parameters
    ----------
    samples : sequence of array [n]
        The values of each seed.
    grid : array [points]
        Where the densities are wanted.
    relative : bool, optional
        Values cannot be negative: their density is folded back at 0.

    Notes
    -----
    The kernels' width is Scott's rule on all values together: their standard deviation times
    n ** (-1/5) [1]_.

    References
    ----------
    .. [1] D. W. Scott, Multivariate Density Estimation, Wiley, 1992.
    """
    values = np.concatenate([np.empty(0), *samples])
    if len(values) < FEWEST or np.ptp(values) <= 1e-9 * max(1.0, float(np.abs(values).max())):
        return None
    width = values.std(ddof=1) * len(values) ** -0.2
    of_seeds = [sample for sample in samples if len(sample)]
    by_seed = np.array([_kernels(sample, grid, width) for sample in of_seeds])
    if relative:
        by_seed += np.array([_kernels(sample, -grid, width) for sample in of_seeds])
    shares = np.array([len(sample) for sample in of_seeds]) / len(values)
    return Densities(shares @ by_seed, by_seed)


def _kernels(sample: np.ndarray, grid: np.ndarray, width: float) -> np.ndarray:
    """The mean at each point of the grid of one kernel a value."""
    parts = np.array_split(sample, -(-len(sample) // AT_ONCE))
    heights = sum(
        np.exp(-0.5 * ((grid[:, None] - part) / width) ** 2).sum(axis=1) for part in parts
    )
    return heights / (len(sample) * width * np.sqrt(2 * np.pi))
