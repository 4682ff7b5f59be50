"""params.yaml: what is wrong is said with its place, its value, and the nearest right name."""

import copy
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from plain_settings import DATA, GONE, PLAIN, TABLE, changed

from regression_unlearning.errors import UserError, unknown
from regression_unlearning.pipeline.batches import Batch
from regression_unlearning.settings.document import Settings, check, load_settings
from regression_unlearning.settings.section import validated
from regression_unlearning.settings.training import Fit

ROOT = Path(__file__).parents[2]


def test_the_plain_settings_are_right():
    found = check(PLAIN)
    assert found.chosen.seeds == (0, 1)
    norm = found.datasets["pairs"].method("norm")
    assert (norm.method, norm.title, norm.helpers) == ("blindspot", "norm", ("blindspot",))
    assert norm.options["form"] == "norm" and norm.options["lambda"] == 50.0
    assert found.embedding_of("pairs").dimension == 2


def test_the_repository_s_own_file_is_right():
    found = load_settings(ROOT / "params.yaml")
    assert found.experiment == "demo"
    assert {"demo", "paper"} <= set(found.experiments)


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        # a wrong key, with its place and the nearest right one
        ("experimnt", "x", ["unknown key 'experimnt'", "did you mean 'experiment'"]),
        (f"{DATA}/trainig", {}, ["datasets.pairs", "'trainig'", "'training'"]),
        (f"{DATA}/training/epoch", 3, ["datasets.pairs.training", "'epoch'", "'epochs'"]),
        (f"{DATA}/training/schedule/patiense", 3, ["training.schedule", "'patience'"]),
        (f"{DATA}/model/hiden", 3, ["datasets.pairs.model", "'hiden'", "'hidden'"]),
        (f"{DATA}/forget_sets/low/form", 0, ["forget_sets.low", "'form'", "'from'"]),
        (f"{DATA}/methods/blindspot/lamda", 1, ["methods.blindspot", "'lamda'", "'lambda'"]),
        (f"{DATA}/methods/finetune/lambda", 1, ["methods.finetune", "unknown key 'lambda'"]),
        (f"{DATA}/source", {"sed": 1}, ["datasets.pairs.source", "'sed'", "'seed'"]),
        ("measures/membership/row", 1, ["measures.membership", "'row'", "'rows'"]),
        (f"{TABLE}/method", [], ["experiments.tiny.tables.t", "'method'", "'methods'"]),
        # a wrong name
        ("experiment", "tinny", ["unknown experiment 'tinny'", "did you mean 'tiny'"]),
        ("embedding", "glov", ["unknown embedding 'glov'", "'glove'"]),
        (f"{DATA}/embedding", "globe", ["datasets.pairs.embedding", "'globe'", "'glove'"]),
        (f"{DATA}/loader", "demo_pair", ["datasets.pairs.loader", "'demo_pair'", "'demo_pairs'"]),
        (f"{DATA}/methods/other", {"method": "blindspto"},
         ["methods.other", "unknown method 'blindspto'", "'blindspot'"]),
        (f"{DATA}/methods/fintune", {}, ["unknown method 'fintune'", "did you mean 'finetune'"]),
        ("measures/error", {}, ["measures.error", "unknown measure 'error'", "'errors'"]),
        ("measures/inputs", {}, ["unknown measure 'inputs'"]),  # a module, but no measure
        (f"{TABLE}/dataset", "pears", ["tiny.tables.t", "unknown dataset 'pears'", "'pairs'"]),
        (f"{TABLE}/forget_sets", ["lo"], ["tiny.tables.t", "unknown forget set 'lo'", "'low'"]),
        (f"{TABLE}/methods", ["finetun"], ["tiny.tables.t", "unknown method 'finetun'"]),
        ("experiments/tiny/figures/f/methods", ["nrm"], ["tiny.figures.f", "'nrm'", "'norm'"]),
        # a wrong type or range, with its value
        (f"{DATA}/training/epochs", 0, ["pairs.training.epochs", "(given: 0)"]),
        (f"{DATA}/training/epochs", "many", ["training.epochs", "(given: 'many')"]),
        (f"{DATA}/training/epochs", 1.5, ["training.epochs", "(given: 1.5)"]),
        (f"{DATA}/training/learning_rate", -0.1, ["learning_rate", "(given: -0.1)"]),
        (f"{DATA}/training/learning_rate", float("nan"), ["learning_rate", "(given: nan)"]),
        (f"{DATA}/training/schedule/factor", 1.0, ["schedule", "factor", "(given: 1.0)"]),
        (f"{DATA}/training/schedule/name", "cosine", ["training.schedule: unknown name 'cosine'"]),
        (f"{DATA}/model/dropout", 1.0, ["pairs.model.dropout", "(given: 1.0)"]),
        (f"{DATA}/model/head", [8, 0], ["pairs.model.head.1", "(given: 0)"]),
        (f"{DATA}/loss", "msee", ["pairs.loss", "'mse', 'l1'", "(given: 'msee')"]),
        (f"{DATA}/methods/blindspot/lambda", -1, ["methods.blindspot", "lambda", "(given: -1)"]),
        (f"{DATA}/methods/blindspot/form", "maps", ["methods.blindspot", "(given: 'maps')"]),
        (f"{DATA}/methods/finetune/title", 2015, ["methods.finetune", "title", "(given: 2015)"]),
        (f"{DATA}/methods/finetune/method", 5, ["methods.finetune", "method", "5"]),
        (f"{DATA}/methods/finetune/method", ["a"], ["methods.finetune", "method", "a"]),
        (f"{DATA}/methods/finetune", None, ["methods.finetune", "keys and values"]),
        (f"{DATA}/forget_sets/low/below", "two", ["forget_sets.low", "below", "(given: 'two')"]),
        (f"{DATA}/forget_sets/low/select", "bnd", ["forget_sets.low", "'band'"]),
        (f"{DATA}/forget_sets/none", {"title": "N", "select": "band"}, ["none", "needs an edge"]),
        (f"{DATA}/source", {"train": 1}, ["pairs.source.train", "(given: 1)"]),
        ("measures/membership/draws", 1, ["measures.membership.draws", "(given: 1)"]),
        ("measures/membership/seed", -1, ["measures.membership.seed", "(given: -1)"]),
        ("embeddings/glove/dimension", 0, ["embeddings.glove.dimension", "(given: 0)"]),
        ("experiments/tiny/seeds", [0, -1], ["tiny.seeds.1", "(given: -1)"]),
        (f"{TABLE}/methods", [], ["tables.t.methods", "at least 1 item"]),
        ("experiments/tiny/figures/f/kind", "pie", ["figures.f.kind", "unknown figure 'pie'"]),
        # taken out
        ("experiments", GONE, ["experiments", "required"]),
        (f"{DATA}/training/epochs", GONE, ["pairs.training.epochs", "required"]),
        # several datasets, titles, requests one after the other, a dataset's own measures
        (f"{TABLE}/dataset", ["pairs", "pears"], ["tiny.tables.t", "'pears'", "'pairs'"]),
        (f"{TABLE}/dataset", ["pairs", "pairs"], ["tables.t.dataset", "'pairs' is named twice"]),
        (f"{TABLE}/dataset", [], ["tables.t.dataset", "at least 1 item"]),
        (f"{TABLE}/titles", {"finetun": "F"}, ["tables.t", "titles", "'finetun'", "'finetune'"]),
        (f"{DATA}/forget_sets/low/after", "sum", ["forget_sets.low.after", "'sum'", "'some'"]),
        (f"{DATA}/forget_sets/low/after", "low", ["forget_sets.low.after", "comes after itself"]),
        (f"{DATA}/measures", {"error": {}}, ["pairs.measures", "'error'", "'errors'"]),
        (f"{DATA}/measures", {"membership": {"rows": 0}}, ["membership.rows", "(given: 0)"]),
        (f"{DATA}/training/precision", "half", ["training.precision", "(given: 'half')"]),
        (f"{DATA}/model", {"name": "resnet"}, ["pairs.model", "'resnet18'"]),
        # twice, or taken
        ("experiments/tiny/seeds", [0, 1, 0], ["experiments.tiny", "a seed is named twice"]),
        (f"{TABLE}/methods", ["finetune", "finetune"], ["tables.t.methods", "'finetune'", "twice"]),
        (f"{TABLE}/forget_sets", ["low", "low"], ["tables.t.forget_sets", "'low'", "twice"]),
        (f"{DATA}/methods/retrained", {"method": "finetune"}, ["methods.retrained", "taken"]),
        (f"{DATA}/methods/original", {"method": "finetune"}, ["methods.original", "taken"]),
        # names make paths
        (f"{DATA}/methods/../up", {}, ["methods"]),
        ("experiments/Tiny One", {}, ["Tiny One"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(place, value, says):
    if ".." in place:
        values = changed(f"{DATA}/methods", {"../up": PLAIN["datasets"]["pairs"]["methods"]})
    else:
        values = changed(place, value)
    with pytest.raises(UserError) as caught:
        check(values)
    message = str(caught.value)
    assert message.startswith("params.yaml")
    assert all(part in message for part in says), message


def test_a_table_and_a_figure_need_names_of_their_own():
    figures = {"t": PLAIN["experiments"]["tiny"]["figures"]["f"]}
    with pytest.raises(UserError, match="'t' names a table and a figure"):
        check(changed("experiments/tiny/figures", figures))


def test_all_mistakes_are_listed_at_once():
    values = changed(f"{DATA}/training/epochs", 0)
    values["datasets"]["pairs"]["loss"] = "l3"
    del values["embeddings"]
    with pytest.raises(UserError) as caught:
        check(values)
    assert len(str(caught.value).splitlines()) == 3


def test_settings_are_not_changed_by_the_check_nor_later():
    values = copy.deepcopy(PLAIN)
    found = check(values)
    found.datasets["pairs"].method("blindspot")
    assert values == PLAIN
    with pytest.raises(ValueError, match="frozen"):
        found.experiment = "other"


def test_plain_values_come_back_the_same():
    found = check(PLAIN)
    plain = found.plain()
    assert check(plain).plain() == plain
    assert plain["datasets"]["pairs"]["forget_sets"]["low"]["from"] == 0.0
    assert validated(Settings, plain).plain() == plain


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a: [1", ", line 1, column 6: not YAML"),
        (b"- a\n- b\n", "must hold keys and values"),
        (b"", "must hold keys and values"),
        (b"a: caf\xe9\n", "cannot read"),
        (yaml.safe_dump(PLAIN).replace("epochs: 2", "epochs: 0").encode(), "training.epochs"),
        (b"a: {b: 1}\nc: {d: 2}}\n", ", line 2, column 10: not YAML"),
        (b"a: 1\nb: \x00\n", "is not YAML"),
        (b"experiment: a\nexperiment: b\n", ", line 2, column 1: 'experiment' stands twice"),
        (b"datasets:\n  a: {loss: mse, loss: l1}\n", "'loss' stands twice"),
        (b"a: &a {b: 1}\nc: {<<: *a, d: 2}\n", ", line 1, column 4: an anchor (&a) behind 'a'"),
    ],
)
def test_a_broken_file_is_named(tmp_path, content, says):
    path = tmp_path / "params.yaml"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        load_settings(path)
    assert str(path) in str(caught.value) and says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"cannot read .*none\.yaml"):
        load_settings(tmp_path / "none.yaml")


