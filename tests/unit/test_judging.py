"""Verdicts on claims, from values made so that each must come out."""

import pytest
from made_values import PLACE, around, by_seed, floor, wobbling

from regression_unlearning.evaluation.measure import Quantity, quantities
from regression_unlearning.evaluation.values import Value
from regression_unlearning.reporting import claim
from regression_unlearning.reporting.claim import ATTACK, DISTANCE, FORGET, GOAL, METHODS, RETAIN
from regression_unlearning.reporting.comparing import compare
from regression_unlearning.reporting.comparisons import Scores
from regression_unlearning.reporting.judging import judge
from regression_unlearning.reporting.verdicts import (
    FAILS,
    HOLDS,
    NOT_MEASURED,
    UNDECIDED,
    all_of,
    answer,
    any_of,
)

MEASURES = ("errors", "membership", "wasserstein", "deviation", "tow", "anamnesis")
WORDS = quantities(MEASURES)


def found(check, values, shown=METHODS):
    return judge({"it": (PLACE, check(shown))}, Scores(values, WORDS))["it"]


def distances(margin=0.05, seeds=5, **middles):
    """Wasserstein distances of models around given means, and their floor."""
    models = {
        name: (wobbling if number % 2 else around)(middle, seeds=seeds)
        for number, (name, middle) in enumerate(middles.items())
    }
    return by_seed(DISTANCE, **models) + floor(DISTANCE, margin, seeds)


LOWEST = claim.lowest(DISTANCE, "blindspot")


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        (distances(blindspot=0.1, finetune=0.3, gaussian_amnesiac=0.4), HOLDS),
        (distances(blindspot=0.5, finetune=0.3, gaussian_amnesiac=0.9), FAILS),
        # the same within the floor is not lower
        (distances(0.1, blindspot=0.3, finetune=0.31, gaussian_amnesiac=0.6), FAILS),
        # apart beyond doubt, but by about the floor
        (distances(0.2, blindspot=0.1, finetune=0.3, gaussian_amnesiac=0.6), UNDECIDED),
        # too few seeds, whatever they say
        (distances(seeds=2, blindspot=0.1, finetune=0.3, gaussian_amnesiac=0.4), UNDECIDED),
        (distances(blindspot=0.1, finetune=0.3), NOT_MEASURED),
        # no floor is known
        (by_seed(DISTANCE, blindspot=around(0), finetune=around(1), gaussian_amnesiac=around(2)),
         UNDECIDED),
    ],
)  # fmt: skip
def test_the_lowest_of_all(values, verdict):
    assert found(LOWEST, values).verdict == verdict


def test_one_failed_part_refutes_what_was_not_measured():
    values = distances(blindspot=0.5, finetune=0.3)
    assert found(LOWEST, values).verdict == FAILS


def test_bounds_alone_tell_nothing():
    bounds = by_seed(DISTANCE, bound=">=", gaussian_amnesiac=around(0.4))
    values = distances(blindspot=0.1, finetune=0.3) + bounds
    assert found(LOWEST, values).verdict == UNDECIDED


def test_the_seeds_that_would_tell_are_given():
    noisy = by_seed(DISTANCE, blindspot=around(0.1, 0.1), finetune=wobbling(0.3, 0.1))
    asked = claim.lowest(DISTANCE, "blindspot", ("blindspot", "finetune"))
    one = found(asked, noisy + floor(DISTANCE, 0.05))
    assert one.verdict == UNDECIDED and 5 < one.needed < 100
    few = distances(seeds=2, blindspot=0.1, finetune=0.3, gaussian_amnesiac=0.4)
    assert found(LOWEST, few).needed == 3
    assert found(LOWEST, distances(blindspot=0.1, finetune=1, gaussian_amnesiac=1)).needed is None


@pytest.mark.parametrize(("finetune", "verdict"), [(0.3, HOLDS), (0.9, FAILS), (0.35, UNDECIDED)])
def test_alike_is_a_test_of_equivalence(finetune, verdict):
    values = distances(0.05, blindspot=0.3, finetune=finetune)
    assert found(claim.alike(DISTANCE, ("blindspot", "finetune")), values).verdict == verdict


