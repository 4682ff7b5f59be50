"""What is read from outside: REQUEST.yaml, measured values; and the audit's page."""

import copy
import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest
from plain_settings import PLAIN

from regression_unlearning.errors import UserError
from regression_unlearning.evaluation import values
from regression_unlearning.evaluation.values import Value
from regression_unlearning.requests.choosing import choose, why_retrain
from regression_unlearning.requests.page import as_html, size
from regression_unlearning.requests.request import read_request
from regression_unlearning.settings.document import check

GOOD = """\
id: letter_17
date: 2026-11-27
reference: "4711"
dataset: pairs
forget: {select: ids, ids: ["12", "57"]}
method: finetune
"""


def written(folder, old="", new=""):
    path = folder / "REQUEST.yaml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    return path


def test_a_request_is_read_and_options_go_before_it(tmp_path):
    found = read_request(written(tmp_path), id="letter_18", seed=3)
    assert (found.id, found.seed, found.date.isoformat()) == ("letter_18", 3, "2026-11-27")
    assert found.forget.ids == ("12", "57") and found.method == "finetune"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("letter_17", "../letter", "names are small letters"),
        ("letter_17", "a" * 300, "at most 100 letters"),
        ("letter_17", "[1, 2]", "a name must be text"),
        ("id: letter_17\n", "", "id"),
        ("2026-11-27", "20261127", "must be a day such as 2026-11-27"),
        ("2026-11-27", "2026-13-27", "date"),
        ("2026-11-27", "tomorrow", "must be a day"),
        ('"4711"', '"a\\u202eb"', "U+202E"),
        ('"4711"', '"' + "x" * 201 + '"', "reference"),
        ("select: ids", "select: idz", "did you mean 'ids'"),
        ('ids: ["12", "57"]', "ids: []", "no row is named"),
        ('ids: ["12", "57"]', "file: nowhere.txt", "nowhere.txt does not exist"),
        ('"57"]', '"57"], after: other', "requests follow one another by themselves"),
        ("method:", "methode:", "did you mean 'method'"),
        ("method: finetune", "thresholds: {auc: 1.5}", "auc"),
        ("method: finetune", "thresholds: {error_rise: .nan}", "error_rise"),
        ("method: finetune", "seed: yes", "must be a number"),
        ("method: finetune", "method: finetune\nmethod: finetune", "stands twice"),
        ("method: finetune", "method: !!python/object:os.system x", "a tag"),
        ("forget: {", "forget: &a {", "an anchor"),
        (GOOD, "", "must hold keys and values"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path, old, new, said):
    with pytest.raises(UserError, match=re.escape(said)) as told:
        read_request(written(tmp_path, old, new))
    (line,) = str(told.value).splitlines()
    assert "REQUEST.yaml" in line


MEASURED = {
    "retrained": (1.0, 1.0),
    "finetune": (0.2, 1.0),  # still knows the rows
    "blindspot": (1.1, 1.05),
    "norm": (1.8, 1.0),  # too large an error gives them away
    "original": (1.0, 1.0),
}


def test_the_method_nearest_to_retraining_on_the_set_most_alike_is_chosen(tmp_path):
    dataset = check(copy.deepcopy(PLAIN)).datasets["pairs"]
    rows = pd.DataFrame(
        {"row": range(40), "id": [str(n) for n in range(40)], "split": "train",
         "target": np.arange(40) / 8}
    )  # fmt: skip
    quantities = ("error_forget_train", "error_retain_test")
    found = [
        Value("pairs", name, method, quantity, seed, None, value)
        for name in ("low", "some")
        for method, errors in MEASURED.items()
        for seed in (0, 1)
        for quantity, value in zip(
            quantities, errors if name == "some" else errors[::-1], strict=True
        )
    ]
    (tmp_path / "results/pairs").mkdir(parents=True)
    values.write(tmp_path / "results/pairs/values.csv", found)
    asked = read_request(written(tmp_path)).forget
    label, why = choose(tmp_path, "pairs", dataset, asked, 2, rows)
    assert label == "blindspot"
    assert "of 3 methods measured on Some (5 rows; results/pairs/values.csv)" in why
    assert "0.075 of them off" in why
    with pytest.raises(UserError, match="auto has nothing to choose by"):
        choose(tmp_path / "other", "pairs", dataset, asked, 2, rows)


