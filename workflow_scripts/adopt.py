"""After `dvc pull` or `dvc checkout`: tell Snakemake that the files here are up to date.

DVC keeps contents, not dates, so Snakemake cannot know that files from its cache need no job. Only
where DVC finds everything in order is that true; elsewhere this program refuses.
"""

import subprocess
import sys

from regression_unlearning import program
from regression_unlearning.errors import UserError

NOTHING = "Nothing to be done"


def dvc(*arguments: str) -> subprocess.CompletedProcess:
    """Run DVC; give its end and what it said."""
    command = [sys.executable, "-m", "dvc", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def snakemake(*arguments: str) -> str:
    """Run Snakemake without a cluster; give what it said.

    Raises
    ------
    UserError
        When it fails.
    """
    command = [sys.executable, "-m", "snakemake", "--executor", "local", "--cores", "1", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def main() -> None:
    """Read the arguments, ask DVC, touch, and look whether Snakemake agrees."""
    program.parser(__doc__).parse_args()
    if dvc("status", "-q").returncode:
        raise UserError(
            "DVC does not find everything in order, so nothing was adopted. Restore the files "
            "(`dvc pull`, or `dvc checkout`), or make them (`dvc repro`). `dvc status` says:\n"
            + dvc("status").stdout
        )
    snakemake("--touch", "--forceall", "all_tables")
    said = snakemake("--dry-run", "all_tables")
    if NOTHING not in said:
        raise UserError(f"Snakemake still has something to do; run `dvc repro`. It says:\n{said}")
    program.say("Adopted: neither DVC nor Snakemake has anything to do.")


if __name__ == "__main__":
    program.run(main)
