"""The protocol of a kind of figure: a module that names its needs and caption, and draws.

A module of `reporting.figures`, or one that another package names in the entry-point group
``regression_unlearning.figures``, is a kind of figure when it has the parts of `Kind`. Importing it
must be cheap: matplotlib and numpy are imported where they are used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.reporting.comparisons import Comparisons
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.ranks import NOT_RANKED, Ranks
from regression_unlearning.reporting.summaries import Summaries


@dataclass(frozen=True)
class Given:
    """Input of a figure.

    Attributes
    ----------
    layout : Layout
        Title, forget sets, methods, words of measures.
    stem : Path
        Path of the figure without its ending: ``{stem}.png`` and ``{stem}.pdf``.
    unit : str
        Unit of a prediction, such as ``"years"``.
    summaries : dict
        Cells of the measures that it needs.
    observations : mapping
        Dataset, forget set and method to ``.npz`` files by training seed, if it needs them.
    compared : dict
        Comparisons of each method with doing nothing: see `comparisons.against_nothing`.
    ranks : Ranks or str
        The methods' mean ranks, or the reason why there are none: see `ranks.rank`.
    """

    layout: Layout
    stem: Path
    unit: str
    summaries: Summaries = field(default_factory=dict)
    observations: Mapping[tuple[str, str, str], Mapping[int, Path]] = field(default_factory=dict)
    compared: Comparisons = field(default_factory=dict)
    ranks: Ranks | str = NOT_RANKED


class Kind(Protocol):
    """The parts of a figure's module.

    Attributes
    ----------
    NEEDS : tuple of str
        The measures whose values it draws, or ``("observations",)``.
    SEE : str
        The caption in the report.
    """

    NEEDS: tuple[str, ...]
    SEE: str

    def draw(self, given: Given) -> None:
        """Write the figure; the same numbers give the same bytes (see `drawing`)."""


def load(name: str, where: str = "") -> Kind:
    """Import a kind of figure.

    Raises
    ------
    UserError
        When no figure has the name, or a part of its module is missing.
    """
    module: Kind = registry.load("figure", name, where)
    return module


def draw(name: str, given: Given) -> None:
    """Draw a figure of a kind.

    Raises
    ------
    UserError
        See `load`; also when it does not write its two files.
    """
    with registry.called("figure", name):
        load(name).draw(given)
    for path in (Path(f"{given.stem}.png"), Path(f"{given.stem}.pdf")):
        if not path.is_file():
            raise UserError(f"figure {name!r}: draw did not write {path}.")
