"""Forget sets: what each selector takes, at its edges, and what it refuses."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regression_unlearning.data.forget_sets import PARTS, UNSEEN_PARTS, read_selector, select
from regression_unlearning.data.splits import SPLITS, UNSEEN
from regression_unlearning.errors import UserError


def table(targets, splits=None, **columns):
    """Rows as `read_rows` gives them: all text but row and target."""
    splits = splits or ["train"] * len(targets)
    count = len(targets)
    return pd.DataFrame(
        {
            "row": np.arange(count),
            "id": [f"{split}-{n + 1:05d}" for n, split in enumerate(splits)],
            "split": splits,
            "target": np.array(targets, float),
            **columns,
        }
    )


def chosen(table, part="forget", /, **selector):
    return select(table, read_selector({"title": "T", **selector}), "s")[part].tolist()


EDGES = [-1.0, 0.0, np.nextafter(2.0, 0), 2.0, np.nextafter(2.0, 3), 5.0]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ({"from": 2}, [3, 4, 5]),
        ({"above": 2}, [4, 5]),
        ({"below": 2}, [0, 1, 2]),
        ({"up_to": 2}, [0, 1, 2, 3]),
        ({"from": 0, "below": 2}, [1, 2]),
        ({"above": 0, "up_to": 2}, [2, 3]),
        ({"from": 2, "up_to": 2}, [3]),
        ({"below": 0}, [0]),
    ],
)
def test_bands_at_their_edges(edges, expected):
    assert chosen(table(EDGES), select="band", **edges) == expected


def test_bands_of_another_column_s_numbers():
    """Read as text; an empty field lies in no band."""
    rows = table([9, 8, 7, 6], longitude=["-122.5", "", "-121", "3e0"], place=["a", "1", "2", "3"])
    assert chosen(rows, select="band", column="longitude", up_to=-121) == [0, 2]
    assert chosen(rows, select="band", column="longitude", above=-122) == [2, 3]
    for column, said in {
        "place": r"column 'place' holds 'a' \(row 0\), which is no number",
        "latitude": "unknown column 'latitude'",
        "target": "unknown column 'target'",
    }.items():
        with pytest.raises(UserError, match=said):
            chosen(rows, select="band", column=column, below=0)


def test_rows_held_out_of_the_training_period_are_parts_of_their_own():
    """Only where the data have them: those of other datasets are as they were."""
    splits = ["train", "train", *np.repeat([*SPLITS[1:], *UNSEEN], 2)]
    rows = table([1, 3] * 5, splits)
    band = read_selector({"title": "T", "select": "band", "below": 2})
    found = select(rows, band, "s")
    assert set(found) == {*PARTS, *UNSEEN_PARTS}
    assert {part: found[part].tolist() for part in UNSEEN_PARTS} == {
        "unseen_validation_retain": [7], "unseen_validation_forget": [6],
        "unseen_test_retain": [9], "unseen_test_forget": [8],
    }  # fmt: skip
    assert {part: found[part].tolist() for part in PARTS} == {
        part: select(rows[:6], band, "s")[part].tolist() for part in PARTS
    }
    assert chosen(rows, "unseen_test_forget", select="random", rows=1, seed=0) == []
    with pytest.raises(UserError, match="no id can be forgotten, 1 held out"):
        chosen(rows, select="ids", ids=[rows["id"][8]])


def test_what_a_second_request_adds_to_the_held_out_rows():
    splits = ["train"] * 3 + ["validation", "test"] + ["unseen_validation"] * 2 + ["unseen_test"]
    rows = table([1, 2, 3, 1, 1, 1, 2, 2], splits)
    one, two = (read_selector({"title": "T", "select": "band", "up_to": end}) for end in (1, 2))
    found = select(rows, two, "two", select(rows, one, "one"))
    assert found["unseen_validation_forget"].tolist() == [5, 6]
    assert found["unseen_validation_forget_now"].tolist() == [6]
    assert found["unseen_test_forget"].tolist() == [7] and found["forget_now"].tolist() == [1]


def test_bands_reach_into_the_held_out_rows():
    rows = table([1, 3, 1, 3, 1, 3], ["train", "train", "validation", "validation", "test", "test"])
    found = select(rows, read_selector({"title": "T", "select": "band", "below": 2}), "s")
    assert {part: found[part].tolist() for part in PARTS} == {
        "retain": [1], "forget": [0], "validation_retain": [3], "validation_forget": [2],
        "test_retain": [5], "test_forget": [4],
    }  # fmt: skip


def test_random_rows_are_of_train_and_come_from_their_seed():
    splits = [SPLITS[n % 3] for n in range(90)]
    rows = table(range(90), splits)
    first = chosen(rows, select="random", rows=12, seed=1)
    assert len(first) == 12 and all(splits[row] == "train" for row in first)
    assert chosen(rows, select="random", rows=12, seed=1) == first
    assert chosen(rows, select="random", rows=12, seed=2) != first
    for part in ("validation_forget", "test_forget"):
        assert chosen(rows, part, select="random", rows=12, seed=1) == []
    assert len(chosen(rows, "test_retain", select="random", rows=12)) == 30


def test_random_rows_do_not_depend_on_the_targets():
    one, other = table(range(30)), table([0.0] * 30)
    assert chosen(one, select="random", rows=5) == chosen(other, select="random", rows=5)


@pytest.mark.parametrize("rows", [10, 11])
def test_more_random_rows_than_there_are(rows):
    with pytest.raises(UserError, match=f"'s': {rows} random rows .* the training set has 10"):
        chosen(table(range(10)), select="random", rows=rows)


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_a_share_of_a_class_is_drawn_by_its_seed_from_the_training_rows(share):
    rows = table([1, 3] * 60, ["train"] * 80 + ["validation"] * 20 + ["test"] * 20)
    asked = {"select": "band", "from": 3, "up_to": 3}
    whole, some = chosen(rows, **asked), chosen(rows, share=share, **asked)
    assert set(some) < set(whole)
    assert len(some) == share * 40
    assert some == chosen(rows, share=share, seed=0, **asked)
    assert some != chosen(rows, share=share, seed=1, **asked)
    assert set(chosen(rows, "retain", share=share, **asked)) == set(range(80)) - set(some)
    for part in ("validation_forget", "test_forget"):
        assert chosen(rows, part, share=share, **asked) == chosen(rows, part, **asked)


def test_where_compares_as_text():
    rows = table(
        range(6), ["train"] * 4 + ["test"] * 2,
        year=["2015", "2014", "2015", "2012train", "2015", "2014"],
    )  # fmt: skip
    assert chosen(rows, select="where", column="year", equals=["2015"]) == [0, 2]
    assert chosen(rows, select="where", column="year", equals=[2015]) == [0, 2]
    assert chosen(rows, select="where", column="year", equals=["2014", "2012train"]) == [1, 3]
    assert chosen(rows, "test_forget", select="where", column="year", equals=["2015"]) == [4]


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("yeer", "2015", "unknown column 'yeer'; did you mean 'year'"),
        ("target", "1", "unknown column 'target'"),
        ("year", "2051", "unknown value in column 'year': '2051'; did you mean '2015'"),
    ],
)
def test_where_names_what_does_not_exist(column, value, says):
    rows = table(range(3), year=["2015", "2014", "2014"])
    with pytest.raises(UserError, match=f"forget set 's': {says}"):
        chosen(rows, select="where", column=column, equals=[value])


def test_ids_from_a_list_a_file_and_both(tmp_path):
    rows = table(range(6), ["train"] * 4 + ["test"] * 2)
    file = tmp_path / "ids.txt"
    file.write_text("train-00002\n\n  train-00004  \n")
    assert chosen(rows, select="ids", ids=["train-00001"]) == [0]
    assert chosen(rows, select="ids", file=str(file)) == [1, 3]
    both = {"ids": ["train-00001", "train-00002"], "file": str(file)}
    assert chosen(rows, select="ids", **both) == [0, 1, 3]
    assert chosen(rows, "test_forget", select="ids", **both) == []


def test_a_file_of_ids_that_cannot_be_read_is_named(tmp_path):
    rows = table(range(4))
    with pytest.raises(UserError, match=r"cannot read the ids of .*none\.txt"):
        chosen(rows, select="ids", file=str(tmp_path / "none.txt"))
    (tmp_path / "latin").write_bytes(b"caf\xe9\n")
    with pytest.raises(UserError, match=r"cannot read the ids of .*latin"):
        chosen(rows, select="ids", file=str(tmp_path / "latin"))


NAMED = ["train-00001", "train-00002", "test-00005", "x", "train-00002"]
STATES = {
    "train-00001": "already forgotten", "train-00002": "forgotten now", "test-00005": "held out",
    "x": "unknown",
}  # fmt: skip


@pytest.mark.parametrize("unknown", ["refuse", "report"])
def test_each_id_of_a_request_is_listed_with_what_it_is(tmp_path, unknown):
    rows = table([0.0, 1, 1, 1, 0], ["train"] * 4 + ["test"])
    # the earlier band holds the held-out row too: it stays held out
    earlier = select(rows, read_selector({"title": "E", "select": "band", "up_to": 0}), "e")
    listing = tmp_path / "s.ids.csv"
    request = read_selector({"title": "T", "select": "ids", "ids": NAMED, "unknown": unknown})
    if unknown == "refuse":
        with pytest.raises(UserError, match=r"'s': 1 of 4 ids are unknown: 'x' .*s\.ids\.csv list"):
            select(rows, request, "s", earlier, listing)
    else:
        parts = select(rows, request, "s", earlier, listing)
        assert parts["forget"].tolist() == [0, 1] and parts["forget_now"].tolist() == [1]
    said = dict(line.split(",") for line in listing.read_text().splitlines()[1:])
    assert said == STATES


@pytest.mark.parametrize(
    ("ids", "rows"),
    [
        ([" train-00001\t"], [0]),
        (["train-00001", "train-00001 "], [0]),
        (["caf\u00e9"], [1]),  # the row has it as e and an accent
        (["12"], [2]),
        (["012"], [3]),
        (["a "], [5]),  # the very same, although "a" is a row's too
    ],
)
def test_which_row_an_id_names(ids, rows):
    names = ["train-00001", "cafe\u0301", "12", "012", "a", "a "]
    held = table([0.0] * 6 + [1]).assign(id=[*names, "other"])
    assert chosen(held, select="ids", ids=ids) == rows


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (["12.0"], "1 of 1 ids are unknown: '12.0'. Training rows' ids look like"),
        ([f"x{n}" for n in range(7)], "7 of 7 ids are unknown: 'x0', 'x1', 'x2', 'x3', 'x4', …"),
        (["test-00003"], "no id can be forgotten, 1 held out: the model was"),
    ],
)
def test_ids_that_nothing_can_be_forgotten_of(ids, said):
    rows = table(range(3), ["train", "train", "test"])
    with pytest.raises(UserError) as caught:
        chosen(rows, select="ids", ids=ids)
    assert str(caught.value).startswith(f"forget set 's': {said}")


@pytest.mark.parametrize(
    "selector",
    [
        {"select": "band", "above": 6},
        {"select": "band", "from": 3, "below": 4},
    ],
)
def test_an_empty_forget_set_is_refused(selector):
    rows = table([1, 2, 6], ["train", "train", "test"], kind=["a", "a", "only in test"])
    with pytest.raises(UserError, match="'s' is empty: no training row is chosen"):
        chosen(rows, **selector)


@pytest.mark.parametrize(
    "selector",
    [
        {"select": "band", "above": 5},
        {"select": "where", "column": "kind", "equals": ["only in test"]},
    ],
)
def test_rows_that_no_model_was_trained_on_cannot_be_forgotten(selector):
    rows = table([1, 2, 6], ["train", "train", "test"], kind=["a", "a", "only in test"])
    with pytest.raises(UserError, match=r"only held-out rows \(1\): .* nothing to forget"):
        chosen(rows, **selector)


def test_held_out_rows_after_an_earlier_set_are_no_news():
    """All training rows of the choice are forgotten already: that is what has to be said."""
    rows = table([1, 1, 2, 1], ["train", "train", "train", "test"])
    low = read_selector({"title": "T", "select": "band", "below": 2})
    train_alone = read_selector(
        {"title": "T", "select": "ids", "ids": ["train-00001", "train-00002"]}
    )
    earlier = select(rows, train_alone, "first")
    with pytest.raises(UserError, match="no training row that an earlier forget set has not taken"):
        select(rows, low, "s", earlier)


@pytest.mark.parametrize(
    "selector",
    [
        {"select": "band", "below": 5},
        {"select": "where", "column": "kind", "equals": ["a"]},
        {"select": "ids", "ids": ["train-00001", "train-00002"]},
    ],
)
def test_the_whole_training_set_is_refused(selector):
    rows = table([1, 2, 6], ["train", "train", "test"], kind=["a", "a", "b"])
    with pytest.raises(UserError, match="'s' holds the whole training set"):
        chosen(rows, **selector)


@pytest.mark.parametrize(
    ("selector", "says"),
    [
        ({"select": "band"}, "a band needs an edge"),
        ({"select": "band", "from": 0, "belov": 2}, "unknown key 'belov'; did you mean 'below'"),
        ({"select": "random", "rows": 0}, "rows: .*greater than or equal to 1"),
        ({"select": "random", "rows": 5, "seed": -1}, "seed: .*greater than or equal to 0"),
        ({"select": "where", "column": "year", "equals": []}, "equals: .*at least 1 item"),
        ({"select": "bnd", "from": 0}, "unknown select 'bnd'; did you mean 'band'"),
        ({"select": "ids"}, "no row is named; give ids .* or file"),
        ({"select": "ids", "ids": []}, "no row is named; give ids .* or file"),
        ({"select": "band", "from": 2, "below": 2}, "from is 2, below is 2; from must be the"),
        ({"select": "band", "above": 2, "up_to": 2}, "above is 2, up_to is 2; above must be the"),
        ({"select": "band", "from": 3, "up_to": 2}, "from is 3, up_to is 2; from must be the"),
        ({"select": "band", "from": float("nan")}, "from: must be a finite number"),
    ],
)
def test_wrong_selectors_are_refused(selector, says):
    with pytest.raises(UserError, match=says):
        read_selector({"title": "T", **selector})


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-5, 5), st.sampled_from(SPLITS), st.sampled_from("abc")), max_size=40
    ),
    st.one_of(
        st.builds(lambda low, high: {"select": "band", "from": low, "below": high},
                  st.floats(-5, 0), st.floats(0, 5, exclude_min=True)),
        st.builds(lambda n, seed: {"select": "random", "rows": n, "seed": seed},
                  st.integers(1, 20), st.integers(0, 9)),
        st.builds(lambda v: {"select": "where", "column": "kind", "equals": v},
                  st.lists(st.sampled_from("abc"), min_size=1, max_size=2)),
    ),
)  # fmt: skip
def test_parts_divide_the_splits(drawn, selector):
    """Every row is in exactly one part, of its own split; or the choice is refused in words."""
    splits = [split for _, split, _ in drawn]
    rows = table([t for t, _, _ in drawn], splits, kind=[kind for *_, kind in drawn])
    try:
        found = select(rows, read_selector({"title": "T", **selector}), "s")
    except UserError as error:
        assert "forget set 's'" in str(error)
        return
    assert tuple(found) == PARTS
    every = np.concatenate(list(found.values()))
    assert sorted(every) == list(range(len(rows)))
    own = {"retain": "train", "forget": "train"}
    for part, members in found.items():
        assert members.dtype == np.int32 and (np.diff(members) > 0).all()
        assert {splits[row] for row in members} <= {own.get(part, part.split("_")[0])}
    assert len(found["retain"]) and len(found["forget"])


def windows():
    """Windows of four hours over hours 0 to 11 of two customers, one a row."""
    hour = np.tile(np.arange(4, 12), 2)
    return table(
        np.where(hour == 6, -1.0, 0.0) + np.repeat([0.0, 5.0], 8),
        ["train"] * 6 + ["validation", "test"] + ["train"] * 6 + ["validation", "test"],
        customer=np.repeat(["a", "b"], 8),
        first=(hour - 4).astype(str),
        hour=hour.astype(str),
    )


def test_windows_that_read_forgotten_hours_go_too():
    """Customer a's hour 6 is forgotten: windows that read it predict hours 7 to 10."""
    rows = windows()
    low = {"select": "band", "up_to": -0.5}
    assert chosen(rows, **low) == [2]
    found = {part: chosen(rows, part, **low, overlap=True) for part in PARTS}
    assert found["forget"] == [2, 3, 4, 5]
    assert found["validation_forget"] == [6] and found["test_forget"] == []
    assert found["retain"] == [0, 1, 8, 9, 10, 11, 12, 13]
    again = {"select": "ids", "ids": ["train-00001"]}
    assert chosen(rows, **again) == [0]
    assert chosen(rows, **again, overlap=True) == [0, 1, 2, 3, 4]


def test_a_customer_goes_with_every_window():
    rows = windows()
    by_customer = {"select": "where", "column": "customer", "equals": ["b"]}
    assert chosen(rows, **by_customer) == [8, 9, 10, 11, 12, 13]
    assert chosen(rows, "test_forget", **by_customer) == [15]
    # one of its windows alone, by another column: its neighbours read the hour
    some = rows.assign(day=np.where(rows.index == 10, "x", "y"))
    by_day = {"select": "where", "column": "day", "equals": ["x"]}
    assert chosen(some, **by_day) == [10]
    assert chosen(some, **by_day, overlap=True) == [10, 11, 12, 13]


def test_rows_that_are_no_windows_cannot_overlap():
    rows = table([0.0, 1.0], customer=["a", "b"])
    by_customer = {"select": "where", "column": "customer", "equals": ["b"]}
    assert chosen(rows, **by_customer) == [1]
    with pytest.raises(UserError, match="forget set 's': overlap: .* no windows"):
        chosen(rows, **by_customer, overlap=True)
