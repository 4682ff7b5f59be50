"""The numbers of a table cell that a figure draws: mean, interval, floor, values of seeds."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from regression_unlearning.reporting.summaries import Summary

INTERVALS = "Bars: 95 % intervals over training seeds."
DOTS = "Small dots: the values of single seeds (the floor: of pairs), where there is no interval."
NEITHER = "One training seed: no intervals."


@dataclass(frozen=True)
class Drawn:
    """Numbers of a cell; NaN where a number is absent or only a bound.

    Attributes
    ----------
    mean : float
        Over the training seeds.
    low, high : float
        The ends of its interval.
    floor : float
        Difference between retrained models of different seeds.
    floor_low, floor_high : float
        The ends of the floor's interval.
    values : tuple of float
        The value of each seed.
    """

    mean: float = math.nan
    low: float = math.nan
    high: float = math.nan
    floor: float = math.nan
    floor_low: float = math.nan
    floor_high: float = math.nan
    values: tuple[float, ...] = ()

    @classmethod
    def of(cls, cell: Summary | None) -> "Drawn":
        """The numbers of a cell; all NaN without one."""
        if cell is None:
            return cls()
        band = cell.floor_interval or (None, None)
        floor = cell.floor.value if cell.floor else None
        numbers = (cell.mean.exact, cell.low, cell.high, floor, *band)
        mean, low, high, floor_mean, floor_low, floor_high = (
            math.nan if number is None else float(number) for number in numbers
        )
        return cls(mean, low, high, floor_mean, floor_low, floor_high, cell.values)

    @property
    def has_interval(self) -> bool:
        """Whether both ends are known."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def dots(self) -> tuple[float, ...]:
        """The seeds' values, where there is no interval to draw."""
        return () if self.has_interval or len(self.values) < 2 else self.values


def uncertainty(cells: Iterable[Drawn]) -> list[str]:
    """Note how a figure of these cells shows the spread over seeds; none without a mean."""
    shown = [cell for cell in cells if math.isfinite(cell.mean)]
    sentences = [INTERVALS] if any(cell.has_interval for cell in shown) else []
    sentences += [DOTS] if any(cell.dots for cell in shown) else []
    return [" ".join(sentences or [NEITHER])] if shown else []
