"""The packages of examples/, installed as a user would."""

import importlib.util
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"


def install(name: str, target: Path) -> None:
    """Install an example into a folder, by pip where it can build one here."""
    if importlib.util.find_spec("pip") and importlib.util.find_spec("hatchling"):
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        command += ["--no-build-isolation", "--target", str(target), str(EXAMPLES / name)]
        subprocess.run(command, check=True)
    else:
        _by_hand(name, target)


def _by_hand(name: str, target: Path) -> None:
    """What an installer leaves: the package and its metadata."""
    kept = shutil.ignore_patterns("__pycache__")
    shutil.copytree(EXAMPLES / name / name, target / name, ignore=kept)
    project = tomllib.loads((EXAMPLES / name / "pyproject.toml").read_text())["project"]
    info = target / f"{name}-{project['version']}.dist-info"
    info.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(metadata)
    lines = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{point} = {module}" for point, module in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
