"""References, and methods that leave the original as it was: what is made of them and said."""

import copy

import pytest
import torch
from made_summaries import WORDS, cell
from method_tasks import make_task
from test_params import PARAMS

from regression_unlearning.evaluation import cost
from regression_unlearning.evaluation.inputs import Inputs, Sources
from regression_unlearning.files import write_record
from regression_unlearning.methods import noisy_finetune, short_retraining
from regression_unlearning.pipeline import layouts
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.remarks import COST, remarks
from regression_unlearning.reporting.results import layout_of
from regression_unlearning.settings.document import load_settings
from regression_unlearning.training.unlearn import largest_change, unlearn

FIT = {"epochs": 2, "learning_rate": 0.01, "batch_size": 16}


def test_short_retraining_does_not_look_at_the_original():
    task = make_task()
    models = [
        unlearn(task.new_model(name), make_task(), "short_retraining", **FIT) for name in ("a", "b")
    ]
    first, second = (model.state_dict() for model in models)
    assert all(torch.equal(first[name], second[name]) for name in first)
    steps = make_task()
    unlearn(task.new_model("a"), steps, "finetune", **FIT)
    short = make_task()
    unlearn(task.new_model("a"), short, "short_retraining", **FIT)
    assert [one.steps for one in short.fitted] == [one.steps for one in steps.fitted]


def test_the_helper_alone_is_the_helper():
    task = make_task()
    helper = task.new_model("helper").eval()
    found = unlearn(task.new_model(), task.having(helpers={"blindspot": helper}), "helper_alone")
    theirs = helper.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in found.state_dict().items())
    assert found is not helper


def test_how_far_a_model_has_moved():
    model = make_task().new_model()
    moved = copy.deepcopy(model)
    assert largest_change(model, moved) == 0
    with torch.no_grad():
        weight = moved.output.weight
        weight[0, 0] += 0.5 * weight.abs().max()
    size = max(model.output.weight.abs().max().item(), moved.output.weight.abs().max().item())
    apart = (moved.output.weight - model.output.weight).abs().max().item()
    assert largest_change(model, moved) == pytest.approx(apart / size, rel=2**-22)


def costs(tmp_path, changes):
    record = {"seconds": 2.0, "machine": {"peak_memory_mib": 5.0}}
    files = {}
    for seed, change in enumerate(changes):
        files[seed] = tmp_path / f"{seed}.json"
        write_record(files[seed], {**record, "largest_change": change})
    own = Sources({"records": files})
    return cost.measure(Inputs("d", "f", "scrub", own, own), cost.Settings())


def test_a_method_that_moved_nothing_says_so(tmp_path):
    notes = {one.note for one in costs(tmp_path, [0.0, 2.0**-24]) if one.quantity == COST}
    assert notes == {"moved no weight beyond rounding: it is the original model"}
    notes = {one.note for one in costs(tmp_path, [0.0, 0.1]) if one.quantity == COST}
    assert notes == {"moved no weight beyond rounding with 1 of 2 seeds: it is the original model"}
    assert {one.note for one in costs(tmp_path, [0.2, 0.1])} == {""}


def test_it_stands_at_the_method_s_row_and_a_reference_has_its_own_remark_alone():
    layout = Layout(
        "T",
        "D",
        {("d", "f"): "F", ("d", "g"): "G"},
        {"original": "O", "retrained": "R", "scrub": "SCRUB", "short": "Short"},
        kind="methods",
        references=("short",),
        remarks={"short": "a reference", "scrub": "own words"},
        untuned=("scrub",),
        quantities=WORDS,
    )
    assert layout.unlearning == ("scrub",)
    found = {("d", "f", "scrub", COST): cell(0.1, note=f"{cost.UNMOVED}: it is the original model")}
    said = remarks(found, layout, {})
    assert said["short"] == ("a reference",)
    assert said["scrub"][0] == f"F: {cost.UNMOVED}: it is the original model"
    assert said["scrub"][-1] == "own words"


def test_what_noisy_fine_tuning_leaves_is_said():
    few = noisy_finetune.Settings(**FIT, noisy_steps=50, noisy_learning_rate=0.01, decay=20)
    assert "0.0014 % of the original's weights: this is retraining from noise" in (
        noisy_finetune.remark(few)
    )
    some = noisy_finetune.Settings(**FIT, noisy_steps=1, noisy_learning_rate=0.01, decay=20)
    assert noisy_finetune.remark(some).endswith("80 % of the original's weights")
    assert "2 epochs from scratch" in short_retraining.remark(short_retraining.Settings(**FIT))


def test_tables_disclose_which_weights_are_kept_and_set_references_last():
    settings = load_settings(PARAMS)
    strong = settings.experiments["strong"].tables["methods"]
    told = layouts.layout_settings(settings, strong, {})
    assert told["references"] == ["short_retraining", "helper_alone"]
    assert [key for key, _ in told["methods"]][-2:] == told["references"]
    assert not set(told["references"]) & set(told["untuned"])
    assert told["disclosed"] == ["weights of the last epoch"]
    released = settings.experiments["stsb_released"].tables["table2"]
    told = layouts.layout_settings(settings, released, {})
    (said,) = told["disclosed"]
    assert said.startswith("weights of the epoch with the least validation loss")
    assert said.endswith("(of the last epoch: Blindspot)")
    assert said in layout_of(told).subtitle


def test_the_released_code_s_table_stands_beside_the_paper_s_values():
    from regression_unlearning.reporting.results import printed

    settings = load_settings(PARAMS)
    table = settings.experiments["stsb_released"].tables["table2"]
    found = printed(layouts.layout_settings(settings, table, {}))
    assert found["stsb_released", "score_0_2", "original", "error_retain_test"] == "1.63"
