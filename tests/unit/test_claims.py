"""The four verdicts, and the paper's claims against the paper's own numbers."""

import math
from dataclasses import dataclass

import pytest
from made_summaries import NOT_MEASURABLE, at_least, at_most, cell
from made_summaries import NOT_MEASURED as NONE

from regression_unlearning.reporting import (
    claims_table_1,
    claims_table_2,
    claims_table_3,
    claims_table_4,
    estimates,
)
from regression_unlearning.reporting.claims import (
    Claim,
    above,
    check_claims,
    least,
    most,
    near,
)
from regression_unlearning.reporting.estimates import constant, less, together
from regression_unlearning.reporting.paper_values import paper_values

HOLDS, FAILS, UNDECIDED, NOT_MEASURED = "holds", "does not hold", "undecided", "not measured"
KEY = "attack_label_rate"


def numbers(floor=0.01, half=0.02, measure=KEY, dataset="d", **means):
    """Summaries of one measure; a mean of one seed, or a `Number`, has no interval."""
    return {
        (dataset, "f", method, measure): cell(mean.value, floor=floor)
        if isinstance(mean, One)
        else cell(mean, floor=floor)
        if not isinstance(mean, float)
        else cell(mean, mean - half, mean + half, floor)
        for method, mean in means.items()
    }


@dataclass(frozen=True)
class One:
    """A value of one seed."""

    value: float


def verdict(check, data):
    claim = Claim("c", "said", "there", (("d", "f"),), check)
    (result,) = check_claims(data, [claim], {("d", "f"): "the set"})
    return result.verdict, "; ".join(result.figures)


@pytest.mark.parametrize(
    ("means", "options", "expected"),
    [
        ({"blindspot": 0.1, "finetune": 0.3, "gaussian_amnesiac": 0.2}, {}, HOLDS),
        ({"blindspot": 0.3, "finetune": 0.1, "gaussian_amnesiac": 0.5}, {}, FAILS),
        # the intervals overlap
        ({"blindspot": 0.1, "finetune": 0.13, "gaussian_amnesiac": 0.2}, {}, UNDECIDED),
        # apart, but by less than the floor
        (
            {"blindspot": 0.1, "finetune": 0.2, "gaussian_amnesiac": 0.2},
            {"floor": 0.15},
            UNDECIDED,
        ),
        # one seed, and nothing is known of the noise
        (
            {"blindspot": One(0.1), "finetune": One(0.3), "gaussian_amnesiac": One(0.3)},
            {"floor": None},
            UNDECIDED,
        ),
        # one seed, but a floor
        ({"blindspot": One(0.1), "finetune": One(0.3), "gaussian_amnesiac": One(0.3)}, {}, HOLDS),
        ({"blindspot": 0.1, "finetune": 0.3}, {}, NOT_MEASURED),
        (
            {"blindspot": 0.1, "finetune": 0.3, "gaussian_amnesiac": NONE},
            {},
            NOT_MEASURED,
        ),
        # bounds: at least 0.5 is surely more than 0.1; at most 0.5 need not be
        ({"blindspot": 0.1, "finetune": at_least(0.5), "gaussian_amnesiac": 0.3}, {}, HOLDS),
        ({"blindspot": 0.1, "finetune": at_most(0.5), "gaussian_amnesiac": 0.3}, {}, UNDECIDED),
    ],
)
def test_least(means, options, expected):
    found, figures = verdict(least(KEY, "blindspot"), numbers(**options, **means))
    assert found == expected
    assert figures.startswith(f"the set: {expected} (Blindspot ")


def test_figures_show_what_decided():
    data = numbers(blindspot=0.1, finetune=0.3, gaussian_amnesiac=0.2)
    assert verdict(least(KEY, "blindspot"), data)[1] == (
        "the set: holds (Blindspot 0.1 [0.08, 0.12], FineTune 0.3 [0.28, 0.32], "
        "Gaussian Amnesiac 0.2 [0.18, 0.22], floor 0.01)"
    )


def test_nearest_to_another_model_counts_both_sides():
    check = least(KEY, "blindspot", "retrained")
    over = numbers(retrained=1.0, blindspot=1.1, finetune=0.7, gaussian_amnesiac=1.4)
    assert verdict(check, over)[0] == HOLDS
    worse = numbers(retrained=1.0, blindspot=1.4, finetune=1.1, gaussian_amnesiac=1.1)
    assert verdict(check, worse)[0] == FAILS
    assert (
        verdict(check, {key: one for key, one in worse.items() if key[2] != "retrained"})[0]
        == NOT_MEASURED
    )


def test_nearest_to_a_number_with_a_bound():
    check = least("anamnesis", "blindspot", 1.0)
    others = {"finetune": 0.2, "gaussian_amnesiac": 0.1, "measure": "anamnesis", "floor": 0.05}
    assert verdict(check, numbers(blindspot=0.9, **others))[0] == HOLDS
    assert (
        verdict(check, numbers(blindspot=at_least(1.3), **others))[0] == UNDECIDED
    )  # may be far above
    assert verdict(check, numbers(blindspot=at_least(2.3), **others))[0] == FAILS
    assert verdict(check, numbers(blindspot=NOT_MEASURABLE, **others))[0] == NOT_MEASURED


