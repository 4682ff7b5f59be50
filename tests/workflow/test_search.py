"""A search as a user runs it: the workflow makes its models, params.yaml takes what was chosen."""

import json
import re

import pytest
import torch
from projects import checked

from regression_unlearning.pipeline import searches
from regression_unlearning.settings.document import load_settings
from regression_unlearning.tuning.cases import open_cases

SEARCH = "tuning/demo_pairs/finetune.json"


def with_tuning(values):
    values["datasets"]["demo_pairs"]["source"]["validation"] = 150  # enough for three parts
    values["datasets"]["demo_pairs"]["tuning"] = {
        "seed": 5,
        "budget": 0.2,
        "forget_sets": ["score_0_2"],
    }


def test_a_search_asks_for_the_models_of_its_own_seed(tiny):
    tiny.edit_params(with_tuning)
    made = {job.output for job in tiny.jobs("--", "all_tuned")}
    assert {SEARCH, "tuning/demo_pairs/blindspot.json"} <= made
    models = {path for path in made if path.startswith("checkpoints/")}
    assert models and all("seed_5" in path for path in models)
    assert not any(path.startswith(("observations/", "measures/")) for path in made)


def test_two_searches_may_be_asked_for_at_once(tiny):
    """The files that stand for code are written while the engine asks what exists."""
    tiny.edit_params(with_tuning)
    (tiny.root / ".fingerprints").mkdir(exist_ok=True)
    for path in (tiny.root / ".fingerprints").iterdir():
        path.unlink()
    wanted = {SEARCH, "tuning/demo_pairs/ssd.json"}
    assert wanted <= {job.output for job in tiny.jobs("--", *sorted(wanted))}


def test_a_search_without_its_models_says_how_to_make_them(tiny):
    tiny.edit_params(with_tuning)
    done = tiny.script("tune", "--dataset", "demo_pairs", "--method", "finetune")
    assert done.returncode == 2 and f"snakemake --cores 2 {SEARCH}" in done.stderr
    done = tiny.script("tune", "--dataset", "demo_pairs", "--method", "finetune", "--seed", 0)
    assert done.returncode == 2 and "seed 0 is the one" in done.stderr
    assert not (tiny.root / SEARCH).exists()


def test_a_missing_file_of_ids_is_named(tiny):
    def with_ids(values):
        with_tuning(values)
        dataset = values["datasets"]["demo_pairs"]
        dataset["forget_sets"]["asked"] = {"title": "Asked", "select": "ids", "file": "nosuch.txt"}
        dataset["tuning"]["forget_sets"] = ["asked"]

    tiny.edit_params(with_ids)
    done = tiny.snakemake("-n", "--", "all_tuned")
    assert done.returncode != 0
    wanted = "params.yaml: datasets.demo_pairs.forget_sets.asked.file: nosuch.txt does not exist"
    assert wanted in done.stdout + done.stderr


@pytest.mark.slow
def test_too_few_rows_are_said_before_any_trial(tiny):
    def with_few(values):
        with_tuning(values)
        values["datasets"]["demo_pairs"]["source"]["validation"] = 20

    tiny.edit_params(with_few)
    assert tiny.snakemake(SEARCH).returncode != 0
    said = (tiny.root / "logs/tune/demo_pairs/finetune.log").read_text(encoding="utf-8")
    assert "params.yaml: datasets.demo_pairs.forget_sets.score_0_2: tuning divides" in said


@pytest.mark.slow
def test_what_was_chosen_reruns_the_method_and_no_search(tiny, monkeypatch):
    tiny.edit_params(with_tuning)
    checked(tiny.snakemake(SEARCH))
    checked(tiny.snakemake("tuning/demo_pairs/blindspot.json"))
    found = json.loads((tiny.root / SEARCH).read_text(encoding="utf-8"))
    assert found["trials"][0]["changed"] == {} and found["seed"] == 5
    assert found["start"]["confirmed"] == found["trials"][0]["confirmed"]
    kept = "best" if found["outcome"] == "found" else "start"
    assert found["chosen"] == found[kept]["changed"]
    assert min(found["rows"]["score_0_2"]["forget"].values()) >= 10
    monkeypatch.chdir(tiny.root)
    settings = load_settings("params.yaml")
    (case,) = open_cases(settings, "demo_pairs", "sure", searches.tuning_of(settings, "demo_pairs"))
    for side, theirs in (("forget", case.task.held_out), ("retain", case.task.validation)):
        pieces = [theirs, case.choosing.rows[side], case.confirming.rows[side]]
        assert [len(piece) for piece in pieces] == list(case.rows[side].values())
        assert len(torch.cat(pieces).unique()) == sum(case.rows[side].values())
    (case,) = open_cases(
        settings, "demo_pairs", "blindspot", searches.tuning_of(settings, "demo_pairs")
    )
    path = "checkpoints/blindspot/demo_pairs/score_0_2/seed_5.json"
    helper = json.loads((tiny.root / path).read_text(encoding="utf-8"))
    assert case.helper_seconds == {"blindspot": helper["seconds"]}

    def takes_it(values, searched=tuple(found["chosen"])):
        entry = values["datasets"]["demo_pairs"]["methods"]["finetune"]
        values["datasets"]["demo_pairs"]["methods"]["finetune"] = {
            **{key: value for key, value in entry.items() if key not in searched},
            "tuned": "demo_pairs",
        }

    tiny.edit_params(takes_it)
    settings = load_settings("params.yaml")
    method = settings.datasets["demo_pairs"].method("finetune")
    assert {**method.options, **found["chosen"]} == method.options
    assert len(method.tuned.trials) == len(found["trials"])
    assert tiny.jobs("--", SEARCH) == []


RECORD = {
    "dataset": "demo_pairs", "method": "finetune", "seed": 5, "budget_s": 0.2, "most": 0.5,
    "forget_sets": ["score_0_2"], "chosen": {"epochs": 3, "learning_rate": 0.002}, "options": "",
    "value": 0.1, "before": 0.2, "nothing": 0.3, "share_of_retraining": 0.1, "seconds": 0.3,
    "trials": [{"value": 0.1}],
}  # fmt: skip


@pytest.mark.slow
def test_another_record_reruns_its_method_alone(tiny):
    def takes_it(values):
        values["datasets"]["demo_pairs"]["methods"]["finetune"] = {"tuned": "demo_pairs"}

    def listed():
        return checked(tiny.snakemake("-n", "--quiet", "progress")).stdout

    path = tiny.root / SEARCH
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(RECORD), encoding="utf-8")
    tiny.edit_params(takes_it)
    tiny.pretend()
    assert "unlearn" not in listed()
    path.write_text(json.dumps({**RECORD, "chosen": {**RECORD["chosen"], "epochs": 4}}))
    blocks = re.split(r"^ *(?=(?:local)?rule \w+:$)", listed(), flags=re.MULTILINE)
    changed = [block for block in blocks if re.search("reason: .*Params have changed", block)]
    assert changed and all("unlearned/demo_pairs/random_20/finetune/" in one for one in changed)
