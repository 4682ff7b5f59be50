"""What a user gets for a mistake: one clear error, early, and nothing half-written."""

import json
import resource
import shutil
import sys

import pytest
from projects import checked, slow

from regression_unlearning.errors import UserError
from regression_unlearning.files import read_record, sha256, write_record
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.settings.document import load_settings

SCRIPTS = (
    "download",
    "prepare",
    "select_forget_set",
    "measure",
    "table",
    "figure",
    "report",
)


def at(values, *keys):
    for key in keys:
        values = values[key]
    return values


def set_at(*keys, to):
    return lambda values: at(values, *keys[:-1]).update({keys[-1]: to})


def rename(*keys, to):
    def change(values):
        table = at(values, *keys[:-1])
        table[to] = table.pop(keys[-1])

    return change


TABLE = ("experiments", "demo", "tables", "table2")
DEMO = ("datasets", "demo_pairs")


WRONG = [
    (set_at(*TABLE, "methods", to=["finetun"]), ["unknown method 'finetun'", "'finetune'"]),
    (set_at(*TABLE, "dataset", to="demo_pair"), ["unknown dataset", "'demo_pairs'"]),
    (set_at(*TABLE, "forget_sets", to=["score_02"]), ["unknown forget set", "'score_0_2'"]),
    (rename(*DEMO, "training", "epochs", to="epoch"), ["unknown key 'epoch'", "'epochs'"]),
    (rename("experiments", to="experimnts"), ["unknown key 'experimnts'", "'experiments'"]),
    (
        rename(*DEMO, "methods", "blindspot", "lambda", to="lamda"),
        ["methods.blindspot", "unknown key 'lamda'", "'lambda'"],
    ),
    (set_at("experiment", to="papr"), ["unknown experiment 'papr'"]),
    (set_at(*DEMO, "loader", to="demo_pears"), ["unknown source", "'demo_pairs'"]),
    (rename("measures", "errors", to="erors"), ["unknown measure 'erors'", "'errors'"]),
    (
        set_at(*DEMO, "training", "epochs", to="many"),
        ["datasets.demo_pairs.training.epochs", "'many'"],
    ),
    (
        set_at(*DEMO, "training", "learning_rate", to=-1),
        ["datasets.demo_pairs.training.learning_rate", "greater than 0", "-1"],
    ),
    (
        set_at(*DEMO, "methods", "finetune", "epochs", to=0),
        ["datasets.demo_pairs.methods.finetune", "epochs", "greater than or equal to 1"],
    ),
    (set_at(*DEMO, "model", "dropout", to=1.5), ["model.dropout", "less than 1"]),
    (set_at("experiments", "demo", "seeds", to=[1, 1]), ["a seed is named twice"]),
    (set_at("experiments", "demo", "seeds", to=[]), ["experiments.demo.seeds"]),
]


@pytest.mark.parametrize(("change", "said"), WRONG)
def test_wrong_settings(project, change, said):
    project.edit_params(change)
    with pytest.raises(UserError) as caught:
        Grid(load_settings(project.root / "params.yaml"))
    assert all(part in str(caught.value) for part in ("params.yaml", *said)), caught.value


@pytest.mark.parametrize(("change", "said"), [WRONG[0], *slow(WRONG[1:])])
def test_wrong_settings_stop_a_dry_run(project, change, said):
    project.edit_params(change)
    done = project.snakemake("-n")
    text = done.stdout + done.stderr
    assert done.returncode != 0
    for part in ("params.yaml", *said):
        assert part in text
    assert "Traceback" not in text
    assert len(text.splitlines()) < 8, text


