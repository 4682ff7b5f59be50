"""Kernel densities of samples from several training seeds: of each seed, and of all together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regression_unlearning.evaluation.draws import FEWEST

#: Rows whose kernels are evaluated at once, which bounds the memory.
AT_ONCE = 5000
#: From this number of seeds on, the band is their middle 80 % and not their range.
MANY = 10


@dataclass(frozen=True)
class Densities:
    """Densities on a grid.

    Attributes
    ----------
    pooled : array [points]
        Density of all seeds together, in one over the sample's unit.
    seeds : array [seeds, points]
        Density of each seed, of the same kernel width: `pooled` is their mean, weighted by rows.
    """

    pooled: np.ndarray
    seeds: np.ndarray

    @property
    def band(self) -> np.ndarray:
        """Lowest and highest density of the seeds, or their middle 80 %: array [2, points]."""
        share = 0.1 if len(self.seeds) >= MANY else 0.0
        return np.quantile(self.seeds, [share, 1 - share], axis=0)


def densities(
    samples: Sequence[np.ndarray], grid: np.ndarray, relative: bool = False
) -> Densities | None:
    """Estimate densities with Gaussian kernels; None for fewer than `FEWEST`, or equal, values.

    Parameters
    ----------
    samples : sequence of array [n]
        The values of each seed.
    grid : array [points]
        Positions of the densities.
    relative : bool, optional
        Whether values cannot be negative; the density below 0 is then folded back at 0.

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
    """Mean over the sample's kernels at each point of the grid."""
    parts = np.array_split(sample, -(-len(sample) // AT_ONCE))
    heights = sum(
        np.exp(-0.5 * ((grid[:, None] - part) / width) ** 2).sum(axis=1) for part in parts
    )
    return heights / (len(sample) * width * np.sqrt(2 * np.pi))
