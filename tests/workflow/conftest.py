"""Copies of the project, one for each need: bare, tiny, prepared, built."""

import shutil

import pytest
from projects import Project, checked, outputs_of, tracked_files
from tiny_project import ROOT, choose, shrink


@pytest.fixture(scope="session")
def _source(tmp_path_factory) -> Project:
    root = tmp_path_factory.mktemp("source")
    for path in tracked_files():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, target)
    return Project(root)


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
def _prepared(_source, tmp_path_factory) -> Project:
    made = _source.copy(tmp_path_factory.mktemp("prepared"))
    made.edit_params(shrink)
    made.prepare(forget_sets=["random_20"])
    return made


@pytest.fixture
def prepared(_prepared, tmp_path) -> Project:
    """A fresh tiny copy with its dataset prepared and divided by `random_20`."""
    return _prepared.copy(tmp_path / "prepared")


@pytest.fixture(scope="session")
def _built(_source, tmp_path_factory) -> Project:
    built = _source.copy(tmp_path_factory.mktemp("built"))

    def two_seeds(values: dict) -> None:
        choose(values, "paper")["seeds"] = [0, 1]

    built.edit_params(two_seeds)
    listed = checked(built.snakemake("-n", "--quiet", "progress")).stdout
    for number, path in enumerate(outputs_of(listed)):
        target = built.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"stands for output {number}\n", encoding="utf-8")
    checked(built.snakemake("--touch", "--forceall"))
    return built


@pytest.fixture
def built(_built, tmp_path) -> Project:
    """The paper's text experiment with every output in place, as if it had run for hours.

    Two seeds stand for the paper's five: the graph is the same, and smaller.
    """
    return _built.copy(tmp_path / "built")
