"""The page of committed experiments: each from its folder alone, whatever it holds."""

import hashlib
import json
import re

import pytest
from test_findings import tabling

from regression_unlearning.evaluation import values
from regression_unlearning.reporting.gallery import Experiment, page

PICTURES = ("figure6.png", "figure2.png")


def committed(folder, *, measures=("wasserstein", "row_distance", "cost"), tables=True):
    """A folder of results made up: one table, two pictures, no claims."""
    made = tabling({"original": 5.0, "a": 1.0, "b": 2.0}, {"a": 0.1, "b": 0.2})
    text = values.as_text(made.values)
    told = {
        "experiment": folder.name,
        "title": "Toys",
        "seeds": list(range(8)),
        "values_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "machines": [
            {"models": 2, "device": "small", "threads": 1},
            {"models": 9, "device": "great", "torch": "2.15.0"},
        ],
        "tables": {"t": {**made.settings, "measures": list(measures)}} if tables else {},
        "claims": [],
        "settings": {"datasets": {"d": {"embedding": "tiny"}}},
    }
    folder.mkdir()
    (folder / "values.csv").write_text(text, encoding="utf-8")
    (folder / "provenance.json").write_text(json.dumps(told), encoding="utf-8")
    for name in ("t.md", "t_costs.md", "report.html", *PICTURES):
        (folder / name).touch()
    return folder


@pytest.mark.parametrize("measures", [("wasserstein", "row_distance", "cost"), ("row_distance",)])
def test_a_section_is_picture_three_sentences_command_machines_values(measures, tmp_path):
    folder = committed(tmp_path / "toys", measures=measures)
    text = page([Experiment.read(folder)], "")
    head, picture, subtitle, found, machines, command, links = text.strip().split("\n\n")
    assert head == "## Toys"
    assert picture == f"![Toys]({folder.as_posix()}/figure2.png)"
    assert subtitle == "*D*"
    assert len(found.splitlines()) == 3
    assert all(re.fullmatch(r"- [A-Z].*[^.]\.", line) for line in found.splitlines())
    assert machines.startswith("Made with 8 seeds, 9 models on great (torch 2.15.0); 2 models on")
    assert command == (
        "    python3 -m uv run snakemake --cores 2 --config experiment=toys embedding=tiny "
        "-- all_tables"
    )
    shown = re.findall(r"\[([^\]]+)\]\(([^)]+)\)", links)
    assert [name for name, _ in shown] == [
        *("t.md", "t_costs.md", "figure6.png", "report.html", "values.csv", "provenance.json")
    ]
    assert all((folder / name).as_posix() == path for name, path in shown)


def test_without_a_table_nothing_is_said_of_what_was_found(tmp_path):
    text = page([Experiment.read(committed(tmp_path / "toys", tables=False))], "")
    assert len(re.findall("^- ", text, re.MULTILINE)) == 3  # pictures, report, values
