"""`tuned: DATASET`: an entry takes what a search chose, and the record is checked."""

import copy
import json
import math
from pathlib import Path

import pytest
from plain_settings import PLAIN

from regression_unlearning.errors import UserError
from regression_unlearning.pipeline import layouts, plan, stages
from regression_unlearning.pipeline import searches as searching
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.reporting.remarks import UNTUNED, remarks
from regression_unlearning.reporting.results import layout_of
from regression_unlearning.settings.complete import resolved
from regression_unlearning.settings.document import check, load_settings
from regression_unlearning.settings.methods import with_changes
from regression_unlearning.settings.reading import read_yaml
from regression_unlearning.settings.records import NOTHING_BETTER, UNCONFIRMED

ROOT = Path(__file__).parents[2]
PARAMS = ROOT / "params.yaml"
RECORD = {
    "dataset": "pairs", "method": "norm", "seed": 100, "budget_s": 60.0, "most": 0.5,
    "forget_sets": ["low"], "chosen": {}, "options": "", "value": 0.1, "before": 0.2,
    "nothing": 0.3, "share_of_retraining": 0.1, "seconds": 61.0, "trials": [{"value": 0.1}],
}  # fmt: skip

#: The form that is written now.
NOW = {
    **{key: RECORD[key] for key in RECORD if key not in (
        "value", "before", "nothing", "share_of_retraining",
    )},
    "form": 2, "outcome": "found", "start_found": False,
    "nothing": {"value": 0.3, "confirmed": 0.3},
    "start": {"changed": {}, "value": 0.2, "confirmed": 0.2, "share_of_retraining": 0.1},
    "best": {"changed": {}, "value": 0.1, "confirmed": 0.1, "share_of_retraining": 0.1},
    "rows": {"low": {side: {"methods": 10, "choosing": 10, "confirming": 10}
                     for side in ("forget", "retain")}},
}  # fmt: skip


def values_of(**own):
    values = copy.deepcopy(PLAIN)
    values["datasets"]["pairs"]["methods"]["norm"].update(own)
    return values


@pytest.fixture
def put(tmp_path):
    """Write the record of a search of `norm` as the program does; gives the project's folder."""

    def go(changes, base=RECORD, **more):
        method = check(values_of()).datasets["pairs"].method("norm")
        path = tmp_path / "tuning/pairs/norm.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        record = {**base, **with_changes(method, changes), **more}
        path.write_text(json.dumps(record), encoding="utf-8")
        return tmp_path

    return go


def bare(**own):
    """The entry without the options that are searched."""
    values = values_of(**own)
    for key in ("epochs", "learning_rate"):
        if key not in own:
            del values["datasets"]["pairs"]["methods"]["norm"][key]
    return values


CHOSEN = {"epochs": 3, "learning_rate": 0.002, "lambda": 7.5}


def test_an_entry_takes_what_was_chosen(put):
    folder = put(CHOSEN)
    method = check(bare(tuned="pairs"), folder=folder).datasets["pairs"].method("norm")
    assert {key: method.options[key] for key in CHOSEN} == CHOSEN
    assert method.options["form"] == "norm"
    assert method.tuned.dataset == "pairs" and len(method.tuned.trials) == 1


def test_another_record_changes_what_the_job_is_told(put):
    def told(folder):
        return plan.unlearning(check(bare(tuned="pairs"), folder=folder), "pairs", "low", "norm")

    first = told(put(CHOSEN))
    second = told(put({**CHOSEN, "epochs": 4}))
    assert (first["options"]["epochs"], second["options"]["epochs"]) == (3, 4)


def test_a_record_does_not_outlive_another_setting(put):
    folder = put(CHOSEN)
    assert check(bare(tuned="pairs"), folder=folder).datasets["pairs"].method("norm").tuned
    for change in ({"batch_size": 3}, {"form": "attention"}):
        found = check(bare(tuned="pairs", **change), folder=folder).datasets["pairs"].method("norm")
        assert found.options["epochs"] == 3 and found.tuned is None


def test_a_number_may_be_written_in_another_way(put):
    folder = put(CHOSEN)
    found = check(bare(tuned="pairs", clip=None), folder=folder).datasets["pairs"].method("norm")
    assert found.tuned is not None


def test_a_record_is_not_inherited(put):
    folder = put(CHOSEN)
    values = bare(tuned="pairs")
    values["datasets"]["pairs"]["methods"]["mine"] = {"like": "norm", "title": "Mine"}
    mine = check(values, folder=folder).datasets["pairs"].method("mine")
    assert mine.options["epochs"] == 3 and mine.tuned is None and mine.record is None


def test_null_takes_the_record_out(put):
    folder = put(CHOSEN)
    values = bare(tuned="pairs")
    own = {"tuned": None, "epochs": 5, "learning_rate": 0.5}
    values["datasets"]["other"] = {"like": "pairs", "methods": {"norm": own}}
    found = check(values, folder=folder).datasets
    assert found["other"].method("norm").record is None
    assert found["other"].method("norm").options["epochs"] == 5
    assert found["pairs"].method("norm").options["epochs"] == 3


def test_the_next_search_keeps_what_the_last_one_chose(put):
    folder = put(CHOSEN)
    method = check(bare(tuned="pairs"), folder=folder).datasets["pairs"].method("norm")
    again = with_changes(method, {})
    assert again == {"chosen": CHOSEN, "options": method.record.options}
    assert with_changes(method, {"epochs": 2})["chosen"] == {**CHOSEN, "epochs": 2}


