"""Sweeps: entries of a method at other values, and the layouts that show them."""

import pytest
from plain_settings import DATA, changed

from regression_unlearning.errors import UserError
from regression_unlearning.settings.document import check
from regression_unlearning.settings.sweep import swept, with_sweeps

ENTRY = {"method": "scrub", "title": "SCRUB", "epochs": 2, "alpha": 0.5, "tuned": "a record"}


def test_each_value_is_an_entry_with_all_else_alike():
    entries = {"finetune": {"title": "FineTune"}, "scrub": {**ENTRY, "sweep": {"alpha": [0.1, 3]}}}
    found, further = swept(entries, "datasets.d.methods")
    assert found["finetune"] == entries["finetune"] and found["scrub"] == ENTRY
    plain = {key: value for key, value in ENTRY.items() if key != "tuned"}
    for name, value in (("scrub_alpha_0_1", 0.1), ("scrub_alpha_3", 3)):
        assert found[name] == {**plain, "title": f"SCRUB, alpha {value}", "alpha": value}
    assert further == {"scrub": ["scrub_alpha_0_1", "scrub_alpha_3"]}
    assert list(found) == ["finetune", "scrub", "scrub_alpha_0_1", "scrub_alpha_3"]


@pytest.mark.parametrize(
    ("sweep", "says"),
    [
        (
            [0.1],
            r"datasets\.pairs\.methods\.scrub\.sweep: must name an option and its values, .*a list",
        ),
        ({"alpha": 0.1}, r"scrub\.sweep\.alpha: must be a list \(given: 0\.1\)"),
        ({"alpha": [1, 1]}, r"scrub\.sweep\.alpha: 'scrub_alpha_1' is there already; take one out"),
        ({"beta": [1]}, r"methods\.scrub_beta_1: unknown key 'beta'"),
        ({"alpha": [-1]}, r"methods\.scrub_alpha_1\.alpha"),
    ],
)
def test_a_wrong_sweep_is_named(sweep, says):
    entry = {"epochs": 1, "learning_rate": 0.1, "sweep": sweep}
    with pytest.raises(UserError, match=says):
        check(changed(f"{DATA}/methods/scrub", entry))


def test_the_front_alone_shows_every_setting():
    further = {"d": {"scrub": ["scrub_alpha_1"]}, "other": {"sure": ["sure_ceiling_3"]}}
    plain = {"dataset": "d", "methods": ["finetune", "scrub", "sure"]}
    held = {"tables": {"methods": plain | {"kind": "methods"}, "front": plain | {"kind": "front"}}}
    held |= {"figures": {"pareto": plain | {"dataset": ["d"], "kind": "front"}, "odd": None}}
    found = with_sweeps({"e": {"title": "E", **held}, "odd": None}, further)
    whole = ["finetune", "scrub", "scrub_alpha_1", "sure"]
    assert found["e"]["tables"]["methods"] == held["tables"]["methods"]
    assert found["e"]["tables"]["front"]["methods"] == whole
    assert found["e"]["figures"]["pareto"]["methods"] == whole
    assert found["odd"] is None and found["e"]["figures"]["odd"] is None
