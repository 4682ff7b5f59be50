"""The HTML report in one file: tables, figures, claims, costs, settings, provenance."""

import base64
import hashlib
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from regression_unlearning import seals
from regression_unlearning.errors import UserError
from regression_unlearning.files import write_text
from regression_unlearning.reporting import ranks, report_settings
from regression_unlearning.reporting.claims import Checked
from regression_unlearning.reporting.findings import worthless
from regression_unlearning.reporting.grid import Grid
from regression_unlearning.reporting.paper_values import paper_values
from regression_unlearning.reporting.report_data import STYLES, VERDICT_WORDS, as_data
from regression_unlearning.reporting.results import data_notes
from regression_unlearning.reporting.table import Table
from regression_unlearning.reporting.tables import SIGNS
from regression_unlearning.reporting.tabling import Tabling
from regression_unlearning.reporting.unmeasured import unmeasured
from regression_unlearning.reporting.verdicts import FAILS, HOLDS, NOT_MEASURED, UNDECIDED

#: Verdict to the style that shows it.
VERDICTS = {HOLDS: "holds", FAILS: "fails", UNDECIDED: "open", NOT_MEASURED: "none"}
#: Sign in a cell to its meaning, and to the style that shows it.
MARKS = {sign: (VERDICT_WORDS[verdict], STYLES[verdict]) for verdict, sign in SIGNS.items()}
#: A cell's number, interval and sign.
CELL = re.compile(rf"(?P<number>[^[]*?)(?: ?(?P<ends>\[.*\]))?(?: (?P<sign>[{''.join(MARKS)}]))?")
#: Most columns of numbers side by side on a printed page.
MOST = 10


@dataclass(frozen=True)
class Picture:
    """A figure of the report: title, PNG file, and what it shows."""

    title: str
    png: Path
    caption: str

    @property
    def source(self) -> str:
        """The picture as a data URL, for an ``img`` element.

        Raises
        ------
        UserError
            When the file is missing or damaged.
        """
        try:
            content = Path(self.png).read_bytes()
            with Image.open(io.BytesIO(content), formats=["PNG"]) as opened:
                opened.verify()  # checks the check sum of each part
        except (OSError, SyntaxError) as error:
            why = getattr(error, "strerror", None) or "it is no whole PNG image"
            raise UserError(seals.damaged(self.png, why)) from error
        return f"data:image/png;base64,{base64.b64encode(content).decode('ascii')}"


