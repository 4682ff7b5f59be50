"""What a table looks like: its title, and which rows and columns it has."""

from collections.abc import Mapping
from dataclasses import dataclass

from regression_unlearning.reporting.quantities import PAPER

REFERENCES = ("original", "retrained")
EMBEDDED = "embedded synthetic data, not the paper's"


@dataclass(frozen=True)
class Layout:
    """The layout of one table of one dataset.

    Parameters
    ----------
    title : str
        Title of the table.
    dataset : str
        The dataset's key in the tidy frame.
    dataset_title : str
        The dataset's name for readers.
    forget_sets, methods : mapping of str to str
        Key to title, in the order of the table. `methods` holds the original and the retrained
        model too.
    measures : tuple of str, optional
        Measures of the first block; the paper's five by default. All others that the frame holds
        follow in a second block.
    error : str, optional
        What an error is, such as ``"root mean squared error, in points of the score"``.
    embedded : bool, optional
        Whether the data are made by this project; the table then says so.
    kind : str, optional
        ``"measures"``: the paper's form, a column for each method; ``"methods"``: a row for each.
    untuned : tuple of str, optional
        Methods whose settings nobody has searched.
    """

    title: str
    dataset: str
    dataset_title: str
    forget_sets: Mapping[str, str]
    methods: Mapping[str, str]
    measures: tuple[str, ...] = PAPER
    error: str = "error"
    embedded: bool = False
    kind: str = "measures"
    untuned: tuple[str, ...] = ()

    @property
    def unlearning(self) -> tuple[str, ...]:
        """The unlearning methods: neither the original nor the retrained model."""
        return tuple(key for key in self.methods if key not in REFERENCES)

    @property
    def subtitle(self) -> str:
        """The dataset, and whether its data are made up."""
        return f"{self.dataset_title} ({EMBEDDED})" if self.embedded else self.dataset_title