@pytest.mark.parametrize(
    ("selector", "said"),
    [
        *slow(
            [
                (
                    {"select": "band", "from": 6, "title": "none"},
                    "forget set 'chosen' is empty: no training row is chosen; widen the choice.",
                ),
                (
                    {"select": "band", "from": 0, "title": "all"},
                    "forget set 'chosen' holds the whole training set",
                ),
            ]
        ),
        (
            {"select": "ids", "ids": ["train-00001", "train-99999"], "title": "ids"},
            "1 of 2 ids are unknown: 'train-99999' (data/prepared/demo_pairs/forget_sets/chosen.",
        ),
    ],
)
def test_forget_set_that_cannot_be_made(tiny, selector, said):
    def change(values):
        values["datasets"]["demo_pairs"]["forget_sets"]["chosen"] = selector
        values["experiments"]["demo"]["tables"]["table2"]["forget_sets"] = ["random_20", "chosen"]

    tiny.edit_params(change)
    done = tiny.snakemake("--cores", 1)  # on more, a training may have begun beside it
    text = done.stdout + done.stderr
    assert done.returncode != 0
    assert said in text
    assert "Traceback" not in text
    assert not (tiny.root / "checkpoints").exists(), "a model was trained before the check"
    made = tiny.root / "data/prepared/demo_pairs/forget_sets"
    assert {path.name for path in made.glob("*")} <= {"random_20.npz", "chosen.ids.csv"}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("news\tdemo\t2015\t1\t3.0\tonly one", "row 3: fewer than 7 tab-separated fields"),
        *slow(
            [
                (
                    f"news\tdemo\t2015\t1\t{score}\tone\ttwo",
                    f"row 3: score '{score}' is not a number from 0 to 5",
                )
                for score in ("high", "5.2", "nan")
            ]
        ),
    ],
)
def test_wrong_row_of_the_pairs(prepared, row, said):
    path = prepared.root / "data/raw/demo_pairs/sts-dev.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] = row
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    manifest = read_record(path.with_name("manifest.json"))
    manifest["files"][path.name]["sha256"] = sha256(path)  # as if it had been brought so
    write_record(path.with_name("manifest.json"), manifest)
    shutil.rmtree(prepared.root / "data/prepared")
    settings = {"source": {}, "embedding": {"url": "x", "member": "vectors", "dimension": 8}}
    done = prepared.script(
        "prepare",
        *("--loader", "demo_pairs", "--settings", json.dumps(settings)),
        *("--raw", "data/raw/demo_pairs", "--output", "data/prepared/demo_pairs"),
    )
    assert done.returncode == 2
    assert f"sts-dev.csv, {said}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((prepared.root / "data").glob("prepared/**/*.*"))


def test_mirror_without_the_file(project):
    (project.root / "mirror").mkdir()
    asked = ("--config", "experiment=stsb", "data_mirror=mirror")
    done = project.snakemake("data/raw/stsb/manifest.json", *asked)
    text = done.stdout + done.stderr
    assert done.returncode != 0
    assert "sts-train.csv" in text
    assert "mirror" in text
    assert "Traceback" not in text
    assert not (project.root / "data/raw/stsb/manifest.json").exists()


TRAINING = {
    "family": "sentence_pairs",
    "model": {"name": "lstm", "hidden": 64, "head": [16]},
    "loss": "mse",
    "reading": {},
    "training": {"epochs": 2, "learning_rate": 0.01, "batch_size": 32},
}


