"""The layout of a table: title, rows and columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from regression_unlearning.evaluation.measure import PAPER, Quantity
from regression_unlearning.reporting.summaries import Summaries

#: Keys of the original, which is doing nothing, and of the retrained model.
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
        Quantities of the first block; the paper's five by default. All others that were measured
        and are in `asked` follow in a second block, in the order of `quantities`.
    error : str, optional
        The dataset's error in words, such as ``"root mean squared error, in points of the score"``.
    unit : str, optional
        The target's unit; empty where the datasets have several, or classes.
    embedded : bool, optional
        Whether the data are embedded in this project, which the table then states.
    kind : str, optional
        ``"measures"``: the paper's form, a column for each method; ``"methods"``: a row for each;
        ``"front"``: a row for each, and whether it is on the Pareto front.
    untuned : tuple of str, optional
        Methods whose options were not searched.
    disclosed : tuple of str, optional
        Facts about the settings, as sentences without a full stop; they follow the dataset's title.
    searched : mapping of str to str, optional
        Remarks on methods whose search has not shown that their options are better.
    references : tuple of str, optional
        The methods that are no unlearning, but references to compare with.
    remarks : mapping of str to str, optional
        Fixed remarks on methods, shown in a table of methods.
    given : str, optional
        Datasets whose original models were not trained here, and where those come from.
    quantities : mapping of str to Quantity, optional
        Descriptions of the measured quantities: see `evaluation.measure.quantities`.
    asked : frozenset of str, optional
        The quantities that are shown; all of them by default.
    """

    title: str
    dataset_title: str
    groups: Mapping[tuple[str, str], str]
    methods: Mapping[str, str]
    measures: tuple[str, ...] = PAPER
    error: str = "error"
    unit: str = ""
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
        """The methods without original, retrained model and references."""
        return tuple(key for key in self.methods if key not in (*REFERENCES, *self.references))

    @property
    def subtitle(self) -> str:
        """The datasets' title, whether the data are a demo, and `disclosed`."""
        data = f"{self.dataset_title} ({EMBEDDED})" if self.embedded else self.dataset_title
        return "; ".join((data, *self.disclosed))

    @property
    def line(self) -> str:
        """The subtitle of a figure, whose title names the dataset already; may be empty."""
        text = "; ".join(([EMBEDDED] if self.embedded else []) + [*self.disclosed])
        return f"{text[:1].upper()}{text[1:]}"

    @property
    def costs(self) -> tuple[str, ...]:
        """Quantities of the table of costs."""
        return tuple(key for key, quantity in self.quantities.items() if quantity.summary == "cost")

    def words(self, key: str) -> Quantity:
        """The description of a quantity; its key alone if no measure describes it."""
        unknown = Quantity(key, key, "a measure added to this project")
        return self.quantities.get(key, unknown)

    def label(self, key: str) -> str:
        """A quantity's title as rows and columns show it: with its unit."""
        quantity = self.words(key)
        in_unit = self.unit and quantity.unit in ("error", "target")
        return f"{quantity.title} ({self.unit})" if in_unit else quantity.title

    def asks(self, key: str) -> bool:
        """Whether a quantity is shown."""
        return self.asked is None or key in self.asked

    def own(self, summaries: Summaries) -> Summaries:
        """The cells that this table shows."""
        return {
            key: cell
            for key, cell in summaries.items()
            if key[:2] in self.groups and key[2] in self.methods and self.asks(key[3])
        }

    def measured(self, summaries: Summaries) -> Summaries:
        """The cells that this table shows, without costs."""
        own = self.own(summaries)
        return {key: cell for key, cell in own.items() if key[3] not in self.costs}
