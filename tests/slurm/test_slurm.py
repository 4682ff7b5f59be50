"""`snakemake --profile slurm all_tables` on a real SLURM: undisturbed, and not."""

import json
import re
import subprocess
import threading
import time
from collections import Counter

import pytest
import sandbox
from tiny_project import copy_project, edit, environment, run, shrink

WHY_NOT = sandbox.missing()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT)),
]

TABLE = "results/demo/table2.csv"
NETWORK = {"train_original", "train_retrained", "train_blindspot", "models"}
COMMAND = "snakemake --profile slurm --latency-wait 5 --slurm-init-seconds-before-status-checks 5"


def with_gpus(params):
    """The tiny experiment; the GPU that its jobs ask for by the profile has no device here."""
    shrink(params)
    params["without_gpu"] = "cpu"
    for name in ("membership", "wasserstein"):
        del params["measures"][name]
    dataset = params["datasets"]["demo_pairs"]
    dataset["resources"] = {"threads": 1, "memory_mb": 1500, "minutes": 10}
    dataset["training"] |= {"epochs": 300, "save_every": 0.2}
    for layout in ("tables", "figures"):
        for values in params["experiments"]["demo"][layout].values():
            values["methods"] = ["finetune"]


def kind(job):
    """Rule or group of a job, from the comment that the plugin gives it."""
    comment = job["comment"].removeprefix("rule_").removeprefix("group_")
    names = (*NETWORK, "prepare", "measure", "tables")
    return next((name for name in names if comment.startswith(name)), comment)


def the_jobs(slurm, before=()):
    return {number: job for number, job in slurm.jobs().items() if number not in before}


class Trouble(threading.Thread):
    """Puts every job of the gpu partition back once, in its middle; the first is preempted.

    Beside that it cancels the first measures, and lets the node fail under the tables.
    """

    def __init__(self, slurm, project, known):
        super().__init__(daemon=True)
        self.slurm, self.project = slurm, project
        self.done, self.seen, self.over = set(known), {}, threading.Event()
        self.preempted = self.cancelled = self.failed = None

    def run(self):
        while not self.over.wait(0.1):
            for number, job in self.slurm.jobs().items():
                if job["state"] != "RUNNING" or number in self.done:
                    continue
                self.seen.setdefault(number, time.monotonic())
                if kind(job) == "measure" and self.cancelled is None:
                    self.cancelled = number
                    self.slurm.ask("scancel", number)
                elif kind(job) == "tables" and self.for_seconds(number, 3):
                    self.failed = number
                    self.slurm.node("down")
                    self.slurm.node("resume")
                    self.done.add(number)
                elif job["partition"] == "gpu" and self.in_the_middle(number, job):
                    self.put_back(number)
                    self.done.add(number)

    def put_back(self, number):
        """The first by a more urgent job that takes the GPU, the others by name."""
        if self.preempted is None:
            self.preempted = number
            urgent = ("--partition=urgent", "--gpus=1", "--mem=10", "--output=/dev/null")
            self.slurm.ask("sbatch", *urgent, "--comment=urgent", "--wrap", "sleep 1")
        else:
            self.slurm.ask("scontrol", "requeue", number)

    def for_seconds(self, number, seconds):
        return time.monotonic() - self.seen[number] > seconds

    def in_the_middle(self, number, job):
        """A training has saved its state; a group has worked for some seconds."""
        if kind(job).startswith("train_"):
            return saved(self.project, job) and self.for_seconds(number, 1)
        return self.for_seconds(number, 3)


def saved(project, job):
    """Whether a training job has saved its state."""
    role, seed = re.match(r"rule_train_([a-z]+)_seed_(\d+)", job["comment"]).groups()
    pattern = f"**/seed_{seed}.unfinished/*.safetensors"
    return any((project / "checkpoints" / role).glob(pattern))


def wait(what, seconds=60):
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "this did not come about in time"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    with sandbox.Sandbox(tmp_path_factory.mktemp("slurm") / "sandbox") as started:
        yield started


@pytest.fixture(scope="module")
def undisturbed(slurm, tmp_path_factory):
    project = copy_project(tmp_path_factory.mktemp("undisturbed") / "project", with_gpus)
    run(f"{COMMAND} all_tables", project)
    return project, the_jobs(slurm)


def test_partition_and_gpu_of_each_job(undisturbed):
    _, jobs = undisturbed
    kinds = {kind(job) for job in jobs.values()}
    assert {"train_original", "train_retrained", "models", "measure"} <= kinds, kinds
    for job in jobs.values():
        assert job["state"] == "COMPLETED", job
        if kind(job) in NETWORK:
            assert job["partition"] == "gpu", job
            assert "gpu" in job["gpus"], job
        else:
            assert job["partition"] == "cpu", job
            assert job["gpus"] == "", job


