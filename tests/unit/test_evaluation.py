"""The measures: plain arrays in, numbers worked out by hand or by another road out."""

import math

import numpy as np
import pytest
from observed_models import observation
from rounding import close
from scipy.stats import wasserstein_distance

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.evaluation import (
    cost,
    errors,
    inputs,
    wasserstein,
)
from regression_unlearning.evaluation import values as written
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.files import write_npz, write_record

MEASURES = ("errors", "membership", "wasserstein", "anamnesis", "cost")


@pytest.fixture
def of(tmp_path):
    """Inputs of a measure, from observations or JSON values by source and seed."""

    def make(method="blindspot", **sources):
        files = {}
        for source, values in sources.items():
            files[source] = {}
            for seed, value in values.items():
                path = tmp_path / f"{source}_{seed}"
                if "observations" in source:
                    write_npz(path, value)
                else:
                    write_record(path, value)
                files[source][seed] = path
        gold = {source[5:]: paths for source, paths in files.items() if source.startswith("gold_")}
        return inputs.Inputs("d", "f", method, inputs.Sources(files), inputs.Sources(gold))

    return make


def values(rows):
    """Rows as a dictionary by quantity and seeds."""
    return {(r.quantity, r.seed, r.other_seed): r.value for r in rows}


# errors


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("mse", (math.sqrt(2.5), 3.0, 2.0, math.sqrt(6.5))),
        ("l1", (2.5, 9.0, 4.0, 6.5)),
    ],
)
def test_errors_by_hand(of, loss, expected):
    """Retain test rows 1 and 4; forget row 9; retain row 4; forget-like test rows 4 and 9."""
    seen = observation(
        loss=loss,
        test__loss=np.array([1, 4, 4, 9], np.float32),
        test__like_forget=np.array([False, True, False, True]),
        forget__loss=np.array([9], np.float32),
        retain__loss=np.array([4], np.float32),
    )
    rows = errors.measure(of(observations={5: seen}), errors.Settings())
    names = ("retain_test", "forget_train", "retain_train", "forget_test")
    found = values(rows)
    assert [found[f"error_{name}", 5, None] for name in names] == pytest.approx(expected)


def test_an_empty_part_is_said(of):
    found = errors.measure(of(observations={0: observation(like=0)}), errors.Settings())
    (empty,) = [row for row in found if row.value is None]
    assert empty.quantity == "error_forget_test"
    assert empty.note == "no test row is like the forget set"
    found = errors.measure(of(observations={0: observation(like=1)}), errors.Settings())
    (empty,) = [row for row in found if row.value is None]
    assert empty.quantity == "error_retain_test"
    assert empty.note == "no test row is unlike the forget set"


def test_errors_sum_in_double_precision():
    losses = np.full(2_000_000, 0.1, np.float32)
    assert errors.error(losses, "l1") == pytest.approx(float(np.float32(0.1)), rel=1e-12)


# Wasserstein distance


def test_wasserstein_of_a_shift_is_the_shift(of):
    gold = observation()
    ours = {**gold, "forget/prediction": gold["forget/prediction"][::-1] + np.float32(0.75)}
    found = values(
        wasserstein.measure(of(observations={0: ours}, gold_observations={0: gold}),
                            wasserstein.Settings())
    )  # fmt: skip
    largest = np.abs(ours["forget/prediction"]).max()
    close(found["wasserstein_train", 0, None], 0.75, 1, largest)  # each sum, in single precision
    assert found["wasserstein_test", 0, None] == 0.0


def test_wasserstein_takes_forget_rows_and_forget_like_test_rows(of):
    ours, gold = observation(seed=1), observation(seed=2)
    found = values(
        wasserstein.measure(of(observations={3: ours}, gold_observations={3: gold, 4: ours}),
                            wasserstein.Settings())
    )  # fmt: skip
    like = slice(0, 30)
    expected = {
        ("wasserstein_train", 3, None): ("forget/prediction", slice(None)),
        ("wasserstein_test", 3, None): ("test/prediction", like),
    }
    assert set(found) == set(expected)
    for key, (name, kept) in expected.items():
        first, second = ours[name][kept].astype(float), gold[name][kept].astype(float)
        # of equally many rows: the mean distance of the sorted values
        by_hand = np.abs(np.sort(first) - np.sort(second)).mean()
        for other in (by_hand, wasserstein_distance(first, second)):
            close(found[key], other, len(first), np.abs(first).max() + np.abs(second).max())


