"""Killed at any moment, the same command goes on and ends in the same bytes."""

import json
import os
import random
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest
from projects import Project, checked, script_command

SEED = int(os.environ.get("TEST_SEED", "20261121"))
NETWORK = {
    "family": "sentence_pairs",
    "model": {"name": "lstm", "hidden": 4, "head": [4]},
    "loss": "mse",
    "reading": {},
}
FIT = {"epochs": 300, "learning_rate": 0.005, "batch_size": 32, "save_every": 0.02}
PREPARED = "data/prepared/demo_pairs"
PARTS = ["--parts", f"{PREPARED}/forget_sets/random_20.npz"]


def command(name: str, settings: dict, *arguments: object) -> list[str]:
    given = ("--prepared", PREPARED, "--seed", 0, "--settings", json.dumps(NETWORK | settings))
    return script_command(name, *given, *arguments)


def train(output: str) -> list[str]:
    settings = {"training": {**FIT, "schedule": {"name": "plateau", "patience": 3}}}
    identity = ("--identity", "demo_pairs", "original", "--output", output)
    return command("train", settings, *identity)


# No model reaches this loss: every order runs to its cap.
LOOKING = {
    "observation": {"max_rows": 50},
    "relearning": {"alpha": 1e-9, "cap": 800, "orders": 2, "batch_size": 32},
}


def unlearn(output: str) -> list[str]:
    beside = Path(output).parent
    return command(
        "unlearn",
        {"options": {**FIT, "labels_of": "train"}, **LOOKING},
        *("--identity", "demo_pairs", "random_20", "gaussian_amnesiac", *PARTS),
        *("--method", "gaussian_amnesiac", "--original", "start.safetensors", "--output", output),
        *("--observation", beside / "seen_unlearn.npz", "--original-observation", "perfect.npz"),
        *("--relearning", beside / "counts_unlearn.json"),
    )


def relearn(output: str) -> list[str]:
    """Observe the references, and let the retrained one relearn."""
    beside = Path(output).parent
    return command(
        "observe",
        LOOKING,
        *("--identity", "demo_pairs", "random_20", *PARTS, "--output", output),
        *("--original", "perfect.safetensors", "--retrained", "start.safetensors"),
        *("--retrained-output", beside / "seen_relearn.npz"),
        *("--relearning", beside / "counts_relearn.json"),
    )


PROGRAMS = {
    "train": (train, ".safetensors"),
    "unlearn": (unlearn, ".safetensors"),
    "relearn": (relearn, ".npz"),
}


@pytest.fixture(scope="module")
def started(_prepared, tmp_path_factory) -> tuple[Project, dict[str, tuple[float, float]]]:
    """A project in which every program has run undisturbed; seconds, and of a processor, of each.

    The processor's do not count what other processes do meanwhile.
    """
    import numpy as np

    from regression_unlearning.files import write_npz

    made = _prepared.copy(tmp_path_factory.mktemp("interruption"))
    first = {"training": {"epochs": 1, "learning_rate": 0.01, "batch_size": 32}}
    identity = ("--identity", "demo_pairs", "original", "--output", "start.safetensors")
    checked(made.run(*command("train", first, *identity)))
    perfect = {"training": {"epochs": 60, "learning_rate": 0.01, "batch_size": 8}}
    identity = ("--identity", "demo_pairs", "perfect", "--output", "perfect.safetensors")
    checked(made.run(*command("train", perfect, *identity)))
    write_npz(made.root / "perfect.npz", {"forget/loss": np.zeros(20, np.float32)})
    calm = {}
    for name, (program, suffix) in PROGRAMS.items():
        begun, before = time.monotonic(), ended_work()
        checked(made.run(*program(f"calm/{name}{suffix}")))
        calm[name] = time.monotonic() - begun, ended_work() - before
    return made, calm


