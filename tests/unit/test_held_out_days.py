"""Days that each customer of a load holds out: no training reads them, and the time hides them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from regression_unlearning.data.families.load_windows.held_out_days import marked
from regression_unlearning.data.families.load_windows.prepare import prepare
from regression_unlearning.data.families.load_windows.settings import Windows
from regression_unlearning.data.families.load_windows.windows import windows_of
from regression_unlearning.data.forget_sets import read_selector, select
from regression_unlearning.data.sources import demo_load, hourly_table
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import validated

BOTH = ("unseen_validation", "unseen_test")


def demo(folder, **changes):
    source = validated(demo_load.Settings, {"hours": 500, **changes})
    demo_load.download(folder, source, mirror=None, checksums=folder / "x", embedding=None)
    return prepare(folder, source, None)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The demo with all its windows."""
    return demo(tmp_path_factory.mktemp("load"))


def hours_of(rows):
    """Customer and hour of everything that some windows read or predict."""
    return {
        (customer, hour)
        for customer, first, last in zip(rows["customer"], rows["first"], rows["hour"], strict=True)
        for hour in range(first, last + 1)
    }


def predicted(rows):
    return set(zip(rows["customer"], rows["hour"], strict=True))


def auc(time, other):
    """How well the best of two classifiers tells two samples by the time, out of fold."""
    number = min(len(time), len(other))
    random = np.random.default_rng(0)
    sides = [random.permutation(side)[:number] for side in (time, other)]
    features, labels = np.concatenate(sides)[:, None], np.repeat([0, 1], number)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    found = []
    for classifier in (
        LogisticRegression(),
        HistGradientBoostingClassifier(max_leaf_nodes=8, max_iter=50, random_state=0),
    ):
        told = cross_val_predict(classifier, features, labels, cv=folds, method="predict_proba")
        found.append(roc_auc_score(labels, told[:, 1]))
    return max(found)


@pytest.mark.parametrize("band", [{"from": 9}, {"from": 0.85}, {"up_to": -0.85}])
def test_the_time_tells_test_rows_from_retained_ones_but_not_the_unseen(tmp_path, band):
    """Of 48 customers: were their days drawn one by one, the AUC would vary by 1/sqrt(12 x 48)."""
    rows, arrays = demo(tmp_path, customers=48)
    everybody = rows.assign(target=np.where(rows["row"] == 0, 99, rows["target"]))  # 9: one row
    parts = select(everybody, read_selector({"title": "T", "select": "band", **band}), "s")
    time = {part: arrays["known"][rows["hour"].to_numpy()[at], 2] for part, at in parts.items()}
    chance = 0.5 + 2 / np.sqrt(12 * 48)
    day = 1 / len(set(rows["day"][rows["split"] == "unseen_test"]))
    assert auc(time["retain"], time["test_retain"]) > 0.99
    assert auc(time["retain"], time["unseen_test_retain"]) < chance
    assert auc(time["retain"], time["unseen_validation_retain"]) < chance + day  # they lie before


