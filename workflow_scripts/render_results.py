"""Render docs/results.md and the README's small table from the committed results.

With --check only say whether they are in step.
"""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.errors import UserError
from regression_unlearning.program.rendered import keep_in_step
from regression_unlearning.reporting import provenance
from regression_unlearning.reporting.gallery import Experiment, page, small_table
from regression_unlearning.settings.document import load_settings

#: What the README shows as a small table: experiment, table, dataset and forget set.
SHOWN = ("stsb", "table2", ("stsb", "score_0_2"))
BEGIN, END = "<!-- results -->\n", "<!-- /results -->\n"
HEAD = """\
<!-- Rendered by `python workflow_scripts/render_results.py` from results/: do not edit. -->

# Results

Every sentence is made from the same comparisons as the marks in the tables: paired over training
seeds, corrected by Holm's rule, against the floor of what retrained models differ by
([how](numbers.md)). `python3 -m uv run regression-unlearning verify
results/NAME` makes the tables anew from values.csv and compares.

"""


def readme(text: str, experiments: dict[str, Experiment]) -> str:
    """The README with its small table made anew.

    Raises
    ------
    UserError
        When it has no such block.
    """
    before, begun, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise UserError(f"README.md has no block {BEGIN.strip()} ... {END.strip()}")
    parts = []
    name, table, group = SHOWN
    if name in experiments:
        made = experiments[name].tables[table]
        parts += [f"{made.layout.subtitle}: {made.layout.groups[group]}", small_table(made, group)]
    return f"{before}{BEGIN}\n" + "\n\n".join(parts) + f"\n\n{END}{after}"


def main() -> None:
    """Read the arguments, render, write or compare."""
    parser = program.parser(__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where out of step")
    check = parser.parse_args().check
    folders = {name: Path("results") / name for name in load_settings("params.yaml").experiments}
    found = {
        name: Experiment.read(folder)
        for name, folder in folders.items()
        if (folder / provenance.VALUES).is_file()
    }
    script, start = "render_results.py", Path("README.md")
    text = readme(start.read_text(encoding="utf-8"), found)
    keep_in_step(
        Path("docs/results.md"),
        HEAD + page(list(found.values()), "../"),
        check=check,
        script=script,
    )
    keep_in_step(start, text, check=check, script=script)


if __name__ == "__main__":
    program.run(main)
