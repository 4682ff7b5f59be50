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
    provenance : mapping
        See `provenance.gather`.
    """

    folder: Path
    values: Sequence[Value]
    provenance: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path) -> "Experiment":
        """Read a folder; see `provenance.read`."""
        return cls(folder, *provenance.read(folder))

    @cached_property
    def tables(self) -> dict[str, Tabling]:
        """Its tables by name."""
        return {name: Tabling(self.values, one) for name, one in self.provenance["tables"].items()}

    @cached_property
    def found(self) -> tuple[str, ...]:
        """What its first table found, in three sentences."""
        return findings.findings(next(iter(self.tables.values()))) if self.tables else ()

    @cached_property
    def claims(self) -> str:
        """How many of the claims that it is about hold; empty where it is about none."""
        return findings.tally(claims_of(self.values, self.provenance))

    def pictures(self) -> list[Path]:
        """Its figures, those of many methods first."""
        return sorted(self.folder.glob("*.png"), key=lambda path: (path.stem != "closeness", path))

    @property
    def command(self) -> str:
        """What makes it anew."""
        return provenance.command({**self.provenance, "params": self.provenance["settings"]})

    def machines(self) -> str:
        """On what its models were made, the machine of most models first."""
        made = sorted(self.provenance["machines"], key=lambda one: -one["models"])
        return "; ".join(
            f"{one['models']} models on {one['device']}"
            f" ({', '.join(f'{key} {one[key]}' for key in MACHINE if key in one)})"
            for one in made
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
    title, pictures = one.provenance["title"], one.pictures()
    parts = [f"## {title}"]
    if pictures:
        parts.append(f"![{title}]({folder}/{pictures[0].name})")
    if one.tables:
        parts.append(f"*{next(iter(one.tables.values())).layout.subtitle}*")
        parts.append("\n".join(f"- {sentence}" for sentence in one.found))
    parts.append(f"Made with {len(one.provenance['seeds'])} seeds, {one.machines()}, by")
    parts.append(f"    python3 -m uv run {one.command}")

    def links(*names: str) -> str:
        kept = [name for name in names if (one.folder / name).is_file()]
        return ", ".join(f"[{name}]({folder}/{name})" for name in kept)

    of_tables = [f"{name}{end}" for end in (".md", "_ranks.md", "_costs.md") for name in one.tables]
    claims = f"{links('claims.md')}: {one.claims}" if one.claims else ""
    facts = {
        "Tables": links(*of_tables),
        "Further pictures": links(*(path.name for path in pictures[1:])),
        "Claims": claims,
        "All of it on one page": links("report.html"),
        "Values": f"{links(provenance.VALUES)}; what made them: {links(provenance.PROVENANCE)}; "
        f"`regression-unlearning verify {one.folder.as_posix()}` makes the tables anew from both, "
        "and compares",
    }
    parts.append("\n".join(f"- {name}: {text}" for name, text in facts.items() if text))
    return "\n\n".join(parts)
