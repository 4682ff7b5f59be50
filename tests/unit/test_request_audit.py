"""Verdicts on made-up observations: what passes, what does not, and what is said of it."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from observed_models import observation

from regression_unlearning.data.sources import demo_pairs, table
from regression_unlearning.errors import UserError
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.requests.about import by_place
from regression_unlearning.requests.attacks import attack
from regression_unlearning.requests.audit import judge
from regression_unlearning.requests.forgotten import check_places, places
from regression_unlearning.requests.request import Thresholds

LIMITS = Thresholds()
PARTS = ("forget", "test")


def model(forget_shift=0.0, kept=0.0, **changes):
    """A model whose losses on forgotten rows lie lower, and on never-seen ones higher."""
    made = observation(members=200, tests=400, forget=60, like=0, **changes)
    made["forget/loss"] -= np.float32(forget_shift)
    made["test/loss"] += np.float32(kept)
    return Observation(made)


BEFORE = model(0.8)


@pytest.mark.parametrize(
    ("after", "limits", "passed", "said"),
    [
        (model(), {}, True, "Passed: the error on never-seen rows to keep went from"),
        (model(), {}, True, "60 rows can show an AUC of 0.6"),
        (BEFORE, {}, False, "the loss attack still knows the forgotten rows"),
        (model(-0.8), {}, False, "look unlike never-seen ones to the loss attack"),
        (model(0.0, 0.5), {}, False, "the error on never-seen rows to keep rose from"),
        (model(-0.8), {"auc": 0.99}, True, "Passed by the request's own thresholds: the error"),
        (model(), {"must_show": 0.55}, False, "60 rows cannot show an AUC of 0.55"),
        (model(), {"must_show": 0.8}, True, "Passed"),
    ],
)  # fmt: skip
def test_a_verdict_and_its_sentence(after, limits, passed, said):
    found = judge(BEFORE, after, None, Thresholds(**limits))
    assert found.passed is passed, found.sentence
    assert said in found.sentence and found.sentence.count("\n") == 0
    assert found.sentence.startswith("Passed" if passed else "Not passed")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_model_that_puts_out_no_numbers_does_not_pass(value):
    after = model()
    after.arrays["test/loss"][3] = value
    found = judge(BEFORE, after, None, LIMITS)
    assert not found.passed and "could not be measured" in found.sentence
    assert found.errors[0]["after"] is None


def test_a_model_that_was_left_as_it_was_does_not_pass():
    found = judge(model(), model(), None, LIMITS, changed=False)
    assert found.sentence == "Not passed: the model is the one before, weight for weight."


def test_nothing_is_held_against_a_model_without_numbers():
    before = model()
    before.arrays["forget/loss"][3] = np.nan
    with pytest.raises(UserError, match="the model before puts out values that are no finite"):
        judge(before, model(), None, LIMITS)


def test_a_retrained_model_moves_the_limits():
    """Where retraining itself raises the error, or leaves a trace, unlearning may do so."""
    gold, after = model(-0.25, 0.6), model(-0.25, 0.6)
    alone, beside = (judge(BEFORE, after, one, LIMITS) for one in (None, gold))
    assert not alone.passed and beside.passed
    assert "gold" in beside.attacks[0] and "gold" in beside.errors[0]
    assert any("retrained" in line for line in alone.not_verified)
    assert not any("retrained" in line for line in beside.not_verified)


def test_what_cannot_be_seen_is_said():
    nothing = judge(model(), model(), None, LIMITS)
    assert nothing.passed and any("cannot be seen" in line for line in nothing.not_verified)
    assert not any(
        "cannot be seen" in line for line in judge(BEFORE, model(), None, LIMITS).not_verified
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_share_of_false_alarms_is_small(seed):
    """Forgotten rows that are as never-seen ones pass, five times of five at this confidence."""
    found = judge(BEFORE, model(seed=seed), None, Thresholds(confidence=0.999))
    assert found.passed, found.sentence


def test_references_take_away_how_hard_a_row_is():
    """Losses that differ by rows more than by membership: only the reference attack knows them."""
    generator = np.random.default_rng(0)
    hard = {name: generator.exponential(5.0, len(BEFORE.of(name, "loss"))) for name in PARTS}
    for remembered, found in ((0.3, True), (0.0, False)):
        seen = model()
        for name, one in hard.items():
            own = one - (remembered if name == "forget" else 0.0)
            noise = generator.normal(0, 0.1, len(one))
            seen.arrays[f"{name}/loss"] = (own + noise).astype(np.float32)
        with_them = attack(seen, 2.0, hard)
        assert (with_them["reference"].low > 0.55) is found
        assert with_them["loss"].low < 0.5 < with_them["loss"].high
        alone = attack(seen, 2.0)
        assert "reference" not in alone and alone == {name: with_them[name] for name in alone}
        verdict = judge(seen, seen, None, Thresholds(), hard)
        assert ("the reference attack still knows" in verdict.sentence) is found
        assert verdict.attacks[2]["shows"] == verdict.attacks[0]["shows"]
        assert not any("none was attacked against it" in one for one in verdict.not_verified)


@pytest.mark.parametrize(("name", "told"), [(None, ["their place in the file"]), ("flat", [])])
def test_rows_that_have_no_ids_of_their_own_are_told(name, told):
    """Their ids are numbers of rows, which other rows bear once the file is another."""
    source = table.Settings(file="flats.csv", target="price", id=name)
    said = by_place(SimpleNamespace(source=source))
    assert len(said) == len(told) and all(one in said[0] for one in told)
    assert by_place(SimpleNamespace(source=demo_pairs.Settings())) == []


def test_rows_that_are_named_by_their_place_must_keep_it():
    """Further rows may follow; one that was taken out gives its number to the next."""
    key, rows = b"k" * 32, pd.DataFrame({"id": list("0123"), "target": [1.5, 2.5, 2.5, 4.0]})
    told = {"places": places(rows, key)}
    longer = pd.concat([rows, pd.DataFrame({"id": ["4"], "target": [9.0]})], ignore_index=True)
    shorter = rows.drop(index=0).assign(id=list("012"))
    for one in (rows, longer):
        check_places(one, told, key, "letter")
    for one in (shorter, rows[:3], rows.assign(target=rows["target"][::-1].to_numpy())):
        with pytest.raises(UserError, match="request 'letter' named rows by their place"):
            check_places(one, told, key, "letter")
    check_places(shorter, {}, key, "letter")