def test_numbers_that_yaml_reads_as_text_are_numbers():
    """YAML 1.1 takes 1e-6, without a point, for a text."""
    assert yaml.safe_load("1e-6") == "1e-6"
    assert Fit(epochs=1, learning_rate="1e-6").learning_rate == 1e-6


def test_the_nearest_name_or_all_of_them():
    assert "did you mean 'blindspot'?" in str(unknown("method", "blind_spot", ["blindspot", "x"]))
    assert "known: a, b." in str(unknown("method", "zzzzzz", ["b", "a"], "here"))
    assert str(unknown("method", "zzzzzz", [], "here")).startswith("here: unknown method 'zzzzzz'")
    assert "none" in str(unknown("method", "zzzzzz", []))


def test_requests_in_a_ring_are_refused():
    values = changed(f"{DATA}/forget_sets/low/after", "some")
    values["datasets"]["pairs"]["forget_sets"]["some"]["after"] = "low"
    with pytest.raises(UserError, match=r"forget_sets\.low\.after: .*'low' comes after itself"):
        check(values)
    del values["datasets"]["pairs"]["forget_sets"]["some"]["after"]
    assert check(values).datasets["pairs"].earlier("low") == ["some"]


def test_a_dataset_is_one_name_or_several():
    one, several = (check(changed(f"{TABLE}/dataset", given)) for given in ("pairs", ["pairs"]))
    assert one.chosen.tables["t"].datasets == several.chosen.tables["t"].datasets == ("pairs",)


