"""One HTML file that holds everything: tables, figures, claims, costs, settings."""

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from regression_unlearning.errors import UserError
from regression_unlearning.files import write_text
from regression_unlearning.reporting.claims import Checked
from regression_unlearning.reporting.table import Table
from regression_unlearning.reporting.verdicts import FAILS, HOLDS, NOT_MEASURED, UNDECIDED

#: Verdict to the style that shows it.
VERDICTS = {HOLDS: "holds", FAILS: "fails", UNDECIDED: "open", NOT_MEASURED: "none"}


@dataclass(frozen=True)
class Picture:
    """A figure for the report: its title, its PNG file, and what to see in it."""

    title: str
    png: Path
    caption: str

    @property
    def source(self) -> str:
        """The picture itself, as the source of an ``img`` element."""
        try:
            content = Path(self.png).read_bytes()
        except OSError as error:
            raise UserError(f"cannot read the figure {self.png}: {error.strerror}.") from error
        return f"data:image/png;base64,{base64.b64encode(content).decode('ascii')}"


def write_report(
    path: str | Path,
    title: str,
    facts: Mapping[str, str | Mapping[str, str]],
    tables: Sequence[Table] = (),
    figures: Sequence[Picture] = (),
    claims: Sequence[tuple[str, Sequence[Checked]]] = (),
    costs: Sequence[Table] = (),
    settings: str = "",
    warning: str = "",
) -> None:
    """Write the report: the same inputs give the same bytes, on any day and machine.

    Parameters
    ----------
    path : path
        The HTML file.
    title : str
        Title of the experiment.
    facts : mapping
        What the header lists, such as ``{"Seeds": "0, 1, 2", "Versions": {"torch": "2.15.0"}}``.
    tables : sequence of Table
        See `tables.main_table`.
    figures : sequence of Picture
        PNG files with captions.
    claims : sequence of (str, sequence of Checked)
        Heading and verdicts (see `claims.claims_of`), table by table.
    costs : sequence of Table, optional
        See `costs.costs_table`. Left out by default: they differ from run to run.
    settings : str, optional
        The settings that were used, as YAML.
    warning : str, optional
        What must be known before anything else, such as that the data are made up.
    """
    environment = Environment(
        loader=PackageLoader(__package__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    legend = dict(pair for table in tables for pair in table.legend)
    checked = [(heading, rows) for heading, rows in claims if rows]
    count = Counter(row.verdict for _, rows in checked for row in rows)
    text = environment.get_template("report.html.j2").render(
        title=title,
        facts=facts,
        warning=warning,
        tables=tables,
        legend=legend,
        figures=figures,
        claims=checked,
        tally=[(verdict, count[verdict]) for verdict in VERDICTS if count[verdict]],
        verdicts=VERDICTS,
        costs=costs,
        settings=settings,
    )
    write_text(path, text)
