"""A slip in params.yaml, and files that are missing: said before any job, in a line."""

import pytest
from projects import slow


@pytest.mark.parametrize(
    ("change", "spot"),
    [
        (lambda text: text.replace("score_0_2]}", "score_0_2]}}", 1), "line {line}, column "),
        *slow(
            [
                (
                    lambda text: text + "experiment: paper\n",
                    "line {last}, column 1: 'experiment' stands tw",
                )
            ]
        ),
    ],
)
def test_a_slip_in_params_is_named_by_its_line(project, change, spot):
    path = project.root / "params.yaml"
    text = change(path.read_text(encoding="utf-8").replace("random_for_tuning]}", "score_0_2]}", 1))
    path.write_text(text, encoding="utf-8")
    lines = text.splitlines()
    wrong = next((n for n, line in enumerate(lines, 1) if line.endswith("score_0_2]}}")), 0)
    done = project.snakemake("-n")
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert f"params.yaml, {spot.format(line=wrong, last=len(lines))}" in said
    assert len(said.splitlines()) < 6 and "Traceback" not in said


def missing_ids(values):
    values["datasets"]["demo_pairs"]["forget_sets"]["score_0_2"] = {
        "title": "Some", "select": "ids", "file": "nosuch.txt",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("experiment", "change", "said"),
    [
        ("demo", missing_ids, ["score_0_2.file: nosuch.txt does not exist", "Take score_0_2 out"]),
        ("utkface_short", lambda values: None, ["labels.csv", "data_mirror"]),
    ],
)
def test_files_that_are_missing_stop_the_dry_run(project, experiment, change, said):
    project.edit_params(change)
    done = project.snakemake("-n", "--config", f"experiment={experiment}")
    text = done.stdout + done.stderr
    assert done.returncode != 0
    assert all(part in text for part in ("params.yaml: ", *said)), text
    assert len(text.splitlines()) < 8 and "Traceback" not in text


def test_a_file_of_one_s_own_is_read_over_params_and_named_in_errors(project):
    mine = project.root / "mine.yaml"
    text = """
datasets:
  mine: {like: demo_pairs, title: Mine, training: {epochs: EPOCHS}}
experiments:
  own: {title: Own, seeds: [0], tables: {t: {like: demo.table2, dataset: mine, title: T}}}
"""

    def asked(epochs):
        mine.write_text(text.replace("EPOCHS", epochs), encoding="utf-8")
        own = ("--configfile", "mine.yaml", "--config", "experiment=own")
        done = project.snakemake("-n", "--quiet", "progress", *own)
        return done.returncode, done.stdout + done.stderr

    code, said = asked("many")
    assert code != 0
    assert "\nmine.yaml: datasets.mine.training.epochs: must be a whole number (given: '" in said
    assert "params.yaml: " not in said
    code, said = asked("2")
    assert code == 0, said
    assert "checkpoints/unlearned/mine/score_0_2/blindspot/seed_0.safetensors" in said