def test_gold_models_are_compared_pair_by_pair(of):
    gold = {seed: observation(seed=seed) for seed in (4, 0, 2)}
    found = values(
        wasserstein.measure(of("retrained", observations=gold, gold_observations=gold),
                            wasserstein.Settings())
    )  # fmt: skip
    pairs = [(0, 2), (0, 4), (2, 4)]
    assert {key[1:] for key in found} == set(pairs)
    for i, j in pairs:
        sides = [np.sort(gold[seed]["forget/prediction"]).astype(float) for seed in (i, j)]
        expected = np.abs(sides[0] - sides[1]).mean()
        magnitude = sum(np.abs(side).max() for side in sides)
        close(found["wasserstein_train", i, j], expected, len(sides[0]), magnitude)


def test_wasserstein_of_nothing_is_said(of):
    one = observation(like=0)
    rows = wasserstein.measure(
        of(observations={0: one}, gold_observations={0: one}), wasserstein.Settings()
    )
    assert [(r.value, r.note) for r in rows if r.quantity == "wasserstein_test"] == [
        (None, "no test row is like the forget set")
    ]


# cost


def test_cost_counts_helpers_and_divides_by_retraining(of):
    machine = {"machine": {"peak_memory_mib": 300.5}}
    rows = cost.measure(
        of(records={0: {"seconds": 3.0, "helper_seconds": {"a": 1.5, "b": 0.5}, **machine},
                    1: {"seconds": 2.0, **machine}},
           gold_records={0: {"seconds": 20.0, **machine}, 1: {"seconds": 8.0, **machine}}),
        cost.Settings(),
    )  # fmt: skip
    assert values(rows) == {
        ("seconds", 0, None): 5.0, ("seconds_over_retraining", 0, None): 0.25,
        ("peak_memory_mib", 0, None): 300.5, ("seconds", 1, None): 2.0,
        ("seconds_over_retraining", 1, None): 0.25, ("peak_memory_mib", 1, None): 300.5,
    }  # fmt: skip


def test_a_given_model_has_no_cost_and_says_so(of):
    machine = {"machine": {"peak_memory_mib": 300.5}}
    rows = cost.measure(
        of(records={0: {"given": {"file": "mine.safetensors"}, **machine}},
           gold_records={0: {"seconds": 20.0, **machine}}),
        cost.Settings(),
    )  # fmt: skip
    assert set(values(rows).values()) == {None} and len(rows) == 3
    assert {row.note for row in rows} == {cost.GIVEN}


# rows in and out


GIVEN = inputs.Inputs("d", "f", "m", inputs.Sources({}), inputs.Sources({}))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_refuses_what_is_no_number(value):
    with pytest.raises(ValueError, match="q, seed 3: the value is"):
        GIVEN.value("q", 3, value)


def test_a_value_that_is_absent_needs_a_reason():
    with pytest.raises(ValueError, match="needs a note"):
        GIVEN.value("q", 0, None)
    assert GIVEN.value("q", 0, None, note="why").note == "why"


def test_values_say_what_they_are_of_and_are_read_as_they_were_written(tmp_path):
    path = tmp_path / "a" / "m.csv"
    rows = [
        GIVEN.value("q", 1, 1 / 3, other_seed=2),
        GIVEN.value("q", 2, None, note='a, "b"\nc'),
        GIVEN.value("q", 3, 1e-300, bound=">=", note=" capped "),
    ]
    written.write(path, rows)
    assert written.read(path) == rows
    assert (rows[0].dataset, rows[0].forget_set, rows[0].method) == ("d", "f", "m")
    written.write(path, [])
    first, seal = path.read_text().splitlines()
    assert first == ",".join(written.COLUMNS) and seal.startswith("# sealed-sha256-")
    with pytest.raises(UserError, match=r"none\.csv does not exist"):
        written.read(tmp_path / "none.csv")


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_says_what_it_needs(name):
    module = registry.load("measure", name)
    assert set(module.NEEDS) <= set(inputs.SOURCES)
    with pytest.raises(UserError, match="unknown key"):
        from regression_unlearning.settings.section import validated

        validated(module.Settings, {"nonsense": 1})


def test_a_broken_observation_is_named(tmp_path):
    for content in (b"", b"PK\x03\x04 not a zip", b"text"):
        path = tmp_path / "o.npz"
        path.write_bytes(content)
        with pytest.raises(UserError, match=r"o\.npz is not what was written"):
            Observation.read(path)
    with pytest.raises(UserError, match=r"none\.npz"):
        Observation.read(tmp_path / "none.npz")
