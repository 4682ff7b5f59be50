"""Wrong settings are named in plain words: none of the checking library's own."""

import datetime
import re

import pytest
from plain_settings import DATA, PLAIN, TABLE, changed

from regression_unlearning.errors import UserError
from regression_unlearning.settings.document import check

LOW = f"{DATA}/forget_sets/low"
JARGON = re.compile(
    r"\b(input|tags?|tuples?|patterns?|dictionary|integer|string|boolean|instance|discriminator)\b"
    r"|\[key\]",
    re.IGNORECASE,
)
PAIRS = PLAIN["datasets"]["pairs"]
FINETUNE = {"finetune": PAIRS["methods"]["finetune"]}


def select(kind, **more):
    return {"title": "T", "select": kind, **more}


def loaded(loader, **source):
    return {**PAIRS, "loader": loader, "source": source}


CASES = [
    # forget sets
    (LOW, select("ids"), "low: no row is named; give ids (a list) or file (a text file with one"),
    (LOW, select("ids", ids=[]), "low: no row is named"),
    (LOW, select("ids", ids=[12, 13]),
     'low.ids.0: must be text; write it in quotes: "12" (given: 12); 1 more likewise'),
    (LOW, select("ids", ids=12), 'low.ids.0: must be text; write it in quotes: "12"'),
    (LOW, select("ids", ids=None), "low.ids: must be a list (given: nothing)"),
    (LOW, select("ids", ids={"a": 1}), "low.ids: must be a list (given: keys and values)"),
    (LOW, select("ids", file=["a.txt"]), "low.file: must be text (given: a list)"),
    (LOW, select("where", column="y", equals=[True]), "low.equals.0: must be text or a number"),
    (LOW, select("where", column="y", equals=[None]), "low.equals.0: must be text or a number"),
    (LOW, select("where", column="y", equals=[]), "low.equals: needs at least 1 item"),
    (LOW, select("where", column=3, equals=["a"]), 'low.column: must be text; write it in quo'),
    (LOW, select("whre"), "low: unknown select 'whre'; did you mean 'where'?"),
    (
        LOW,
        {"title": "T"},
        "low: the key 'select' is required; one of band, random, where, dates, ids",
    ),
    (LOW, select(["where"]), "low: the key 'select' is required"),
    (LOW, select("band", **{"from": 2, "below": 2}), "low: no number lies in the band: from is 2"),
    (LOW, select("band", **{"from": "a"}), "low.from: must be a number (given: 'a')"),
    (LOW, select("band", frm=2), "low: unknown key 'frm'; did you mean 'from'?"),
    (LOW, select("random"), "low.rows: this key is required"),
    (LOW, select("random", rows=-3), "low.rows: must be greater than or equal to 1 (given: -3)"),
    (LOW, select("random", rows=[3]), "low.rows: must be a whole number (given: a list)"),
    (LOW, select("random", rows=True), "low.rows: must be a number (given: true)"),
    (LOW, None, "low: must hold keys and values (given: nothing)"),
    (LOW, "band", "low: must hold keys and values (given: 'band')"),
    (f"{DATA}/forget_sets", {2015: select("random", rows=1)},
     'forget_sets: a name must be text; write it in quotes: "2015"'),
    (f"{DATA}/forget_sets", [1], "forget_sets: must hold keys and values (given: a list)"),
    # networks and training
    (f"{DATA}/model", {"name": "resnet50"}, "model: unknown network 'resnet50'; did you mean 're"),
    (f"{DATA}/model", {"hidden": 3}, "model: the key 'name' is required; one of MODULE:CLASS, all"),
    (f"{DATA}/model", "lstm", "model: must hold keys and values (given: 'lstm')"),
    (f"{DATA}/model/head", 8, "model.head: must be a list; write [8]"),
    (f"{DATA}/model/head", ["a"], "model.head.0: must be a whole number (given: 'a')"),
    (f"{DATA}/training/schedule", {"name": "plato"}, "unknown name 'plato'; did you mean 'platea"),
    (f"{DATA}/training/schedule", {"name": "step", "epochs": -1}, "schedule.epochs: must be great"),
    (f"{DATA}/training/compile", 3, "training.compile: must be true or false (given: 3)"),
    (f"{DATA}/training/epochs", None, "training.epochs: must be a whole number (given: nothing)"),
    (f"{DATA}/training/epochs", True, "training.epochs: must be a number (given: true)"),
    (f"{DATA}/training/learning_rate", "fast", "learning_rate: must be a number (given: 'fast')"),
    (f"{DATA}/training/learning_rate", float("inf"), "must be a finite number (given: inf)"),
    (f"{DATA}/training", [], "pairs.training: must hold keys and values (given: a list)"),
    (f"{DATA}/classes", 3, "pairs.classes: the loss is mse; they go with loss: cross_entropy"),
    (f"{DATA}/classes", 1, "pairs.classes: must be greater than or equal to 2 (given: 1)"),
    (DATA, {**PAIRS, "loss": "cross_entropy", "target_scale": "standardise", "methods": FINETUNE},
     "pairs.target_scale: with loss: cross_entropy it is none; a class has no scale"),
    (DATA, {**PAIRS, "loss": "cross_entropy", "methods": {**FINETUNE,
            "gaussian_matching": {"epochs": 1, "learning_rate": 0.1}}},
     "pairs.methods.gaussian_matching: loss: cross_entropy makes the targets classes: they hav"),
    (f"{DATA}/relearning", {"goal": "accuracy"},
     "pairs.relearning.goal: accuracy is of classes, and the loss is mse; take loss."),
    (f"{DATA}/quantiles", 0.5, "pairs.quantiles: must be a list; write [0.5]"),
    (f"{DATA}/loss", 3, "loss: must be 'mse', 'l1', 'quantile' or 'cross_entropy' (given: 3"),
    (f"{DATA}/resources", {"gpu": -1}, "resources.gpu: must be greater than or equal to 0"),
    (f"{DATA}/title", 2015, 'pairs.title: must be text; write it in quotes: "2015"'),
    # names
    ("datasets/MyFaces", PAIRS,
     "datasets: 'MyFaces': names are small letters, digits and _; try my_faces"),
    (f"{TABLE}/methods", ["Fine Tune"], "methods.0: 'Fine Tune': names are small letters, digits"
     " and _; try fine_tune"),
    (f"{TABLE}/methods", [2], 'methods.0: a name must be text; write it in quotes: "2"'),
    (f"{TABLE}/methods", "finetune", "methods: must be a list; write [finetune]"),
    (f"{TABLE}/forget_sets", [None], "forget_sets.0: a name must be text (given: nothing)"),
    (f"{TABLE}/dataset", {"a": 1}, "t.dataset: must be a list (given: keys and values)"),
    ("measures/Member", {}, "measures: 'Member': names are small letters, digits and _; try memb"),
    ("datasets/_", PAIRS, "datasets: '_': names are small letters, digits and _"),
    # experiments, methods, measures, sources
    ("experiments/tiny/seeds", 0, "tiny.seeds: must be a list; write [0]"),
    ("experiments/tiny/seeds", ["a"], "tiny.seeds.0: must be a whole number (given: 'a')"),
    ("without_gpu", False, "without_gpu: must be 'fail' or 'cpu' (given: false)"),
    (f"{DATA}/methods/finetune", None, "methods.finetune: must hold keys and values"),
    (f"{DATA}/methods/finetune/epochs", -1, "methods.finetune.epochs: must be greater than or eq"),
    (f"{DATA}/methods/finetune/tuned", 3, "finetune.tuned: must be the name of a dataset: {tu"),
    ("measures/membership/rows", "many", "membership.rows: must be a whole number (given: 'many')"),
    (f"{DATA}/source", {"train": "x"}, "pairs.source.train: must be a whole number (given: 'x')"),
    (f"{DATA}/source", {1: 2}, 'pairs.source: a key must be text; write it in quotes: "1"'),
    (f"{DATA}/tuning", {"forget_sets": "low"}, "tuning.forget_sets: must be a list; write [low]"),
    (DATA, loaded("hourly_table", path="x.csv", begin="soon"),
     "source.begin: must be a date, such as 2014-01-31 (given: 'soon')"),
    (DATA, loaded("image_folder", images="x", labels=["y"]), "source.labels: must be text"),
    (DATA, loaded("image_folder", images="x", labels="y", divided={"test": 0.9}),
     "source.divided.test: must be less than 0.5 (given: 0.9)"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value", "said"), CASES)
def test_what_is_wrong_is_said_in_plain_words(place, value, said):
    with pytest.raises(UserError) as caught:
        check(changed(place, value))
    message = str(caught.value)
    assert said in message
    assert not JARGON.search(message), message
    (line,) = message.splitlines()
    assert line.startswith("params.yaml: ")


def test_both_mistakes_of_a_method_have_their_place():
    with pytest.raises(UserError) as caught:
        check(changed(f"{DATA}/methods/finetune", {"epochs": 0, "learning_rate": "x"}))
    first, second = str(caught.value).splitlines()
    assert first.startswith("params.yaml: datasets.pairs.methods.finetune.epochs: ")
    assert second.startswith("params.yaml: datasets.pairs.methods.finetune.learning_rate: ")


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (2015, (2015,)),
        ("jane", ("jane",)),
        ([2015, "2016"], (2015, "2016")),
        (datetime.date(2014, 1, 31), ("2014-01-31",)),
    ],
)
def test_one_value_stands_for_a_list_and_a_date_for_its_text(given, read):
    found = check(changed(LOW, select("where", column="y", equals=given)))
    assert found.datasets["pairs"].forget_sets["low"].equals == read
    assert check(found.plain()).plain() == found.plain()


