"""A request by options, several requests at once, and rows chosen by days."""

import argparse

import numpy as np
import pandas as pd
import pytest

from regression_unlearning.data.forget_sets import read_selector, select
from regression_unlearning.errors import UserError
from regression_unlearning.requests import commands, ledger, options
from regression_unlearning.requests.chain import parts_of
from regression_unlearning.requests.request import read_request

ASKED = {"date": "2026-11-27", "dataset": "pairs", "method": "finetune"}
ROWS = pd.DataFrame(
    {
        "row": range(8),
        "id": [f"i{n}" for n in range(8)],
        "split": ["train"] * 6 + ["validation", "test"],
        "target": np.arange(8) / 2,
        "person": ["ann", "bob"] * 4,
        "day": [f"2014-01-0{n + 1}" for n in range(6)] + ["2014-01-02 05:00:00", ""],
    }
)


def by_options(*words):
    """What the command makes of options."""
    parser = argparse.ArgumentParser()
    commands.add(parser.add_subparsers())
    given = parser.parse_args(["forget", "--id", "one", *words])
    return read_request(*given.request, id="one", **ASKED, forget=options.chosen(given))


@pytest.mark.parametrize(
    ("words", "forget", "train"),
    [
        (["--ids", "i1", "i3"], {"select": "ids", "ids": ("i1", "i3")}, [1, 3]),
        (["--where", "person", "ann"], {"select": "where", "equals": ("ann",)}, [0, 2, 4]),
        (["--band", "1", "2.5"], {"select": "band", "from_": 1, "below": 2.5}, [2, 3, 4]),
        (["--band", "-", "1"], {"select": "band", "from_": None, "below": 1}, [0, 1]),
        (["--band", "-1", "-"], {"select": "band", "from_": -1, "below": None}, None),
        (["--dates", "2014-01-02", "2014-01-04"], {"select": "dates", "column": "day"}, [1, 2, 3]),
    ],
)
def test_whose_rows_by_options(words, forget, train):
    found = by_options(*words).forget
    assert {key: getattr(found, key) for key in forget} == forget
    if train is not None:
        parts = select(ROWS, found, "one")
        assert parts["forget"].tolist() == train
        if words[0] == "--dates":
            assert parts["validation_forget"].tolist() == [6] and not len(parts["test_forget"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--ids", "i1", "--band", "1", "2"], "--ids and --band choose rows in two ways"),
        (["--band", "one", "2"], "--band: 'one' is no number"),
        (["--band", "-", "-"], "a band needs an edge"),
        (["--where", "person"], "equals"),
        (["--dates", "2014-01-04", "2014-01-02"], "no day lies between"),
        (["--dates", "1.1.2014", "2014-01-02"], "must be a day such as"),
        (["--ids", "i1", "--column", "person"], None),
    ],
)
def test_what_is_wrong_with_options(words, said):
    if said is None:
        assert by_options(*words).forget.ids == ("i1",)
        return
    with pytest.raises(UserError, match=said):
        by_options(*words)


def test_a_column_without_days_is_named_with_its_row():
    chosen = {"title": "T", "select": "dates", "column": "person"}
    chosen |= {"first": "2014-01-01", "last": "2014-01-02"}
    with pytest.raises(
        UserError, match=r"'person' holds 'ann' \(row 0\), which begins with no day"
    ):
        select(ROWS, read_selector(chosen), "one")


def letter(folder, name, forget, more=""):
    path = folder / f"{name}.yaml"
    asked = "".join(f"{key}: {value}\n" for key, value in ASKED.items())
    path.write_text(f"id: {name}\n{asked}forget: {forget}\n{more}", encoding="utf-8")
    return path


def test_letters_are_answered_together(tmp_path):
    """Their rows are the union, counted once; each letter is told of; no row is kept of any.

    Held-out rows of the choice are known too: they may be training rows once data are divided anew.
    """
    one = letter(tmp_path, "one", "{select: where, column: person, equals: ann}")
    two = letter(tmp_path, "two", "{select: ids, ids: [i0, i1, i7]}", 'reference: "4711"\n')
    three = letter(tmp_path, "three", "{select: ids, ids: [i1]}")
    asked = read_request(one, two, three, seed=3)
    assert (asked.id, asked.seed, [one.id for one in asked.members]) == (
        "one", 3, ["one", "two", "three"],
    )  # fmt: skip
    key = b"k" * 32
    parts, told = parts_of(tmp_path, asked, ROWS, [], key)
    assert parts["forget"].tolist() == [0, 1, 2, 4] and parts["retain"].tolist() == [3, 5]
    assert parts["validation_forget"].tolist() == [6]
    assert parts["validation_retain"].tolist() == [] and parts["test_retain"].tolist() == [7]
    assert told["rows_forgotten"] == 4 and told["rows_to_keep"] == 2
    assert told["ids"]["forgotten now"] == 4 and told["ids"]["held out"] == 2
    letters = [(one["id"], one["reference"], one["rows_forgotten"]) for one in told["letters"]]
    assert letters == [("one", "", 3), ("two", "4711", 2), ("three", "", 1)]
    assert told["hashes"] == sorted(ledger.hashed(key, ["i0", "i1", "i2", "i4", "i6", "i7"]))


@pytest.mark.parametrize(
    ("name", "more", "forget", "said"),
    [
        ("two", "seed: 1\n", "{select: ids, ids: [i1]}", "two.yaml: seed is not that of"),
        ("two", "options: {epochs: 3}\n", "{select: ids, ids: [i1]}", "options is not that of"),
        ("one", "", "{select: ids, ids: [i1]}", "the id 'one' stands twice"),
        ("two", "", "{select: idz, ids: [i1]}", "two.yaml.*did you mean 'ids'"),
    ],
)
def test_letters_that_do_not_go_together(tmp_path, name, more, forget, said):
    one = letter(tmp_path, "one", "{select: ids, ids: [i0]}")
    (tmp_path / "other").mkdir()
    with pytest.raises(UserError, match=said):
        read_request(one, letter(tmp_path / "other", name, forget, more))


def test_together_everything_cannot_be_forgotten(tmp_path):
    ids = (f"{{select: ids, ids: [i{n}, i{n + 1}, i{n + 2}]}}" for n in (0, 3))
    paths = [letter(tmp_path, name, of) for name, of in zip(("one", "two"), ids, strict=True)]
    with pytest.raises(UserError, match="nothing would be left"):
        parts_of(tmp_path, read_request(*paths), ROWS, [], b"k" * 32)
