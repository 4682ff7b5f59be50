"""Searching a method's settings: the objective, the trials, and what is never looked at."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from method_tasks import make_task, trained

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.evaluation import cost
from regression_unlearning.settings.search import Choice, Linear, Log, Whole
from regression_unlearning.settings.section import validated
from regression_unlearning.settings.training import Fit
from regression_unlearning.training.numbers import Numbers
from regression_unlearning.training.train import train
from regression_unlearning.training.unlearn import unlearn
from regression_unlearning.tuning import search as searching
from regression_unlearning.tuning.closeness import Closeness, Predictions, distance
from regression_unlearning.tuning.search import (
    Case,
    Trial,
    attempt,
    no_longer,
    proposals,
    search,
    space_of,
)

OPTIONS = {"epochs": 1, "learning_rate": 0.001, "batch_size": 16}


def sides(task, start):
    """Every second validation row of both sides, from the first on or from the second."""
    return {"forget": task.held_out[start::2], "retain": task.validation[start::2]}


def a_case(task):
    gold = train(task, Fit(epochs=8, learning_rate=0.01, batch_size=16))
    choosing, confirming = (Closeness(task, gold, sides(task, start)) for start in (0, 1))
    return Case(task, trained(task), choosing, confirming, retraining=1e6)


@pytest.fixture(scope="module")
def case():
    return a_case(make_task())


def test_spaces_reach_their_ends_and_no_further():
    places = np.linspace(0, 1, 1000, endpoint=False)
    whole = [Whole(2, 5).at(place) for place in places]
    assert {whole.count(n) for n in (2, 3, 4, 5)} == {250}
    assert [Choice(("a", "b")).at(place) for place in (0.0, 0.49, 0.5, 0.99)] == list("aabb")
    assert (Linear(-1, 3).at(0), Linear(-1, 3).at(0.5)) == (-1, 1)
    assert (Log(1e-4, 1e-2).at(0), Log(1e-4, 1e-2).at(0.5)) == (1e-4, 1e-3)


def test_every_method_says_what_it_is_searched_among_and_may_be_set_so():
    for name in registry.known("method"):
        module = registry.load("method", name)
        if getattr(module, "REFERENCE", False):
            continue  # no unlearning: there is nothing to search
        space = space_of(name)
        training = {**OPTIONS} if issubclass(module.Settings, Fit) else {}
        for place in (0.0, 0.5, 1 - 1e-9):
            chosen = {key: one.at(place) for key, one in space.items()}
            plain = validated(module.Settings, {**training, **chosen}).plain()
            assert {key: plain[key] for key in chosen} == chosen, name


def predictions(forget, retain):
    return {
        "forget": Predictions(np.array(forget[0]), forget[1]),
        "retain": Predictions(np.array(retain[0]), retain[1]),
    }


def test_the_distance_is_its_formula():
    gold = predictions(([1.0, 2.0, 3.0], 1.0), ([0.0, 4.0], 0.5))
    between = Numbers("mse").between
    assert distance(gold, gold, 2.0, between) == 0
    # shifted by 1; error 0.4 smaller: two-sided; retained shifted by 0.5; error 0.2 larger
    ours = predictions(([4.0, 2.0, 3.0], 0.6), ([4.5, 0.5], 0.7))
    assert distance(ours, gold, 2.0, between) == pytest.approx((1 + 0.4 + 0.5 + 0.2) / 4)
    better = predictions(([1.0, 2.0, 3.0], 1.0), ([4.0, 0.0], 0.1))
    assert (
        distance(better, gold, 2.0, between) == 0
    )  # a smaller error on kept rows is no lost utility


def test_the_objective_is_0_for_gold_and_not_for_the_original(case):
    gold = train(case.task.having(), Fit(epochs=8, learning_rate=0.01, batch_size=16))
    for closeness in (case.choosing, case.confirming):
        assert closeness.value(gold) == 0
        assert closeness.value(case.original) > 0.05


def test_only_held_out_rows_count():
    task = make_task()
    data = task.data
    shown = torch.cat([task.validation, task.held_out])
    hidden = torch.ones(len(data.target), dtype=torch.bool)
    hidden[shown] = False
    hidden[task.train] = False
    target = torch.where(hidden, torch.full_like(data.target, 1e6), data.target)
    case, other = a_case(task), a_case(replace(task, data=replace(data, target=target), fitted=[]))
    assert hidden.sum() == 16  # the test rows
    assert other.choosing.value(other.original) == case.choosing.value(case.original)


def asked(cases, method, *, budget, most=0.5, seed=0, options=OPTIONS):
    """A search as `tune.py` asks for it, of a training of ten epochs."""
    return search(
        cases,
        method,
        options,
        budget=budget,
        most=most,
        epochs=10,
        seed=seed,
    )


def test_trials_begin_as_it_stands_and_repeat_themselves(case):
    budget = 8 * attempt([case, case], "neggrad", OPTIONS, {}).seconds  # a trial: 5 epochs at most
    runs = [asked([case, case], "neggrad", budget=budget, seed=seed) for seed in (3, 3, 4)]
    first, again, other = runs
    assert first[0].changed == {} and len(first) > 2
    number = min(len(first), len(again), len(other))
    first_said, again_said = (
        [(t.changed, t.values, t.confirmed) for t in run[:number]] for run in (first, again)
    )
    assert first_said == again_said and first[1].changed != other[1].changed
    assert all(trial.value == pytest.approx(sum(trial.values) / 2) for trial in first)
    assert sum(t.seconds for t in first[:-1]) < budget <= sum(t.seconds for t in first)


def test_no_budget_is_one_trial(case):
    assert len(asked([case], "finetune", budget=1e-9)) == 1


def test_the_share_of_retraining_is_the_one_that_the_table_of_costs_shows(case):
    """Helper models included: 60 of 100 seconds are the helper's, whatever the method takes."""
    helped = replace(case, retraining=100.0, helper_seconds={"blindspot": 50.0, "other": 10.0})
    helped = replace(helped, task=helped.task.having(helpers={"blindspot": case.original}))
    trial = attempt([helped, helped], "blindspot", OPTIONS, {})
    task = helped.task.having()
    unlearn(helped.original, task, "blindspot", **OPTIONS)
    own = sum(run.seconds for run in task.fitted)
    record = {"seconds": own, "helper_seconds": dict(helped.helper_seconds)}
    assert helped.share(own) == pytest.approx(cost.seconds(record) / 100)
    assert 0.6 < trial.share < 0.6 + trial.seconds / 100


