"""Means, intervals, floors and censoring, against numbers worked out by hand."""

import math

import pytest

from regression_unlearning.errors import UserError
from regression_unlearning.evaluation.values import COLUMNS, from_text
from regression_unlearning.reporting import summaries
from regression_unlearning.reporting.summaries import Number
from regression_unlearning.reporting.summary import summarise

PAPER = {("d", "f", "blindspot", "error_forget_train"): "2.470"}


def summary(*lines):
    """Summarise rows given as ``method,quantity,seed,other_seed,value,bound,note``."""
    text = ",".join(COLUMNS) + "\n" + "".join(f"d,f,{line}\n" for line in lines)
    return summarise(from_text(text), PAPER)


def cell(found, method, quantity):
    return found["d", "f", method, quantity]


def test_few_seeds_have_their_values_in_place_of_an_interval():
    found = summary(
        "blindspot,error_forget_train,0,,1,,",
        "blindspot,error_forget_train,1,,2,,",
        "blindspot,error_forget_train,2,,4,,",
        "retrained,error_forget_train,0,,2.0,,",
        "retrained,error_forget_train,1,,2.1,,",
        "retrained,error_forget_train,2,,2.4,,",
    )
    one = cell(found, "blindspot", "error_forget_train")
    assert one.mean == Number(7 / 3) and one.seeds == 3
    assert (one.low, one.high, one.values) == (None, None, (1.0, 2.0, 4.0))
    assert one.floor.value == pytest.approx(0.8 / 3)  # mean of |0.1|, |0.4|, |0.3|
    assert one.floor_interval is None
    assert one.paper == "2.470"  # as printed
    assert one.notes == ()
    assert cell(found, "retrained", "error_forget_train").paper == ""


def test_five_seeds_have_an_interval_that_stays_above_0():
    numbers = (0.01, 0.02, 0.9, 0.03, 0.04)
    found = summary(*(f"a,error_forget_train,{seed},,{one},," for seed, one in enumerate(numbers)))
    one = cell(found, "a", "error_forget_train")
    # the mean is 0.2, its t interval reaches below 0: 2.776445 standard errors of 0.1751
    away = 2.7764451051977934 * math.sqrt(sum((x - 0.2) ** 2 for x in numbers) / 20) / 0.2
    assert one.low == pytest.approx(0.2 * math.exp(-away), rel=1e-9) and one.low > 0
    assert one.high == pytest.approx(0.2 * math.exp(away), rel=1e-9)


def test_one_seed_has_neither_interval_nor_floor():
    found = summary(
        "blindspot,attack_auc,0,,0.61,,2000 rows", "retrained,attack_auc,0,,0.5,,2000 rows"
    )
    one = cell(found, "blindspot", "attack_auc")
    assert (one.mean, one.low, one.high, one.floor) == (Number(0.61), None, None, None)
    said = "no floor: one retrained model, and it takes two"
    assert one.notes == ("one seed: no interval", "2000 rows", said)


def test_one_seed_has_no_floor_of_a_distance_either():
    """Between retrained models nothing is measured then: no row of theirs is there to say why."""
    found = summary("blindspot,wasserstein_train,0,,0.3,,", "retrained,attack_auc,0,,0.5,,")
    one = cell(found, "blindspot", "wasserstein_train")
    assert one.floor is None and one.notes[-1] == "no floor: one retrained model, and it takes two"
    found = summary(
        "blindspot,wasserstein_train,0,,0.3,,",
        *(f"retrained,attack_auc,{seed},,0.5,," for seed in (0, 1)),
    )
    said = cell(found, "blindspot", "wasserstein_train").notes[-1]
    assert said == "no floor: the retrained model was not measured on this"


def test_floor_of_a_distance_is_gold_against_gold():
    found = summary(
        "blindspot,wasserstein_train,0,,0.3,,",
        "blindspot,wasserstein_train,1,,0.5,,",
        "retrained,wasserstein_train,0,1,0.10,,",
        "retrained,wasserstein_train,0,2,0.20,,",
        "retrained,wasserstein_train,1,2,0.60,,",
    )
    assert all(one.floor.value == pytest.approx(0.3) for one in found.values())
    gold = cell(found, "retrained", "wasserstein_train")
    assert (gold.mean, gold.low, gold.seeds) == (gold.floor, None, 3)
    assert gold.notes == ("gold against gold: the pairs share models, hence no interval",)


@pytest.mark.parametrize("bound", [">=", "<="])
def test_bounds_in_one_direction_make_a_bound(bound):
    found = summary(
        f"blindspot,anamnesis,0,,1.5,{bound},cap 230",
        f"blindspot,anamnesis,1,,1.4,{bound},cap 230",
        "blindspot,anamnesis,2,,1.07,,",
    )
    one = cell(found, "blindspot", "anamnesis")
    assert one.mean == Number(1.4, bound)  # the median lies beyond it: between 1.4 and the end
    assert (one.low, one.high, one.seeds) == (None, None, 3)
    assert one.notes[0] == "2 of 3 seeds censored: cap 230" and "no floor: " in one.notes[1]