def test_one_id_stands_for_a_list():
    found = check(changed(LOW, select("ids", ids="0012")))
    assert found.datasets["pairs"].forget_sets["low"].ids == ("0012",)


@pytest.mark.parametrize(
    ("selector", "how"),
    [(select("ids", ids=["a"]), "names rows one by one"), (PAIRS["forget_sets"]["some"], "draws")],
)
def test_rows_that_tuning_looks_at_are_not_shown_and_it_says_what_to_do(selector, how):
    values = changed(LOW, selector)
    values["datasets"]["pairs"]["tuning"] = {"forget_sets": ["low"]}
    with pytest.raises(UserError) as caught:
        check(values)
    message = str(caught.value)
    assert message.startswith(f"params.yaml: experiments.tiny.tables.t: low {how}")
    assert "datasets.pairs.tuning.forget_sets names it" in message
    assert "Take low out of that list" in message


def test_a_missing_file_is_not_hidden_by_the_tuning():
    values = changed(LOW, select("ids", file="nosuch.txt"))
    values["datasets"]["pairs"]["tuning"] = {"forget_sets": ["low"]}
    with pytest.raises(UserError) as caught:
        check(values)
    assert str(caught.value).splitlines()[1] == (
        "params.yaml: datasets.pairs.forget_sets.low.file: nosuch.txt does not exist (paths are "
        "relative to the project's folder)."
    )
