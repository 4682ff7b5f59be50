"""The Anamnesis Index: counts to indices, bounds, factors between gold models, and silence."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regression_unlearning.evaluation import anamnesis, inputs
from regression_unlearning.files import write_record


def runs(*steps, reached=True):
    """Relearning runs; a negative count is one that hit the cap."""
    return [
        {"order": n, "steps": abs(count), "reached": reached and count >= 0}
        for n, count in enumerate(steps)
    ]


@pytest.fixture
def measured(tmp_path):
    """Take the measure of counts by seed; gives its values by quantity and seeds."""

    def take(ours, gold, pairs=None, method="blindspot", **options):
        files = {}
        told = {"relearning": ours, "gold_relearning": gold, "gold_relearning_pairs": pairs or {}}
        for source, values in told.items():
            files[source] = {seed: tmp_path / f"{source}_{seed}" for seed in values}
            for seed, value in values.items():
                value = {"counts": value} if isinstance(value, list) else value
                write_record(files[source][seed], value)
        gold_files = {name[5:]: files[name] for name in told if name.startswith("gold_")}
        given = inputs.Inputs("d", "f", method, inputs.Sources(files), inputs.Sources(gold_files))
        rows = anamnesis.measure(given, anamnesis.Settings(**options))
        return {(row.quantity, row.seed, row.other_seed): row for row in rows}

    return take


def pair(other, *steps):
    """The counts of a pair's file."""
    return {"counts": runs(*steps), "other_seed": other}


@pytest.mark.parametrize(
    ("ours", "gold", "value", "bound"),
    [
        ((10, 20), (20, 40), 0.5, ""),
        ((30, 30), (10, 10), 3.0, ""),
        ((0, 0), (5, 5), 0.0, ""),
        ((10, -50), (20, 10), 2.0, ">="),  # ours needs at least 60
        ((-50, -50), (20, 30), 2.0, ">="),
        ((10, 10), (-50, 30), 0.25, "<="),  # gold needs at least 80
        ((10, -50), (-50, 10), None, ""),
        ((-50, -50), (-50, -50), None, ""),
        ((5, 5), (0, 0), None, ""),
        ((-50, 5), (0, 0), None, ""),
    ],
)
def test_the_index_and_its_censoring(ours, gold, value, bound):
    found, sign, note = anamnesis.index(runs(*ours), runs(*gold))
    assert (found, sign) == (value, bound)
    assert bool(note) == (value is None or bool(bound))


COUNTS = st.lists(st.integers(1, 100), min_size=4, max_size=4)


def cut(counts, cap):
    return [{"steps": min(count, cap), "reached": count <= cap} for count in counts]


@settings(max_examples=60, deadline=None)
@given(COUNTS, COUNTS, st.integers(1, 100))
def test_a_bound_holds_whatever_the_cap_hid(ours, gold, cap):
    """Cutting the true counts at a cap gives a bound that the true index keeps."""
    truth = sum(ours) / sum(gold)
    value, bound, _ = anamnesis.index(cut(ours, cap), cut(gold, cap))
    if bound == ">=":
        assert truth >= value
    elif bound == "<=":
        assert truth <= value
    elif value is not None:
        assert value == truth
    else:
        assert max(ours) > cap and max(gold) > cap


@settings(max_examples=60, deadline=None)
@given(COUNTS, COUNTS, st.integers(1, 100))
def test_a_factor_is_at_least_1_the_same_both_ways_and_its_bounds_hold(one, other, cap):
    truth = math.exp(abs(math.log(sum(one)) - math.log(sum(other))))
    value, bound, note = anamnesis.factor(cut(one, cap), cut(other, cap))
    back = anamnesis.factor(cut(other, cap), cut(one, cap))
    if value is None:
        assert note and max(one + other) > cap and back[0] is None
        return
    assert value >= 1 and bound in ("", ">=")
    assert back == (pytest.approx(value, rel=1e-15), bound, back[2])
    slack = 1e-12  # of logarithms
    assert truth >= value * (1 - slack) if bound else truth == pytest.approx(value, rel=slack)


def test_the_index_of_a_method_is_over_the_gold_model_of_its_seed(measured):
    found = measured({0: runs(6, 6), 1: runs(9, -9)}, {0: runs(12, 12), 1: runs(4, 5)})
    first, second = found["anamnesis", 0, None], found["anamnesis", 1, None]
    assert (first.value, first.bound, first.note) == (0.5, "", "")
    assert (second.value, second.bound) == (2.0, ">=")
    assert second.note == "the model did not relearn within the cap"


def test_the_counts_themselves_are_told_an_order(measured):
    found = measured({0: runs(6, 9), 1: runs(9, -50)}, {0: runs(12, 12), 1: runs(4, 5)})
    told = {
        seed: (row.value, row.bound, bool(row.note))
        for (name, seed, _), row in found.items()
        if name == "relearning_steps"
    }
    assert told == {0: (7.5, "", False), 1: (29.5, ">=", True)}


