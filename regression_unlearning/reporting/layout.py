"""What a table looks like: its title, and which rows and columns it has."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from regression_unlearning.evaluation.measure import PAPER, Quantity
from regression_unlearning.reporting.summaries import Summaries

#: The model that forgot nothing, and the one that unlearning should arrive at.
NOTHING, GOLD = "original", "retrained"
REFERENCES = (NOTHING, GOLD)
#: Endings of the files of a table.
ENDINGS = (
    *(".csv", ".md", ".tex", "_costs.csv", "_costs.md", "_costs.tex"),
    *("_comparisons.csv", "_ranks.csv", "_ranks.md"),
)
#: Endings of the files of an experiment's claims.
CLAIMS_ENDINGS = (".csv", ".md")
EMBEDDED = "embedded demo data, not the paper's"


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
        Dataset and forget set, by their keys in the summaries, to the title of their rows, in the
        order of the table.
    methods : mapping of str to str
        Key to title, in the order of the table; the original and the retrained model too.
    measures : tuple of str, optional
        Quantities of the first block; the paper's five by default. All others that were measured,
        and asked for, follow in a second block, in the order of `quantities`.
    error : str, optional
        What an error is, such as ``"root mean squared error, in points of the score"``.
    embedded : bool, optional
        Whether the data are embedded in this project; the table then says so.
    kind : str, optional
        ``"measures"``: the paper's form, a column for each method; ``"methods"``: a row for each;
        ``"front"``: a row for each, and whether it is on the Pareto front.
    untuned : tuple of str, optional
        Methods whose settings nobody has searched.
    disclosed : tuple of str, optional
        What a reader must know of the settings, as sentences without a full stop; they stand after
        the dataset's title.
    searched : mapping of str to str, optional
        What is said of methods whose search has not shown that their settings are better.
    references : tuple of str, optional
        Of the methods those that are no unlearning, but what unlearning is held against.
    remarks : mapping of str to str, optional
        What a table of methods says of a method, whatever was measured.
    given : str, optional
        Which datasets' original models were not trained here, and where they come from.
    quantities : mapping of str to Quantity, optional
        The words of what was measured: see `evaluation.measure.quantities`.
    asked : frozenset of str, optional
        The quantities that are shown, where a table asks for some measures alone.
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
    disclosed: tuple[str, ...] = ()
    searched: Mapping[str, str] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    remarks: Mapping[str, str] = field(default_factory=dict)
    given: str = ""
    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    asked: frozenset[str] | None = None

    @property
    def unlearning(self) -> tuple[str, ...]:
        """The unlearning methods: neither original nor retrained model, nor a reference."""
        return tuple(key for key in self.methods if key not in (*REFERENCES, *self.references))

    @property
    def subtitle(self) -> str:
        """The dataset, whether its data are a demo, and what is disclosed."""
        data = f"{self.dataset_title} ({EMBEDDED})" if self.embedded else self.dataset_title
        return "; ".join((data, *self.disclosed))

    @property
    def line(self) -> str:
        """The same for a figure, whose title names the dataset: a line under it; may be empty."""
        text = "; ".join(([EMBEDDED] if self.embedded else []) + [*self.disclosed])
        return f"{text[:1].upper()}{text[1:]}"

    @property
    def costs(self) -> tuple[str, ...]:
        """Quantities that stand in the table of costs."""
        return tuple(key for key, quantity in self.quantities.items() if quantity.summary == "cost")

    def words(self, key: str) -> Quantity:
        """The words for a quantity; one that no measure describes goes by its key."""
        unknown = Quantity(key, key, "a measure added to this project")
        return self.quantities.get(key, unknown)

    def asks(self, key: str) -> bool:
        """Whether a quantity is shown at all."""
        return self.asked is None or key in self.asked

    def own(self, summaries: Summaries) -> Summaries:
        """The cells that this table shows."""
        return {
            key: cell
            for key, cell in summaries.items()
            if key[:2] in self.groups and key[2] in self.methods and self.asks(key[3])
        }

    def measured(self, summaries: Summaries) -> Summaries:
        """The same without the costs."""
        own = self.own(summaries)
        return {key: cell for key, cell in own.items() if key[3] not in self.costs}
