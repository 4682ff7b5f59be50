"""`like: NAME` and what differs; what a dataset's methods are made of."""

import copy

import pytest
import yaml
from plain_settings import PLAIN

from regression_unlearning.errors import UserError
from regression_unlearning.settings.complete import resolved
from regression_unlearning.settings.document import check
from regression_unlearning.settings.like import expanded, merged, without_out


def of(text):
    """Entries beside each other, resolved."""
    entries = {("", "datasets", name): one for name, one in yaml.safe_load(text).items()}
    found = expanded(entries, lambda key: f"datasets.{key[2]}")
    return without_out({key[2]: entry for key, entry in found.items()})


def test_mappings_merge_deeply_lists_and_values_are_replaced():
    found = of("""
    a: {fit: {epochs: 1, schedule: {name: step, factor: 0.1}}, names: [x, y], title: A}
    b: {like: a, fit: {epochs: 2, schedule: {factor: 0.5}}, names: [z]}
    """)
    assert found["b"] == {
        "fit": {"epochs": 2, "schedule": {"name": "step", "factor": 0.5}},
        "names": ["z"],
        "title": "A",
    }
    assert found["a"]["fit"]["epochs"] == 1


def test_null_takes_a_key_out_at_any_depth_and_only_where_something_is_like_another():
    found = of("""
    a: {fit: {epochs: 1, patience: 3}, score: null, paper: table1}
    b: {like: a, fit: {patience: null}, paper: null, new: {x: null, y: 1}}
    """)
    assert found["b"] == {"fit": {"epochs": 1}, "score": None, "new": {"y": 1}}
    assert found["a"]["score"] is None


def test_a_chain_in_any_order_and_the_order_of_entries_stays():
    found = of("c: {like: b, z: 3}\nb: {like: a, y: 2}\na: {x: 1}")
    assert list(found) == ["c", "b", "a"]
    assert found["c"] == {"x": 1, "y": 2, "z": 3}


def test_what_is_given_is_left_as_it_is():
    values = {"a": {"fit": {"epochs": 1}}, "b": {"like": "a", "fit": {"epochs": 2}}}
    before = copy.deepcopy(values)
    of(yaml.safe_dump(values))
    merged(values["a"], {"fit": {"epochs": 5, "x": None}})
    assert values == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: {like: a}", "datasets.a.like: a is like a; say what one of them is."),
        ("a: {like: b}\nb: {like: c}\nc: {like: a}", "a is like b is like c is like a"),
        ("fairface: {x: 1}\nmine: {like: fairfac}",
         "datasets.mine.like: unknown entry 'fairfac'; did you mean 'fairface'?"),
        ("a: {like: [b]}", "datasets.a.like: must be the name of an entry."),
        ("a: 3\nb: {like: a}", "datasets.a: must hold keys and values."),
    ],
)  # fmt: skip
def test_a_wrong_like_is_one_line(text, said):
    with pytest.raises(UserError) as caught:
        of(text)
    assert said in str(caught.value) and len(str(caught.value).splitlines()) == 1


def with_more(**sections):
    values = copy.deepcopy(PLAIN)
    for section, entries in sections.items():
        values.setdefault(section, {}).update(entries)
    return values


def test_a_dataset_like_another_has_entries_of_its_own():
    other = {
        "like": "pairs", "title": "Other",
        "forget_sets": {"some": None, "lower": {"like": "low", "below": 1}},
        "methods": {"finetune": {"epochs": 7}, "twice": {"like": "finetune", "title": "Twice"}},
    }  # fmt: skip
    found = check(with_more(datasets={"other": other}))
    assert list(found.datasets["other"].forget_sets) == ["low", "lower"]
    assert found.datasets["other"].forget_sets["lower"].below == 1
    assert found.datasets["other"].method("twice").options["epochs"] == 7
    assert found.datasets["pairs"].method("finetune").options["epochs"] == 1


def test_like_is_followed_where_the_entry_ends_up():
    values = with_more(datasets={"other": {"like": "pairs", "methods": {"norm": {"epochs": 9}}}})
    values["datasets"]["pairs"]["methods"]["mine"] = {"like": "norm", "title": "Mine"}
    found = check(values).datasets
    assert found["pairs"].method("mine").options["epochs"] == 1
    assert found["other"].method("mine").options["epochs"] == 9


def test_a_figure_like_a_table_and_a_table_like_another_experiment_s():
    second = {
        "title": "Second", "seeds": [3],
        "tables": {"t": {"like": "tiny.t", "title": "Again"}},
        "figures": {"g": {"like": "t", "kind": "difference_densities"}},
    }  # fmt: skip
    found = check(with_more(experiments={"second": second})).experiments["second"]
    assert found.tables["t"].methods == ("finetune",) and found.tables["t"].title == "Again"
    assert found.figures["g"].forget_sets == ("low",) and found.figures["g"].title == "Again"


def test_a_forget_set_like_another_dataset_s():
    values = with_more()
    values["datasets"]["pairs"]["forget_sets"]["same"] = {"like": "other.low"}
    other = copy.deepcopy(PLAIN["datasets"]["pairs"])
    other["forget_sets"]["low"]["below"] = 1.5
    values["datasets"]["other"] = other
    assert check(values).datasets["pairs"].forget_sets["same"].below == 1.5


