"""The report: self-contained, escaped, and the same bytes twice."""

import base64
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from regression_unlearning.errors import UserError
from regression_unlearning.reporting.claims import Checked
from regression_unlearning.reporting.report import Picture, write_report
from regression_unlearning.reporting.table import Block, Cell, Row, Table

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ROW = Row("0–2", "Error", (Cell("1.0", "1.1", ("one <note>",)),), "retrained", ("<0.1",))
TABLE = Table(
    "Tab <le>", "Data", ("Set", "Measure", "M & M", "Floor"), (Block("", (ROW,)),), (("T", "m"),)
)
CLAIM = [Checked("c", "It <is> so", "Section 6", "cannot be told", ("0–2: a", "random: b"))]


class Reader(HTMLParser):
    """Collects elements, links, and elements left open."""

    VOID = frozenset({"meta", "img", "br", "hr", "link"})

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def report(tmp_path):
    (tmp_path / "f.png").write_bytes(PIXEL)

    def make(name="report.html", **more):
        write_report(
            tmp_path / name,
            "Demo <script>alert(1)</script>",
            {"Seeds": "0, 1", "Versions": {"torch": "2.15.0"}},
            tables=[TABLE],
            figures=[Picture("Figure 4", tmp_path / "f.png", "See & <see>")],
            claims=[("Table 2", CLAIM)],
            settings="a: <b>\n",
            **more,
        )
        return (tmp_path / name).read_bytes().decode("utf-8")

    return make


def test_it_is_one_file_without_network(report):
    reader = Reader()
    text = report(costs=[TABLE], warning="made up")
    reader.feed(text)
    assert reader.open == []
    assert "script" not in reader.tags and "link" not in reader.tags
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in reader.links)
    assert not re.search(r"https?://|@import|url\(", text)
    targets = {link[1:] for link in reader.links if link.startswith("#")}
    assert targets == {"reading", "tables", "figures", "claims", "costs", "settings"}
    assert all(f'id="{name}"' in text for name in targets)


def test_text_is_escaped(report):
    text = report(warning="<i>")
    for raw in ("<script>", "<i>", "<le>", "<see>", "<is>", "a: <b>", "one <note>"):
        assert raw not in text
    assert "M &amp; M" in text and "a: &lt;b&gt;" in text


def test_numbers_notes_and_verdicts_are_shown(report):
    text = report()
    assert "<small>paper 1.1</small>" in text and '<td class="floor">&lt;0.1</td>' in text
    assert "<li>one &lt;note&gt;</li>" in text
    assert '<span class="verdict open">1 cannot be told</span>' in text
    assert "<li>random: b</li>" in text


def test_costs_are_optional_and_said_to_vary(report):
    assert 'id="costs"' not in report()
    assert "vary from run to run" in report(costs=[TABLE])


def test_same_bytes_twice(report):
    assert report("one.html") == report("two.html")


def test_an_absent_figure_is_named(tmp_path):
    with pytest.raises(UserError, match=r"none\.png"):
        write_report(
            tmp_path / "r.html", "T", {}, figures=[Picture("F", tmp_path / "none.png", "")]
        )
    assert not (tmp_path / "r.html").exists()


def test_reporting_loads_without_a_network_library():
    code = (
        "import sys, pkgutil, importlib, regression_unlearning.reporting as r\n"
        "for m in pkgutil.iter_modules(r.__path__):\n"
        "    importlib.import_module(f'{r.__name__}.{m.name}')\n"
        "print(sorted({'torch', 'scipy', 'sklearn', 'matplotlib.pyplot'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
