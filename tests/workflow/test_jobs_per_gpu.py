"""`jobs_per_gpu`: what jobs ask for with it, and that their results do not depend on it."""

import re
import threading
from pathlib import Path

import pytest
from projects import checked

#: Memory in MiB, threads, minutes of a training.
MEMORY, THREADS, MINUTES = 1500, 2, 30


def with_a_gpu(values):
    """Jobs ask for a GPU, which this machine need not have."""
    values["without_gpu"] = "cpu"
    values["datasets"]["demo_pairs"]["resources"] = {
        "threads": THREADS, "gpu": 1, "memory_mb": MEMORY, "minutes": MINUTES,
    }  # fmt: skip
    values["measures"].pop("cost", None)  # measured seconds


def asked(text):
    """What the jobs of a dry run that run a network ask for: threads, resources by name."""
    found = {}
    for block in re.split(r"^ *(?=(?:local)?rule \w+:$)", text, flags=re.MULTILINE)[1:]:
        name = re.match(r"rule ((?:train|unlearn|observe)\w*?)_seed", block)
        if name:
            resources = re.search(r"resources: (.*)$", block, re.MULTILINE)[1]
            threads = re.search(r"threads: (\d+)$", block, re.MULTILINE)
            words = dict(word.split("=") for word in resources.split(", "))
            found[name[1]] = {"threads": int(threads[1]) if threads else 1, **words}
    return found


PART = {
    "train_original": 1, "train_retrained": 1, "train_blindspot": 1, "observe": 0.4, "unlearn": 0.4,
}  # fmt: skip


@pytest.mark.parametrize("processes", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_a_job_asks_for_one_gpu_and_for_memory_and_threads_of_each_process(tiny, processes):
    tiny.edit_params(with_a_gpu)
    profile = ("--default-resources", "seeds_per_job=2", f"jobs_per_gpu={processes}")
    command = ("-n", "--quiet=progress", "--printshellcmds", "--cores", "16", *profile)
    text = checked(tiny.snakemake(*command)).stdout
    jobs = asked(text)
    assert set(jobs) == set(PART)
    for name, job in jobs.items():
        assert job["gpu"] == "1", name
        assert job["mem_mb"] == str(MEMORY * processes), name
        assert job["threads"] == THREADS * processes, name
        assert job["runtime"] == str(max(5, int(MINUTES * (PART[name] * 2)))), name
    given = set(re.findall(r"--threads (\d+) --gpus (\d+) --at-once (\d+) ", text))
    assert given == {(str(THREADS), "1", str(processes))}


@pytest.mark.slow
def test_the_same_bits_alone_and_at_once(tiny, tmp_path):
    """On one GPU, which local runs count; with another number nothing is made anew."""
    tiny.edit_params(with_a_gpu)
    other = tiny.copy(tmp_path / "other")
    run = ("all_tables", "--cores", "8", "--resources", "gpu=1", "--config")
    with Looking(tiny.root) as alone:
        checked(tiny.snakemake(*run, "jobs_per_gpu=1"))
    with Looking(other.root) as shared:
        checked(other.snakemake(*run, "jobs_per_gpu=2"))
    assert (alone.most, shared.most) == (1, 2)
    assert results(other) == results(tiny)
    assert len(results(tiny)) > 20
    assert tiny.jobs(*run, "jobs_per_gpu=2") == []
    assert other.jobs(*run, "jobs_per_gpu=1") == []


class Looking(threading.Thread):
    """Counts the processes in a folder that run a network, over and over."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.folder, self.over, self.most = folder.resolve(), threading.Event(), 0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()

    def run(self):
        while not self.over.wait(0.1):
            self.most = max(self.most, sum(map(self.runs_a_network, Path("/proc").glob("[0-9]*"))))

    def runs_a_network(self, process):
        """Whether it does; a program whose shares are at work waits, and does not."""
        try:
            words = (process / "cmdline").read_bytes().decode().split("\0")
            here = (process / "cwd").resolve(strict=True) == self.folder
        except OSError:  # it has ended
            return False
        if not here or "--at-once" not in words:
            return False
        return "--share" in words or words[words.index("--at-once") + 1] == "1"


def results(project):
    """Bytes of every result, without records of a machine and its time."""
    return {
        str(path.relative_to(project.root)): path.read_bytes()
        for folder in ("checkpoints", "observations", "relearning", "measures", "results")
        for path in (project.root / folder).rglob("*")
        if path.suffix in (".safetensors", ".npz", ".csv")
        or (folder == "relearning" and path.suffix == ".json")
    }


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ["0", "-1", "two", "3"])
def test_a_wrong_number_is_one_error_before_any_job(tiny, wrong):
    done = tiny.snakemake("--default-resources", f"jobs_per_gpu={wrong}")
    assert done.returncode == 1
    text = done.stdout + done.stderr
    assert "jobs_per_gpu" in text and wrong in text
    assert text.count("Error") == 1 and "Traceback" not in text
    assert not (tiny.root / "data/raw").exists()