def test_too_noisy_to_be_told_apart_is_not_alike():
    noisy = by_seed(DISTANCE, blindspot=around(0.3, 0.2), finetune=wobbling(0.3, 0.2))
    one = found(claim.alike(DISTANCE, ("blindspot", "finetune")), noisy + floor(DISTANCE, 0.05))
    assert one.verdict == UNDECIDED and one.deciding.p > 0.05


GOLD = around(2.0, 0.05)  # its floor is 0.1


def errors(quantity=FORGET, **models):
    return by_seed(quantity, retrained=GOLD, **models)


def test_the_closest_to_gold_is_so_seed_by_seed():
    """Every model follows gold's own ups and downs: their means would say as much, by less."""
    near, far = ([one + away for one in GOLD] for away in (-0.1, 0.4))
    values = errors(blindspot=near, finetune=far, gaussian_amnesiac=far)
    assert found(claim.closest(FORGET, "blindspot"), values).verdict == HOLDS
    assert found(claim.closest(FORGET, "finetune"), values).verdict == FAILS
    assert found(claim.highest(FORGET, "finetune", METHODS[::2], GOAL), values).verdict == HOLDS


def test_like_the_retrained_model_and_apart_from_it():
    far = [one + 1 for one in wobbling(2.0, 0.005)]
    steady = [2.0, 2.1, 2.0, 2.1, 2.0]
    values = by_seed(FORGET, retrained=steady, blindspot=steady, finetune=far)
    assert found(claim.like_retrained(FORGET, "blindspot"), values).verdict == HOLDS
    assert found(claim.like_retrained(FORGET, "finetune"), values).verdict == FAILS
    assert found(claim.apart(FORGET, "finetune", "retrained"), values).verdict == HOLDS
    assert found(claim.apart(FORGET, "blindspot", "retrained"), values).verdict == FAILS
    assert found(claim.above(FORGET, ["finetune"], "retrained"), values).verdict == HOLDS


def test_distances_are_like_gold_s_when_they_are_within_the_floor_of_0():
    values = distances(0.2, blindspot=0.05, finetune=0.9)
    check = claim.like_retrained(DISTANCE, "blindspot", aim=GOAL)
    assert found(check, values).verdict == HOLDS
    other = claim.like_retrained(DISTANCE, "finetune", aim=GOAL)
    assert found(other, values).verdict == FAILS


def test_what_is_kept_may_be_better_and_not_worse():
    for away, verdict in ((0.0, HOLDS), (-1.0, HOLDS), (1.0, FAILS)):
        own = [one + away for one in around(3.0)]
        values = errors(RETAIN, original=around(3.0), blindspot=own)
        assert found(claim.kept(RETAIN, "blindspot"), values).verdict == verdict


def test_nearer_to_one_model_than_to_another():
    values = errors(original=around(1.0), finetune=around(1.2))
    assert found(claim.nearer(FORGET, "finetune", "original", "retrained"), values).verdict == HOLDS
    values = errors(original=around(1.0), finetune=around(1.8))
    assert found(claim.nearer(FORGET, "finetune", "original", "retrained"), values).verdict == FAILS


def test_none_is_best():
    check = claim.none_is_best({DISTANCE: "", ATTACK: ""}, ("a", "b"))
    gold = by_seed(ATTACK, retrained=around(0.1))
    mixed = distances(a=0.1, b=0.5) + gold + by_seed(ATTACK, a=around(0.9), b=around(0.3))
    assert found(check, mixed).verdict == HOLDS
    best = distances(a=0.1, b=0.5) + gold + by_seed(ATTACK, a=around(0.3), b=around(0.9))
    assert found(check, best).verdict == FAILS
    assert found(check, distances(a=0.1, b=0.5)).verdict == NOT_MEASURED


def test_lower_bounds_alone():
    check = claim.beyond("relearning_steps", "retrained")
    capped = by_seed("relearning_steps", bound=">=", retrained=[300] * 3)
    assert found(check, capped).verdict == HOLDS
    reached = Value(*PLACE, "retrained", "relearning_steps", 3, None, 20.0)
    assert found(check, [*capped, reached]).verdict == FAILS
    assert found(check, capped[:2]).verdict == UNDECIDED
    assert found(check, distances(a=1)).verdict == NOT_MEASURED


