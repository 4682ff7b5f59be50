"""Committed experiments for readers: picture, findings, links, machine, command."""

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
#: What is told of a machine.
MACHINE = ("threads", "python", "torch", "numpy")


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
    def sentences(self) -> tuple[str, ...]:
        """What its first table found, in three sentences."""
        return findings.findings(next(iter(self.tables.values()))) if self.tables else ()

    @cached_property
    def claims(self) -> str:
        """A count of its claims by verdict; empty without claims."""
        return findings.tally(claims_of(self.values, self.record))

    def pictures(self) -> list[Path]:
        """Its figures, those of many methods first."""
        return sorted(self.folder.glob("*.png"), key=lambda path: (path.stem != "closeness", path))

    @property
    def command(self) -> str:
        """What makes it anew."""
        return provenance.command({**self.record, "params": self.record["settings"]})

    def machines(self) -> str:
        """The machines on which its models were made, that of most models first."""
        ordered = sorted(self.record["machines"], key=lambda machine: -machine["models"])
        return "; ".join(
            f"{machine['models']} models on {machine['device']}"
            f" ({', '.join(f'{key} {machine[key]}' for key in MACHINE if key in machine)})"
            for machine in ordered
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
    title, pictures = experiment.record["title"], experiment.pictures()
    parts = [f"## {title}"]
    if pictures:
        parts.append(f"![{title}]({folder}/{pictures[0].name})")
    if experiment.tables:
        parts.append(f"*{next(iter(experiment.tables.values())).layout.subtitle}*")
        parts.append("\n".join(f"- {sentence}" for sentence in experiment.sentences))
    parts.append(f"Made with {len(experiment.record['seeds'])} seeds, {experiment.machines()}, by")
    parts.append(f"    python3 -m uv run {experiment.command}")

    def links(*names: str) -> str:
        kept = [name for name in names if (experiment.folder / name).is_file()]
        return ", ".join(f"[{name}]({folder}/{name})" for name in kept)

    of_tables = [
        f"{name}{end}" for end in (".md", "_ranks.md", "_costs.md") for name in experiment.tables
    ]
    claims = f"{links('claims.md')}: {experiment.claims}" if experiment.claims else ""
    verify = f"python3 -m uv run regression-unlearning verify {experiment.folder.as_posix()}"
    facts = {
        "Tables": links(*of_tables),
        "Further pictures": links(*(path.name for path in pictures[1:])),
        "Claims": claims,
        "All of it on one page": links("report.html"),
        "Values": f"{links(provenance.VALUES)}; what made them: {links(provenance.PROVENANCE)}; "
        f"`{verify}` makes the tables anew from both, and compares",
    }
    parts.append("\n".join(f"- {name}: {text}" for name, text in facts.items() if text))
    return "\n\n".join(parts)