@pytest.mark.parametrize(
    ("seconds", "answered", "rise", "method", "said"),
    [
        (4.0, 1, 0.0, "finetune", None),
        (6.0, 1, 0.0, "finetune", "it took 0.6 of the original's training"),
        (4.0, 20, 0.0, "finetune", "20 requests have piled up"),
        (4.0, 3, 0.1, "finetune", None),
        (4.0, 3, 0.21, "finetune", "rose by 21% over 3 requests"),  # each within its own limit
        (6.0, 20, 0.5, "retrain", None),
    ],
)
def test_when_retraining_is_advised(tmp_path, seconds, answered, rise, method, said):
    cost = {"unlearning_seconds": seconds - 1, "helper_seconds": 1.0}
    asked = read_request(written(tmp_path), method=method)
    found = why_retrain(asked, {**cost, "original_training_seconds": 10.0}, answered, rise)
    assert found is None if said is None else said in found
    unknown = why_retrain(asked, {**cost, "original_training_seconds": None}, 1)
    assert unknown is None  # nobody knows what retraining takes


AUDIT = {
    "request": {"id": "r", "date": "2026-11-27", "reference": "<script>x</script>", "dataset": "d",
                "title": "D & co", "seed": 0, "chosen_by": "ids"},
    "passed": False, "verdict": "Not passed: <b>.",
    "thresholds": {"confidence": 0.95, "auc": 0.9, "must_show": 0.7},
    "usual_thresholds": {"confidence": 0.95, "auc": 0.55, "must_show": None},
    "start": {"file": "f", "sha256": "0" * 64}, "previous_audit": None, "unit": "points",
    "method": {"title": "M", "name": "m", "options": {"epochs": 3}, "why": None},
    "rows": {"rows_forgotten": 3, "rows_to_keep": 4, "letters": [{}, {
                 "id": "other", "date": "2026-11-28", "reference": "<i>", "chosen_by": "band",
                 "rows_forgotten": 1}],
             "ids": {"forgotten now": 3, "unknown": 0}, "hashes": ["a" * 64] * 2000,
             "hashed_by": "HMAC"},
    "cost": {"unlearning_seconds": 1, "helper_seconds": 0, "auditing_seconds": 1,
             "original_training_seconds": None},
    "errors": [{"rows": "kept", "number": 9, "before": 1.0, "after": None, "gold": 2.0,
                "limit": 1.1, "passed": False}, {"rows": "f", "number": 0, "before": 1.0,
                                                 "after": 2.0, "gold": None}],
    "attacks": [{"attack": "loss", "looks_at": "l", "rows": 3, "limits": [0.45, 0.55],
                 "shows": None, "passed": True,
                 **dict.fromkeys(("before", "after"), {"auc": 0.5, "low": 0.1, "high": 0.9})}],
    "not_verified": ["this"], "advice": None, "with_gold": True,
    "still_held": [{"place": "data", "what": "w", "files": 2, "bytes": 12345}],
}  # fmt: skip


def test_the_page_needs_no_network_and_shows_what_was_given_as_text():
    page = as_html(AUDIT, "1" * 64)
    assert "<script" not in page and "&lt;script&gt;x" in page and "D &amp; co" in page
    assert "other of 2026-11-28, reference &lt;i&gt;: 1 rows by band" in page
    assert "Not passed: &lt;b&gt;." in page and "12.3 kB" in page
    assert page.count("Its own threshold") == 2
    assert "auc 0.9 (usual: 0.55)" in page and "must_show 0.7 (usual: none)" in page
    assert not re.search(r"(src|href|url)\s*[=(]", page) and "http://" not in page
    assert "a" * 64 not in page and len(page) < 12_000
    assert page.count("<table>") == page.count("</table>") == 3
    assert as_html(AUDIT, "1" * 64) == page


@pytest.mark.skipif(not shutil.which("chromium"), reason="no chromium to print with")
def test_a_large_audit_prints_on_two_pages(tmp_path):
    audit = copy.deepcopy(AUDIT)
    audit["rows"]["letters"] = AUDIT["rows"]["letters"][1:] * 500
    audit["still_held"] *= 500
    audit["attacks"] *= 3
    audit["errors"] *= 2
    audit["not_verified"] = ["What was not looked at in this audit is told in such a line."] * 6
    audit["method"]["options"] = {f"option_{number}": 0.01 * number for number in range(15)}
    page = tmp_path / "audit.html"
    page.write_text(as_html(audit, "1" * 64), encoding="utf-8")
    command = ["chromium", "--headless", "--no-sandbox", f"--user-data-dir={tmp_path}/own"]
    printed = f"--print-to-pdf={tmp_path}/audit.pdf"
    subprocess.run([*command, printed, page.as_uri()], check=True, capture_output=True, timeout=120)
    found = re.findall(rb"/Type\s*/Page\b", (tmp_path / "audit.pdf").read_bytes())
    assert len(found) == 2


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (999_600, "1 MB"), (1234, "1.23 kB"), (5e15, "5e+03 TB")],
)
def test_sizes(count, said):
    assert size(count) == said
