"""Render docs/results.md and the README's small table from the committed results.

With --check only say whether they are in step.
"""

import subprocess
from collections.abc import Sequence
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

What each experiment's first table found is said in three sentences, from the same comparisons as
the marks in the tables: paired over training seeds, corrected by Holm's rule, against the floor of
what retrained models differ by ([how](numbers.md)).

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


def committed(which: Sequence[str]) -> dict[str, Experiment]:
    """The experiments of params.yaml whose values are in results/.

    Parameters
    ----------
    which : sequence of str
        Which files: options of ``git ls-files``.
    """
    pattern = f"results/*/{provenance.VALUES}"
    listed = subprocess.run(
        ["git", "ls-files", *which, "--", pattern],
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout.split()
    folders = {path.parent.name: path.parent for path in map(Path, listed) if path.is_file()}
    names = load_settings("params.yaml").experiments
    return {name: Experiment.read(folders[name]) for name in names if name in folders}


def main() -> None:
    """Read the arguments, render, write or compare."""
    parser = program.parser(__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where out of step")
    check = parser.parse_args().check
    found = committed(("--cached",) if check else ("--cached", "--others", "--exclude-standard"))
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
