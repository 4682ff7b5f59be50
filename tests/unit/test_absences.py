"""A dataset that cannot be had: nothing is run for it, and its tables and figures say why."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from regression_unlearning.evaluation import absent
from regression_unlearning.evaluation.inputs import Inputs, write
from regression_unlearning.pipeline.absences import absences
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.reporting.absent import notice
from regression_unlearning.reporting.quantities import PAPER
from regression_unlearning.reporting.results import layout_of, printed, read_measures
from regression_unlearning.reporting.summary import tidy
from regression_unlearning.reporting.tables import write_table
from regression_unlearning.settings.document import check, read_yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings(monkeypatch, tmp_path):
    """The project's settings with an experiment of AgeDB and the digits, and an empty mirror."""
    monkeypatch.setenv("REGRESSION_UNLEARNING_DATA_MIRROR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    values = read_yaml(ROOT / "params.yaml")
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
    assert len(agedb) == 2 * 4 and all(path.endswith("/absent.csv") for path in agedb)
    wanted = SimpleNamespace(dataset="agedb", measure="absent")
    assert "on request" in grid.measure_settings(wanted)["reason"]
    (tmp_path / "AgeDB.zip").touch()  # once it is there, everything is asked for
    assert absences(settings, ["agedb", "demo_images"]) == {}
    assert any("agedb" in path for path in Grid(settings).originals)


def test_its_table_says_why(settings, tmp_path):
    grid = Grid(settings)
    reason = grid.absent["agedb"]
    for path in grid.layout_measures("table1"):
        method = Path(path).parts[-2]
        write(Path(path), absent.measure(Inputs(method), absent.Settings(reason=reason)))
    chosen = grid.layout_settings("table1")
    files = [Path(path) for path in grid.layout_measures("table1")]
    frame = tidy(read_measures(files), printed(chosen))
    assert set(frame["mean"]) == {"not measured"} and frame["note"].str.contains("request").all()
    assert len(frame) == 2 * 4 * len(PAPER) and set(absent.QUANTITIES) == set(PAPER)
    write_table(frame, layout_of(chosen), tmp_path / "table1")
    text = (tmp_path / "table1.md").read_text(encoding="utf-8")
    assert reason in text and "nothing here could be measured" in text and "mean over" not in text
    assert len(pd.read_csv(tmp_path / "table1.csv")) == len(frame)


def test_its_figure_says_why(tmp_path):
    notice(tmp_path / "figure2", "Deviations", "not here. " * 30)
    assert (tmp_path / "figure2.png").read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "figure2.pdf").read_bytes()[:4] == b"%PDF"