@pytest.mark.parametrize(
    ("changes", "own", "more", "said"),
    [
        (CHOSEN, {"epochs": 9}, {}, "norm.epochs: 9 stands here, 3 was chosen in tuning/pairs"),
        (CHOSEN, {}, {"dataset": "other"}, "norm.json is the record of other/norm."),
        (CHOSEN, {}, {"method": "blindspot"}, "norm.json is the record of pairs/blindspot."),
        (CHOSEN, {}, {"trials": []}, "norm.json is no record of a search: trials: needs at least"),
        (CHOSEN, {}, {"valu": 1}, "is no record of a search: unknown key 'valu'; did you mean"),
        (CHOSEN, {}, {"value": "good"}, "no record of a search: value: must be a number (given"),
        (CHOSEN, {}, {"chosen": {"lamda": 3}}, "chosen: unknown option 'lamda'; did you mean 'l"),
        (CHOSEN, {}, {"chosen": {"epochs": 99}}, "chosen.epochs: 99 is none of what blindspot is"),
        (CHOSEN, {"tuned": "pears"}, {}, "norm.tuned: tuning/pears/norm.json does not exist"),
        (CHOSEN, {"tuned": ["pairs"]}, {}, "norm.tuned: must be the name of a dataset"),
    ],
)  # fmt: skip
def test_a_wrong_record_is_named(put, changes, own, more, said):
    folder = put(changes, **more)
    with pytest.raises(UserError) as caught:
        check(bare(**{"tuned": "pairs", **own}), folder=folder)
    (line,) = str(caught.value).splitlines()
    assert line.startswith("params.yaml: datasets.pairs.methods.norm.") and said in line


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"outcome": "maybe"}, "outcome: must be 'found', 'start_best', "),
        ({"form": 3}, "form: must be 2 (given: 3)"),
        ({"nothing": 0.3}, "nothing: "),
        ({"start": {**NOW["start"], "confirmed": None, "value": "x"}}, "start.value: must be a nu"),
        ({"value": 0.1}, "unknown key 'value'"),
        ({"best": None}, "best: "),
    ],
)
def test_a_wrong_record_of_the_form_that_is_written_now_is_named(put, more, said):
    folder = put(CHOSEN, NOW, **more)
    with pytest.raises(UserError, match="norm.json is no record of a search: ") as caught:
        check(bare(tuned="pairs"), folder=folder)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("form", "more", "remark"),
    [
        (NOW, {}, None),
        (NOW, {"outcome": "not_confirmed"}, "searched: nothing better than the start"),
        (NOW, {"outcome": "not_confirmed", "start_found": True}, None),
        (NOW, {"outcome": "none_closer", "start_found": True}, NOTHING_BETTER),
        (RECORD, {}, UNCONFIRMED),
        (RECORD, {"before": 0.1}, NOTHING_BETTER),
    ],
)
def test_a_table_calls_tuned_only_what_the_record_does(put, form, more, remark):
    values = bare(tuned="pairs")
    (experiment,) = values["experiments"].values()
    (table,) = experiment["tables"].values()
    table.update(kind="methods", methods=["norm"])
    settings = check(values, folder=put(CHOSEN, form, **more))
    told = layouts.layout_settings(settings, settings.chosen.tables["t"], {})
    assert told["untuned"] == []
    assert told["searched"] == ({} if remark is None else {"norm": remark})
    notes = remarks({}, layout_of(told), {})["norm"]
    assert notes == ((remark,) if remark else ())
    del values["datasets"]["pairs"]["methods"]["norm"]["tuned"]
    values["datasets"]["pairs"]["methods"]["norm"] |= CHOSEN
    settings = check(values)
    told = layouts.layout_settings(settings, settings.chosen.tables["t"], {})
    assert remarks({}, layout_of(told), {})["norm"] == (UNTUNED,)


def test_a_file_that_is_no_json_is_named(put):
    folder = put(CHOSEN)
    (folder / "tuning/pairs/norm.json").write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match=r"norm\.json cannot be read"):
        check(bare(tuned="pairs"), folder=folder)


def test_tables_note_what_nobody_has_tuned():
    settings = load_settings(PARAMS)

    def untuned(experiment):
        grid = Grid(settings.model_copy(update={"experiment": experiment}))
        return grid.layout_settings("methods")["untuned"]

    paper = ["finetune", "gaussian_amnesiac", "reg_amnesiac", "blindspot"]
    assert untuned("strong") == paper
    assert set(paper) - {"reg_amnesiac"} <= set(untuned("strong_electricity203"))
    assert len(untuned("strong_utkface")) == 18
    of_both = settings.datasets["electricity"].method("sure").tuned
    assert of_both is not None and of_both.dataset == "electricity203"  # tuned, but on other data


def test_every_record_of_the_repository_is_used_and_fits():
    settings = load_settings(PARAMS)
    for path in sorted((ROOT / "tuning").glob("*/*.json")):
        method = settings.datasets[path.parent.name].method(path.stem)
        assert method.record is not None, path
        assert method.tuned is not None, path
        values = [trial["value"] for trial in method.tuned.trials]
        assert any(value is not None and math.isfinite(value) for value in values)


def test_dvc_knows_the_records():
    values = read_yaml(PARAMS)
    made = stages.pipeline(load_settings(PARAMS), values)["stages"]
    using = {name for name, stage in made.items() if "tuning" in stage["deps"]}
    assert using == {"blindspot", "unlearned", "reported"}
    plain = stages.pipeline(check(PLAIN), PLAIN)["stages"]
    assert not [name for name, stage in plain.items() if "tuning" in stage["deps"]]


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
    values = resolved(read_yaml(PARAMS), ROOT)
    values["datasets"]["stsb"]["tuning"] |= tuning
    with pytest.raises(UserError, match=said):
        check(values, folder=ROOT)


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
