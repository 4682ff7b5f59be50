"""Means, intervals, floors and censoring, against numbers worked out by hand."""

import io
import math

import pandas as pd
import pytest

from regression_unlearning.errors import UserError
from regression_unlearning.reporting.summary import COLUMNS, read_tidy, tidy

HEAD = "dataset,forget_set,method,quantity,seed,other_seed,value,bound,note\n"
PAPER = pd.DataFrame(
    [["d", "f", "blindspot", "error_forget_train", "2.470"]],
    columns=["dataset", "forget_set", "method", "measure", "value"],
)


def summary(*lines: str) -> pd.DataFrame:
    """Summarise rows given as ``method,quantity,seed,other_seed,value,bound,note``."""
    text = HEAD + "".join(f"d,f,{line}\n" for line in lines)
    return tidy(pd.read_csv(io.StringIO(text)), PAPER)


def cell(frame: pd.DataFrame, method: str, measure: str) -> pd.Series:
    rows = frame[(frame["method"] == method) & (frame["measure"] == measure)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_mean_and_t_interval():
    frame = summary(
        "blindspot,error_forget_train,0,,1,,",
        "blindspot,error_forget_train,1,,2,,",
        "blindspot,error_forget_train,2,,4,,",
        "retrained,error_forget_train,0,,2.0,,",
        "retrained,error_forget_train,1,,2.1,,",
        "retrained,error_forget_train,2,,2.4,,",
    )
    one = cell(frame, "blindspot", "error_forget_train")
    # mean 7/3; deviation sqrt(7/3); t with 2 degrees of freedom at 97.5 % is 4.302653 (tables)
    half = 4.302652729911275 * math.sqrt(7 / 3) / math.sqrt(3)
    assert list(frame.columns) == COLUMNS
    assert one["mean"] == "2.33333" and one["seeds"] == 3
    assert float(one["ci_low"]) == pytest.approx(7 / 3 - half, abs=1e-5)
    assert float(one["ci_high"]) == pytest.approx(7 / 3 + half, abs=1e-5)
    assert one["floor"] == "0.266667"  # mean of |0.1|, |0.4|, |0.3|
    assert one["paper_value"] == "2.470"  # as printed
    assert one["note"] == ""
    assert cell(frame, "retrained", "error_forget_train")["paper_value"] == ""


def test_one_seed_has_neither_interval_nor_floor():
    frame = summary(
        "blindspot,attack_auc,0,,0.61,,2000 rows", "retrained,attack_auc,0,,0.5,,2000 rows"
    )
    one = cell(frame, "blindspot", "attack_auc")
    assert [one["mean"], one["ci_low"], one["ci_high"], one["floor"]] == ["0.61", "", "", ""]
    assert one["note"] == "one seed: no interval; 2000 rows; one retrained seed: no floor"


def test_floor_of_a_distance_is_gold_against_gold():
    frame = summary(
        "blindspot,wasserstein_train,0,,0.3,,",
        "blindspot,wasserstein_train,1,,0.5,,",
        "retrained,wasserstein_train,0,1,0.10,,",
        "retrained,wasserstein_train,0,2,0.20,,",
        "retrained,wasserstein_train,1,2,0.60,,",
    )
    assert set(frame["floor"]) == {"0.3"}
    gold = cell(frame, "retrained", "wasserstein_train")
    assert [gold["mean"], gold["ci_low"], gold["seeds"]] == ["0.3", "", 3]
    assert gold["note"] == "gold against gold: the pairs share models, hence no interval"
    # two seeds, mean 0.4, deviation sqrt(0.02), t 12.706205 with 1 degree of freedom
    low = float(cell(frame, "blindspot", "wasserstein_train")["ci_low"])
    assert low == pytest.approx(0.4 - 12.706204736432095 * 0.1, abs=1e-5)


@pytest.mark.parametrize(("bound", "shown"), [(">=", ">= 1.323"), ("<=", "<= 1.323")])
def test_bounds_in_one_direction_make_a_bound(bound, shown):
    frame = summary(
        f"blindspot,anamnesis,0,,1.5,{bound},cap 230",
        f"blindspot,anamnesis,1,,1.4,{bound},cap 230",
        "blindspot,anamnesis,2,,1.07,,",
    )
    one = cell(frame, "blindspot", "anamnesis")  # mean 1.32333...
    assert [one["mean"], one["ci_low"], one["ci_high"], one["seeds"]] == [shown, "", "", 3]
    assert one["note"].startswith("2 of 3 seeds censored: cap 230; no floor: ")


def test_bounds_in_both_directions_cannot_be_averaged():
    frame = summary(
        "blindspot,anamnesis,0,,1.5,>=,ours stopped", "blindspot,anamnesis,1,,0.4,<=,gold stopped"
    )
    one = cell(frame, "blindspot", "anamnesis")
    assert one["mean"] == "not measurable" and one["ci_low"] == ""
    assert "1 bounded from below and 1 from above: ours stopped, gold stopped" in one["note"]


def test_missing_values_are_said():
    frame = summary(
        "finetune,anamnesis,0,,,,never reached",
        "finetune,anamnesis,1,,,,never reached",
        "blindspot,anamnesis,0,,1.0,,",
        "blindspot,anamnesis,1,,1.2,,",
        "blindspot,anamnesis,2,,,,diverged",
        "original,anamnesis,0,,,,",
        "oddity,anamnesis,0,,inf,,",
    )
    none = cell(frame, "finetune", "anamnesis")
    assert (none["mean"], none["seeds"]) == ("not measured", 0)
    assert none["note"].startswith("never reached; ")
    some = cell(frame, "blindspot", "anamnesis")
    assert (some["mean"], some["seeds"]) == ("1.1", 2) and some["ci_low"] != ""
    assert some["note"].startswith("1 of 3 seeds not measured: diverged; ")
    assert cell(frame, "original", "anamnesis")["note"].startswith("no reason was given; ")
    assert cell(frame, "oddity", "anamnesis")["note"].startswith("the value is infinite; ")
    assert (frame["mean"] != "").all()


def test_a_censored_floor_is_a_bound():
    frame = summary("blindspot,anamnesis,0,,1,,", "retrained,anamnesis,0,1,2,>=,cap")
    assert set(frame["floor"]) == {">= 2"}


def test_floor_says_why_it_is_missing():
    frame = summary(
        "blindspot,wasserstein_train,0,,1,,", "retrained,wasserstein_train,0,,,,one seed only"
    )
    one = cell(frame, "blindspot", "wasserstein_train")
    assert one["floor"] == "" and one["note"].endswith("no floor: one seed only")


def test_order_of_the_input_does_not_matter_and_bytes_return(tmp_path):
    lines = [
        f"{method},error_forget_train,{seed},,{value},,"
        for method, value in (
            ("retrained", 1.123456789),
            ("blindspot", 2e-7),
            ("original", 123456.7),
        )
        for seed in (0, 1)
    ]
    frame = summary(*lines)
    pd.testing.assert_frame_equal(frame, summary(*reversed(lines)))
    assert list(frame["mean"]) == ["2e-07", "123457", "1.12346"]
    frame.to_csv(tmp_path / "tidy.csv", index=False)
    pd.testing.assert_frame_equal(read_tidy(tmp_path / "tidy.csv"), frame, check_dtype=False)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["a,q,0,,1,,", "a,q,0,,2,,"], "two values for one model: d/f/a/q/0"),
        (["a,q,0,,one,,"], "must be numbers"),
        (["a,q,0,,1,>,"], "bound must be"),
        ([], "no rows"),
    ],
)
def test_wrong_input_is_named(lines, says):
    with pytest.raises(UserError, match=says):
        summary(*lines)


def test_a_missing_column_is_named():
    with pytest.raises(UserError, match="forget_set"):
        tidy(pd.DataFrame({"dataset": ["d"], "value": [1.0]}), PAPER)