def write_report(
    path: str | Path,
    settings: Mapping[str, Any],
    record: Mapping[str, Any],
    tablings: Sequence[Tabling],
    figures: Sequence[Picture] = (),
    claims: Sequence[tuple[str, Sequence[Checked]]] = (),
) -> None:
    """Write the report: the same inputs give the same bytes, on any day and machine.

    Parameters
    ----------
    path : path
        The HTML file.
    settings : mapping
        The report's settings: see `pipeline.reported.of_report`.
    record : mapping
        See `provenance.gather`.
    tablings : sequence of Tabling
        The tables.
    figures : sequence of Picture
        PNG files with captions.
    claims : sequence of (str, sequence of Checked)
        Heading and verdicts (see `claims.claims_of`), table by table.
    """
    environment = Environment(
        loader=PackageLoader(__package__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"parted": parted, "digest": digest, "as_yaml": as_yaml}
    checked = [(heading, rows) for heading, rows in claims if rows]
    count = Counter(row.verdict for _, rows in checked for row in rows)
    params = settings["params"]
    titles = report_settings.titles_of(settings)
    words = data_notes([*datasets_of(settings).values()])
    text = environment.get_template("report.html.j2").render(
        title=settings["title"],
        facts={
            "Datasets": ", ".join(titles.values()),
            **({"Word vectors": "; ".join(words)} if words else {}),
            "Training seeds": ", ".join(map(str, settings["seeds"])),
            "Made by": record["command"],
        },
        notices=[
            *dict.fromkeys(warning for tabling in tablings for warning in worthless(tabling)),
            *notices(settings),
        ],
        tables=[(tabling.table, in_parts(tabling.table)) for tabling in tablings],
        costs=[(made.costs, in_parts(made.costs)) for made in tablings if made.layout.costs],
        ranked=leaderboards(tablings),
        figures=figures,
        claims=checked,
        tally=[(verdict, count[verdict]) for verdict in VERDICTS if count[verdict]],
        verdicts=VERDICTS,
        verdict_marks=MARKS,
        unmeasured=unmeasured(tablings),
        datasets=[
            (titles[key], report_settings.grids(settings, key), entry)
            for key, entry in params["datasets"].items()
        ],
        measures=report_settings.measures(settings),
        experiment=params["experiment"],
        provenance=report_settings.provenance(record, settings),
        data=as_data(tablings, settings),
    )
    write_text(path, text)


def datasets_of(settings: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The settings of each dataset that some table shows, by its key."""
    return {
        dataset["name"]: dataset
        for table in settings["tables"].values()
        for dataset in table["datasets"]
    }


def notices(settings: Mapping[str, Any]) -> list[str]:
    """Notices at the top of the report: data that are made up, absent, or not the paper's.

    Parameters
    ----------
    settings : mapping
        See `write_report`.
    """
    datasets = datasets_of(settings)
    shown = [*datasets.values()]
    papers = set(paper_values()["dataset"])
    embedded = [dataset["title"] for dataset in shown if dataset["embedded"]]
    result = [
        f"{dataset['title']}: not here. {dataset['absent']}"
        for dataset in shown
        if dataset["absent"]
    ]
    if embedded:
        result.append(
            f"{', '.join(embedded)}: embedded in this project. These figures show that everything "
            "runs; they say nothing about the methods on the paper's data."
        )
    for name, dataset in datasets.items():
        if dataset["embedded"] or name in papers:
            continue
        relation = (
            f"stands in for {dataset['stands_for']}, which the paper used"
            if "stands_for" in dataset
            else "none of the paper's datasets"
        )
        result.append(
            f"{dataset['title']}: {relation}. Its numbers cannot be set beside those that the "
            "paper prints."
        )
    result += [
        f"{dataset['title']}: the original model is {dataset['given']}"
        for dataset in shown
        if "given" in dataset
    ]
    return result


def leaderboards(tablings: Iterable[Tabling]) -> list[Grid]:
    """The tables' leaderboards; then, for each reason, the tables that have none."""
    grids, without = [], defaultdict(list)
    for tabling in tablings:
        ranked, layout = tabling.ranks, tabling.layout
        if isinstance(ranked, str):
            without[ranked].append(layout.title)
        else:
            rows = tuple(ranks.texts(ranked, layout))
            explanation = ranks.explained(ranked, layout)
            grids.append(Grid(layout.title, ranks.RANKED, rows, explanation))
    for reason, titles in without.items():
        grids.append(Grid("", (), (), f"Not ranked, since {reason}: {'; '.join(titles)}."))
    return grids


def in_parts(table: Table) -> list[Table]:
    """Divide a table into tables of at most ten columns of numbers; each repeats the floor."""
    first, last = 2, len(table.columns)
    after = max((len(row.after) for row in table.rows), default=0)
    count = last - first - after
    parts = -(-count // MOST) or 1
    cuts = [round(part * count / parts) for part in range(parts + 1)]
    return [
        replace(
            table,
            columns=(
                *table.columns[:first],
                *table.columns[first + start : first + end],
                *table.columns[last - after :],
            ),
            blocks=tuple(
                replace(
                    block,
                    rows=tuple(replace(row, cells=row.cells[start:end]) for row in block.rows),
                )
                for block in table.blocks
            ),
        )
        for start, end in pairwise(cuts)
    ]


def parted(text: str) -> tuple[str, str, str]:
    """A cell's text in three parts: numbers or words, interval, sign of its verdict."""
    match = CELL.fullmatch(text)
    return (match["number"], match["ends"] or "", match["sign"] or "") if match else (text, "", "")


def digest(script: str) -> str:
    """The hash by which a content security policy names a script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")


def as_yaml(values: Mapping[str, Any] | Iterable[Any]) -> str:
    """Settings as YAML, in the form of params.yaml."""
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
