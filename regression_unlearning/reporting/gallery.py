"""The page of committed experiments: picture, findings, command, machines and links of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from regression_unlearning.evaluation.values import Value
from regression_unlearning.reporting import findings, provenance
from regression_unlearning.reporting.claims import claims_of
from regression_unlearning.reporting.methods_table import methods_table
from regression_unlearning.reporting.remarks import COST
from regression_unlearning.reporting.tabling import Tabling
from regression_unlearning.reporting.writing import rows_as_markdown

#: Columns of the small table.
FEW = ("error_retain_test", "error_forget_train", findings.DISTANCE, COST)


@dataclass(frozen=True)
class Experiment:
    """One folder of committed results.

    Attributes
    ----------
    folder : Path
        Such as ``results/stsb``.
    values : sequence of Value
        Its measured values.
    record : mapping
        Its provenance: see `provenance.gather`.
    """

    folder: Path
    values: Sequence[Value]
    record: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path) -> "Experiment":
        """Read a folder of results.

        Parameters
        ----------
        folder : Path
            Such as ``results/stsb``.

        Raises
        ------
        UserError
            See `provenance.read`.
        """
        return cls(folder, *provenance.read(folder))

    @cached_property
    def tables(self) -> dict[str, Tabling]:
        """Its tables by name."""
        return {
            name: Tabling(self.values, settings) for name, settings in self.record["tables"].items()
        }

    @cached_property
    def sentences(self) -> list[str]:
        """The findings of its tables, and a count of its claims' verdicts."""
        found = [text for tabling in self.tables.values() for text in findings.findings(tabling)]
        counted = findings.tally(claims_of(self.values, self.record))
        return [*dict.fromkeys(found), *filter(None, [counted])]

    def pictures(self) -> list[Path]:
        """Its figures, those of many methods first."""
        return sorted(self.folder.glob("*.png"), key=lambda path: (path.stem != "closeness", path))

    def machines(self) -> str:
        """The machines on which its models were trained, in words."""
        return "; ".join(
            ", ".join(f"{key} {value}" for key, value in machine.items())
            for machine in self.record["machines"]
        )


def small_table(tabling: Tabling, group: tuple[str, str]) -> str:
    """A Markdown table of the quantities `FEW` on one forget set, a row for each method.

    Parameters
    ----------
    tabling : Tabling
        The whole table.
    group : (str, str)
        Dataset and forget set.
    """
    layout = replace(
        tabling.layout,
        groups={group: tabling.layout.groups[group]},
        asked=frozenset(FEW),
        kind="methods",
    )
    return rows_as_markdown(methods_table(tabling.summaries, layout, tabling.compared))


def page(experiments: Sequence[Experiment], up: str) -> str:
    """The page of all experiments, as Markdown.

    Parameters
    ----------
    experiments : sequence of Experiment
        In the order of the page.
    up : str
        Relative link from the page to the project's folder, such as ``"../"``.
    """
    return "\n\n".join(_section(experiment, up) for experiment in experiments) + "\n"


def _section(experiment: Experiment, up: str) -> str:
    folder = f"{up}{experiment.folder.as_posix()}"
    parts = [f"## {experiment.record['title']}"]
    pictures = experiment.pictures()
    if pictures:
        parts.append(f"![{experiment.record['title']}]({folder}/{pictures[0].name})")
    if experiment.tables:
        parts.append(f"*{next(iter(experiment.tables.values())).layout.subtitle}*")
    parts.append("\n".join(f"- {sentence}" for sentence in experiment.sentences))
    names = [f"{name}.md" for name in experiment.tables] + [path.name for path in pictures[1:]]
    names += [
        f"{name}{ending}" for name in experiment.tables for ending in ("_ranks.md", "_costs.md")
    ]
    names += ["claims.md", "report.html", provenance.VALUES, provenance.PROVENANCE]
    links = [f"[{name}]({folder}/{name})" for name in names if (experiment.folder / name).is_file()]
    seeds = len(experiment.record["seeds"])
    made = f"{seeds} seeds; `{experiment.record['command']}`; {experiment.machines()}"
    parts.append(f"{made}. {', '.join(links)}.")
    return "\n\n".join(parts)