def test_bounds_in_both_directions_cannot_be_averaged():
    found = summary(
        "blindspot,anamnesis,0,,1.5,>=,ours stopped", "blindspot,anamnesis,1,,0.4,<=,gold stopped"
    )
    one = cell(found, "blindspot", "anamnesis")
    assert one.mean == Number(None, state="not measurable") and one.low is None
    assert "1 bounded from below and 1 from above: ours stopped, gold stopped" in one.notes[0]


def test_missing_values_are_said():
    found = summary(
        "finetune,anamnesis,0,,,,never reached",
        "finetune,anamnesis,1,,,,never reached",
        "blindspot,anamnesis,0,,1.0,,",
        "blindspot,anamnesis,1,,1.2,,",
        "blindspot,anamnesis,2,,,,diverged; slowly",
    )
    none = cell(found, "finetune", "anamnesis")
    assert (none.mean, none.seeds) == (Number(None, state="not measured"), 0)
    assert none.notes[0] == "never reached"
    some = cell(found, "blindspot", "anamnesis")
    assert (some.mean, some.seeds, some.values) == (Number(1.1), 2, (1.0, 1.2))
    assert some.notes[0] == "1 of 3 seeds not measured: diverged, slowly"


def test_a_censored_floor_is_a_bound():
    found = summary("blindspot,anamnesis,0,,1,,", "retrained,anamnesis,0,1,2,>=,cap")
    assert {one.floor for one in found.values()} == {Number(2.0, ">=")}


def test_floor_says_why_it_is_missing():
    found = summary(
        "blindspot,wasserstein_train,0,,1,,", "retrained,wasserstein_train,0,,,,one seed only"
    )
    one = cell(found, "blindspot", "wasserstein_train")
    assert one.floor is None and one.notes[-1] == "no floor: one seed only"


def test_equal_values_have_no_spread():
    """Three times 0.1, summed and divided, is no longer 0.1: the interval must still be empty."""
    one = cell(summary(*(f"a,q,{seed},,0.1,," for seed in range(6))), "a", "q")
    assert (one.mean.value, one.low, one.high) == (0.1, 0.1, 0.1)


def test_order_of_the_input_does_not_matter_and_what_is_read_is_what_was_written(tmp_path):
    lines = [
        f"{method},error_forget_train,{seed},,{value},{bound},{note}"
        for method, value, bound, note in (
            ("retrained", 1 / 3, "", "said; twice"),
            ("blindspot", 2e-7, "", ""),
            ("original", 123456.7, ">=", "cap"),
            ("none", "", "", "never"),
        )
        for seed in range(5)
    ]
    lines += ["both,q,0,,1,>=,a", "both,q,1,,1,<=,b", "retrained,q,0,1,1,>=,c"]
    found = summary(*lines)
    assert list(found) == sorted(found) and found == summary(*reversed(lines))
    states = {(one.mean.state, one.mean.bound, one.floor and one.floor.bound)
              for one in found.values()}  # fmt: skip
    assert len(states) == 5  # plain, bound, none, both ways, and a floor that is a bound
    (tmp_path / "t.csv").write_text(summaries.as_csv(found), encoding="utf-8")
    assert summaries.read(tmp_path / "t.csv") == found
    assert list(summaries.read(tmp_path / "t.csv")) == list(found)


def test_a_table_that_is_none_is_named(tmp_path):
    with pytest.raises(UserError, match=r"cannot read the table .*none\.csv"):
        summaries.read(tmp_path / "none.csv")
    (tmp_path / "old.csv").write_text("dataset,measure,mean\nd,q,not measured\n")
    with pytest.raises(UserError, match=r"cannot read the table .*old\.csv"):
        summaries.read(tmp_path / "old.csv")


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["a,q,0,,1,,", "a,q,0,,2,,"], "two values for one model: d/f/a/q/0"),
        (["a,q,0,,one,,"], "line 2: could not convert string to float: 'one'"),
        (["a,q,0,,1,,", "a,q,1,,1,>,"], "line 3: bound must be"),
        (["a,q,0,,inf,,"], "line 2: q, seed 0: the value is inf"),
        (["a,q,0,,,,"], "line 2: q: an absent value needs a note"),
        (["a,q"], "line 2"),
        ([], "no rows"),
    ],
)
def test_wrong_input_is_named(lines, says):
    with pytest.raises(UserError, match=says):
        summary(*lines)


def test_a_missing_column_is_named():
    with pytest.raises(UserError, match="m.csv: column forget_set, method"):
        from_text("dataset,quantity,seed,other_seed,value,bound,note\n", "m.csv")
