"""What a table looks like: its title, and which rows and columns it has."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from regression_unlearning.reporting.quantities import PAPER

REFERENCES = ("original", "retrained")
EMBEDDED = "embedded demo data, not the paper's"
#: The same as a line of its own, under a figure's title.
EMBEDDED_LINE = f"{EMBEDDED[0].upper()}{EMBEDDED[1:]}"


@dataclass(frozen=True)
class Layout:
    """The layout of one table.

    Parameters
    ----------
    title : str
        Title of the table.
    dataset_title : str
        The datasets' names for readers.
    groups : mapping of (str, str) to str
        Dataset and forget set, by their keys in the tidy frame, to the title of their rows, in the
        order of the table.
    methods : mapping of str to str
        Key to title, in the order of the table; the original and the retrained model too.
    measures : tuple of str, optional
        Measures of the first block; the paper's five by default. All others that the frame holds
        follow in a second block.
    error : str, optional
        What an error is, such as ``"root mean squared error, in points of the score"``.
    embedded : bool, optional
        Whether the data are embedded in this project; the table then says so.
    kind : str, optional
        ``"measures"``: the paper's form, a column for each method; ``"methods"``: a row for each.
    untuned : tuple of str, optional
        Methods whose settings nobody has searched.
    given : str, optional
        Which datasets' original models were not trained here, and where they come from.
    """

    title: str
    dataset_title: str
    groups: Mapping[tuple[str, str], str]
    methods: Mapping[str, str]
    measures: tuple[str, ...] = PAPER
    error: str = "error"
    embedded: bool = False
    kind: str = "measures"
    untuned: tuple[str, ...] = ()
    given: str = ""

    @property
    def unlearning(self) -> tuple[str, ...]:
        """The unlearning methods: neither the original nor the retrained model."""
        return tuple(key for key in self.methods if key not in REFERENCES)

    @property
    def subtitle(self) -> str:
        """The dataset, and whether its data are a demo."""
        return f"{self.dataset_title} ({EMBEDDED})" if self.embedded else self.dataset_title

    def own(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of a tidy frame that this table shows."""
        places = pd.MultiIndex.from_frame(frame[["dataset", "forget_set"]])
        return frame[places.isin(list(self.groups)) & frame["method"].isin(self.methods)]
