"""A dataset that brings its original model: settings, what tables say, DVC's stages, searches."""

from functools import partial
from pathlib import Path

import pytest
from made_summaries import cell
from safetensors.numpy import save_file

from regression_unlearning.errors import UserError
from regression_unlearning.pipeline import originals, plan, stages
from regression_unlearning.pipeline import searches as searching
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.reporting.results import layout_of
from regression_unlearning.reporting.tables import legend
from regression_unlearning.settings import document
from regression_unlearning.settings.complete import resolved
from regression_unlearning.settings.reading import read_yaml

ROOT = Path(__file__).parents[2]
check = partial(document.check, folder=ROOT)
ONE, MANY = "my_models/pairs.safetensors", "my_models/pairs_{seed}.safetensors"


def bringing(original):
    """The project's settings, with a model of demo_pairs."""
    values = resolved(read_yaml(ROOT / "params.yaml"), ROOT)
    if original is not None:
        values["datasets"]["demo_pairs"]["original"] = original
    return values


@pytest.mark.parametrize("wrong", ["", "a_{sed}.safetensors", "a_{seed}_{}.safetensors", "{seed}"])
def test_a_path_holds_no_other_braces(wrong):
    with pytest.raises(UserError, match=r"datasets\.demo_pairs: original: .* only \{seed\}"):
        check(bringing(wrong))


def test_the_file_of_a_seed(monkeypatch):
    monkeypatch.setenv("HOME", "/h")
    settings = check(bringing(MANY))
    assert plan.given_original(settings, "demo_pairs", 3) == "my_models/pairs_3.safetensors"
    settings = check(bringing("~/m.safetensors"))
    assert plan.given_original(settings, "demo_pairs", "3") == "/h/m.safetensors"


def told(original):
    settings = check(bringing(original))
    layouts = settings.chosen.tables
    name = next(name for name, one in layouts.items() if "demo_pairs" in one.datasets)
    return Grid(settings).layout_settings(name)


def terms(settings, found):
    return dict(legend([], layout_of(settings), found))


def test_tables_say_that_the_model_was_given_and_what_intervals_leave_out():
    found = {("d", "f", "m", "q"): cell(1.0, seeds=2)}
    said = terms(told(ONE), found)["Original model"]
    assert "given as a file, not trained here; all seeds start from one model" in said
    said = terms(told(MANY), found)["Original model"]
    assert said.endswith("given as a file, not trained here")
    assert "Original model" not in terms(told(None), found)


def test_settings_of_others_are_told_as_before():
    def shown(settings):
        return Grid(settings).report_settings()["params"]["datasets"]

    plain, brought = shown(check(bringing(None))), shown(check(bringing(ONE)))
    assert brought["demo_pairs"].pop("original") == ONE
    assert brought == plain and not any("original" in one for one in plain.values())
    assert all("given" not in one for one in told(None)["datasets"])


def test_dvc_knows_the_files_and_the_key():
    values = bringing(MANY)
    stage = stages.pipeline(check(values), values)["stages"]["original"]
    assert "datasets" in stage["params"]
    seeds = {
        seed
        for one in values["experiments"].values()
        for layout in (*one["tables"].values(), *one.get("figures", {}).values())
        if layout.get("dataset") == "demo_pairs" or "demo_pairs" in layout.get("datasets", ())
        for seed in one["seeds"]
    }
    wanted = {f"my_models/pairs_{seed}.safetensors" for seed in seeds}
    assert len(wanted) > 1
    assert {path for path in stage["deps"] if path.startswith("my_models/")} == wanted
    assert "workflow_scripts" in stage["deps"]
    others = stages.pipeline(check(values), values)["stages"]
    assert not [n for n, one in others.items() if n != "original" and wanted & set(one["deps"])]


def test_a_search_never_looks_at_the_one_model_that_tables_report():
    settings = check(bringing(ONE))
    chosen = searching.tuning_of(settings, "demo_pairs")
    with pytest.raises(UserError, match=r"original is one model for every seed.*seed 100"):
        searching.inputs(settings, "demo_pairs", "finetune", chosen)
    assert searching.tuned(Grid(settings)) is not None  # other targets are not disturbed
    assert searching.inputs(check(bringing(MANY)), "demo_pairs", "finetune", chosen)


def test_what_lies_there_is_looked_at_for_every_seed(monkeypatch, tmp_path):
    import numpy as np

    monkeypatch.chdir(tmp_path)
    settings = check(bringing(MANY))
    for number, seed in enumerate(settings.chosen.seeds):
        with pytest.raises(UserError) as raised:
            originals.check(Grid(settings))
        assert str(raised.value) == (
            "params.yaml: datasets.demo_pairs.original: "
            f"my_models/pairs_{seed}.safetensors: there is no such file."
        )
        (tmp_path / "my_models").mkdir(exist_ok=True)
        save_file({"a": np.ones(number + 1)}, f"my_models/pairs_{seed}.safetensors")
    originals.check(Grid(settings))


@pytest.mark.parametrize(
    "folder", ["checkpoints/original/demo_pairs", "./checkpoints", "{}/checkpoints"]
)
def test_the_pipeline_s_own_folder_is_refused(monkeypatch, tmp_path, folder):
    monkeypatch.chdir(tmp_path)
    path = f"{folder.format(tmp_path)}/seed_{{seed}}.safetensors"
    with pytest.raises(UserError, match="checkpoints/ is where the pipeline writes"):
        originals.check(Grid(check(bringing(path))))


def test_a_dataset_that_the_experiment_does_not_show_is_not_looked_at():
    values = bringing(None)
    values["datasets"]["imdb_wiki"]["original"] = "nowhere.safetensors"
    originals.check(Grid(check(values)))
