"""After `dvc pull` or `dvc checkout`: tell Snakemake that the files here are up to date.

DVC keeps contents, not dates, so Snakemake cannot know that files from its cache need no job. Only
where DVC finds everything in order is that true; elsewhere this program refuses.

Results are kept by git, not by DVC. Those that git does not keep either (the demo's) are made again
from the measures, in seconds, and must be the same bytes as DVC has recorded.
"""

import json
import subprocess
import sys

from regression_unlearning import program
from regression_unlearning.errors import UserError
from regression_unlearning.pipeline.stages import STEPS

NOTHING = "Nothing to be done"
#: Rules of the last step.
REPORTING = ("table", "figure", "values", "claims", "report", "metrics")


def dvc(*arguments: str) -> subprocess.CompletedProcess:
    """Run DVC; give its end and what it said."""
    command = [sys.executable, "-P", "-m", "dvc", *arguments]
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8")


def snakemake(*arguments: str) -> str:
    """Run Snakemake without a cluster; give what it said.

    Raises
    ------
    UserError
        When it fails.
    """
    engine = [sys.executable, "-P", "-m", "snakemake"]  # -P: not a snakemake.py that lies here
    command = [*engine, "--executor", "local", "--cores", "1", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise UserError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def complaints() -> dict[str, list]:
    """What DVC finds changed, by stage.

    Raises
    ------
    UserError
        When DVC cannot tell.
    """
    asked = dvc("status", "--json")
    if asked.returncode:
        raise UserError(f"dvc status failed:\n{asked.stdout}{asked.stderr}")
    return json.loads(asked.stdout)


def results_alone(changed: dict[str, list]) -> bool:
    """Whether nothing but files of the last step is missing or changed."""
    last = list(STEPS)[-1]
    return set(changed) == {last} and all(set(entry) == {"changed outs"} for entry in changed[last])


def main() -> None:
    """Read the arguments, ask DVC, touch, and look whether Snakemake agrees."""
    program.parser(__doc__).parse_args()
    changed = complaints()
    if changed and not results_alone(changed):
        raise UserError(
            "DVC does not find everything in order, so nothing was adopted. Restore the files "
            "(`dvc pull`, or `dvc checkout`), or make them (`dvc repro`). `dvc status` says:\n"
            + dvc("status").stdout
        )
    if changed:
        snakemake("--touch", "--forceall", "all_observed", "all_measured")
        snakemake("all_tables", "--forcerun", *REPORTING)
        program.say("Made the results again: git does not hold those that DVC has recorded.")
    else:
        snakemake("--touch", "--forceall", "all_tables")
    output = snakemake("--dry-run", "all_tables")
    if NOTHING not in output:
        raise UserError(f"Snakemake still has something to do; run `dvc repro`. It says:\n{output}")
    if complaints():
        raise UserError(
            "The results made from the measures are not those that DVC has recorded (another "
            "version of a package, say). See the differences in results/, then record these with "
            "`python workflow_scripts/record.py`."
        )
    program.say("Adopted: neither DVC nor Snakemake has anything to do.")


if __name__ == "__main__":
    program.run(main)
