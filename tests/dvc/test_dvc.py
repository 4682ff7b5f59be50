"""The pipeline under DVC with a real remote.

Each test goes on from the state that the last one left.
"""

import json
import re
from collections import Counter

import pytest
from tiny_project import copy_project, edit, jobs_of, logs, run, shrink

pytestmark = pytest.mark.slow

TABLE = "results/tiny/table2.csv"
MODEL = "checkpoints/original/demo_pairs/seed_0.safetensors"
RATE = "datasets.demo_pairs.methods.finetune.learning_rate"


def tiny(params):
    """The tiny experiment under a name whose results git does not ignore."""
    shrink(params)
    params["experiments"] = {"tiny": params["experiments"]["demo"]}
    params["experiment"] = "tiny"


def nothing_to_do(project):
    """Neither tool has anything to do."""
    status = run("dvc status -q", project, check=False)
    assert status.returncode == 0, run("dvc status", project).stdout
    dry = run("snakemake -n --cores 1", project)
    assert "Nothing to be done" in dry.stdout + dry.stderr, dry.stdout[-3000:]


def jobs(project, command):
    """Run a command; count the jobs that Snakemake ran in it."""
    before = logs(project)
    done = run(command, project)
    return Counter(jobs_of(logs(project) - before)), done


def set_rate(rate):
    def change(params):
        params["datasets"]["demo_pairs"]["methods"]["finetune"]["learning_rate"] = rate

    return change


#: What one method's new setting runs again: its models of both seeds in one job.
UNLEARN = "unlearn_seed_0_1"


def only_one_method(ran):
    assert ran[UNLEARN] == 1, ran
    assert ran["measure"] == 1, ran
    others = ("train", "download", "prepare", "observe")
    assert not {rule for rule in ran if rule.startswith(others)}, ran


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The tiny experiment after `dvc repro`, committed and pushed."""
    folder = tmp_path_factory.mktemp("dvc")
    project = copy_project(folder / "project", tiny)
    run(f"dvc remote add -d store {folder / 'store'}", project)
    run("dvc repro", project)
    run("git add -A && git commit -q -m first && git tag first && dvc push -q", project)
    assert TABLE in run("git ls-files", project).stdout  # results are in git, as in the repository
    return project


def test_after_repro_nothing_is_to_do(project):
    nothing_to_do(project)
    ran, done = jobs(project, "dvc repro")
    assert not ran
    assert "up to date" in done.stdout + done.stderr


def test_another_setting_runs_its_own_jobs_only(project):
    before = (project / TABLE).read_bytes()
    edit(project, set_rate(0.01))
    ran, _ = jobs(project, "dvc repro")
    only_one_method(ran)
    nothing_to_do(project)
    assert (project / TABLE).read_bytes() != before


def test_diffs_show_setting_and_numbers(project):
    diff = json.loads(run("dvc params diff --json", project).stdout)["params.yaml"]
    assert diff == {RATE: {"old": 0.001, "new": 0.01, "diff": pytest.approx(0.009)}}
    shown = run("dvc metrics show", project).stdout
    assert "table2.finetune.wasserstein_train" in shown
    changed = run("dvc metrics diff", project).stdout
    assert "table2.finetune" in changed
    assert "blindspot" not in changed
    run("dvc plots show -o plots", project)
    page = (project / "plots/index.html").read_text(encoding="utf-8")
    assert "distance from the retrained model" in page
    assert "figure4.png" in page
    run("rm -r plots", project)


def test_fresh_clone(project, tmp_path):
    run("git add -A && git commit -q -m second && git tag second && dvc push -q", project)
    run(f"git clone -q {project} {tmp_path / 'clone'}", project)
    clone = tmp_path / "clone"
    refused = run("python workflow_scripts/adopt.py", clone, check=False)
    assert refused.returncode == 2
    assert "dvc pull" in refused.stderr
    run("dvc pull -q", clone)
    run("python workflow_scripts/adopt.py", clone)
    nothing_to_do(clone)
    assert (clone / TABLE).read_bytes() == (project / TABLE).read_bytes()
    text = (clone / TABLE).read_bytes()
    run("rm -r results", clone)  # as where git ignores them: the demo's
    made = run("python workflow_scripts/adopt.py", clone)
    assert "Made the results again" in made.stdout
    nothing_to_do(clone)
    assert (clone / TABLE).read_bytes() == text
    edit(clone, set_rate(0.02))  # adoption must not hide what is edited later
    dry = run("snakemake -n --cores 1", clone).stdout
    assert re.search(rf"^{UNLEARN} +1$", dry, re.MULTILINE), dry
    assert "train_" not in dry
    refused = run("python workflow_scripts/adopt.py", clone, check=False)
    assert refused.returncode == 2
    assert "params.yaml" in refused.stderr


def test_files_that_are_not_the_recorded_ones_are_refused(project, tmp_path):
    run(f"git clone -q {project} {tmp_path / 'clone'}", project)
    clone = tmp_path / "clone"
    run("dvc pull -q && python workflow_scripts/adopt.py", clone)
    with (clone / MODEL).open("ab") as file:
        file.write(b"not what the settings make")
    for program, hint in (("adopt", "checkpoints/original"), ("record", "snakemake --cores all")):
        refused = run(f"python workflow_scripts/{program}.py", clone, check=False)
        assert refused.returncode == 2
        assert hint in refused.stderr
        assert "Traceback" not in refused.stderr
    recorded = "dvc.lock dvc.yaml params.yaml results"
    assert run(f"git status --porcelain {recorded}", clone).stdout == ""


def test_older_commit(project, tmp_path):
    run(f"git clone -q {project} {tmp_path / 'old'}", project)
    old = tmp_path / "old"
    run("dvc pull -q && python workflow_scripts/adopt.py", old)
    run("git checkout -q first && dvc pull -q && python workflow_scripts/adopt.py", old)
    nothing_to_do(old)
    assert (old / TABLE).read_bytes() != (project / TABLE).read_bytes()
    run("git checkout -q second && dvc checkout -q && python workflow_scripts/adopt.py", old)
    nothing_to_do(old)
    assert (old / TABLE).read_bytes() == (project / TABLE).read_bytes()


def test_a_plain_run_is_recorded(project):
    edit(project, set_rate(0.005))
    for program, hint in (("adopt", "dvc repro"), ("record", "snakemake --cores all")):
        refused = run(f"python workflow_scripts/{program}.py", project, check=False)
        assert refused.returncode == 2
        assert hint in refused.stderr
        assert "Traceback" not in refused.stderr
    ran, _ = jobs(project, "snakemake --cores all")
    only_one_method(ran)
    stale = project / "checkpoints/unlearned/demo_pairs/random_20/taken_out/seed_0.safetensors"
    stale.parent.mkdir()
    stale.write_bytes(b"of a method that is no more")
    raw = project / "data/raw/demo_pairs/manifest.json"
    done = run("python workflow_scripts/record.py", project)
    assert "taken_out" in done.stdout
    assert not stale.parent.exists()
    assert raw.exists()
    nothing_to_do(project)
    run("git add -A && git commit -q -m third", project)


def test_an_experiment_with_one_setting(project):
    ran, done = jobs(project, f"dvc exp run -S {RATE}=0.003 -n faster")
    only_one_method(ran)
    assert "faster" in done.stdout + done.stderr
    assert "0.003" in run("dvc exp show --csv --drop '.*seeds.*'", project).stdout
    nothing_to_do(project)
