"""What an entry must hold: a loader, where its data are, and what is to be forgotten."""

import pytest
from plain_settings import PLAIN

from regression_unlearning.errors import UserError
from regression_unlearning.settings.document import check
from regression_unlearning.settings.reading import Origins, read_yaml

SOURCES = {
    "image_folder": {"images": "i.tar", "labels": "l.csv", "folder": "/d", "divided": {}},
    "hourly_table": {"path": "/d/load.csv"},
    "stsb": {"mirror": ["{file}"], "divided": {"by": "document"}},
}
LOW = {"low": {"select": "band", "up_to": 1}}
ASKED = {"mine": {"seeds": [0], "tables": {"t": {"dataset": "mine", "forget_sets": ["low"],
                                                   "methods": ["finetune"]}}}}  # fmt: skip


def checked(entry, experiments=ASKED):
    """The settings of an entry in a file of one's own."""
    mine = {"datasets": {"mine": entry}, "experiments": experiments, "experiment": "mine"}
    origins = Origins([("params.yaml", read_yaml("params.yaml")), ("mine.yaml", mine)])
    return check(origins.merged, origins)


@pytest.mark.parametrize("loader", SOURCES)
def test_loader_source_and_forget_sets_are_enough(loader):
    settings = checked({"loader": loader, "source": SOURCES[loader], "forget_sets": LOW})
    mine, paper = settings.datasets["mine"], settings.datasets
    like = {"image_folder": "agedb", "hourly_table": "electricity", "stsb": "stsb"}[loader]
    for key in ("model", "loss", "quantiles", "training"):
        assert getattr(mine, key) == getattr(paper[like], key), key  # the paper's
    assert mine.blindspot.epochs == max(1, mine.training.epochs // 10)
    assert mine.blindspot.schedule is None
    assert mine.blindspot.learning_rate == mine.training.learning_rate
    assert list(mine.methods) == list(settings.methods)
    assert mine.methods["finetune"].options["learning_rate"] == 0.001
    assert mine.methods["blindspot_norm"].options["form"] == "norm"
    shown = settings.experiments["mine"]
    titles = (mine, mine.forget_sets["low"], shown, shown.tables["t"])
    assert [one.title for one in titles] == ["mine", "low", "mine", "t"]


def test_classes_leave_out_the_methods_of_numbers_alone():
    """By the loss that is said, or the family's; a method that is named is refused instead."""
    mine = {"loader": "image_folder", "source": SOURCES["image_folder"], "forget_sets": LOW}
    every = checked(mine).datasets["mine"].methods
    numbers = [label for label, one in every.items() if one.numbers_only]
    assert "blindspot" in numbers and "reg_amnesiac" not in numbers
    of_classes = checked({**mine, "loss": "cross_entropy"}).datasets["mine"].methods
    assert list(of_classes) == [label for label in every if label not in numbers]


def test_what_is_said_goes_before():
    mine = checked(
        {
            "loader": "hourly_table",
            "source": SOURCES["hourly_table"],
            "forget_sets": LOW,
            "loss": "l1",
            "training": {"epochs": 7, "learning_rate": 0.1},
            "title": "Mine",
            "methods": {"finetune": {"epochs": 4}},
            "unlearning": {"learning_rate": 0.5},
        }
    ).datasets["mine"]
    assert mine.quantiles == () and mine.title == "Mine"
    assert (mine.training.batch_size, mine.training.schedule) == (256, None)
    assert (mine.blindspot.epochs, mine.blindspot.learning_rate) == (1, 0.1)
    assert list(mine.methods) == ["finetune"]
    options = mine.methods["finetune"].options
    assert (options["epochs"], options["learning_rate"], options["batch_size"]) == (4, 0.5, 256)


MINE = {"loader": "image_folder", "source": SOURCES["image_folder"], "forget_sets": LOW}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"loader": "image_folders"}, ["datasets.mine.loader: unknown source 'image_folders'"]),
        ({"source": {}}, ["datasets.mine.source.images: this key is required",
                          "datasets.mine.source.labels: this key is required"]),
        ({"training": {"epochs": 3}}, ["datasets.mine.training.learning_rate: this key is req"]),
        ({"forget_sets": {"low": {"select": "bands"}}}, ["datasets.mine.forget_sets.low"]),
        ({"loss": "l3"}, ["datasets.mine.loss: must be 'mse', 'l1', 'quantile' or 'cross"]),
        ({"methods": {"finetune": {"epoch": 1}}}, ["datasets.mine.methods.finetune"]),
        ({"measures": {"anamneses": {}}}, ["datasets.mine.measures: unknown measure"]),
    ],
)  # fmt: skip
def test_errors_name_the_file_of_ones_own_and_nothing_twice(more, says):
    with pytest.raises(UserError) as caught:
        checked({**MINE, **more})
    lines = str(caught.value).splitlines()
    assert len(lines) == len(says)
    for line, said in zip(lines, says, strict=True):
        assert line.startswith(f"mine.yaml: {said}")


def test_a_family_without_defaults_says_what_is_required(monkeypatch):
    from regression_unlearning.data.families import images

    monkeypatch.delattr(images, "DEFAULTS")
    with pytest.raises(UserError) as caught:
        checked({**MINE, "methods": {}}, {})
    lines = [line for line in str(caught.value).splitlines() if "datasets.mine" in line]
    assert [line.split(": ")[1] for line in lines] == [
        f"datasets.mine.{key}" for key in ("model", "loss", "training")
    ]
    assert all("this key is required (the family 'images'" in line for line in lines)


def test_the_plain_settings_say_nothing_else_than_before():
    """Not to be filled in: what an entry says of its own, and options that have a default."""
    pairs = check(PLAIN).datasets["pairs"]
    said = PLAIN["datasets"]["pairs"]
    assert list(pairs.methods) == list(said["methods"]) and pairs.title == said["title"]
    assert pairs.blindspot.schedule is None and pairs.blindspot.epochs == 1
