"""An original that predicts no better than the training median is said, loudly and everywhere."""

import logging
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from made_values import by_seed
from method_tasks import make_task, trained
from observed_models import observation
from test_findings import tabling

from regression_unlearning.evaluation import errors, inputs
from regression_unlearning.evaluation.errors import HARDLY, NO_BETTER, against_median
from regression_unlearning.files import write_npz
from regression_unlearning.reporting.findings import findings
from regression_unlearning.reporting.tabling import Tabling
from regression_unlearning.training.worth import against_training_median

KNOWN, TARGET = [1.0, 2.0, 9.0], [0.0, 2.0, 5.0, 5.0]


def by_hand(loss, shares):
    """The error of the training median, or quantiles, one target after the other."""
    said = [sorted(KNOWN)[int(share * len(KNOWN))] for share in shares]  # no share is a third
    total = 0.0
    for y in TARGET:
        for share, o in zip(shares, said, strict=True):
            total += {
                "mse": (y - median(KNOWN)) ** 2,
                "l1": abs(y - median(KNOWN)),
                "quantile": share * (y - o) if y > o else (1 - share) * (o - y),
            }[loss]
    return (total / len(TARGET)) ** (0.5 if loss == "mse" else 1)


@pytest.mark.parametrize(
    ("loss", "shares"), [("mse", (0.5,)), ("l1", (0.5,)), ("quantile", (0.1, 0.5, 0.9))]
)
@pytest.mark.parametrize(
    ("factor", "warning"), [(0.9, ""), (0.96, HARDLY), (1, NO_BETTER), (2, NO_BETTER)]
)
def test_a_model_is_held_against_the_training_median(loss, shares, factor, warning):
    wanted = by_hand(loss, shares)
    losses = np.full(len(TARGET), (factor * wanted) ** (2 if loss == "mse" else 1))
    losses = losses if factor != 1 else np.nextafter(losses, np.inf)
    given = (losses, np.array(KNOWN), np.array(TARGET), loss)
    ours, theirs, found = against_median(*given, shares if loss == "quantile" else ())
    assert theirs == pytest.approx(wanted, rel=1e-14)
    assert ours == pytest.approx(factor * wanted, rel=1e-14)
    assert found == warning


@pytest.mark.parametrize("learnt", [True, False])
def test_training_says_it_in_the_log_and_in_the_record(learnt, caplog):
    task = make_task().nothing_forgotten()
    model = trained(task, epochs=40 if learnt else 1)
    if not learnt:  # it says one number
        model.output.weight.data.fill_(0)
        model.output.bias.data.fill_(task.data.target[task.train].max())
    with caplog.at_level(logging.WARNING):
        found = against_training_median(model, task, Path("original/d/seed_0.safetensors"))
    rows = task.data.rows_of("validation")
    known, target = (task.data.target[one].double().numpy() for one in (task.train, rows))
    wanted = np.sqrt(np.mean((target - np.median(known)) ** 2))
    assert found["median_error"] == pytest.approx(wanted, rel=1e-12)
    assert found["no_better"] == (found["error"] >= found["median_error"]) == (not learnt)
    assert (NO_BETTER in caplog.text) == ("original/d/seed_0" in caplog.text) == (not learnt)


@pytest.mark.parametrize("method", ["original", "finetune"])
@pytest.mark.parametrize("loss", [0.0, 30.0])
def test_the_errors_of_such_an_original_have_a_note(tmp_path, method, loss):
    seen = observation(validation__loss=np.full(10, loss, np.float32))
    write_npz(tmp_path / "seen", seen)
    own = inputs.Sources({"observations": {0: tmp_path / "seen"}})
    given = inputs.Inputs("d", "f", method, own, inputs.Sources({}))
    notes = {one.note for one in errors.measure(given, errors.Settings())}
    assert notes == {NO_BETTER if method == "original" and loss else ""}


@pytest.mark.parametrize(
    ("weak", "start"), [(NO_BETTER, "Read no further: "), (HARDLY, "Read with care: "), ("", "x")]
)
def test_the_report_begins_with_it(weak, start):
    made = tabling({"original": 5.0, "a": 1.0})
    more = by_seed("error_retain_test", original=[3.0] * 8, a=[1.0] * 8)
    more = [replace(one, note=weak) for one in more]
    settings = {**made.settings, "measures": ["errors", *made.settings["measures"]]}
    said = findings(Tabling([*made.values, *more], settings))
    assert len(said) == 3
    assert said[0].startswith(start + weak) == bool(weak)
    assert ("(F)" in said[0]) == bool(weak)
    assert ("A (" in said[1]) == (weak != NO_BETTER)
