"""Put an experiment's tables, figures, claims and settings into one HTML file."""

from importlib.metadata import version
from pathlib import Path

import yaml

from regression_unlearning import __version__, program
from regression_unlearning.reporting import (
    claims_table_1,
    claims_table_2,
    claims_table_3,
    claims_table_4,
    provenance,
)
from regression_unlearning.reporting.claims import check_claims
from regression_unlearning.reporting.remarks import bars
from regression_unlearning.reporting.report import Picture, write_report
from regression_unlearning.reporting.results import told_of_data, with_facts
from regression_unlearning.reporting.tabling import Tabling

#: The paper's table to the claims about it.
CLAIMS_ABOUT = {
    "table1": claims_table_1.CLAIMS,
    "table2": claims_table_2.CLAIMS,
    "table3": claims_table_3.CLAIMS,
    "table4": claims_table_4.CLAIMS,
}


def main() -> None:
    """Read the arguments, gather, write."""
    parser = program.parser(__doc__)
    parser.add_argument(
        "--folder", type=Path, required=True, help="folder of the experiment's results"
    )
    parser.add_argument(
        "--facts", type=Path, nargs="*", default=[], help="facts.json of the prepared data"
    )
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON: "title", "seeds", "embedding", "tables", "figures", "params"',
    )
    parser.add_argument("--output", type=Path, required=True, help="the .html to write")
    arguments = parser.parse_args()
    settings, folder = arguments.settings, arguments.folder
    tables, costs, claims = [], [], []
    measured, _ = provenance.read(folder)
    shown = [with_facts(one, arguments.facts) for one in settings["tables"].values()]
    for layout_settings in shown:
        made = Tabling(measured, layout_settings)
        layout = made.layout
        tables.append(made.table)
        if layout.costs:
            costs.append(made.costs)
        if layout.kind == "methods":
            claims.append((layout.title, bars(made.summaries, layout, made.compared)))
        about = CLAIMS_ABOUT.get(layout_settings["paper"])
        if about:
            found = check_claims(layout.measured(made.summaries), about, layout.groups)
            claims.append((layout.title, found))
    pictures = [
        Picture(figure["title"], folder / f"{name}.png", figure["caption"])
        for name, figure in settings["figures"].items()
    ]
    datasets = {one["name"]: one for table in shown for one in table["datasets"]}.values()
    words = told_of_data([*datasets])
    embedded = sorted({one["title"] for one in datasets if one["embedded"]})
    warning = (
        f"{', '.join(embedded)}: embedded in this project. These figures show that everything "
        "runs; they say nothing about the methods on the paper's data."
    )
    packages = ("torch", "numpy", "scipy", "scikit-learn", "pandas")
    write_report(
        arguments.output,
        settings["title"],
        {
            "Datasets": ", ".join(dict.fromkeys(one["title"] for one in datasets)),
            **({"Word vectors": "; ".join(words)} if words else {}),
            "Seeds": ", ".join(str(seed) for seed in settings["seeds"]),
            "Versions": {name: version(name) for name in packages}
            | {"regression-unlearning": __version__},
        },
        tables=tables,
        figures=pictures,
        claims=claims,
        costs=costs,
        settings=yaml.safe_dump(settings["params"], sort_keys=False, allow_unicode=True),
        warning=warning if embedded else "",
    )


if __name__ == "__main__":
    program.run(main)