def test_a_method_may_name_another_helper():
    """Blindspot at another rate needs a helper at another rate, in a file of its own."""
    values = changed(f"{DATA}/further_blindspots", {"faster": {"epochs": 1, "learning_rate": 1}})
    methods = values["datasets"]["pairs"]["methods"]
    methods["faster"] = {**methods["norm"], "helper": "faster"}
    settings = check(values)

    def files(label):
        wildcards = SimpleNamespace(dataset="pairs", forget_set="low", method=label)
        batch = Batch(settings, (0, 1))
        assert batch.helper_arguments(wildcards) == [
            " ".join(["--helper", "blindspot", *batch.helpers(wildcards)])
        ]
        return batch.helpers(wildcards)

    folder = "checkpoints/blindspot/pairs/low"
    assert files("norm") == [f"{folder}/seed_{seed}.safetensors" for seed in (0, 1)]
    assert files("faster") == [f"{folder}/faster/seed_{seed}.safetensors" for seed in (0, 1)]
    methods["faster"]["helper"] = "fastr"
    with pytest.raises(UserError, match=r"methods.faster: unknown helper 'fastr'.*'faster'"):
        check(values)


def test_a_stand_in_names_forget_sets_that_are_there():
    of_paper = {"dataset": "stsb", "forget_sets": {"lowest": "score_0_2"}}
    with pytest.raises(UserError, match=r"stands_for\.forget_sets: unknown forget set 'lowest'"):
        check(changed(f"{DATA}/stands_for", of_paper))
    found = check(changed(f"{DATA}/stands_for", {"dataset": "stsb"}))
    own = next(iter(found.datasets.values()))
    assert own.roles("pairs", "any") == [("stsb", "any")]
