"""The paper's claims against the paper's own numbers, and what it leaves out of them itself."""

from typing import get_args

import pytest
from made_values import floor

from regression_unlearning.evaluation.values import Value
from regression_unlearning.reporting.claim import DISTANCE
from regression_unlearning.reporting.claims import CLAIMS, claims_of
from regression_unlearning.reporting.paper_values import paper_values
from regression_unlearning.reporting.verdicts import FAILS, HOLDS, NOT_MEASURED, UNDECIDED
from regression_unlearning.settings.experiment import About

MEASURES = ("errors", "membership", "wasserstein", "deviation", "tow", "anamnesis")
#: So many that ranks can tell, too.
SEEDS = 20


PAPERS = tuple(one for one in CLAIMS if not one.startswith("sure"))


def on_paper(about=PAPERS):
    """Verdicts on the paper's claims by its own printed numbers, taken as exact: a floor of 0."""
    printed = {
        (row.dataset, row.forget_set, row.method, row.measure): float(row.value)
        for row in paper_values().itertuples()
    }
    values = [
        Value(*key, seed, None, value) for key, value in printed.items() for seed in range(SEEDS)
    ]
    places = sorted({key[:2] for key in printed})
    for place in places:
        values += floor(DISTANCE, 0.0, SEEDS, place)
        values += floor("anamnesis", 1.0, SEEDS, place)  # a factor
    layouts = [
        {
            "about": one,
            "title": one,
            "methods": [],
            "measures": MEASURES,
            "places": [[*place, "", [list(place)], True] for place in places],
        }
        for one in about
    ]
    return claims_of(values, {"claims": layouts})


def test_a_claim_against_rivals_is_not_judged_where_none_is_shown():
    found = on_paper(["sure_classes"])
    assert found and not {"sure_front", "sure_trade_off"} & {one.id for one in found}


def test_the_paper_s_own_numbers():
    """What its tables refute of its text: FineTune on IMDB-WIKI among it, and what is 'similar'."""
    found = on_paper()
    similar = {"retain_error_similar", "lambda_others_similar", "forget_error_proposed_close"}
    assert {one.verdict for one in found if one.id in similar} == {FAILS}
    told = [one for one in found if one.id not in similar]
    refuted = {(one.id, one.dataset, one.forget_set) for one in told if one.verdict == FAILS}
    assert refuted == {
        ("finetune_forgets", "stsb", "random_1000"),
        ("forget_error_finetune", "imdb_wiki", "age_0_30"),
        ("forget_error_finetune", "imdb_wiki", "age_60_100"),
        ("wasserstein_finetune", "imdb_wiki", "age_0_30"),
        ("anamnesis_similar", "agedb", "age_60_100"),
        ("anamnesis_similar", "imdb_wiki", "age_0_30"),
        ("anamnesis_similar", "imdb_wiki", "age_60_100"),
    }
    assert sum(one.verdict == HOLDS for one in told) == 55
    absent = {one.where for one in told if one.verdict == NOT_MEASURED}
    assert all("Figure" in one or one in ("Section 6.5",) or "Table 3" in one for one in absent)
    assert not any(one.verdict == UNDECIDED for one in found)


#: What the paper's sentences leave out themselves.
EXCEPTIONS = {
    ("table1", "wasserstein_gaussian_amnesiac"): ("agedb", "age_0_30"),
    ("table2", "wasserstein_blindspot"): ("stsb", "year_2015"),
    ("figure4", "density_blindspot_highest"): ("stsb", "random_1000"),
}


@pytest.mark.parametrize(("about", "name"), EXCEPTIONS)
def test_exceptions_that_the_paper_names_are_not_asked(about, name):
    (one,) = (one for one in CLAIMS[about] if one.id == name)
    every = {place for other in CLAIMS[about] for place in other.places or ()}
    assert every - set(one.places) == {EXCEPTIONS[about, name]}
    assert "arring" in one.sentence


def test_the_settings_know_what_claims_are_about():
    assert set(get_args(About)) == set(CLAIMS)


def test_a_claim_stands_once_at_a_place():
    once = {}
    for about, claims in CLAIMS.items():
        for one in claims:
            for place in one.places or [about]:
                assert once.setdefault((one.id, place), one) is one
            assert one.where.startswith(("Section 6", "Supplement", "SURE"))
