"""A dataset that cannot be had: nothing is run for it, and its tables and figures say why."""

from functools import partial
from pathlib import Path

import pytest

from regression_unlearning.evaluation import absent
from regression_unlearning.evaluation.measure import PAPER
from regression_unlearning.evaluation.values import write
from regression_unlearning.pipeline.absences import absences
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.reporting.absent import notice
from regression_unlearning.reporting.results import printed, read_measures
from regression_unlearning.reporting.summary import summarise
from regression_unlearning.reporting.tabling import Tabling
from regression_unlearning.settings import document
from regression_unlearning.settings.complete import resolved
from regression_unlearning.settings.reading import read_yaml

ROOT = Path(__file__).parents[2]
check = partial(document.check, folder=ROOT)


@pytest.fixture
def settings(monkeypatch, tmp_path):
    """The project's settings with an experiment of AgeDB and the digits, and an empty mirror."""
    monkeypatch.setenv("REGRESSION_UNLEARNING_DATA_MIRROR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    values = resolved(read_yaml(ROOT / "params.yaml"), ROOT)
    shown = {"title": "T", "methods": ["finetune", "blindspot"]}
    values["experiments"]["two"] = {
        "title": "Two",
        "seeds": [0, 1],
        "tables": {
            "table1": {**shown, "dataset": "agedb", "forget_sets": ["age_0_30", "person"]},
            "table2": {**shown, "dataset": "demo_images", "forget_sets": ["digit_1"]},
        },
    }
    return check({**values, "experiment": "two"})


def test_no_job_of_it_is_asked_for(settings, tmp_path):
    grid = Grid(settings)
    assert grid.datasets == ["demo_images"]
    lists = (
        grid.raw, grid.prepared, grid.originals, grid.retrained, grid.blindspots, grid.unlearned,
        grid.observed, grid.relearnt,
    )  # fmt: skip
    for paths in lists:
        assert paths and not any("agedb" in path for path in paths)
    agedb = [path for path in grid.measured if "agedb" in path]
    assert len(agedb) == 2 and grid.measure_files("agedb", "person") == []
    assert "on request" in grid.measuring("agedb", "person")["absent"]
    (tmp_path / "AgeDB.zip").touch()  # once it is there, everything is asked for
    assert absences(settings, ["agedb", "demo_images"]) == {}
    assert any("agedb" in path for path in Grid(settings).originals)


def test_its_table_says_why(settings, tmp_path):
    grid = Grid(settings)
    reason = grid.absent["agedb"]
    files = [Path(path) for path in grid.layout_measures("table1")]
    for path, forget_set in zip(files, ("age_0_30", "person"), strict=True):
        labels = grid.labels_in("agedb", forget_set)
        write(path, absent.values("agedb", forget_set, labels, reason))
    chosen = grid.layout_settings("table1")
    found = summarise(read_measures(files), printed(chosen))
    assert {one.mean.state for one in found.values()} == {"not measured"}
    assert all("request" in one.notes[0] for one in found.values())
    assert len(found) == 2 * 4 * len(PAPER) and {key[3] for key in found} == set(PAPER)
    made = Tabling(read_measures(files), chosen)
    text = made.files()[".md"]
    assert reason in text and "nothing here could be measured" in text
    assert "the mean over" not in text
    assert made.summaries == found


def test_its_figure_says_why(tmp_path):
    notice(tmp_path / "figure2", "Deviations", "not here. " * 30)
    assert (tmp_path / "figure2.png").read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "figure2.pdf").read_bytes()[:4] == b"%PDF"