def test_holm_is_over_all_claims_together():
    """Each two scores count once, whichever claim compares them, and in whichever direction."""
    values = distances(blindspot=0.1, finetune=0.3, gaussian_amnesiac=0.4)
    # so noisy that a test of its own tells them apart, and one of several does not
    noisy = {"blindspot": [0.1, 0.4, 0.2, 0.5, 0.3], "finetune": [1.0, 0.6, 1.4, 0.8, 1.3]}
    values += by_seed(ATTACK, retrained=around(0.1), **noisy)
    alone = claim.lowest(ATTACK, "blindspot", ("blindspot", "finetune"))
    assert found(alone, values).verdict == HOLDS
    plain = compare(*(dict(enumerate(numbers)) for numbers in noisy.values())).p_apart
    assert found(alone, values).deciding.p == pytest.approx(plain)
    others = {name: (PLACE, claim.alike(DISTANCE, METHODS)(())) for name in ("x", "y")}
    turned = (PLACE, claim.highest(ATTACK, "finetune", ("finetune", "blindspot"))(()))
    asked = {"it": (PLACE, alone(())), "turned": turned, **others}
    judged = judge(asked, Scores(values, WORDS))
    # the three distances' p values are smaller, so it stands last, and is not corrected
    assert judged["it"].deciding.p == pytest.approx(plain)
    assert judged["turned"].verdict == judged["it"].verdict == HOLDS
    # before 21 comparisons that show nothing it has to stand for all of them
    dull = {f"m{number}": wobbling(0.5, 0.3) for number in range(6)} | {"base": around(0.5, 0.3)}
    values += by_seed(RETAIN, retrained=around(0.5), **dull)
    asked["dull"] = (PLACE, claim.alike(RETAIN, tuple(dull))(()))
    judged = judge(asked, Scores(values, WORDS))
    assert judged["it"].verdict == UNDECIDED
    assert judged["it"].deciding.p == pytest.approx(min(1.0, (21 + 1) * plain))


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ("below", (HOLDS, FAILS, FAILS)),
        ("alike", (FAILS, HOLDS, FAILS)),
        ("apart", (HOLDS, FAILS, HOLDS)),
        ("kept", (HOLDS, HOLDS, FAILS)),
    ],
)
def test_the_predicate(relation, expected):
    verdicts = ("better", "the same", "worse")
    assert tuple(answer(relation, one) for one in verdicts) == expected
    assert answer(relation, "cannot be told") == UNDECIDED


def test_parts_together():
    assert all_of([HOLDS, HOLDS]) == HOLDS
    assert all_of([HOLDS, UNDECIDED]) == UNDECIDED
    assert all_of([UNDECIDED, NOT_MEASURED]) == NOT_MEASURED
    assert all_of([NOT_MEASURED, FAILS, HOLDS]) == FAILS
    assert all_of([]) == any_of([]) == NOT_MEASURED
    assert any_of([FAILS, HOLDS, UNDECIDED]) == HOLDS
    assert any_of([FAILS, UNDECIDED]) == UNDECIDED
    assert any_of([FAILS, NOT_MEASURED]) == NOT_MEASURED
    assert any_of([FAILS, FAILS]) == FAILS


def test_medians_are_compared_by_ranks_and_ratios_as_logarithms():
    """An index of 1/2 is as far from 1 as 2; nothing relearnt at all is endlessly far."""
    words = {
        "ratio": Quantity("ratio", "R", "", goal="1", compares=True, average="median"),
        "steps": Quantity("steps", "S", "", goal="retrained", average="median"),
    }
    near, far = [0.9, 1.1] * 4, [2.0, 0.5, 2.1, 0.45, 0.0, 0.4, 2.5, 0.3]
    values = by_seed("ratio", blindspot=near, finetune=far) + floor("ratio", 1.2, 8)
    values += by_seed("steps", retrained=[20] * 4 + [21] * 4, blindspot=range(18, 26), finetune=far)
    scores = Scores(values, words)

    def verdict(check):
        return judge({"it": (PLACE, check(METHODS))}, scores)["it"].verdict

    pair = ("blindspot", "finetune")
    assert verdict(claim.closest("ratio", "blindspot", pair)) == HOLDS
    assert verdict(claim.closest("ratio", "finetune", pair)) == FAILS
    assert verdict(claim.like_retrained("ratio", "blindspot", aim=GOAL)) == HOLDS
    assert verdict(claim.closest("steps", "blindspot", pair)) == HOLDS
