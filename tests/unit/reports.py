"""A small experiment with its values, for tests of the report."""

import base64
import copy
from html.parser import HTMLParser

from plain_settings import PLAIN

from regression_unlearning.evaluation.values import Value
from regression_unlearning.pipeline import reported
from regression_unlearning.reporting.report import Picture, write_report
from regression_unlearning.reporting.tabling import Tabling
from regression_unlearning.settings.document import check

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
TOLD = {
    "command": "snakemake all_tables",
    "values_sha256": "a" * 64,
    "versions": {"numpy": "2.4.6"},
    "code": {"training": ["b" * 64]},
    "data": {"zq_pairs": ["c" * 64]},
    "machines": [{"models": 3, "device": "A card", "threads": 1}],
}
SEEDS = (0, 1, 2, 3, 4)


def plain(mark=""):
    """Settings whose keys are found nowhere else; `mark` stands in every title."""
    values = copy.deepcopy(PLAIN)
    (dataset,) = values["datasets"].values()
    dataset["title"] = f"Pairs{mark}"
    dataset["forget_sets"] = {
        "zq_low": {"title": f"Low{mark}", "select": "band", "from": 0, "below": 2},
        "zq_other": {"title": "Not shown", "select": "random", "rows": 5},
    }
    dataset["methods"] = {
        "zq_fine": {
            "method": "finetune",
            "title": f"Fine{mark}",
            "epochs": 7,
            "learning_rate": 0.1,
        },
        "zq_blind": {"method": "blindspot", "title": "Blind", "epochs": 9, "learning_rate": 0.1},
    }
    values["datasets"] = {"zq_pairs": dataset}
    shown = {"dataset": "zq_pairs", "forget_sets": ["zq_low"], "methods": ["zq_fine"]}
    values["measures"] = {"errors": {}, "wasserstein": {}, "cost": {}}
    values["experiments"]["tiny"] = {
        "title": f"Tiny{mark}",
        "seeds": list(SEEDS),
        "tables": {"t": {"title": f"Table{mark}", **shown}},
        "figures": {"f": {"title": f"Figure{mark}", "kind": "difference_densities", **shown}},
    }
    return values


def told(values, absent=None):
    """What the report's program is told."""
    return reported.of_report(check(values), absent or {})


def measured():
    """Values of each model and seed; the fine-tuned model's test error could not be measured."""
    key, found = ("zq_pairs", "zq_low"), []
    for number, method in enumerate(("original", "retrained", "zq_fine")):
        for seed in SEEDS:
            for place, quantity in enumerate(("error_retain_test", "error_forget_train")):
                value = 1 + number + place / 3 + seed / 7
                found.append(Value(*key, method, quantity, seed, None, value))
            lacks = method == "zq_fine"
            found.append(
                Value(*key, method, "error_forget_test", seed, None, None, note="no <row> is left")
                if lacks
                else Value(*key, method, "error_forget_test", seed, None, 1.5)
            )
            if method != "retrained":
                found.append(Value(*key, method, "wasserstein_train", seed, None, 0.1 + seed / 9))
            if method != "original":
                found.append(Value(*key, method, "seconds", seed, None, 2.0 + seed))
    for first in SEEDS:
        for second in range(first + 1, len(SEEDS)):
            value = 0.01 + (first + second) / 900
            found.append(Value(*key, "retrained", "wasserstein_train", first, second, value))
    return found


def made(folder, settings, claims=(), name="report.html"):
    """Write a report; its text, and the tables that it was made of."""
    (folder / "f.png").write_bytes(PIXEL)
    tables = [Tabling(measured(), one) for one in settings["tables"].values()]
    figures = [
        Picture(one["title"], folder / "f.png", one["caption"])
        for one in settings["figures"].values()
    ]
    write_report(folder / name, settings, TOLD, tables, figures, claims)
    return (folder / name).read_bytes().decode("utf-8"), tables


class Reader(HTMLParser):
    """Collects links, scripts, and the text outside of scripts, styles and YAML.

    Attributes
    ----------
    tags, links, scripts, cells : list
        Names of elements; values of src and href; content of script elements; of td elements.
    text : str
        What is read.
    """

    VOID = frozenset({"meta", "img", "br", "hr", "link", "input"})

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.links, self.scripts, self.cells = [], [], [], [], []
        self.text, self.policy = "", ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "action")]
        assert not [name for name, _ in attrs if name.startswith("on")]
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"]
        self.scripts += [""] if tag == "script" else []
        self.cells += [""] if tag == "td" else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "script" in self.open:
            self.scripts[-1] += data
        elif not {"style", "pre"} & set(self.open):
            self.text += data
            if "td" in self.open:
                self.cells[-1] += data
