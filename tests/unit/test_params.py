"""params.yaml: the paper's settings stand in it, and a person can read it."""

from pathlib import Path

import pytest

from regression_unlearning.pipeline import layouts
from regression_unlearning.reporting.claims import CLAIMS
from regression_unlearning.settings.document import load_settings
from regression_unlearning.settings.reading import read_yaml

PARAMS = Path(__file__).parents[2] / "params.yaml"
#: Of the paper (Section 6.3, Supplement): epochs and learning rate of each training; the forget
#: sets of its tables; and what the released code says beside: loss, batch size.
PAPER = {
    "agedb": {
        "loss": "l1", "batch_size": 256, "training": (100, 0.01), "blindspot": (2, 0.01),
        "finetune": (5, 0.001), "gaussian_amnesiac": (1, 0.001), "reg_amnesiac": (1, 0.001),
        "methods/blindspot": (1, 0.001),
        "forget_sets": {
            "age_0_30": {"from": 0, "up_to": 30}, "age_60_100": {"from": 60, "up_to": 100},
        },
    },
    "stsb": {
        "loss": "mse", "batch_size": 256, "training": (100, 0.01), "blindspot": (10, 0.01),
        "finetune": (10, 0.001), "gaussian_amnesiac": (10, 0.001), "reg_amnesiac": (10, 0.001),
        "methods/blindspot": (10, 0.001),
        "forget_sets": {
            "score_0_2": {"from": 0, "below": 2}, "random_1000": {"rows": 1000},
            "year_2015": {"column": "year", "equals": ["2015"]},
        },
    },
    "electricity": {
        "loss": "quantile", "batch_size": 64, "training": (10, 0.001), "blindspot": (1, 1e-5),
        "finetune": (1, 1e-6), "gaussian_amnesiac": (1, 1e-6), "methods/blindspot": (1, 1e-6),
        "forget_sets": {"load_low": {"up_to": -0.85}, "load_high": {"from": 0.85}},
    },
}  # fmt: skip
PAPER["imdb_wiki"] = PAPER["agedb"]


@pytest.fixture(scope="module")
def settings():
    return load_settings(PARAMS)


@pytest.mark.parametrize("name", PAPER)
def test_the_paper_s_settings(settings, name):
    wanted, dataset = PAPER[name], settings.datasets[name]
    assert dataset.loss == wanted["loss"]
    fits = {"training": dataset.training.plain(), "blindspot": dataset.blindspot.plain()}
    for label in ("finetune", "gaussian_amnesiac", "reg_amnesiac", "methods/blindspot"):
        if label in wanted:
            fits[label] = dataset.method(label.removeprefix("methods/")).options
    for part, fit in fits.items():
        assert (fit["epochs"], fit["learning_rate"]) == wanted[part], part
        assert fit["batch_size"] == wanted["batch_size"], part
    for label, edges in wanted["forget_sets"].items():
        found = dataset.forget_sets[label].plain()
        assert {key: found[key] for key in edges} == edges, label
        assert not [
            key
            for key in ("from", "above", "below", "up_to")
            if found.get(key) is not None and key not in edges
        ], label


def test_the_paper_s_lambda_and_its_ablation(settings):
    for name in PAPER:
        blindspot = settings.datasets[name].method("blindspot").options
        assert (blindspot["lambda"], blindspot["form"]) == (50, "attention"), name
    table = settings.experiments["paper"].tables["table4"]
    agedb = settings.datasets["agedb"]
    assert [agedb.method(label).options["lambda"] for label in table.methods] == [0, 50, 100, 250]
    assert table.forget_sets == ("age_0_30",)
    kinds = {agedb.method(label).method for label in table.methods}
    assert kinds == {"blindspot"}


def test_the_paper_s_sequence_of_requests(settings):
    assert settings.datasets["agedb"].earlier("age_20_30") == ["age_10_20", "age_0_10"]
    assert settings.experiments["paper"].figures["figure7"].forget_sets == (
        "age_0_10", "age_10_20", "age_20_30",
    )  # fmt: skip


def test_the_paper_s_tables_show_its_datasets_forget_sets_and_methods(settings):
    tables = settings.experiments["paper"].tables
    wanted = {
        "table1": (("agedb", "imdb_wiki"), ("age_0_30", "age_60_100")),
        "table2": (("stsb",), ("score_0_2", "random_1000", "year_2015")),
        "table3": (("electricity",), ("load_low", "load_high")),
    }
    for name, (datasets, forget_sets) in wanted.items():
        table = tables[name]
        assert (table.datasets, table.forget_sets, table.paper) == (datasets, forget_sets, name)
        assert {"finetune", "gaussian_amnesiac", "blindspot"} <= set(table.methods)


def test_only_the_paper_s_own_data_stand_beside_its_printed_values(settings):
    beside = {
        (name, dataset)
        for name, experiment in settings.experiments.items()
        for layout in (*experiment.tables.values(), *experiment.figures.values())
        if layout.paper and not layout.paper.startswith("sure")
        for dataset in layout.datasets
    }
    own = {one for one in beside if settings.datasets[one[1]].stands_for is None}
    assert {name for name, _ in own} == {"paper", "stsb", "stsb_released"}
    assert {settings.datasets[one].printed_as or one for _, one in own} == set(PAPER)
    stand_ins = {dataset for _, dataset in beside - own}
    assert {settings.datasets[one].stands_for.dataset for one in stand_ins} <= set(PAPER)
    assert stand_ins == {
        "utkface",
        "utkface_short",
        "electricity203",
        "demo_images",
        "demo_pairs",
        "demo_load",
    }


def test_every_claim_is_asked_somewhere(settings):
    """At each place that the paper says it of; and of what stands in for the paper's data."""
    asked = {}
    for name in settings.experiments:
        chosen = settings.model_copy(update={"experiment": name})
        for layout in layouts.claims(chosen, {}):
            roles = {tuple(role) for *_, roles, _ in layout["places"] for role in roles}
            asked.setdefault(name, set()).update((layout["about"], *role) for role in roles)
    wanted = {
        (about, *place)
        for about, own in CLAIMS.items()
        for one in own
        for place in one.places or ()
    }
    # one text is of Figures 2 and 3, each of which shows one of two datasets
    other = {("figure2", "imdb_wiki"), ("figure3", "agedb")}
    assert {one for one in wanted if one[:2] not in other} <= asked["paper"]
    assert ("table1", "agedb", "age_60_100") in asked["utkface_short"]
    assert ("figure7", "agedb", "age_0_10") in asked["demo"]
    assert all(asked.values())
    assert set(settings.experiments) - set(asked) == {"handful"}  # nobody has claimed any of it


def test_references_are_no_techniques_that_a_claim_compares_with(settings):
    for name in ("strong", "california", "cifar10"):
        chosen = settings.model_copy(update={"experiment": name})
        for layout in layouts.claims(chosen, {}):
            labels = {label for label, _ in layout["methods"]}
            assert "sure" in labels and not labels & {"short_retraining", "helper_alone"}


def test_it_can_be_read_in_minutes():
    lines = PARAMS.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 500 and max(map(len, lines)) <= 120
    read_yaml(PARAMS)  # no anchors, no merge keys