def test_a_submission_holds_several_jobs(undisturbed):
    project, jobs = undisturbed
    two_seeds = {"train_original": 2, "train_retrained": 2, "models": 2}
    found = Counter(kind(job) for job in jobs.values())
    assert found == {"prepare": 1, **two_seeds, "measure": 1, "tables": 1}
    logs = [path.relative_to(project / "logs").parts[0] for path in project.glob("logs/**/*.log")]
    of_groups = {"observe": 2, "unlearn": 2, "table": 1, "figure": 1, "report": 1}
    assert Counter(logs).items() >= of_groups.items()


def test_records_name_host_job_device_versions_and_hashes(undisturbed):
    project, jobs = undisturbed
    records = list((project / "checkpoints").rglob("*.json"))
    assert records
    for path in records:
        record = json.loads(path.read_text(encoding="utf-8"))
        machine = record["machine"]
        assert machine["job"] in jobs
        assert machine["host"]
        assert machine["device"]
        assert machine["torch"]
        assert machine["python"]
        assert len(record["code"]) == 64
        assert len(record["fingerprint"]) == 64
        assert record["inputs"]
        assert all(len(value) == 64 for value in record["inputs"].values())


def outputs(project):
    """Bytes of every file that jobs have made, without unfinished work and measured seconds."""
    return {
        str(path.relative_to(project)): path.read_bytes()
        for folder in ("data/prepared", "checkpoints", "observations", "relearning", "measures")
        for path in (project / folder).rglob("*")
        if path.is_file()
        and ".unfinished" not in str(path)
        and not (folder == "checkpoints" and path.suffix == ".json")
        and not seconds(path)
    }


def seconds(path):
    """Whether a file holds measured seconds."""
    return "measures" in path.parts and "seconds" in path.read_text(encoding="utf-8")


def other_than(whole, made):
    """Files that are not the same bytes as those of the undisturbed run."""
    return [path for path, content in made.items() if whole.get(path) != content]


def test_the_head_cancelled_then_everything_else(slurm, undisturbed, tmp_path):
    """The head's end leaves whole files; the next call survives requeues, a failed node, a cancel.

    Its tables are those of the undisturbed run.
    """
    before, _ = undisturbed
    known = set(slurm.jobs())
    project = copy_project(tmp_path / "project", with_gpus)
    head = environment(project)
    submitted = slurm.ask(
        *("sbatch", "--parsable", "--partition=cpu", "--mem=2000", f"--chdir={project}"),
        *("--output=head.log", "--wrap", f"exec {COMMAND} all_tables"),
        env=head,
    ).strip()

    def training():
        return [
            number
            for number, job in the_jobs(slurm, known).items()
            if job["state"] == "RUNNING" and job["partition"] == "gpu" and saved(project, job)
        ]

    wait(training, 180)
    slurm.ask("scancel", submitted)
    wait(lambda: submitted not in slurm.ask("squeue", "--noheader", "--format=%i").split())
    assert slurm.jobs()[submitted]["state"] == "CANCELLED"
    left = [
        job for job in the_jobs(slurm, known).values() if job["state"] in ("PENDING", "RUNNING")
    ]
    assert left, "jobs that nobody waits for"
    whole = outputs(before)
    assert other_than(whole, outputs(project)) == []

    known |= set(slurm.jobs())
    trouble = Trouble(slurm, project, known)
    trouble.start()
    try:
        done = run(f"{COMMAND} all_tables", project)
    finally:
        trouble.over.set()
        trouble.join()
    assert "cluster jobs of an earlier run" in done.stderr
    jobs = the_jobs(slurm, known)
    gpu_jobs = [job for job in jobs.values() if job["partition"] == "gpu"]
    assert gpu_jobs
    assert all(job["restarts"] == "1" for job in gpu_jobs), gpu_jobs
    assert trouble.preempted in jobs
    assert jobs[trouble.failed]["restarts"] == "1", "the failed node cost a restart"
    measures = {number: job for number, job in jobs.items() if kind(job) == "measure"}
    cancelled = measures.pop(trouble.cancelled)
    assert cancelled["state"] == "CANCELLED", cancelled
    (retried,) = measures.values()  # once more, with twice the memory
    assert (cancelled["memory"], retried["memory"]) == ("4000M", "8000M")
    # one may have ended between the head's end and its own
    trainings = [job for job in gpu_jobs if kind(job).startswith("train_")]
    logs = [
        path.read_text(encoding="utf-8") for path in (project / "logs").glob("train_*/**/*.log")
    ]
    assert sum("going on after epoch" in text for text in logs) == len(trainings) >= 2
    made = outputs(project)
    assert set(made) == set(whole)
    assert other_than(whole, made) == []
    assert (project / TABLE).read_bytes() == (before / TABLE).read_bytes()
    dry = run("snakemake -n --cores 1 --config seeds_per_job=1", project)
    assert "Nothing to be done" in dry.stdout + dry.stderr
    run("snakemake --cores 2", project)  # in the local profile's larger jobs: nothing is made anew
    said = [path.read_text(encoding="utf-8") for path in project.glob("logs/**/seed_0_1.log")]
    assert said and all("is made already" in one and "wrote" not in one for one in said), said
    assert other_than(whole, outputs(project)) == []


