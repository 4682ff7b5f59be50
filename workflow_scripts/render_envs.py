"""Render envs/ (requirements.txt, environment.yaml, apptainer.def) from uv.lock.

Needs uv, no network. With --check only say whether the files are in step.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from regression_unlearning import program
from regression_unlearning.errors import UserError
from regression_unlearning.files import write_text

PYTHON = "3.12"
EXPORT = ("export", "--frozen", "--no-dev", "--no-hashes", "--no-emit-project", "--no-annotate")
NOTE = "# Rendered from uv.lock by `python workflow_scripts/render_envs.py`: change that, not this."

ENVIRONMENT = """\
{note}
# uv.lock {lock}
name: regression-unlearning
channels: [conda-forge, nodefaults]
dependencies:
  - python={python}.*
  - pip
  - pip:
{packages}
"""

APPTAINER = """\
{note}
# uv.lock {lock}
# From the project's root: apptainer build envs/regression_unlearning.sif envs/apptainer.def
Bootstrap: docker
From: python:{python}-slim-bookworm

%files
    envs/requirements.txt /opt/requirements.txt

%post
    pip install --no-cache-dir --no-deps -r /opt/requirements.txt

%environment
    export LC_ALL=C.UTF-8

%runscript
    exec "$@"

%test
    python -c "import torch, snakemake, dvc; print(torch.__version__)"
"""


def exported() -> list[str]:
    """Lines of `uv export`: a package with its exact version and its marker each.

    Raises
    ------
    UserError
        When uv is not there, or uv.lock does not fit pyproject.toml.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise UserError("uv is not installed: https://docs.astral.sh/uv says how.")
    done = subprocess.run([uv, *EXPORT, "--no-header"], check=False, capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"uv export failed:\n{done.stderr}")
    return [line for line in done.stdout.splitlines() if line and not line.startswith("#")]


def files() -> dict[Path, str]:
    """Each file of envs/ with its text."""
    packages = exported()
    lock = hashlib.sha256(Path("uv.lock").read_bytes()).hexdigest()
    words = {"note": NOTE, "lock": lock, "python": PYTHON}
    listed = "\n".join(f"      - {package}" for package in packages)
    return {
        Path("envs/requirements.txt"): "\n".join([NOTE, f"# uv.lock {lock}", *packages, ""]),
        Path("envs/environment.yaml"): ENVIRONMENT.format(packages=listed, **words),
        Path("envs/apptainer.def"): APPTAINER.format(**words),
    }


def main() -> None:
    """Read the arguments, render, write or compare."""
    parser = program.parser(__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where out of step")
    arguments = parser.parse_args()
    for path, text in files().items():
        if not arguments.check:
            write_text(path, text)
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            program.say(f"{path} is out of step: run python workflow_scripts/render_envs.py")
            sys.exit(1)


if __name__ == "__main__":
    program.run(main)
