"""The report: one file, escaped, whole without scripts, and the same bytes twice."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files

import pytest
import reports

from regression_unlearning.errors import UserError
from regression_unlearning.evaluation.errors import HARDLY, NO_BETTER
from regression_unlearning.reporting.claims import Checked
from regression_unlearning.reporting.report import (
    MOST,
    Picture,
    in_parts,
    leaderboards,
    notices,
    parted,
    write_report,
)
from regression_unlearning.reporting.report_data import as_data
from regression_unlearning.reporting.table import Block, Cell, Row, Table

BREAK = "</script><!--<script><b>&'\""
CLAIM = [Checked("c", "It <is> so", "Section 6", "holds", ("0–2: a", "random: b"))]


@pytest.fixture
def report(tmp_path):
    def make(mark="", name="report.html", claims=()):
        settings = reports.told(reports.plain(mark))
        text, tables = reports.made(tmp_path, settings, claims, name)
        return text, tables, settings

    return make


def test_nothing_is_fetched_and_only_the_own_script_runs(report):
    text, _, _ = report(claims=[("T", CLAIM)])
    read = reports.Reader(text)
    assert "link" not in read.tags and read.links
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in read.links)
    styles = "".join(re.findall(r"<style>(.*?)</style>", text, re.DOTALL))
    assert styles and not re.search(r"@import|url\(", styles)
    assert all(f'id="{link[1:]}"' in text for link in read.links if link[0] == "#")
    _, own = read.scripts
    sha = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    assert "default-src 'none'; img-src data:" in read.policy
    assert f"script-src 'sha256-{sha}'" in read.policy
    assert not re.search(r"https?:|fetch|import|eval|Function|innerHTML|document\.write", own)


def test_every_number_is_there_without_scripts(report):
    text, (table,), _ = report()
    cells = reports.Reader(text).cells
    rows = (*table.table.rows, *table.costs.rows)
    shown = [list(filter(None, parted(cell.text))) for row in rows for cell in row.all_cells]
    assert sum(map(len, shown)) > 20
    for parts in shown:
        assert any(all(part in cell for part in parts) for cell in cells), parts
    assert re.search(r'<section id="explore" class="scripted" hidden>', text)


def test_a_title_does_not_end_the_script(report):
    text, tables, settings = report(BREAK)
    read = reports.Reader(text)
    assert len(read.scripts) == 2
    data = json.loads(read.scripts[0])
    assert data == as_data(tables, settings)
    assert data[0]["title"] == f"Table{BREAK}"
    assert not re.search("[<>&']", read.scripts[0])


def test_every_title_is_escaped(report):
    text, _, _ = report(BREAK, claims=[(BREAK, CLAIM)])
    read = reports.Reader(text)
    for title in ("Tiny", "Pairs", "Low", "Fine", "Table", "Figure"):
        assert f"{title}{BREAK}" in read.text, title
    assert "no <row> is left" in read.text and "It <is> so" in read.text
    assert "<row>" not in text and "<is>" not in text and BREAK not in text


def test_titles_stand_where_keys_would(report):
    text, _, _ = report()
    read = reports.Reader(text)
    assert "zq_" not in read.text and "zq_" not in read.scripts[0]
    assert "zq_low" in text  # as YAML


def test_only_what_is_shown_is_told(report):
    _, _, settings = report()
    dataset = settings["params"]["datasets"]["zq_pairs"]
    assert list(dataset["methods"]) == ["zq_fine"] and list(dataset["forget_sets"]) == ["zq_low"]
    assert {"blindspot", "relearning", "further_blindspots"}.isdisjoint(dataset)
    assert dataset["methods"]["zq_fine"]["batch_size"] == 256, "a default is an option in force"
    plain = reports.plain()
    plain["experiments"]["tiny"]["tables"]["t"]["methods"] = ["zq_blind"]
    assert "blindspot" in reports.told(plain)["params"]["datasets"]["zq_pairs"]


def test_what_is_lacking_is_said_with_its_reason(report):
    text, _, _ = report()
    lacking = text[text.index('<section id="unmeasured">') : text.index('<section id="costs">')]
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", lacking)
    row = cells.index("not measured: no &lt;row&gt; is left")
    assert cells[row + 1 : row + 4] == ["Pairs, Low", "Fine", "Forget error, test"]


def test_the_scripts_numbers_are_the_tables(report):
    _, (table,), settings = report()
    (data,) = as_data([table], settings)
    titles = [one["title"] for one in data["measures"]]
    for row in table.table.rows:
        if row.label not in titles:
            continue
        found = data["groups"][0]["measures"][titles.index(row.label)]
        for cell, one in zip(row.cells, found["cells"], strict=True):
            number, ends, sign = parted(cell.text)
            assert one is None or one["text"] == f"{number} {ends}".strip()
            assert one is None or one.get("sign", "") == sign
        assert row.after[0] in (found.get("floor"), "—")
    first = data["groups"][0]["measures"][0]
    assert [text for _, _, text in first["cells"][0]["seeds"]][:2] == ["1.000", "1.143"]
    gold, floor = float(first["cells"][1]["value"]), float(first["floor"].split()[0])
    assert [float(one) for one in first["band"]] == pytest.approx(
        [gold - floor, gold + floor], abs=2e-3
    )
    wasserstein = data["groups"][0]["measures"][titles.index("Wasserstein distance, train")]
    assert float(wasserstein["band"][1]) == float(wasserstein["floor"].split()[0])
    assert "epochs 7" in data["groups"][0]["made"][2] and "epochs 2" in data["groups"][0]["start"]


@pytest.mark.parametrize("note", [NO_BETTER, HARDLY, ""])
def test_an_original_that_learnt_little_is_said_before_all_else(report, monkeypatch, note):
    found = [
        replace(one, note=note) if one.method == "original" else one for one in reports.measured()
    ]
    monkeypatch.setattr(reports, "measured", lambda: found)
    text, _, _ = report()
    first = re.search(r'<p class="warning">([^<]*)', text)[1]
    assert first.startswith("Read ") == bool(note) and note in first


def test_what_the_data_are_is_said_first(report):
    plain = reports.plain()
    (made_up,) = notices(reports.told(plain))
    assert "Pairs: embedded in this project" in made_up
    absent, _ = notices(reports.told(plain, {"zq_pairs": "Ask its authors."}))
    assert absent == "Pairs: not here. Ask its authors."
    settings = reports.told(plain)
    settings["tables"]["t"]["datasets"][0]["embedded"] = False
    (other,) = notices(settings)
    assert "none of the paper's datasets" in other
    settings["tables"]["t"]["datasets"][0]["stands_for"] = "AgeDB"
    (stand_in,) = notices(settings)
    assert "Pairs: stands in for AgeDB" in stand_in
    settings["tables"]["t"]["datasets"][0]["name"] = "stsb"
    assert notices(settings) == []


def test_a_wide_table_is_split_and_nothing_is_lost():
    names = tuple(f"M{number}" for number in range(23))
    row = Row("G", "Error", tuple(map(Cell, names)), after=("floor",))
    parts = in_parts(Table("T", "D", ("Set", "Measure", *names, "Floor"), (Block("", (row,)),)))
    assert [name for part in parts for name in part.columns[2:-1]] == list(names)
    assert [c.text for part in parts for c in part.rows[0].cells] == list(names)
    assert all(len(part.rows[0].cells) <= MOST for part in parts) and len(parts) == 3
    assert all(part.rows[0].after == ("floor",) for part in parts)
    assert all(len(part.columns) == 2 + len(part.rows[0].all_cells) for part in parts)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1.2 [1.0, 1.5] ▲", ("1.2", "[1.0, 1.5]", "▲")),
        ("1.2, 1.3 ?", ("1.2, 1.3", "", "?")),
        ("≤ 0.3", ("≤ 0.3", "", "")),
        ("<0.1 [0.1, 0.2]", ("<0.1", "[0.1, 0.2]", "")),
        ("not measured", ("not measured", "", "")),
    ],
)
def test_a_cell_is_taken_apart(text, parts):
    assert parted(text) == parts


def test_leaderboards_and_why_there_is_none(report):
    _, (table,), _ = report()
    (none,) = leaderboards([table])
    assert none.note == "Not ranked, since one method has no rank: Table." and not none.rows


def test_claims_are_counted_and_shown(report):
    text, _, _ = report(claims=[("T", CLAIM), ("Empty", [])])
    assert '<span class="verdict holds">1 holds</span>' in text
    assert "<li>random: b</li>" in text and "Empty" not in text
    assert "Holm" in text and "seed by seed" in text


def test_same_bytes_twice(report):
    assert report(name="one.html")[0] == report(name="two.html")[0]


def test_the_script_is_short():
    script = (files("regression_unlearning.reporting") / "report.js").read_text(encoding="utf-8")
    assert len(script.splitlines()) < 200
    assert not re.search(r"\{\{|\{%|\{#", script), "the template would take it for its own"


def test_an_absent_figure_is_named(tmp_path):
    settings = reports.told(reports.plain())
    with pytest.raises(UserError, match=r"none\.png"):
        write_report(
            tmp_path / "r.html",
            settings,
            reports.TOLD,
            [],
            [Picture("F", tmp_path / "none.png", "")],
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
