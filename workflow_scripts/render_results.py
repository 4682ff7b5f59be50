"""Render from results/: docs/results.md, the README's table, a table of choices, speeds on a GPU.

With --check only say whether they are in step.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from regression_unlearning import program
from regression_unlearning.errors import UserError
from regression_unlearning.program.rendered import keep_in_step
from regression_unlearning.reporting import provenance, speeds
from regression_unlearning.reporting.choosing import choices
from regression_unlearning.reporting.gallery import Experiment, page, small_table
from regression_unlearning.settings.document import load_settings

#: What the README shows as a small table: experiment, table, dataset and forget set.
SHOWN = ("stsb", "table2", ("stsb", "score_0_2"))
BEGIN, END = "<!-- results -->\n", "<!-- /results -->\n"
#: The page that helps to choose a method.
OWN_DATA = Path("docs/your-own-data.md")
#: The page that tells how fast a GPU is used.
GPU = Path("docs/gpu.md")
HEAD = """\
<!-- Rendered by `python workflow_scripts/render_results.py` from results/: do not edit. -->

# Results

Three sentences say what the first table of each experiment found. They come from the same
comparisons as the marks in the tables: paired over training seeds, corrected by Holm's rule, and
held against the floor, which is how far retrained models of two seeds differ ([how](numbers.md)).

"""


def with_block(path: Path, block: str) -> str:
    """A page with its block made anew.

    Raises
    ------
    UserError
        When it has none.
    """
    before, begun, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise UserError(f"{path} has no block {BEGIN.strip()} ... {END.strip()}")
    return f"{before}{BEGIN}\n{block}\n\n{END}{after}"


def readme(experiments: dict[str, Experiment]) -> str:
    """The README's small table."""
    parts = []
    name, table, group = SHOWN
    if name in experiments:
        made = experiments[name].tables[table]
        seeds = len(experiments[name].record["seeds"])
        parts += [
            f"Experiment `{name}`, {seeds} seeds, forget set *{made.layout.groups[group]}*: "
            f"{made.layout.subtitle}.",
            small_table(made, group),
        ]
    return "\n\n".join(parts)


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
    experiments = committed(
        ("--cached",) if check else ("--cached", "--others", "--exclude-standard")
    )
    start = Path("README.md")
    for path, text in {
        Path("docs/results.md"): HEAD + page(list(experiments.values()), "../"),
        start: with_block(start, readme(experiments)),
        OWN_DATA: with_block(OWN_DATA, choices(experiments.values())),
        GPU: with_block(GPU, speeds.page(speeds.read(speeds.FILE))),
    }.items():
        keep_in_step(path, text, check=check, script="render_results.py")


if __name__ == "__main__":
    program.run(main)
