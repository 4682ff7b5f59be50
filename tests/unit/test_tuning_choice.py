"""What a search comes to: never to settings that fresh rows show to be worse than the start."""

import json

import numpy as np
import pytest

from regression_unlearning.settings.records import Searched
from regression_unlearning.settings.section import validated
from regression_unlearning.tuning.choice import Nothing, as_record, choose
from regression_unlearning.tuning.search import Trial


def trials_of(*figures):
    """Trials from value, value on fresh rows, share."""
    return [
        Trial({"n": number}, value, (), share, 1.0, "" if value else "failed", confirmed)
        for number, (value, confirmed, share) in enumerate(figures)
    ]


@pytest.mark.parametrize(
    ("figures", "nothing", "best", "kept", "outcome"),
    [
        # the best on the rows that choose, and better on fresh ones
        ([(0.5, 0.5, 0.3), (0.7, 0.1, 0.1), (0.4, 0.45, 0.2)], (0.9, 0.9), 2, 2, "found"),
        # better by the luck of the rows that chose it
        ([(0.5, 0.4, 0.1), (0.4, 0.45, 0.1)], (0.9, 0.9), 1, 0, "not_confirmed"),
        ([(0.5, 0.4, 0.1), (0.4, 0.4, 0.1)], (0.9, 0.9), 1, 0, "not_confirmed"),
        # better than the start, no better than doing nothing on fresh rows
        ([(0.5, 0.8, 0.1), (0.4, 0.7, 0.1)], (0.6, 0.6), 1, 0, "not_confirmed"),
        ([(0.3, 0.8, 0.1), (0.4, 0.1, 0.1)], (0.9, 0.9), 0, 0, "start_best"),
        # all are worse than doing nothing
        ([(1.3, 1.3, 0.1), (0.8, 0.8, 0.1)], (0.6, 0.6), 1, 0, "none_closer"),
        # what is closer is too dear; the cheap one is worse than doing nothing
        ([(0.5, 0.5, 0.9), (0.4, 0.4, 0.3), (0.7, 0.7, 0.1)], (0.6, 0.6), 1, 0, "none_cheap"),
        # the start is dear and better: it is not made worse to save seconds
        ([(0.2, 0.2, 0.9), (0.4, 0.4, 0.1)], (0.6, 0.6), 1, 0, "not_confirmed"),
        # the start fails
        ([(None, None, 0.0), (0.4, 0.4, 0.1)], (0.6, 0.6), 1, 1, "found"),
        ([(None, None, 0.0), (0.4, 0.7, 0.1)], (0.6, 0.6), 1, 0, "not_confirmed"),
    ],
)
def test_the_start_is_kept_unless_fresh_rows_show_something_better(
    figures, nothing, best, kept, outcome
):
    trials = trials_of(*figures)
    found = choose(trials, 0.25, Nothing(*nothing))
    assert (found.best.changed["n"], found.kept.changed["n"], found.outcome) == (
        best,
        kept,
        outcome,
    )


def test_no_search_ends_worse_than_it_began():
    random = np.random.default_rng(0)
    outcomes = set()
    for _ in range(500):
        trials = trials_of(*random.uniform(0.1, 1, (6, 3)).tolist())
        nothing = Nothing(*random.uniform(0.1, 1, 2).tolist())
        found = choose(trials, 0.6, nothing)
        outcomes.add(found.outcome)
        assert found.kept.confirmed <= trials[0].confirmed
        if found.outcome == "found":
            useful = [t for t in trials if t.value < nothing.value and t.share <= 0.6]
            assert found.kept.value == min(trial.value for trial in useful)
            assert found.kept.confirmed < nothing.confirmed
    assert len(outcomes) == 5


@pytest.mark.parametrize(
    ("figures", "start_found", "found"),
    [
        ([(0.5, 0.5, 0.1), (0.4, 0.4, 0.1)], False, True),
        ([(0.5, 0.5, 0.1), (0.4, 0.6, 0.1)], False, False),
        ([(0.5, 0.5, 0.1), (0.4, 0.6, 0.1)], True, True),  # by the search before
        ([(0.9, 0.9, 0.1), (0.8, 0.8, 0.1)], True, False),  # which no longer holds
        ([(None, None, 0.0), (0.8, 0.8, 0.1)], False, False),
    ],
)
def test_the_record_says_whether_anything_was_found(figures, start_found, found):
    trials, nothing = trials_of(*figures), Nothing(0.7, 0.7)
    choice = choose(trials, 0.3, nothing)
    values = {
        "form": 2, "dataset": "pairs", "method": "norm", "seed": 1, "budget_s": 2.0, "most": 0.3,
        "forget_sets": ["low"], "chosen": {}, "options": "",
        **as_record(trials, choice, nothing, start_found),
        "rows": {
            "low": {
                side: {"methods": 10, "choosing": 10, "confirming": 11}
                for side in ("forget", "retain")
            }
        },
    }  # fmt: skip
    record = validated(Searched, json.loads(json.dumps(values)))
    assert record.found is found
    assert (record.remark == "") is found
    assert record.remark in ("", "searched: nothing better than the start")
    assert (record.start.value, record.start.confirmed) == figures[0][:2]
    assert (record.best.value, record.best.confirmed) == figures[1][:2]
    assert (record.nothing.value, record.nothing.confirmed) == (0.7, 0.7)
