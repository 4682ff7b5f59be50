"""Render docs/paper-table-2.md: how far the paper's printed values lie from ours.

With --check only say whether it is in step with the committed results.
"""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.program.rendered import keep_in_step
from regression_unlearning.reporting import against_paper, provenance, puzzles
from regression_unlearning.reporting.tabling import Tabling

#: Folder of results to the name of its protocol.
PROTOCOLS = {"results/stsb": "Paper's text", "results/stsb_released": "Released code"}
TABLE = "table2"
HEAD = """\
<!-- Rendered by `python workflow_scripts/render_paper.py` from results/: do not edit. -->

# The paper's Table 2, cell by cell

Each printed value beside ours: the mean over training seeds with its 95 % interval, and how far the
printed value lies from our mean, in units of the interval (1 is its end on that side; below 1 the
printed value is inside). Where the paper's text and its released code leave open what a printed
number is, each reading has a row: the forget error on train or on test rows; the attack on loss,
gradients and activations, or the released code's on the loss alone with members from all of train
or from the retain rows. The word vectors are smaller than the paper's: see the tables' subtitle.

"""


def rendered() -> str:
    """The page."""
    protocols = []
    for folder, title in PROTOCOLS.items():
        if not (Path(folder) / provenance.VALUES).is_file():
            continue
        values, record = provenance.read(Path(folder))
        made = Tabling(values, record["tables"][TABLE])
        protocols.append((title, made.summaries, made.layout))
    if not protocols:
        return HEAD + "No results are committed yet.\n"
    return f"{HEAD}{puzzles.explained(protocols)}\n{against_paper.as_markdown(protocols)}"


def main() -> None:
    """Read the arguments, render, write or compare."""
    parser = program.parser(__doc__)
    parser.add_argument("--output", type=Path, default=Path("docs/paper-table-2.md"), help="file")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where out of step")
    arguments = parser.parse_args()
    script = "render_paper.py"
    keep_in_step(arguments.output, rendered(), check=arguments.check, script=script)


if __name__ == "__main__":
    program.run(main)