ONCE = {
    "finetune": {"title": "Fine", "clip": 2.0, "epochs": 4, "batch_size": 8},
    "half": {"like": "blindspot", "title": "Half", "lambda": 25},
    "blindspot": {"title": "Blind", "lambda": 10},
    "ssd": {"title": "SSD"},
}


def said_once(**own):
    values = with_more(methods=copy.deepcopy(ONCE))
    dataset = values["datasets"]["pairs"]
    dataset["unlearning"] = {"epochs": 5, "learning_rate": 0.5}
    dataset["methods"] = own
    for layout in (
        values["experiments"]["tiny"]["tables"]["t"],
        values["experiments"]["tiny"]["figures"]["f"],
    ):
        layout["methods"] = [next(iter(own))]
    return values


def test_the_nearer_goes_before_the_farther():
    """The entry, then the dataset's `unlearning`, then what is said once, then the defaults."""
    found = check(said_once(finetune={"learning_rate": 0.1}, ssd={}, half={})).datasets["pairs"]
    tuned = found.method("finetune")
    assert (tuned.title, tuned.options["learning_rate"]) == ("Fine", 0.1)
    assert (tuned.options["epochs"], tuned.options["batch_size"], tuned.options["clip"]) == (
        5, 8, 2.0,
    )  # fmt: skip
    assert "epochs" not in found.method("ssd").options
    half = found.method("half")
    assert (half.method, half.title, half.options["lambda"]) == ("blindspot", "Half", 25.0)


def test_null_is_a_value_of_an_entry_that_is_like_none():
    found = check(said_once(finetune={"clip": None})).datasets["pairs"]
    assert found.method("finetune").options["clip"] is None


def test_of_a_dataset_like_another_null_leaves_what_is_said_farther_off():
    values = said_once(finetune={"learning_rate": 0.1, "clip": 3.0}, half={})
    values["datasets"]["other"] = {
        "like": "pairs",
        "methods": {"finetune": {"clip": None, "learning_rate": None}, "half": None},
    }
    other = check(values).datasets["other"]
    assert list(other.methods) == ["finetune"]
    options = other.method("finetune").options
    assert (options["clip"], options["learning_rate"]) == (2.0, 0.5)


@pytest.mark.parametrize("wrong", [["a"], {"a": 1}, 5])
def test_a_method_that_is_no_name_is_one_line(wrong):
    values = said_once(finetune={}, mine={"method": wrong})
    with pytest.raises(UserError, match=r"datasets\.pairs\.methods\.mine\.method: must be text"):
        check(values)
    values = said_once(finetune={})
    values["methods"]["finetune"]["method"] = wrong
    with pytest.raises(UserError, match=r"methods\.finetune\.method: must be text"):
        check(values)


def test_a_name_that_yaml_reads_as_a_number_is_no_stumbling_block():
    values = with_more()
    sets = values["datasets"]["pairs"]["forget_sets"]
    sets |= {2015: sets["low"], "mine": {"like": "year"}}
    with pytest.raises(UserError, match=r"forget_sets\.mine\.like: unknown entry 'year'"):
        check(values)


def test_a_method_may_be_like_one_that_its_dataset_does_not_have():
    found = check(said_once(mine={"like": "finetune", "epochs": 1})).datasets["pairs"]
    mine = found.method("mine")
    assert (mine.method, mine.options["epochs"], mine.options["learning_rate"]) == (
        "finetune", 1, 0.5,
    )  # fmt: skip
    assert list(found.methods) == ["mine"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v: v["methods"]["finetune"].update(epoch=1),
         "params.yaml: methods.finetune: unknown key 'epoch'; did you mean 'epochs'?"),
        (lambda v: v["methods"]["finetune"].update(epochs=0),
         "params.yaml: methods.finetune.epochs: must be greater than or equal to 1 (given: 0)"),
        (lambda v: v["methods"].update(fintune={}),
         "params.yaml: methods.fintune: unknown method 'fintune'; did you mean 'finetune'?"),
        (lambda v: v["datasets"]["pairs"]["unlearning"].update(epoch=1),
         "params.yaml: datasets.pairs.unlearning: unknown key 'epoch'; did you mean 'epochs'?"),
        (lambda v: v["datasets"]["pairs"]["unlearning"].update(epochs="x"),
         "params.yaml: datasets.pairs.unlearning.epochs: must be a whole number (given: 'x')"),
    ],
)  # fmt: skip
def test_what_is_wrong_for_several_is_said_once_and_where_it_stands(change, said):
    values = said_once(finetune={}, half={})
    change(values)
    with pytest.raises(UserError) as caught:
        check(values)
    assert str(caught.value) == said


def test_what_is_resolved_says_nothing_elsewhere_and_means_the_same():
    values = said_once(finetune={}, half={}, other={"like": "half", "lambda": 3})
    plain = resolved(values)
    assert "like" not in yaml.safe_dump(plain)
    assert plain["datasets"]["pairs"]["methods"]["other"]["lambda"] == 3
    assert check(plain).plain() == check(values).plain()