def ended_work() -> float:
    """Processor time of all programs that have been run to their end so far, in seconds."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def work_of(running: subprocess.Popen) -> float:
    """Processor time of a running program so far, in seconds."""
    fields = (
        Path(f"/proc/{running.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    )
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def position(state: Path) -> int | None:
    """How many mini-batches a state file holds, or None without one."""
    from safetensors import safe_open

    if not state.is_file():
        return None
    with safe_open(state, "np") as file:
        return json.loads(file.metadata()["state"])["position"]["done"]["steps"]


def start(project: Project, arguments: list[str]) -> subprocess.Popen:
    return subprocess.Popen(
        arguments,
        cwd=project.root,
        env=project.environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", PROGRAMS)
def test_killed_at_random_moments(started, name):
    """Three SIGKILLs or SIGTERMs, each at a moment drawn from the whole run, then to the end."""
    project, calm = started
    seconds, work = calm[name]
    program, suffix = PROGRAMS[name]
    output = f"killed/{name}{suffix}"
    draw = random.Random(f"{SEED} {name}")
    for attempt in range(3):
        kind = draw.choice([signal.SIGKILL, signal.SIGTERM])
        moment = draw.uniform(0.3, 1.1) * seconds
        print(f"TEST_SEED={SEED} {name}: {kind.name} after {moment:.2f} s")
        before, running = ended_work(), start(project, program(output))
        try:
            running.communicate(timeout=moment)
        except subprocess.TimeoutExpired:
            done = work_of(running)
            running.send_signal(kind)
            said = running.communicate(timeout=60)[1]
            # After its last mini-batch a program may end well: little is left to do. One that goes
            # on training in spite of the signal does more, and is not forgiven.
            little = ended_work() - before - done < work / 4
            ended_well = little and (project.root / output).exists()
            assert running.returncode != 0 or ended_well, f"attempt {attempt}: {said}"
        if (project.root / output).exists():
            break
    checked(project.run(*program(output)))
    killed, whole = project.root / output, project.root / f"calm/{name}{suffix}"
    assert killed.read_bytes() == whole.read_bytes()
    for beside in (f"seen_{name}.npz", f"counts_{name}.json"):
        if name != "train":
            there = killed.with_name(beside), whole.with_name(beside)
            assert there[0].read_bytes() == there[1].read_bytes()
    assert not list(killed.parent.glob(f"*{name}.unfinished")), "unfinished work was left"


@pytest.mark.slow
def test_every_checkpoint_of_a_run_that_is_killed_often(started):
    """Killed as soon as its state has moved, again and again: it still gets on, to the same end."""
    project, _ = started
    output = "often/train.safetensors"
    state = project.root / "often/train.unfinished/training.safetensors"
    seen = -1
    for kind in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
        running = start(project, train(output))
        while running.poll() is None and (position(state) or -1) <= seen:
            time.sleep(0.005)
        assert running.poll() is None, "too quick to be killed: more epochs are needed"
        seen = position(state)
        running.send_signal(kind)
        running.communicate(timeout=60)
        assert position(state) >= seen
        seen = position(state)
    done = checked(project.run(*train(output)))
    assert "going on after epoch" in done.stderr
    calm = project.root / "calm/train.safetensors"
    assert (project.root / output).read_bytes() == calm.read_bytes()


@pytest.mark.slow
def test_sigterm_saves_at_once(started):
    """With the next saving far away, SIGTERM itself saves, and the status says that it was cut."""
    project, _ = started
    settings = {"training": {**FIT, "epochs": 3000, "save_every": 3600}}
    identity = ("--identity", "demo_pairs", "original", "--output", "term/train.safetensors")
    state = project.root / "term/train.unfinished/training.safetensors"
    for wait in (2, 4, 8, 16):
        running = start(project, command("train", settings, *identity))
        time.sleep(wait)
        assert not state.exists()
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=60)
        if running.returncode != -signal.SIGTERM:  # else it was still importing: nothing is lost
            break
    assert running.returncode == 128 + signal.SIGTERM
    assert position(state) > 0
    assert not (project.root / "term/train.safetensors").exists()


@pytest.mark.slow
def test_state_of_other_settings_is_not_gone_on_from(started):
    project, _ = started
    output = "other/train.safetensors"
    state = project.root / "other/train.unfinished/training.safetensors"
    running = start(project, train(output))
    while running.poll() is None and position(state) is None:
        time.sleep(0.005)
    running.kill()
    running.communicate(timeout=60)
    assert state.exists()
    settings = {"training": {**FIT, "epochs": 2}}
    identity = ("--identity", "demo_pairs", "original", "--output", output)
    done = checked(project.run(*command("train", settings, *identity)))
    assert "starting anew" in done.stderr
    assert "going on" not in done.stderr


def tinier(values: dict) -> None:
    """Leave a workflow of some 25 jobs: training, unlearning, measures, a table and a report."""
    demo = values["experiments"]["demo"]
    demo["figures"] = {}
    demo["tables"]["table2"]["methods"] = ["finetune"]
    for name in ("membership", "anamnesis", "wasserstein"):
        del values["measures"][name]
    # Long enough that a kill meets a training half-way.
    values["datasets"]["demo_pairs"]["training"].update(epochs=300, save_every=0.2)


@pytest.mark.slow
def test_whole_workflow_killed(tiny, tmp_path):
    """SIGKILL the workflow and its jobs three times; the same command ends in the same table."""
    tiny.edit_params(tinier)
    killed = tiny.copy(tmp_path / "killed")
    begun = time.monotonic()
    checked(tiny.snakemake())
    whole = time.monotonic() - begun
    draw = random.Random(f"{SEED} workflow")
    for part in (0.3, 0.5, 0.5):
        moment = draw.uniform(0.8, 1.2) * part * whole
        print(f"TEST_SEED={SEED} workflow: SIGKILL after {moment:.1f} of {whole:.1f} s")
        running = start(killed, killed.command())
        try:
            running.communicate(timeout=moment)
            break
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.communicate(timeout=60)
    checked(killed.snakemake())  # the same command: no --unlock
    for name in ("table2.csv", "table2.md", "table2.tex"):
        path = f"results/demo/{name}"
        assert (killed.root / path).read_bytes() == (tiny.root / path).read_bytes()
    for path in sorted(tiny.root.glob("checkpoints/**/*.safetensors")):
        other = killed.root / path.relative_to(tiny.root)
        assert other.read_bytes() == path.read_bytes(), path
    assert killed.jobs() == []


@pytest.mark.slow
def test_a_second_run_beside_a_live_one_is_refused(tiny):
    """The lock of a run that lives stays: only a dead one's is cleared."""
    tiny.edit_params(tinier)
    running = start(tiny, tiny.command())
    locks = tiny.root / ".snakemake/locks"
    while running.poll() is None and not (locks.is_dir() and list(locks.iterdir())):
        time.sleep(0.02)
    second = tiny.snakemake()
    assert second.returncode != 0
    said = second.stdout + second.stderr
    assert f"another run works in this folder (process {running.pid} on " in said
    assert "--unlock" not in said and "Traceback" not in said
    assert running.poll() is None
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate(timeout=60)
