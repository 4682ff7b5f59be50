"""Render envs/ (requirements.txt, environment.yaml, apptainer.def) from uv.lock.

Needs uv, no network. With --check only say whether the files are in step: whether they ask for the
same packages everywhere, in whatever words this version of uv puts it.
"""

import hashlib
import itertools
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from regression_unlearning import program
from regression_unlearning.errors import UserError
from regression_unlearning.files import write_text

PYTHON = "3.12"
EXPORT = ("export", "--frozen", "--no-dev", "--all-extras", "--no-hashes", "--no-emit-project")
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
    command = [uv, *EXPORT, "--no-annotate", "--no-header"]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise UserError(f"uv export failed:\n{done.stderr}")
    return requirements(done.stdout)


def requirements(text: str) -> list[str]:
    """Lines of a requirements file that ask for a package, without comments."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def environments() -> list[dict[str, str]]:
    """Environments that markers are held against: Pythons, systems, processors, interpreters."""
    systems = [("linux", "Linux", "posix"), ("darwin", "Darwin", "posix")]
    systems += [("win32", "Windows", "nt"), ("cygwin", "CYGWIN_NT-10.0", "posix")]
    pythons = [f"3.{minor}.{patch}" for minor in range(10, 16) for patch in (0, 5)]
    machines = ("x86_64", "AMD64", "aarch64", "arm64", "ppc64le", "i686")
    interpreters = (("cpython", "CPython"), ("pypy", "PyPy"))
    return [
        {
            "python_version": python.rsplit(".", 1)[0],
            "python_full_version": python,
            "implementation_version": python,
            "implementation_name": implementation,
            "platform_python_implementation": interpreter,
            "sys_platform": platform,
            "platform_system": system,
            "os_name": os_name,
            "platform_machine": machine,
            "platform_release": "",
            "platform_version": "",
            "extra": "",
        }
        for python, (platform, system, os_name), machine, (implementation, interpreter) in (
            itertools.product(pythons, systems, machines, interpreters)
        )
    ]


def meaning(lines: Iterable[str]) -> list[frozenset[str]]:
    """Say what some requirements ask for in each of `environments`.

    Parameters
    ----------
    lines : iterable of str
        A requirement each, as pip reads it.

    Returns
    -------
    list of frozenset of str
        Packages with their extras, versions or address, and hashes; no markers.
    """
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    requirements = []
    for line in lines:
        text, *hashes = line.split(" --hash=")
        one = Requirement(text)
        extras, versions = sorted(one.extras), sorted(map(str, one.specifier))
        words = f"{canonicalize_name(one.name)} {extras} {versions} {one.url} {sorted(hashes)}"
        requirements.append((one.marker, words))
    return [
        frozenset(
            words for marker, words in requirements if marker is None or marker.evaluate(where)
        )
        for where in environments()
    ]


def same(path: Path, text: str) -> bool:
    """Whether a file asks for what a text asks for, and is else that text."""
    if not path.is_file():
        return False
    parts = []
    for content in (path.read_text(encoding="utf-8"), text):
        listed, others = [], []
        for line in content.splitlines():
            package = line.removeprefix("      - ")
            (listed if path.suffix != ".def" and "==" in package else others).append(package)
        parts.append((others, meaning(listed)))
    return parts[0] == parts[1]


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
        elif not same(path, text):
            program.say(f"{path} is out of step: run python workflow_scripts/render_envs.py")
            sys.exit(1)


if __name__ == "__main__":
    program.run(main)