@pytest.mark.parametrize("unseen", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("history", [5, 24, 30])
def test_no_training_reads_a_held_out_hour(tmp_path, unseen, history):
    rows, _ = demo(tmp_path, unseen=unseen, history=history, customers=5, hours=700)
    of = dict(iter(rows.groupby("split")))
    held_out = {split: predicted(of[split]) for split in BOTH}
    trained = hours_of(of["train"]) | hours_of(of["validation"])
    assert not trained & (held_out["unseen_validation"] | held_out["unseen_test"])
    # what trains against the first has not read the second
    assert not hours_of(of["unseen_validation"]) & held_out["unseen_test"]
    assert set(of["unseen_test"]["customer"]) == set(rows["customer"])
    days = of["unseen_test"].groupby(["customer", "day"]).size()
    assert (days == 24).all()  # whole days
    everything = 5 * (490 - history)
    assert len(of["train"]) >= everything * 0.4  # at most half goes, and the first day
    assert of["unseen_test"]["hour"].max() < 490


def test_customers_hold_out_different_days_and_a_seed_repeats_them(made, tmp_path):
    rows, _ = made
    for split in BOTH:
        days = rows[rows["split"] == split].groupby("customer")["day"].unique()
        assert (days.map(len) == 1).all() and len(set(days.map(lambda one: one[0]))) >= 6
    again, _ = demo(tmp_path / "a")
    pd.testing.assert_frame_equal(rows, again)
    other, _ = demo(tmp_path / "b", windows={"seed": 1})
    assert set(other["id"][other["split"] == "unseen_test"]) != set(
        rows["id"][rows["split"] == "unseen_test"]
    )


def test_the_scale_does_not_know_held_out_hours(made, tmp_path):
    """A customer's load in its held-out hours may be anything: nothing else changes."""
    rows, arrays = made
    source = validated(demo_load.Settings, {"hours": 500})
    demo_load.download(tmp_path, source, mirror=None, checksums=tmp_path / "x", embedding=None)
    table = pd.read_csv(tmp_path / "load.csv")
    unseen = rows[rows["split"].isin(BOTH)]
    for customer, hour in predicted(unseen):
        table.loc[hour, customer] = 1000.0
    table.to_csv(tmp_path / "load.csv", index=False)
    changed, _ = prepare(tmp_path, source, None)
    assert list(changed["id"]) == list(rows["id"])
    seen = ~rows["split"].isin(BOTH)
    assert list(changed["target"][seen]) == list(rows["target"][seen])
    assert (changed["target"][~seen] != rows["target"][~seen]).all()


def test_forgetting_a_customer_leaves_no_window_of_it_anywhere(made):
    rows, _ = made
    selector = {"title": "T", "select": "where", "column": "customer", "equals": ["MT_003"]}
    parts = select(rows, read_selector(selector), "s")
    who = rows["customer"].to_numpy()
    for split in ("validation", "test", *BOTH):
        assert set(who[parts[f"{split}_forget"]]) == {"MT_003"}
        assert "MT_003" not in who[parts[f"{split}_retain"]]
    assert "MT_003" not in who[parts["retain"]]
    assert sorted(np.concatenate([*parts.values()])) == list(range(len(rows)))


def test_too_short_a_table_says_what_to_do_and_none_is_held_out_on_demand(tmp_path):
    with pytest.raises(UserError, match=r"no customer has room .* 72 .* set unseen: 0"):
        demo(tmp_path / "a", hours=150)
    rows, _ = demo(tmp_path / "b", hours=150, unseen=0)
    assert set(rows["split"]) == {"train", "validation", "test"}
    everything = demo(tmp_path / "c", unseen=0)[0]["split"].value_counts()
    assert everything["train"] == 12 * (350 - 24)


def test_a_customer_who_came_too_late_holds_out_none(tmp_path):
    source = validated(hourly_table.Settings, {"mirror": ["load.csv"], "history": 24})
    random = np.random.default_rng(0)
    load = pd.DataFrame(random.gamma(2.0, 3.0, (500, 2)), columns=["early", "late"])
    load.loc[:249, "late"] = 0.0
    load.insert(0, "date", pd.date_range("2014-03-01", periods=500, freq="h").astype(str))
    load.to_csv(tmp_path / "load.csv", index=False)
    rows, _ = prepare(tmp_path, source, None)
    assert set(rows["customer"][rows["split"] == "unseen_test"]) == {"early"}
    train = rows[(rows["split"] == "train") & (rows["customer"] == "late")]
    assert list(train["hour"]) == list(range(250 + 24, 350))


FIRST = np.datetime64("2014-01-01T03", "h")


def of_hours(hours, train, customers, history=168, **settings):
    """Which hours the windows of each split predict, where all customers are there at once."""
    source = Windows(history=history, **settings)
    starts = np.zeros(customers, int)
    marks, earliest = marked(starts, FIRST, hours, train, source)
    edges = (train, train + (hours - train) // 3)
    return windows_of(starts, edges, marks, earliest, history)


@pytest.mark.parametrize(("hours", "train", "most"), [(1000, 700, 0.45), (8760, 5256, 0.1)])
def test_a_thousand_hours_and_a_year_leave_enough_to_train_on(hours, train, most):
    """The most that may go: of the paper's reference, 219 days of 2014; of a short table."""
    windows = of_hours(hours, train, 40)
    assert windows["unseen_test"].sum() >= 40 * 24
    assert windows["train"].sum() > (1 - most) * 40 * (train - 168)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("hours", "train"), [(1000, 700), (2000, 1400), (8760, 5256)])
def test_days_are_held_out_as_often_as_windows_are_left_on_them(hours, train, seed):
    """Drawn one by one, 200 customers' days would give an AUC that varies by 1/sqrt(12 x 200)."""
    windows = of_hours(hours, train, 200, windows={"seed": seed})
    left, unseen = (np.nonzero(windows[split])[1] for split in ("train", "unseen_test"))
    labels = np.repeat([0, 1], [len(left), len(unseen)])
    found = roc_auc_score(labels, np.concatenate([left, unseen]))
    assert abs(found - 0.5) < 1 / np.sqrt(12 * 200)


def test_a_window_to_train_against_that_reads_a_day_for_attacks_is_left_out():
    marks = np.zeros((1, 400), np.uint8)
    for day in (48, 120):  # two pairs of days, three days apart
        marks[0, day : day + 24], marks[0, day + 24 : day + 48] = 1, 2
    windows = windows_of(np.zeros(1, int), (300, 350), marks, np.array([30]), 30)
    predicted = {split: set(np.flatnonzero(of[0])) for split, of in windows.items()}
    assert predicted["unseen_test"] == {*range(72, 96), *range(144, 168)}
    assert predicted["unseen_validation"] == {*range(48, 72), *range(126, 144)}  # 126 reads 96 on
    assert predicted["train"] == {*range(30, 48), *range(198, 300)}
    assert predicted["validation"] == set(range(300, 350))
    assert predicted["test"] == set(range(350, 400))