def test_epochs_are_what_the_helpers_leave_of_the_share(monkeypatch, case):
    def one_second(cases, method, options, changed):
        return Trial(changed, value=1.0, values=(1.0,), share=0.1, seconds=1.0)

    monkeypatch.setattr(searching, "attempt", one_second)
    helped = replace(case, retraining=10.0, helper_seconds={"blindspot": 3.0})
    trials = asked([case, helped], "blindspot", budget=40, most=0.5)
    assert {trial.changed["epochs"] for trial in trials[1:]} == {1, 2}  # of 10: 5 less 3
    assert [one.changed for one in asked([helped], "blindspot", budget=40, most=0.3)] == [{}]


def test_no_trial_takes_more_epochs_than_the_share_of_the_training_allows(monkeypatch):
    def one_second(cases, method, options, changed):
        return Trial(changed, value=1.0, values=(1.0,), share=0.1, seconds=1.0)

    monkeypatch.setattr(searching, "attempt", one_second)
    trials = asked([], "finetune", budget=40, most=0.25)
    assert len(trials) == 40 and {trial.changed["epochs"] for trial in trials[1:]} == {1, 2}
    assert no_longer({"epochs": Whole(3, 9)}, 1) == {"epochs": Whole(3, 3)}
    assert no_longer({"epochs": Whole(1, 4)}, 10) == {"epochs": Whole(1, 4)}
    assert no_longer({"alpha": Log(1, 2)}, 1) == {"alpha": Log(1, 2)}


def test_a_failed_trial_is_recorded_with_its_reason(case):
    found = attempt([case], "finetune", OPTIONS, {"learning_rate": 1e30, "epochs": 3})
    assert found.value is None and "learning rate" in found.failed
    with pytest.raises(UserError, match="every trial failed"):
        wrong = {**OPTIONS, "clip": -1}
        asked([case], "finetune", budget=0.01, options=wrong)


def test_the_task_and_the_original_are_left_as_they_were(case):
    before = {name: value.clone() for name, value in case.original.state_dict().items()}
    fitted = list(case.task.fitted)
    attempt([case], "noisy_finetune", OPTIONS, {})
    assert case.task.fitted == fitted and case.task.facts == {}
    assert all(torch.equal(value, before[k]) for k, value in case.original.state_dict().items())


def test_proposals_fill_the_space():
    asked = proposals({"a": Linear(0, 1), "b": Log(1, 100)}, seed=1)
    some = [next(asked) for _ in range(64)]
    for key, low, high in (("a", 0, 1), ("b", 0, 2)):
        values = [one[key] if key == "a" else math.log10(one[key]) for one in some]
        quarters = np.histogram(values, bins=4, range=(low, high))[0]
        assert quarters.min() >= 14