def test_the_floor_is_of_two_gold_models_in_the_same_place(measured):
    """The gold model of seed 1 as seed 1's own would be another place: another loss and orders."""
    gold = {0: runs(10, 10), 1: runs(500, 500), 2: runs(30, 30), 3: runs(10, 10)}
    pairs = {0: pair(1, 20, 30), 1: pair(2, 100, 400), 2: pair(3, 30, 30)}
    found = measured(gold, gold, pairs, method="retrained")
    factors = {key[1:]: row.value for key, row in found.items() if key[0] == "anamnesis"}
    assert factors == {(0, 1): 2.5, (1, 2): 2.0, (2, 3): 1.0}
    steps = {key[1]: row.value for key, row in found.items() if key[0] == "relearning_steps"}
    assert steps == {0: 10, 1: 500, 2: 30, 3: 10}


def test_factors_that_cannot_be_taken_say_why(measured):
    gold = {0: runs(10, 10), 1: runs(-50, -50), 2: runs(0, 0), 3: runs(10, -50), 4: runs(9, 9)}
    pairs = {
        0: pair(1, 10, -50),
        1: pair(2, 5, 5),
        2: pair(3, 5, 5),
        3: pair(4, -50, -50),
    }
    found = measured(gold, gold, pairs, method="retrained")
    rows = {key[1]: row for key, row in found.items() if key[0] == "anamnesis"}
    assert (rows[0].value, rows[0].bound) == (3.0, ">=") and "next seed's" in rows[0].note
    assert (rows[1].value, rows[1].bound) == (10.0, ">=") and "within the cap" in rows[1].note
    assert rows[2].value is None and "starts within alpha" in rows[2].note
    assert rows[3].value is None and "neither of two gold models" in rows[3].note


def test_one_seed_has_no_floor_and_says_so(measured):
    gold = {4: runs(10, 10)}
    row = measured(gold, gold, method="retrained")["anamnesis", 4, None]
    assert (row.value, row.note) == (None, anamnesis.ONE_SEED)


AT_ONCE = "gold relearns at once: not informative"


@pytest.mark.parametrize("first", [0, 1])
def test_where_gold_relearns_at_once_no_seed_has_an_index(measured, first):
    """The ratios are 60 or 30, then 0 and 0.1: a mini-batch more or less is all of them."""
    gold = {0: runs(first, 1), 1: runs(1, 3), 2: runs(40, 20)}
    ours = {0: runs(30, 30), 1: runs(0, 0), 2: runs(3, 4)}
    found = measured(ours, gold)
    notes = {row.note for row in found.values() if row.quantity == "anamnesis"}
    assert {row.value for row in found.values() if row.quantity == "anamnesis"} == {None}
    assert notes == {f"{AT_ONCE} (gold 2, model 3.5 mini-batches an order)"}
    assert found["relearning_steps", 0, None].value == 30
    pairs = {0: pair(1, 5, 5), 1: pair(2, 5, 5)}
    floor = measured(gold, gold, pairs, method="retrained")
    assert {(row.value, row.note) for row in floor.values() if row.quantity == "anamnesis"} == {
        (None, f"{AT_ONCE} (gold 2 mini-batches an order)")
    }


def test_what_at_once_means_is_a_setting(measured):
    gold, ours = {0: runs(2, 3), 1: runs(3, 3)}, {0: runs(5, 5), 1: runs(6, -6)}
    assert measured(ours, gold)["anamnesis", 0, None].value == 2.0
    row = measured(ours, gold, at_once=3)["anamnesis", 0, None]
    assert row.note == f"{AT_ONCE} (gold 2.75, model at least 5.5 mini-batches an order)"


def test_a_gold_model_cut_at_a_low_cap_did_not_relearn_at_once(measured):
    found = measured({0: runs(1, 1)}, {0: runs(-2, -2)})
    row = found["anamnesis", 0, None]
    assert (row.value, row.bound) == (0.5, "<=")


def test_one_gold_model_that_starts_near_enough_costs_its_seed_alone(measured):
    gold = {0: runs(0, 0), 1: runs(10, 10), 2: runs(10, 20)}
    found = measured({seed: runs(5, 5) for seed in gold}, gold)
    assert found["anamnesis", 0, None].note == (
        f"{AT_ONCE} (gold 0, model 5 mini-batches an order)"
    )
    assert found["anamnesis", 1, None].value == 0.5


def test_where_no_row_could_be_looked_at_nothing_is_measured(measured):
    none = {0: {"counts": [], "absent": "no row"}, 1: {"counts": [], "absent": "no row"}}
    for method in ("blindspot", "retrained"):
        found = measured(none, none, method=method)
        assert {(row.value, row.note) for row in found.values()} == {(None, "no row")}
        assert {key[0] for key in found} == {one.key for one in anamnesis.QUANTITIES}
