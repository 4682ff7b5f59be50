"""How often predictions on the forget set are the gold model's: densities at a deviation of 0.

The paper compares the height around 0 of curves of row-wise deviations from the gold model: of
plain ones (its Figures 4 and 5), and of absolute ones over the label (Figures 2, 3 and 6). Here it
is one number per seed: Gaussian kernels of Scott's width (D. W. Scott, Multivariate Density
Estimation, Wiley, 1992), folded back at 0 for relative deviations, which cannot be negative.
"""

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from regression_unlearning.errors import UserError
from regression_unlearning.evaluation.draws import FEWEST
from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.evaluation.values import Value
from regression_unlearning.settings.section import Section

if TYPE_CHECKING:
    import numpy as np

NEEDS = ("observations", "gold_observations")
TARGETS = "numbers"
QUANTITIES = (
    Quantity(
        "deviation_density",
        "Density at 0 of deviations",
        "density at 0 of differences, row by row, from the retrained model's predictions on the "
        "forget rows; the higher, the more rows are predicted as if retrained",
        compares=True,
        least=0,
    ),
    Quantity(
        "relative_deviation_density",
        "Density at 0 of relative deviations",
        "the same of absolute differences over the label; rows whose label is 0 are left out",
        compares=True,
        least=0,
    ),
)
PAIRED = "difference of two retrained models' densities, each against the others"
FEW = "fewer than three retrained models: no two can be held against a third"
SAME = f"fewer than {FEWEST} rows, or all deviate alike: there is no density"


class Settings(Section):
    """No settings."""


def deviations(ours: Observation, gold: Observation, relative: bool) -> "np.ndarray":
    """Row-wise deviations from the gold model's predictions on the forget rows.

    Parameters
    ----------
    ours, gold : Observation
        Two models, observed on the same rows.
    relative : bool
        Whether to take absolute deviations over the absolute label; rows whose label is 0 are left
        out.

    Returns
    -------
    float64 array (n,)
        In the target's unit; relative ones have none.

    Raises
    ------
    UserError
        When the two were observed on different rows.
    """
    import numpy as np

    if not np.array_equal(ours.of("forget", "row_id"), gold.of("forget", "row_id")):
        raise UserError(
            "a model and the retrained one were observed on different forget rows: observe both on "
            "the same forget set."
        )
    difference = ours.of("forget", "prediction").astype(float) - gold.of("forget", "prediction")
    if not relative:
        return difference
    label = np.abs(gold.of("forget", "target").astype(float))
    return np.abs(difference[label > 0]) / label[label > 0]


def density_at_0(sample: "np.ndarray", folded: bool) -> float | None:
    """Gaussian kernel density estimate at 0, of Scott's width.

    Parameters
    ----------
    sample : float64 array (n,)
        Deviations.
    folded : bool
        Whether the sample cannot be negative: the density below 0 is then folded back at 0.

    Returns
    -------
    float or None
        In one over the sample's unit; None for fewer than `FEWEST` values, or equal ones.
    """
    import numpy as np

    if len(sample) < FEWEST or np.ptp(sample) <= 1e-9 * max(1.0, float(np.abs(sample).max())):
        return None
    width = float(sample.std(ddof=1)) * len(sample) ** -0.2
    height = float(np.exp(-0.5 * (sample / width) ** 2).mean()) / (width * (2 * np.pi) ** 0.5)
    return 2 * height if folded else height


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """Two densities for each seed; for gold models, differences between two of them."""
    gold, rows = inputs.gold_observations, []
    for quantity, relative in zip((row.key for row in QUANTITIES), (False, True), strict=True):
        if inputs.is_gold:
            rows += _between(inputs, quantity, gold, relative)
            continue
        for seed, observation in inputs.observations.items():
            value = density_at_0(deviations(observation, gold[seed], relative), relative)
            note = SAME if value is None else ""
            rows.append(inputs.value(quantity, seed, value, note=note))
    return rows


def _between(
    inputs: Inputs, quantity: str, gold: Mapping[int, Observation], relative: bool
) -> list[Value]:
    """Mean absolute difference of two gold models' densities against each third gold model."""
    seeds = sorted(gold)
    pairs = list(combinations(seeds, 2))
    densities = {
        frozenset(pair): density_at_0(deviations(gold[pair[0]], gold[pair[1]], relative), relative)
        for pair in pairs
    }
    rows = []
    for first, second in pairs:
        heights = [
            (densities[frozenset((first, third))], densities[frozenset((second, third))])
            for third in seeds
            if third not in (first, second)
        ]
        differences = [abs(a - b) for a, b in heights if a is not None and b is not None]
        value = sum(differences) / len(differences) if differences else None
        note = PAIRED if differences else SAME if heights else FEW
        rows.append(inputs.value(quantity, first, value, other_seed=second, note=note))
    return rows
