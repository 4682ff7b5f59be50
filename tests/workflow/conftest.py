"""Copies of the project, one for each need: bare, tiny, prepared, built."""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import Project, tracked_files
from tiny_project import ROOT, choose, shrink


@pytest.fixture(scope="session")
def shared(tmp_path_factory, request) -> Callable[[str, Callable[[Path], None]], Project]:
    """Make a project once for all processes that share the tests."""
    alone = not hasattr(request.config, "workerinput")
    base = tmp_path_factory.getbasetemp()
    base = base if alone else base.parent

    def make(name: str, fill: Callable[[Path], None]) -> Project:
        root, whole = base / f"shared_{name}", base / f"shared_{name}.whole"
        with (base / f"shared_{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not whole.exists():
                shutil.rmtree(root, ignore_errors=True)
                root.mkdir()
                fill(root)
                whole.touch()
        return Project(root)

    return make


@pytest.fixture(scope="session")
def _source(shared) -> Project:
    def fill(root: Path) -> None:
        for path in tracked_files():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, target, follow_symlinks=False)

    return shared("source", fill)


@pytest.fixture
def project(_source, tmp_path) -> Project:
    """A fresh copy of the project."""
    return _source.copy(tmp_path / "project")


@pytest.fixture
def tiny(project) -> Project:
    """A fresh copy whose demo takes half a minute."""
    project.edit_params(shrink)
    return project


@pytest.fixture(scope="session")
def _prepared(_source, shared) -> Project:
    def fill(root: Path) -> None:
        made = _source.copy(root)
        made.edit_params(shrink)
        made.prepare(forget_sets=["random_20"])

    return shared("prepared", fill)


@pytest.fixture
def prepared(_prepared, tmp_path) -> Project:
    """A fresh tiny copy with its dataset prepared and divided by `random_20`."""
    return _prepared.copy(tmp_path / "prepared")


@pytest.fixture(scope="session")
def _built(_source, shared) -> Project:
    def two_seeds(values: dict) -> None:
        choose(values, "paper")["seeds"] = [0, 1]

    def fill(root: Path) -> None:
        built = _source.copy(root)
        built.edit_params(two_seeds)
        built.pretend()

    return shared("built", fill)


@pytest.fixture
def built(_built, tmp_path) -> Project:
    """The paper's text experiment with every output in place, as if it had run for hours.

    Two seeds stand for the paper's five: the graph is the same, and smaller.
    """
    return _built.copy(tmp_path / "built")
