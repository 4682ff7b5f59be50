"""Files of settings: no anchors, and messages that name the file which said a key."""

import copy

import pytest
import yaml
from plain_settings import PLAIN

from regression_unlearning.errors import UserError
from regression_unlearning.settings.document import check, load_settings
from regression_unlearning.settings.reading import Origins, overlaid, read_yaml


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n  training: &t {epochs: 1}\n",
         ", line 2, column 13: an anchor (&t) behind 'training': write `like: NAME`"),
        ("a: {x: 1}\nb:\n  <<: {x: 1}\n", ", line 3, column 3: a merge key (<<) behind 'b': write"),
        ("a: &x 1\nb: *x\n", ", line 1, column 4: an anchor (&x) behind 'a'"),
    ],
)  # fmt: skip
def test_anchors_and_merge_keys_are_refused(tmp_path, text, said):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        read_yaml(path)
    assert str(caught.value).startswith(f"{path}{said}")
    assert len(str(caught.value).splitlines()) == 1


def test_a_text_of_two_signs_is_no_merge_key(tmp_path):
    (tmp_path / "mine.yaml").write_text('a: "<<"\nb: "&x"\n')
    assert read_yaml(tmp_path / "mine.yaml") == {"a": "<<", "b": "&x"}


MINE = {
    "datasets": {"mine": {"like": "pairs", "title": "Mine"}},
    "experiments": {"own": {"like": "tiny", "tables": {"t": {"dataset": "mine"}}}},
}


@pytest.fixture
def files(tmp_path):
    """Check the plain settings with a file of one's own over them."""

    def go(mine):
        for name, values in (("params", PLAIN), ("mine", mine)):
            (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(values))
        return load_settings(tmp_path / "params.yaml", tmp_path / "mine.yaml")

    return go


def test_a_file_of_one_s_own_joins_the_project_s(files):
    found = files(MINE)
    assert found.datasets["mine"].training == found.datasets["pairs"].training
    assert found.experiments["own"].tables["t"].datasets == ("mine",)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("datasets/mine/training", {"epochs": "x"}, "mine.yaml: datasets.mine.training.epochs: "),
        ("datasets/mine/lik", 1, "mine.yaml: datasets.mine: unknown key 'lik'"),
        ("datasets/mine/like", "pears", "mine.yaml: datasets.mine.like: unknown entry 'pears'"),
        ("datasets/pairs/loss", "l3", "mine.yaml: datasets.pairs.loss: must be "),
        ("experiments/own/tables/t/forget_sets", ["lo"], "mine.yaml: experiments.own.tables.t: un"),
    ],
)
def test_a_message_names_the_file_that_said_the_key(files, tmp_path, place, value, said):
    mine = copy.deepcopy(MINE)
    *way, last = place.split("/")
    section = mine
    for part in way:
        section = section.setdefault(part, {})
    section[last] = value
    with pytest.raises(UserError) as caught:
        files(mine)
    lines = str(caught.value).splitlines()
    assert any(line.startswith(f"{tmp_path}/{said}") for line in lines), lines


def test_what_another_file_says_is_named_as_the_other_s(files, tmp_path, monkeypatch):
    values = copy.deepcopy(PLAIN)
    values["datasets"]["pairs"]["loss"] = "l3"
    monkeypatch.setitem(PLAIN, "datasets", values["datasets"])
    with pytest.raises(UserError) as caught:
        files({"experiments": MINE["experiments"], "embedding": "glove"})
    assert f"{tmp_path}/params.yaml: datasets.pairs.loss: must be" in str(caught.value)


def test_the_file_that_says_the_longest_part_and_the_last_of_equals():
    origins = Origins([("a", {"x": {"y": 1}}), ("b", {"x": {"z": 2}}), ("c", {"e": 1, "x": {}})])
    assert origins.at("x.y: wrong") == "a: x.y: wrong"
    assert origins.at("x.z.deep: wrong") == "b: x.z.deep: wrong"
    assert origins.at("x.new: wrong") == "c: x.new: wrong"
    assert origins.at("e") == "c: e"
    assert origins.at("nowhere: wrong") == "a: nowhere: wrong"
    assert origins.merged == {"x": {"y": 1, "z": 2}, "e": 1}


def test_files_are_laid_over_each_other_as_by_snakemake():
    base = {"a": {"b": 1, "c": [1]}, "d": {"e": 1}}
    assert overlaid(base, {"a": {"c": [2]}, "d": None}) == {"a": {"b": 1, "c": [2]}, "d": None}
    assert base == {"a": {"b": 1, "c": [1]}, "d": {"e": 1}}


def test_the_settings_name_a_key_s_file():
    settings = check(PLAIN, Origins([("p.yaml", PLAIN), ("--config", {"experiment": "tiny"})]))
    assert settings.at("experiment") == "--config: experiment"
    assert settings.at("datasets.pairs.source") == "p.yaml: datasets.pairs.source"
