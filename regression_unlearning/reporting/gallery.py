"""Committed experiments for readers: picture, findings, command, machines, links."""

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
    told : mapping
        Its provenance: see `provenance.gather`.
    """

    folder: Path
    values: Sequence[Value]
    told: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path) -> "Experiment":
        """Read a folder; see `provenance.read`."""
        return cls(folder, *provenance.read(folder))

    @cached_property
    def tables(self) -> dict[str, Tabling]:
        """Its tables by name."""
        return {name: Tabling(self.values, one) for name, one in self.told["tables"].items()}

    @cached_property
    def found(self) -> list[str]:
        """What its tables and claims found, as sentences."""
        said = [one for made in self.tables.values() for one in findings.findings(made)]
        counted = findings.tally(claims_of(self.values, self.told))
        return [*dict.fromkeys(said), *filter(None, [counted])]

    def pictures(self) -> list[Path]:
        """Its figures, those of many methods first."""
        return sorted(self.folder.glob("*.png"), key=lambda path: (path.stem != "closeness", path))

    def machines(self) -> str:
        """On what its models were made."""
        return "; ".join(
            ", ".join(f"{key} {one}" for key, one in machine.items())
            for machine in self.told["machines"]
        )


def small_table(made: Tabling, group: tuple[str, str]) -> str:
    """A table of few measures on one forget set, as Markdown, a row a method."""
    layout = replace(
        made.layout, groups={group: made.layout.groups[group]}, asked=frozenset(FEW), kind="methods"
    )
    return rows_as_markdown(methods_table(made.summaries, layout, made.compared))


def page(experiments: Sequence[Experiment], up: str) -> str:
    """All experiments as Markdown; `up` leads from the page to the project's folder."""
    return "\n\n".join(_section(one, up) for one in experiments) + "\n"


def _section(one: Experiment, up: str) -> str:
    folder = f"{up}{one.folder.as_posix()}"
    parts = [f"## {one.told['title']}"]
    pictures = one.pictures()
    if pictures:
        parts.append(f"![{one.told['title']}]({folder}/{pictures[0].name})")
    if one.tables:
        parts.append(f"*{next(iter(one.tables.values())).layout.subtitle}*")
    parts.append("\n".join(f"- {said}" for said in one.found))
    kept = [f"{name}.md" for name in one.tables] + [path.name for path in pictures[1:]]
    kept += [f"{name}{ending}" for name in one.tables for ending in ("_ranks.md", "_costs.md")]
    kept += ["claims.md", "report.html", provenance.VALUES, provenance.PROVENANCE]
    links = [f"[{name}]({folder}/{name})" for name in kept if (one.folder / name).is_file()]
    seeds = len(one.told["seeds"])
    parts.append(f"{seeds} seeds; `{one.told['command']}`; {one.machines()}. {', '.join(links)}.")
    return "\n\n".join(parts)