def test_near_and_above():
    close = numbers(retrained=1.0, blindspot=1.05, finetune=0.97, gaussian_amnesiac=1.0)
    assert verdict(near(KEY, "retrained", 0.15), close)[0] == HOLDS
    far = numbers(retrained=1.0, blindspot=1.5, finetune=0.97, gaussian_amnesiac=1.0)
    assert verdict(near(KEY, "retrained", 0.15), far)[0] == FAILS
    edge = numbers(retrained=1.0, blindspot=1.15, finetune=0.97, gaussian_amnesiac=1.0)
    assert verdict(near(KEY, "retrained", 0.15), edge)[0] == UNDECIDED
    assert verdict(above(KEY, "original", 0.55), numbers(original=0.7))[0] == HOLDS
    assert verdict(above(KEY, "original", 0.55), numbers(original=0.5))[0] == FAILS
    assert verdict(above(KEY, "original", 0.55), numbers(original=0.56))[0] == UNDECIDED


def test_parts_together():
    assert together([HOLDS, HOLDS]) == HOLDS
    assert together([HOLDS, UNDECIDED]) == UNDECIDED
    assert together([UNDECIDED, NOT_MEASURED]) == NOT_MEASURED
    assert together([NOT_MEASURED, FAILS, HOLDS]) == FAILS
    assert together([]) == NOT_MEASURED
    assert less(constant(1), constant(1), 0.0) == UNDECIDED
    assert less(constant(1), constant(math.nan), 0.0) == NOT_MEASURED


def test_verdicts_are_named_once():
    names = (estimates.HOLDS, estimates.FAILS, estimates.UNDECIDED, estimates.NOT_MEASURED)
    assert names == (HOLDS, FAILS, UNDECIDED, NOT_MEASURED)


def test_most():
    """The greatest of the methods, or the farthest from another model."""
    data = numbers(retrained=1.0, blindspot=0.1, finetune=0.4, gaussian_amnesiac=1.1)
    assert verdict(most(KEY, "gaussian_amnesiac"), data)[0] == HOLDS
    assert verdict(most(KEY, "finetune"), data)[0] == FAILS
    assert verdict(most(KEY, "blindspot", "retrained"), data)[0] == HOLDS
    assert verdict(most(KEY, "gaussian_amnesiac", "retrained"), data)[0] == FAILS
    close = numbers(blindspot=0.1, finetune=0.4, gaussian_amnesiac=0.41)
    assert verdict(most(KEY, "gaussian_amnesiac"), close)[0] == UNDECIDED


def test_only_those_named_are_compared():
    data = numbers(retrained=1.0, blindspot=0.1, finetune=0.05, gaussian_amnesiac=0.2)
    pair = {"blindspot": "B", "gaussian_amnesiac": "G"}
    assert verdict(least(KEY, "blindspot"), data)[0] == FAILS
    found, figures = verdict(least(KEY, "blindspot", among=pair), data)
    assert found == HOLDS and "finetune" not in figures.lower()
    near_pair = near(KEY, "blindspot", 1.5, among={"gaussian_amnesiac": "G"})
    assert verdict(near_pair, data)[0] == HOLDS


def test_claims_about_several_datasets():
    """Every place must bear a claim out; a dataset that is not there was not measured."""
    data = numbers(blindspot=0.1, finetune=0.3, gaussian_amnesiac=0.2)
    claim = Claim("c", "said", "there", (("d", "f"), ("e", "f")), least(KEY, "blindspot"))
    elsewhere = {("x", *key[1:]): one for key, one in data.items()}
    assert check_claims(elsewhere, [claim], {}) == []
    assert check_claims(data, [claim], {})[0].verdict == NOT_MEASURED
    same = {("e", *key[1:]): one for key, one in data.items()}
    assert check_claims(data | same, [claim], {})[0].verdict == HOLDS
    other = numbers(blindspot=0.5, finetune=0.3, gaussian_amnesiac=0.2, dataset="e")
    (found,) = check_claims(data | other, [claim], {("e", "f"): "E, f"})
    assert found.verdict == FAILS and found.figures[1].startswith("E, f: does not hold")


def on_paper(table, claims):
    """Verdicts on the paper's claims by its own printed numbers, taken as exact."""
    printed = {
        (row.dataset, row.forget_set, row.method, row.measure): cell(float(row.value), floor=0.0)
        for row in paper_values(table).itertuples()
    }
    return {one.id: one.verdict for one in check_claims(printed, claims, {})}


def test_the_paper_s_own_numbers_bear_table_2_s_claims_out():
    found = on_paper("table2", claims_table_2.CLAIMS)
    assert found.pop("attack_separates") == NOT_MEASURED  # the paper does not print it
    assert len(found) == 6 and set(found.values()) == {HOLDS}


def test_the_paper_s_own_numbers_and_table_1_s_claims():
    """What the text says of FineTune is contradicted by the table's IMDB-Wiki, ages 0 to 30."""
    found = on_paper("table1", claims_table_1.CLAIMS)
    absent = {name for name, verdict in found.items() if verdict == NOT_MEASURED}
    assert absent == {
        "attack_separates",
        "gaussian_over_reg_attack",
        "gaussian_over_reg_wasserstein",
    }  # the paper's Table 1 has no such numbers
    refuted = {name for name, verdict in found.items() if verdict == FAILS}
    assert refuted == {"forget_error_finetune", "wasserstein_finetune"}
    assert all(found[name] == HOLDS for name in set(found) - absent - refuted)


def test_the_paper_s_own_numbers_bear_table_4_s_claims_out():
    found = on_paper("table4", claims_table_4.CLAIMS)
    assert len(found) == 5 and set(found.values()) == {HOLDS}


def test_the_paper_s_own_numbers_bear_table_3_s_claims_out():
    found = on_paper("table3", claims_table_3.CLAIMS)
    assert found.pop("attack_separates") == NOT_MEASURED  # the paper does not print it
    assert len(found) == 7 and set(found.values()) == {HOLDS}
