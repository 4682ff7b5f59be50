"""Every kind of file that a run leaves, damaged in every way, before each program that reads it."""

import pytest
from chain import Job, carry_out
from damage import KINDS, damage, outcome, without
from known import marked

MODEL = "demo_pairs/random_20"
#: The settings that a job is handed.
SETTINGS = ".settings/"
VERIFY = Job("verify", (), (), ("regression_unlearning.cli:main", "verify", "results/demo"))
#: File to the jobs that read it.
READERS = {
    "data/raw/demo_pairs/sts-dev.csv": ["prepare"],
    "data/raw/demo_pairs/vectors": ["prepare"],
    "data/raw/demo_pairs/manifest.json": ["prepare"],
    "data/prepared/demo_pairs/arrays.safetensors": ["train_original", "observe", "unlearn"],
    "data/prepared/demo_pairs/rows.csv": ["select_forget_set"],
    "data/prepared/demo_pairs/facts.json": ["table", "report"],
    f"data/prepared/demo_pairs/forget_sets/{MODEL[11:]}.npz": ["train_retrained", "unlearn"],
    "checkpoints/original/demo_pairs/seed_0.safetensors": ["observe", "unlearn"],
    "checkpoints/original/demo_pairs/seed_0.json": ["values"],
    f"checkpoints/retrained/{MODEL}/seed_0.safetensors": ["observe"],
    f"checkpoints/retrained/{MODEL}/seed_0.json": ["measure", "values"],
    f"checkpoints/blindspot/{MODEL}/seed_0.safetensors": ["unlearn"],
    f"checkpoints/blindspot/{MODEL}/seed_0.json": ["unlearn"],
    f"checkpoints/unlearned/{MODEL}/blindspot/seed_0.json": ["measure", "values"],
    f"observations/{MODEL}/original/seed_0.npz": ["unlearn", "measure"],
    f"observations/{MODEL}/retrained/seed_0.npz": ["measure", "figure"],
    f"observations/{MODEL}/blindspot/seed_0.npz": ["measure", "figure"],
    f"relearning/{MODEL}/retrained/seed_0.json": ["measure"],
    f"relearning/{MODEL}/retrained/seed_1_to_seed_0.json": ["measure"],
    f"relearning/{MODEL}/blindspot/seed_0.json": ["measure"],
    "measures/demo/demo_pairs/random_20.csv": ["table", "values"],
    "results/demo/table2.csv": ["metrics", "verify"],
    "results/demo/table2.md": ["verify"],
    "results/demo/claims.csv": ["verify"],
    "results/demo/values.csv": ["claims", "report", "verify"],
    "results/demo/provenance.json": ["claims", "report", "verify"],
    "results/demo/figure4.png": ["report"],
    SETTINGS: ["train_original", "measure"],
}
#: Jobs that ask whether their own output is made already, and one output of each.
PRODUCERS = {
    "data/raw/demo_pairs/vectors": "download",
    "data/raw/demo_pairs/manifest.json": "download",
    "checkpoints/original/demo_pairs/seed_0.safetensors": "train_original",
    "checkpoints/original/demo_pairs/seed_0.json": "train_original",
    f"checkpoints/unlearned/{MODEL}/blindspot/seed_0.safetensors": "unlearn",
    f"checkpoints/unlearned/{MODEL}/blindspot/seed_0.json": "unlearn",
    f"observations/{MODEL}/blindspot/seed_0.npz": "unlearn",
    f"observations/{MODEL}/retrained/seed_0.npz": "observe",
    f"relearning/{MODEL}/blindspot/seed_0.json": "unlearn",
    f"measures/cells/{MODEL}/blindspot-errors-*.csv": "measure",
}


def cases():
    """File, job, and whether the file is the job's own output, for every way of damage."""
    rows = [(path, rule, "read") for path, rules in READERS.items() for rule in rules]
    rows += [(path, rule, "made") for path, rule in PRODUCERS.items()]
    for path, rule, role in rows:
        for kind in KINDS:
            yield marked(path, rule, role, kind, name=f"{role} by {rule}: {path}: {kind}")


@pytest.mark.parametrize(("path", "rule", "role", "kind"), list(cases()))
def test_a_damaged_file_is_remade_or_refused(
    chain, tmp_path, record_property, path, rule, role, kind
):
    record_property("fault", "damaged file")
    job = VERIFY if rule == "verify" else chain.job(rule)
    chain.copy(tmp_path)
    if role == "read" or rule == "measure":
        without(tmp_path, job.outputs)
    if role == "read" and rule == "measure":
        without(tmp_path, ["measures/cells"])
    if path == SETTINGS:
        path = next(word for word in job.command if word.startswith(path))
    (damaged,) = sorted(tmp_path.glob(path))[:1]
    damage(damaged, kind)
    found = outcome(carry_out(job, tmp_path), chain, tmp_path, job, damaged.name)
    record_property("outcome", found)
    assert found in ("same", "refused"), found
