"""One panel of densities: its curves, hidden curves, and values beyond its axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from regression_unlearning.reporting.coincidence import hidden
from regression_unlearning.reporting.differences import Panel
from regression_unlearning.reporting.drawing import FAINT, FLOOR, LINE
from regression_unlearning.reporting.numerals import short
from regression_unlearning.reporting.smoothing import Densities, densities
from regression_unlearning.reporting.styles import style

POINTS = 400
#: Distance between markers along a curve, in points.
APART = 40
#: A heavy tail of relative differences begins at so many times their upper quartile.
TAIL = 4
#: The floor's key among the curves of a panel.
PAIRS = "retrained"


@dataclass(frozen=True)
class DensityPanel:
    """Curves of a panel.

    Attributes
    ----------
    title : str
        The forget set.
    names : mapping of str to str
        Titles by key.
    samples : mapping of str to sequence of array (n,)
        Key of each method, and `PAIRS` for the floor, to differences, an array for each seed.
    grid : array (points,)
        Positions on the x-axis.
    curves : mapping of str to Densities or None
        The densities of the samples; None where there are too few values.
    """

    title: str
    names: Mapping[str, str]
    samples: Mapping[str, Sequence[np.ndarray]]
    grid: np.ndarray
    curves: Mapping[str, Densities | None]

    @classmethod
    def of(cls, panel: Panel, names: Mapping[str, str], relative: bool) -> "DensityPanel":
        """Estimate the densities of a panel.

        Parameters
        ----------
        panel : Panel
            Its samples.
        names : mapping of str to str
            Titles by key.
        relative : bool
            Whether differences are relative and cannot be negative.
        """
        samples = {
            key: seeds
            for key, seeds in {**panel.samples, PAIRS: panel.floor}.items()
            if _count(seeds)
        }
        grid = _grid([np.concatenate(seeds) for seeds in samples.values()], relative)
        curves = {key: densities(seeds, grid, relative) for key, seeds in samples.items()}
        return cls(panel.title, names, samples, grid, curves)

    @property
    def top(self) -> float:
        """The end of the y-axis."""
        curves = [curve for curve in self.curves.values() if curve]
        highest = (max(float(curve.band.max()), float(curve.pooled.max())) for curve in curves)
        return 1.05 * max(highest, default=1.0)

    def draw(self, axis: Axes, keys: Sequence[str], scale: tuple[float, float]) -> None:
        """Draw curves with their bands, and a line at zero.

        Parameters
        ----------
        axis : Axes
            The panel.
        keys : sequence of str
            The curves to draw.
        scale : (float, float)
            Width and height of the panel in points.
        """
        axis.axvline(0, color=FAINT, linewidth=0.6, zorder=1)
        for number, key in enumerate(key for key in keys if key in self.samples):
            curve = self.curves[key]
            look: dict[str, Any] = FLOOR if key == PAIRS else {**style(key).line, "zorder": 3}
            look = {**look, "label": self.names[key]}
            if curve is None:
                for value in {*np.quantile(self._values(key), [0, 1]).tolist()}:
                    axis.axvline(value, **look)
                continue
            at = self._markers(curve, scale, number / len(keys))
            axis.plot(self.grid, curve.pooled, markevery=at, **look)
            if len(curve.seeds) > 1:
                axis.fill_between(
                    self.grid, *curve.band, color=look["color"], alpha=0.15, linewidth=0, zorder=2
                )
        axis.set_title(self.title)
        axis.set_xlim(self.grid[0], self.grid[-1])
        axis.set_ylim(0, self.top)
        axis.locator_params(nbins=5)
        axis.grid(axis="y", color="#EEEEEE", linewidth=0.6)

    def under(self, keys: Sequence[str], scale: tuple[float, float]) -> dict[str, str]:
        """Hidden curves by title (`coincidence.hidden`); `scale` is the panel's size in points."""
        corners = {}
        for key in (key for key in keys if key in self.samples):
            curve = self.curves[key]
            if curve is None:
                at = float(self._values(key)[0])
                points = self._points(np.array([at, at]), np.array([0.0, self.top]), scale)
            else:
                first, end = self._visible(curve, scale)
                points = self._points(self.grid, curve.pooled, scale)[first:end]
            corners[self.names[key]] = points
        return hidden(corners, LINE)

    def _points(self, x: np.ndarray, y: np.ndarray, scale: tuple[float, float]) -> np.ndarray:
        """Positions in points from the panel's lower left corner: array (n, 2)."""
        return np.stack(
            [(x - self.grid[0]) / np.ptp(self.grid) * scale[0], y / self.top * scale[1]], axis=1
        )

    def _visible(self, curve: Densities, scale: tuple[float, float]) -> tuple[int, int]:
        """First index at which a curve is above the x-axis, and the index after the last."""
        (visible,) = np.nonzero(curve.pooled / self.top * scale[1] > 2 * LINE)
        return (int(visible[0]), int(visible[-1]) + 1) if len(visible) else (0, 0)

    def _markers(self, curve: Densities, scale: tuple[float, float], offset: float) -> list[int]:
        """Indices of grid points with a marker, `APART` points from each other along the curve."""
        first, end = self._visible(curve, scale)
        steps = np.diff(self._points(self.grid, curve.pooled, scale)[first:end], axis=0)
        along = np.r_[0.0, np.cumsum(np.hypot(*steps.T))] if end else np.zeros(0)
        positions: np.ndarray = np.arange(offset * APART, along[-1] if end else 0.0, APART)
        return [int(first + np.abs(along - position).argmin()) for position in positions]

    def beyond(self) -> str:
        """Note how many differences lie outside the axis, and how far; empty if none does."""
        low, high = self.grid[[0, -1]]
        values = {self.names[key]: self._values(key) for key in self.samples}
        out = {
            name: differences[(differences < low) | (differences > high)]
            for name, differences in values.items()
        }
        if not (total := _count(list(out.values()))):
            return ""
        most = max(out, key=lambda name: len(out[name]))
        every = np.concatenate(list(out.values()))
        farthest = short(float(every[np.abs(every).argmax()]))
        return (
            f"{total:,} of {_count(list(values.values())):,} ({self.title}; most: {most}, "
            f"{len(out[most]):,}; farthest: {farthest})"
        )

    def _values(self, key: str) -> np.ndarray:
        return np.concatenate(self.samples[key])


def _count(seeds: Sequence[np.ndarray]) -> int:
    return sum(map(len, seeds))


def _grid(samples: Sequence[np.ndarray], relative: bool) -> np.ndarray:
    """Grid that covers nearly all of every sample, and zero, with a margin.

    It extends beyond a sample's central 90 % by at most half their width, however heavy the tails;
    of relative differences, whose labels may be near zero, to at most `TAIL` times the value that
    three quarters are below.
    """
    if relative:
        ends = [np.quantile(sample, (0.75, 0.95)) for sample in samples]
        # three quarters may be zero, which say nothing of a tail
        reach = [min(most, TAIL * middle or most) for middle, most in ends]
        low, high = 0.0, float(max(reach, default=0.0))
    else:
        ends = [np.quantile(sample, (0.005, 0.05, 0.95, 0.995)) for sample in samples]
        least, lower, upper, most = np.transpose([np.zeros(4), *ends])
        beyond = (upper - lower) / 2
        low = float(np.maximum(least, lower - beyond).min())
        high = float(np.minimum(most, upper + beyond).max())
    room = 0.08 * (high - low) or 1.0
    return np.linspace(0.0 if relative else low - room, high + room, POINTS)
