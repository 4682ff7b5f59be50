"""Values and provenance in git: tables are made anew from them, and a changed file is named."""

import json

import pytest

from regression_unlearning import cli
from regression_unlearning.errors import UserError
from regression_unlearning.evaluation import values
from regression_unlearning.evaluation.values import Value
from regression_unlearning.files import write_json, write_record, write_text
from regression_unlearning.reporting import provenance
from regression_unlearning.reporting.layout import ENDINGS
from regression_unlearning.reporting.tabling import Tabling

SETTINGS = {
    "title": "Toy",
    "paper": None,
    "kind": "measures",
    "datasets": [{"name": "d", "title": "D", "loss": "l1", "unit": "years", "embedded": False}],
    "groups": [["d", "f", "F"]],
    "measures": ["errors", "cost"],
    "methods": [["original", "Original"], ["retrained", "Retrained"], ["finetune", "FineTune"]],
}
ROWS = [
    Value("d", "f", method, quantity, seed, None, level + 0.1 * seed)
    for method, level in {"original": 1.0, "retrained": 2.0, "finetune": 1.5}.items()
    for quantity in ("error_forget_train", "seconds")
    for seed in range(5)
]


def record(**more):
    return {
        "names": ["d", "f", "retrained"],
        "code": "c0de",
        "inputs": {"prepared": "da7a"},
        "machine": {"host": "secret", "job": 7, "device": "A CPU", "torch": "2.15.0"},
        **more,
    }


@pytest.fixture
def folder(tmp_path):
    text = values.as_text(ROWS)
    write_text(tmp_path / "values.csv", text)
    told = {
        "experiment": "toy",
        "title": "T",
        "seeds": [0],
        "tables": {"t": SETTINGS},
        "claims": [],
        "params": {},
    }
    for number, one in enumerate((record(), record(), record(method="finetune"), {"given": {}})):
        write_record(tmp_path / "records" / f"{number}.json", one)
    records = sorted((tmp_path / "records").iterdir())
    write_json(tmp_path / "provenance.json", provenance.gather(told, records, text))
    for ending, content in Tabling(ROWS, SETTINGS).files().items():
        write_text(tmp_path / f"t{ending}", content)
    return tmp_path


def test_it_says_code_data_and_machines_but_no_host(folder):
    told = json.loads((folder / "provenance.json").read_text())
    assert told["code"] == {"finetune": ["c0de"], "training": ["c0de"]}
    assert told["data"] == {"d": ["da7a"]}
    assert told["machines"] == [{"models": 3, "device": "A CPU", "torch": "2.15.0"}]
    assert "secret" not in json.dumps(told)
    assert told["command"] == "snakemake --cores 2 --config experiment=toy -- all_tables"


def test_every_file_is_as_the_values_say(folder):
    assert provenance.verify(folder) == {f"t{ending}": "" for ending in ENDINGS}


@pytest.mark.parametrize(
    ("ending", "number", "other"),
    [(".csv", "1.7", "1.6"), (".md", "1.7", "1.6"), ("_comparisons.csv", "-0.5", "-0.4")],
)
def test_a_number_changed_by_hand_is_named(folder, ending, number, other, capsys):
    path = folder / f"t{ending}"
    lines = path.read_text(encoding="utf-8").splitlines()
    place = next(n for n, line in enumerate(lines) if number in line)
    lines[place] = lines[place].replace(number, other)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert f"line {place + 1} is" in provenance.verify(folder)[path.name]
    with pytest.raises(UserError, match="1 of 9 files differ"):
        cli.verify(folder)
    assert f"{path}: line" in capsys.readouterr().out


def test_other_values_than_the_provenance_tells_of_are_refused(folder):
    path = folder / "values.csv"
    path.write_text(path.read_text().replace("1.5,", "1.4,", 1))
    with pytest.raises(UserError, match="is not the file that .*provenance.json describes"):
        provenance.verify(folder)


def test_a_table_that_is_not_there_is_named(folder):
    (folder / "t.md").unlink()
    assert "cannot be read" in provenance.verify(folder)["t.md"]
