"""What a search leaves in params.yaml, and what the check of params.yaml asks of it."""

import difflib
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from regression_unlearning.errors import UserError
from regression_unlearning.pipeline import searches as searching
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.settings.document import check, load_settings, read_yaml
from regression_unlearning.tuning import entry

PARAMS = Path(__file__).parents[2] / "params.yaml"
FOUND = {
    "seed": 100,
    "budget_s": 60.0,
    "forget_sets": ["score_0_2"],
    "trials": [{}] * 23,
    "value": 0.0812345,
    "before": 0.12,
    "nothing": 0.3,
}
#: params.yaml as it was before any search: its records taken out.
UNTUNED = re.sub(
    r",?\n +tuned: \{[^\n{}]*\}", "", PARAMS.read_text(encoding="utf-8"), flags=re.MULTILINE
)
CHOSEN = {"epochs": 7, "learning_rate": 1.23e-05}


@pytest.fixture
def params(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text(UNTUNED, encoding="utf-8")
    return path


def changed(path):
    lines = UNTUNED.splitlines()
    found = difflib.ndiff(lines, path.read_text(encoding="utf-8").splitlines())
    return [line for line in found if line[0] in "-+"]


def test_a_few_values_change_and_nothing_else(params):
    before = load_settings(params).datasets["stsb"].method("sure")
    entry.write(params, "stsb", "sure", {**FOUND, "chosen": {**CHOSEN, "ceiling": 0.5}})
    after = load_settings(params).datasets["stsb"].method("sure")
    assert after.options == {**before.options, **CHOSEN, "ceiling": 0.5}
    assert (after.tuned.trials, after.tuned.value, after.tuned.dataset) == (23, 0.08123, "stsb")
    lines = changed(params)
    assert len([line for line in lines if line[0] == "-"]) == 1 and len(lines) == 4
    again = params.read_text(encoding="utf-8")
    entry.write(params, "stsb", "sure", {**FOUND, "chosen": {**CHOSEN, "ceiling": 0.5}})
    assert params.read_text(encoding="utf-8") == again


def test_a_block_with_a_merge_keeps_it_and_a_record_is_not_inherited(params):
    entry.write(params, "stsb", "blindspot", {**FOUND, "chosen": CHOSEN})
    stsb = load_settings(params).datasets["stsb"]
    assert stsb.method("blindspot").tuned is not None
    assert stsb.method("blindspot_norm").options["epochs"] == 7  # by the merge
    assert stsb.method("blindspot_norm").tuned is None  # but nobody searched with its own form
    entry.write(params, "stsb", "blindspot_norm", {**FOUND, "chosen": {"lambda": 3.0}})
    norm = load_settings(params).datasets["stsb"].method("blindspot_norm")
    assert (norm.options["lambda"], norm.options["form"], norm.options["epochs"]) == (
        3.0,
        "norm",
        7,
    )
    assert norm.tuned is not None


def test_a_record_does_not_outlive_a_change_by_hand(params):
    entry.write(params, "stsb", "scrub", {**FOUND, "chosen": {}})
    assert load_settings(params).datasets["stsb"].method("scrub").tuned.trials == 23
    values = read_yaml(params)
    values["datasets"]["stsb"]["methods"]["scrub"]["epochs"] = 99
    assert check(values).datasets["stsb"].method("scrub").tuned is None


def test_an_entry_that_is_not_there_is_shown(params):
    with pytest.raises(UserError, match=r"(?s)no entry.*learning_rate: 1.23e-05.*tuned: \{"):
        entry.write(params, "stsb", "mine", {**FOUND, "chosen": CHOSEN})


def test_what_would_not_pass_the_check_is_not_written(params):
    before = params.read_text(encoding="utf-8")
    with pytest.raises(UserError, match="stsb/sure"):
        entry.write(params, "stsb", "sure", {**FOUND, "chosen": {"epochs": 0}})
    assert params.read_text(encoding="utf-8") == before


def test_a_record_reruns_reports_alone(params):
    def seen():
        settings = load_settings(params)
        grid = Grid(settings.model_copy(update={"experiment": "strong"}))
        job = SimpleNamespace(dataset="stsb", method="sure")
        options = settings.datasets[job.dataset].method(job.method).options
        return options, grid.layout_settings("methods")

    options, layout = seen()
    assert "sure" in layout["untuned"]
    entry.write(params, "stsb", "sure", {**FOUND, "chosen": {}})
    options_after, layout_after = seen()
    assert options_after == options
    assert set(layout["untuned"]) - set(layout_after["untuned"]) == {"sure"}
    values = read_yaml(params)
    values["datasets"]["stsb"]["methods"]["sure"]["tuned"]["dataset"] = "demo_pairs"
    grid = Grid(check({**values, "experiment": "strong"}))
    assert "sure" in grid.layout_settings("methods")["untuned"]  # tuned on other data


@pytest.mark.parametrize(
    ("tuning", "said"),
    [
        ({"seed": 0}, "seed 0 is the one that stsb is tuned on"),
        (
            {"forget_sets": ["random_1000"]},
            "random_1000 draws rows at random, .* tuned on the very rows",
        ),
        ({"forget_sets": ["score_0_3"]}, "did you mean 'score_0_2'"),
        ({"forget_sets": ["score_0_2", "score_0_2"]}, "named twice"),
    ],
)
def test_what_tables_report_is_not_tuned_on(tuning, said):
    values = read_yaml(PARAMS)
    values["datasets"]["stsb"]["tuning"] |= tuning
    with pytest.raises(UserError, match=said):
        check(values)


def test_the_searches_of_an_experiment():
    settings = load_settings(PARAMS)
    grid = Grid(settings.model_copy(update={"experiment": "strong"}))
    files = searching.tuned(grid)
    assert "tuning/stsb/sure.json" in files and "tuning/stsb/blindspot_tuned.json" in files
    assert "tuning/stsb/blindspot.json" not in files and len(files) == 17  # the paper's settings
    chosen = searching.tuning_of(settings, "stsb")
    needed = searching.inputs(settings, "stsb", "blindspot", chosen)
    assert "checkpoints/original/stsb/seed_100.safetensors" in needed
    assert "checkpoints/blindspot/stsb/random_for_tuning/seed_100.safetensors" in needed
    shown = {
        f for e in settings.experiments.values() for t in e.tables.values() for f in t.forget_sets
    }
    assert "random_for_tuning" not in shown


def test_values_are_written_as_yaml_reads_them():
    for value in (1e-05, 50, "attention", True, None, [1, 2], {"a": 0.1}):
        assert yaml.safe_load(entry.flow(value)) == value