def test_disk_that_is_full(prepared):
    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = prepared.script(
        "train",
        *("--identity", "demo_pairs", "original", "--prepared", "data/prepared/demo_pairs"),
        *("--seed", 0, "--settings", json.dumps(TRAINING), "--output", "out/model.safetensors"),
        env={"PYTHONDONTWRITEBYTECODE": "1"},  # Python keeps bytecode that was cut short
        preexec_fn=little_room,
    )
    assert done.returncode == 2, done.stderr
    assert "error: cannot write out/model.unfinished/" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (prepared.root / "out/model.safetensors").exists()
    assert not list((prepared.root / "out").rglob("*.part*"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_help_without_a_network(project, name):
    done = project.script(name, "--help", env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert done.returncode == 0
    assert "--output" in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "argparse" in imported and "torch" not in imported


def test_measure_without_a_network(prepared):
    """Nothing behind the observations imports torch, also while it works."""
    code = (
        "import sys; import regression_unlearning.evaluation.membership, "
        "regression_unlearning.evaluation.anamnesis, regression_unlearning.evaluation.cost, "
        "regression_unlearning.evaluation.wasserstein, regression_unlearning.reporting.tables, "
        "regression_unlearning.reporting.densities, regression_unlearning.reporting.report, "
        "regression_unlearning.data.sources.stsb, regression_unlearning.methods.blindspot; "
        "sys.exit('torch' in sys.modules)"
    )
    checked(prepared.run(sys.executable, "-c", code))


@pytest.mark.slow
def test_every_program_by_hand(prepared):
    """From a prepared dataset to a table by plain command lines, as a cluster script would."""
    plain = {**TRAINING, "model": {"name": "lstm", "hidden": 4, "head": [4]}}
    network = {key: plain[key] for key in ("family", "model", "loss")}
    root = "data/prepared/demo_pairs"
    parts = ["--parts", f"{root}/forget_sets/random_20.npz"]

    def run(name, output, settings, *arguments):
        checked(
            prepared.script(
                name,
                *("--prepared", root, "--seed", 0, "--settings", json.dumps(settings)),
                *("--output", output, *arguments),
            )
        )

    names = ["demo_pairs", "random_20"]
    run("train", "c/original.safetensors", plain, "--identity", "demo_pairs", "original")
    run("train", "c/retrained.safetensors", plain, "--identity", *names, "retrained", *parts)
    run("train", "c/helper.safetensors", plain, "--identity", *names, "blindspot", *parts)
    observing = {**network, "observation": {"max_rows": 50}}
    observing["relearning"] = {"cap": 4, "orders": 1, "batch_size": 32}
    run(
        "observe",
        "o/original.npz",
        observing,
        *("--identity", *names, "--original", "c/original.safetensors", *parts),
        *("--retrained", "c/retrained.safetensors", "--retrained-output", "o/retrained.npz"),
        *("--relearning", "r/retrained.json"),
    )
    options = {"epochs": 1, "learning_rate": 0.001, "batch_size": 32}
    run(
        "unlearn",
        "c/blindspot.safetensors",
        {**observing, "options": options},
        *("--identity", *names, "blindspot", "--method", "blindspot", *parts),
        *("--original", "c/original.safetensors", "--helper", "blindspot", "c/helper.safetensors"),
        *("--observation", "o/blindspot.npz", "--relearning", "r/blindspot.json"),
        *("--original-observation", "o/original.npz"),
    )
    labels = ["original", "retrained", "blindspot"]
    told = {
        "dataset": "demo_pairs",
        "forget_set": "random_20",
        "models": {
            label: {
                "observations": {"0": f"o/{label}.npz"},
                **({} if label == "original" else {"relearning": {"0": f"r/{label}.json"}}),
                **({"relearning_pairs": {}} if label == "retrained" else {}),
            }
            for label in labels
        },
        "measures": {"errors": {}, "wasserstein": {}, "anamnesis": {}},
    }
    measures = ["m/random_20.csv"]
    given = ("--settings", json.dumps(told), "--output", *measures)
    checked(prepared.script("measure", *given))
    layout = {
        "title": "By hand",
        "paper": None,
        "kind": "difference_densities",
        "datasets": [
            {
                "name": "demo_pairs",
                "title": "demo_pairs",
                "absent": None,
                "embedded": True,
                "loss": "mse",
                "unit": "points",
            }
        ],
        "groups": [["demo_pairs", "random_20", "20 random rows"]],
        "methods": [[label, label.title()] for label in labels],
    }
    settings = json.dumps(layout)
    seen = [[*names, label, {"0": f"o/{label}.npz"}] for label in labels]
    drawn = {**layout, "observations": seen}
    checked(
        prepared.script(
            "table", "--measures", *measures, "--settings", settings, "--output", "t/table"
        )
    )
    checked(
        prepared.script(
            "figure",
            *("--settings", json.dumps(drawn), "--output", "t/figure"),
        )
    )
    written = {path.name for path in (prepared.root / "t").iterdir()}
    assert {"table.csv", "table.md", "table.tex", "figure.png", "figure.pdf"} <= written
    assert not [path for path in prepared.root.rglob("*") if ".part" in path.name]
    assert not list(prepared.root.rglob("*.unfinished"))
