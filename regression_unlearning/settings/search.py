"""The ranges in which a method's settings are searched, one for each setting.

A method's module says ``SEARCH = {"learning_rate": Log(1e-4, 1e-2), "epochs": Whole(1, 8)}``, keys
as in params.yaml. Each space turns a number of the unit interval into a value.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Linear:
    """A number between two ends, evenly."""

    low: float
    high: float

    def at(self, place: float) -> float:
        """The value at a place in [0, 1), to three digits."""
        return float(f"{self.low + (self.high - self.low) * place:.3g}")

    def holds(self, value: Any) -> bool:
        """Whether a value lies in it."""
        return isinstance(value, int | float) and self.low <= value <= self.high


@dataclass(frozen=True)
class Log:
    """A number between two ends above 0, evenly in its logarithm."""

    low: float
    high: float

    def at(self, place: float) -> float:
        """The value at a place in [0, 1), to three digits."""
        return float(f"{self.low * (self.high / self.low) ** place:.3g}")

    def holds(self, value: Any) -> bool:
        """Whether a value lies in it."""
        return isinstance(value, int | float) and self.low <= value <= self.high


@dataclass(frozen=True)
class Whole:
    """A whole number between two ends, both included."""

    low: int
    high: int

    def at(self, place: float) -> int:
        """The value at a place in [0, 1)."""
        return self.low + int(place * (self.high - self.low + 1))

    def holds(self, value: Any) -> bool:
        """Whether a value lies in it."""
        return isinstance(value, int) and self.low <= value <= self.high


@dataclass(frozen=True)
class Choice:
    """One of some values."""

    values: tuple[Any, ...]

    def at(self, place: float) -> Any:
        """The value at a place in [0, 1)."""
        return self.values[int(place * len(self.values))]

    def holds(self, value: Any) -> bool:
        """Whether a value is one of them."""
        return value in self.values


Space = Linear | Log | Whole | Choice

#: What fine-tuning is searched among; a method adds its own settings.
FIT = {"epochs": Whole(1, 10), "learning_rate": Log(1e-4, 1e-2)}