def test_two_processes_share_a_gpu(slurm, undisturbed, tmp_path):
    """With `jobs_per_gpu: 2`: one GPU, twice the memory and cores, the same bytes.

    Once a training is requeued: both of its processes save their state and go on from it.
    """
    before, _ = undisturbed
    known = set(slurm.jobs())
    project = copy_project(tmp_path / "project", with_gpus)
    profile = project / "slurm/config.yaml"
    text = profile.read_text(encoding="utf-8")
    for name in ("seeds_per_job", "jobs_per_gpu"):
        assert f"  {name}: 1 " in text
        text = text.replace(f"  {name}: 1 ", f"  {name}: 2 ")
    profile.write_text(text, encoding="utf-8")
    head = subprocess.Popen(
        f"{COMMAND} all_tables".split(),
        cwd=project,
        env=environment(project),
        stderr=subprocess.PIPE,
        text=True,
    )
    states = [f"checkpoints/original/**/seed_{seed}.unfinished/*.safetensors" for seed in (0, 1)]
    wait(lambda: all(any(project.glob(state)) for state in states), 180)
    (requeued,) = [
        number
        for number, job in the_jobs(slurm, known).items()
        if job["state"] == "RUNNING" and kind(job) == "train_original"
    ]
    slurm.ask("scontrol", "requeue", requeued)
    _, said = head.communicate()
    assert head.returncode == 0, said
    jobs = the_jobs(slurm, known)
    assert jobs[requeued]["restarts"] == "1"
    networks = [job for job in jobs.values() if kind(job) in NETWORK]
    assert Counter(map(kind, networks)) == {"train_original": 1, "train_retrained": 1, "models": 1}
    for job in networks:
        assert job["state"] == "COMPLETED", job
        assert job["gpus"].endswith(":1"), job
        assert (job["memory"], job["cpus"]) == ("3000M", "2"), job
    (log,) = project.glob("logs/train_original/**/*.log")
    lines = log.read_text(encoding="utf-8").splitlines()
    assert {line[:6] for line in lines if "going on after epoch" in line} == {"seed 0", "seed 1"}
    assert other_than(outputs(before), outputs(project)) == []
    assert (project / TABLE).read_bytes() == (before / TABLE).read_bytes()


def test_out_of_memory_is_retried_with_more(slurm, undisturbed):
    """SLURM ends a training that has more memory than it asked for; the next one asks for more."""
    project, _ = undisturbed
    known, model = set(slurm.jobs()), "checkpoints/original/demo_pairs/seed_0.safetensors"
    weights, text = (
        (project / model).read_bytes(),
        (project / "params.yaml").read_text(encoding="utf-8"),
    )

    def scarce(params):
        params["datasets"]["demo_pairs"]["resources"]["memory_mb"] = 450

    edit(project, scarce)
    run(f"{COMMAND} --force {model}", project)
    (project / "params.yaml").write_text(text, encoding="utf-8")
    first, *more = the_jobs(slurm, known).values()
    assert (first["state"], first["memory"]) == ("FAILED", "450M"), first
    (log,) = (project / ".snakemake/slurm_logs").glob(
        f"**/{min(the_jobs(slurm, known), key=int)}.log"
    )
    assert "exceeded memory limit" in log.read_text(encoding="utf-8")
    assert more[0]["memory"] == "900M"
    assert more[-1]["state"] == "COMPLETED", more
    assert (project / model).read_bytes() == weights


def test_dvc_repro_on_the_cluster(slurm, undisturbed):
    project, _ = undisturbed
    known = set(slurm.jobs())
    table = (project / TABLE).read_bytes()
    (project / TABLE).unlink()
    (project / "measures/demo/demo_pairs/random_20.csv").unlink()
    run("dvc repro", project, SNAKEMAKE_PROFILE="slurm")
    kinds = [kind(job) for job in the_jobs(slurm, known).values()]
    assert sorted(set(kinds)) == ["measure", "tables"], kinds
    assert run("dvc status -q", project, check=False).returncode == 0
    assert (project / TABLE).read_bytes() == table


def test_a_job_without_its_gpu_fails_at_once(undisturbed):
    project, _ = undisturbed
    log = project / "logs/train_original/demo_pairs/seed_0.log"
    assert "no GPU can be seen" in log.read_text(encoding="utf-8")
    command = (
        "snakemake --cores 1 --retries 0 --config without_gpu=fail gpus_per_job=1 seeds_per_job=1 "
        "--force checkpoints/original/demo_pairs/seed_0.safetensors"
    )
    failed = run(command, project, check=False, CUDA_VISIBLE_DEVICES="")
    assert failed.returncode
    assert "without_gpu: cpu" in log.read_text(encoding="utf-8")
