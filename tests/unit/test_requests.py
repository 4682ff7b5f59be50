"""Requests one after the other: whose rows, which model is the start, and how they are drawn."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from drawn_figures import page
from made_summaries import NOT_MEASURED, WORDS, cell
from method_tasks import make_task

from regression_unlearning.data.forget_sets import NOW, PARTS, read_selector, select
from regression_unlearning.errors import UserError
from regression_unlearning.reporting.figure import Given
from regression_unlearning.reporting.figures.requests import FOLLOWED, draw, follow
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.summaries import Number, Summary
from regression_unlearning.training.unlearn import of_request

AGES = [5, 15, 25, 35, 8, 18, 28, 38, 3, 13, 23, 33]
SPLITS = ["train"] * 4 + ["validation"] * 4 + ["test"] * 4


@pytest.fixture
def rows():
    return pd.DataFrame(
        {
            "row": np.arange(12),
            "id": [f"i{n}" for n in range(12)],
            "split": SPLITS,
            "target": np.array(AGES, float),
            "who": ["ann", "bob"] * 6,
        }
    )


def parts(rows, *selectors):
    """Parts after each of several requests."""
    earlier, found = None, []
    for number, selector in enumerate(selectors):
        chosen = read_selector({"title": "T", **selector})
        earlier = select(rows, chosen, f"s{number}", earlier)
        found.append({name: part.tolist() for name, part in earlier.items()})
    return found


def band(low, high):
    return {"select": "band", "from": low, "below": high}


def test_the_parts_after_three_requests(rows):
    """Forgotten is what was asked for so far; what is asked for now stands beside it."""
    first, second, third = parts(rows, band(0, 10), band(10, 20), band(20, 30))
    assert first["retain"] == [1, 2, 3] and first["forget"] == [0] and set(first) == set(PARTS)
    assert third["retain"] == [3] and third["forget"] == [0, 1, 2]
    assert second["forget_now"] == [1] and third["forget_now"] == [2]
    assert third["validation_forget"] == [4, 5, 6] and third["validation_forget_now"] == [6]
    assert third["test_retain"] == [11] and third["test_forget"] == [8, 9, 10]
    assert set(third) == {*PARTS, *NOW}
    (whole,) = parts(rows, band(0, 30))
    assert {name: third[name] for name in PARTS} == whole


def test_overlapping_requests_take_only_what_is_left(rows):
    _, second = parts(rows, band(0, 20), {"select": "where", "column": "who", "equals": ["ann"]})
    assert second["forget"] == [0, 1, 2] and second["forget_now"] == [2]
    assert second["validation_forget_now"] == [6]


@pytest.mark.parametrize("seed", range(6))
def test_random_rows_are_drawn_among_those_that_are_left(rows, seed):
    drawn = {"select": "random", "rows": 1, "seed": seed}
    _, second = parts(rows, band(0, 20), drawn)
    assert len(second["forget_now"]) == 1 and set(second["forget_now"]) < {2, 3}
    with pytest.raises(UserError, match="2 random rows are asked for, the training set has 2"):
        parts(rows, band(0, 20), {**drawn, "rows": 2})


def test_nothing_left_to_forget_is_said(rows):
    with pytest.raises(UserError, match="'s1' is empty: no training row that an earlier forget"):
        parts(rows, band(0, 20), band(10, 20))
    with pytest.raises(UserError, match="no id can be forgotten, 1 already forgotten"):
        parts(rows, band(0, 10), {"select": "ids", "ids": ["i0"]})


def test_a_method_sees_what_is_asked_for_now():
    """The rows of earlier requests are in no part of its task: nobody trains on them again."""
    task = make_task(forget=24)
    assert of_request(task, {"retain": task.retain, "forget": task.forget}) is task
    held_out = task.held_out[:3]
    now = {"forget_now": task.forget[:4].numpy(), "validation_forget_now": held_out}
    found = of_request(task, now)
    assert torch.equal(found.forget, task.forget[:4]) and torch.equal(found.held_out, held_out)
    assert torch.equal(found.retain, task.retain)
    assert not set(found.train.tolist()) & set(task.forget[4:].tolist())
    none = {"forget_now": task.forget[:4], "validation_forget_now": held_out[:0]}
    assert torch.equal(of_request(task, none).held_out, task.validation)
    unseen = {
        "unseen_validation_retain": held_out[1:],
        "unseen_validation_forget_now": held_out[:1],
    }
    assert torch.equal(of_request(task, {**none, **unseen}).held_out, held_out[:1])
    unseen["unseen_validation_forget_now"] = held_out[:0]
    assert torch.equal(of_request(task, {**none, **unseen}).held_out, held_out[1:])


FOLLOWED_TITLES = [WORDS[key].title for key in FOLLOWED]
LAYOUT = Layout(
    title="Three <requests>",
    dataset_title="D",
    groups={("d", "one"): "0-10", ("d", "two"): "$10$-20"},
    methods={"original": "Original", "retrained": "Retrained", "blindspot": "Blind-spot"},
    embedded=True,
    quantities=WORDS,
)
FOUND = {
    ("d", forget_set, method, measure): cell(number + place, number + place - 0.5, 9.0)
    for number, measure in enumerate(FOLLOWED)
    for place, forget_set in enumerate(("two", "one"))
    for method in LAYOUT.methods
    if (forget_set, method) != ("two", "original")
} | {("d", "two", "original", FOLLOWED[0]): cell(NOT_MEASURED)}


def test_what_is_followed_stands_in_the_order_of_the_requests():
    found = follow(FOUND, LAYOUT)
    assert set(found) == {("d", m, n) for m in FOLLOWED for n in LAYOUT.methods}
    ours = [(cell.mean, cell.low, cell.high) for cell in found["d", FOLLOWED[1], "blindspot"]]
    assert ours == [(2, 1.5, 9), (1, 0.5, 9)]
    first, second = found["d", FOLLOWED[0], "original"]
    assert (first.mean, first.low, first.high) == (1, 0.5, 9) and np.isnan(second.mean)


def drawn(tmp_path, cells, layout=LAYOUT):
    with page() as found:
        draw(Given(layout, tmp_path / "f", "years", cells))
    return found, found.words.replace("\n", " ")


def test_what_was_not_measured_and_wide_intervals_are_said(tmp_path):
    """All intervals end at 9, the means of the first panel lie between 0 and 1."""
    found, words = drawn(tmp_path, FOUND)
    first = FOLLOWED_TITLES[0]
    assert (
        f"Intervals beyond the axis (arrows): {first}: Original to 9 at 1; "
        "Retrained to 9 at 1, 9 at 2; Retrained from −0.5 at 2; "
        "Blind-spot to 9 at 1, 9 at 2; Blind-spot from −0.5 at 2."
    ) in words
    assert f"Not measured: {first}: Original at 2." in words
    arrows = [
        line
        for axis in found.axes for line in axis.get_lines() if line.get_marker() == "^"
    ]  # fmt: skip
    assert len(arrows) == 9
    for axis in found.axes:
        low, high = axis.get_ylim()
        for line in axis.get_lines():
            known = np.array(line.get_ydata(), float)
            known = known[np.isfinite(known)]
            assert ((known >= low) & (known <= high)).all()


def test_ticks_and_notes_say_which_requests_a_point_counts(tmp_path):
    titles = ["Request 1: Ages 0-10", "A, Requests 1-2: Ages 0-10, Ages 10-20"]
    layout = replace(LAYOUT, groups=dict(zip(LAYOUT.groups, titles, strict=True)))
    found, words = drawn(tmp_path, FOUND, layout)
    shown = [axis for axis in found.axes if axis.get_title()]
    assert len(shown) == len(FOLLOWED)
    for axis in shown:
        assert [tick.get_text() for tick in axis.get_xticklabels()] == ["1", "1-2"]
    assert f"Forgotten: {'; '.join(titles)}." in words
    assert "Retrained to 9 at 1, 9 at 1-2" in words
    assert "Forgotten: 1: 0-10; 2: $10$-20." in drawn(tmp_path, FOUND)[1]


def test_few_seeds_are_dots_and_no_interval_is_claimed(tmp_path):
    cells = {
        key: Summary(Number(2.0), seeds=2, values=(1.0, 3.0))
        for key in FOUND
        if key[2] != "original"
    }
    found, words = drawn(tmp_path, cells)
    assert "Small dots: the values of single seeds" in words and "intervals" not in words
    dots = [
        line.get_ydata()
        for axis in found.axes for line in axis.get_lines() if line.get_markersize() < 2
    ]  # fmt: skip
    assert sum(len(one) for one in dots) == 2 * len(cells)
    assert all(set(one) <= {1.0, 3.0} for one in dots)
    assert "Retrained under Blind-spot" in words


def test_the_figure_is_not_blank_and_the_same_bytes_twice(tmp_path):
    import matplotlib.image

    for stem in ("a", "b"):
        draw(Given(LAYOUT, tmp_path / stem, "years", FOUND))
    image = matplotlib.image.imread(tmp_path / "a.png")[..., :3]
    assert image.shape[1] == 2070 and len(np.unique(image.reshape(-1, 3), axis=0)) > 50
    for suffix in (".png", ".pdf"):
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_without_numbers_all_is_said_to_be_missing(tmp_path):
    _, words = drawn(tmp_path, {})
    assert words.count("Blind-spot at 1; Blind-spot at 2") == len(FOLLOWED)
