"""Jobs and the head, killed at random moments: the same command ends in the same bytes."""

import json
import os
import random
import signal
import sys
import time
from functools import cache
from pathlib import Path

import pytest
from chain import carry_out, lay_out
from damage import KINDS, damage, differs, outcome, refusal, without
from known import marked
from programs import child, end, run, run_killed, wait
from test_full_disk import RULES

#: Seconds of each rule's job that nothing disturbs.
CALM: dict[str, float] = {}
SEED = int(os.environ.get("TEST_SEED", "20261127"))


@pytest.mark.parametrize(
    ("rule", "number"),
    [
        marked(rule, number, name=f"kill {number} of {rule}")
        for rule in RULES
        for number in range(1, 4)
    ],
)
def test_a_job_that_is_killed(chain, tmp_path, record_property, rule, number):
    record_property("fault", "kill of a job")
    job = chain.job(rule)
    chain.copy(tmp_path)
    left_out = [*job.outputs, *(["measures/cells"] if rule == "measure" else [])]
    without(tmp_path, left_out)
    seconds = CALM.get(rule)
    if seconds is None:
        seconds = CALM[rule] = carry_out(job, tmp_path).seconds
        without(tmp_path, left_out)
    moment = random.Random(f"{SEED} {rule} {number}").uniform(0.05, 1.05) * seconds
    print(f"TEST_SEED={SEED}: killed after {moment:.3f} of {seconds:.3f} s")
    run_killed(job.command, tmp_path, moment)
    found = outcome(carry_out(job, tmp_path), chain, tmp_path, job, "")
    record_property("outcome", found)
    assert found == "same", found


def longer(job, folder):
    """The command of a training that saves its state fifty times a second."""
    command = list(job.command)
    at = command.index("--settings") + 1
    settings = json.loads((folder / command[at]).read_text(encoding="utf-8"))
    fit = settings["training"] if "training" in settings else settings["options"]
    fit.update(epochs=40, save_every=0.02)
    command[at] = json.dumps(settings)
    return command


TRAININGS = ("train_original", "unlearn")


@pytest.fixture(scope="module")
def interrupted(chain, tmp_path_factory):
    """Rule to a folder in which a job's unfinished state lies; its command; one where it ended."""
    return cache(lambda rule: interrupt(chain, tmp_path_factory, chain.job(rule)))


def interrupt(chain, tmp_path_factory, job):
    """Run a job to its end, and in another folder until its state is saved."""
    folders = [tmp_path_factory.mktemp(name) for name in ("calm", "killed")]
    for folder in folders:
        chain.copy(folder)
        without(folder, job.outputs)
    calm, killed = folders
    command = longer(job, calm)
    seconds = run(command, calm).seconds
    for attempt in range(1, 9):
        run_killed(command, killed, (0.3 + 0.05 * attempt) * seconds)
        if states(killed):
            return job, command, calm, killed
    raise AssertionError("no state was saved before the kill")


def states(folder):
    """States of trainings that were cut off; results that wait lie beside them."""
    found = folder.rglob("*.unfinished/*.safetensors")
    return [path for path in found if not path.name.startswith("seed_")]


def goes_on(job, command, calm, folder, named=""):
    """What becomes of a job that goes on in a folder: see `outcome`."""
    done = run(command, folder)
    if done.code == 0:
        weights = [path for path in job.outputs if not path.endswith(".json")]
        apart = [path for path in weights if differs(calm / path, folder / path)]
        return f"used: {apart[0]} is another" if apart else "same"
    return done.said if "Traceback" in done.said else refusal(done, named)


@pytest.mark.parametrize(
    ("rule", "number"),
    [
        marked(rule, number, name=f"kill {number} of the training in {rule}")
        for rule in TRAININGS
        for number in range(1, 7)
    ],
)
def test_a_training_that_is_killed_again(interrupted, tmp_path, record_property, rule, number):
    record_property("fault", "kill of a job")
    job, command, calm, killed = interrupted(rule)
    copy_tree(killed, tmp_path)
    draw = random.Random(f"{SEED} {job.rule} {number}")
    for _ in range(2):
        run_killed(command, tmp_path, draw.uniform(0.02, 0.6))
    assert goes_on(job, command, calm, tmp_path) == "same"


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        marked(rule, kind, name=f"state of {rule}: {kind}")
        for rule in TRAININGS
        for kind in KINDS
    ],
)  # fmt: skip
def test_a_training_whose_state_is_damaged(interrupted, tmp_path, record_property, rule, kind):
    record_property("fault", "damaged file")
    job, command, calm, killed = interrupted(rule)
    copy_tree(killed, tmp_path)
    for state in states(tmp_path):
        damage(state, kind)
    assert goes_on(job, command, calm, tmp_path, state.name) in ("same", "refused")


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        marked(ending, kind, name=f"waiting seed_0{ending}: {kind}")
        for ending in (".safetensors", ".json")
        for kind in KINDS
    ],
)
def test_a_result_that_waits_and_is_damaged(chain, tmp_path, record_property, ending, kind):
    record_property("fault", "damaged file")
    job = chain.job("train_original")
    chain.copy(tmp_path)
    place = (tmp_path / job.outputs[0]).parent
    waiting = place / "seed_0.unfinished"
    waiting.mkdir()
    for name in ("seed_0.safetensors", "seed_0.json"):
        (place / name).rename(waiting / name)
    damage(waiting / f"seed_0{ending}", kind)
    found = outcome(carry_out(job, tmp_path), chain, tmp_path, job, f"seed_0{ending}")
    assert found in ("same", "refused"), found


def copy_tree(there, here):
    """Copy a folder by content: a training writes over its own state."""
    import shutil

    shutil.copytree(there, here, dirs_exist_ok=True)


def head(folder, *targets):
    """Start the workflow engine in a child."""

    def work():
        from snakemake.cli import main

        sys.argv = ["snakemake", "--cores", "2", *targets]
        here = str(Path(sys.executable).parent)
        os.environ["PATH"] = os.pathsep.join([here, os.environ["PATH"]])
        main(sys.argv[1:])

    return child(work, folder)


def test_a_head_that_is_killed(chain, tmp_path, record_property):
    """With its jobs, or alone, so that they run on beside those of the next one."""
    record_property("fault", "kill of the head")
    record_property("times", 6)
    lay_out(tmp_path)
    draw = random.Random(f"{SEED} head")
    for number in range(6):
        begun, moment = time.monotonic(), draw.uniform(2, 9)
        running = head(tmp_path, "all_observed")
        while time.monotonic() - begun < moment:
            if os.waitid(os.P_PID, running, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                break
            time.sleep(0.05)
        print(f"TEST_SEED={SEED}: kill {number} after {moment:.1f} s")
        end(running) if number % 2 else os.kill(running, signal.SIGKILL)
        wait(running, tmp_path, begun)
    done = wait(head(tmp_path, "all_observed"), tmp_path, 0)
    assert done.code == 0 and "Traceback" not in done.said, done.said
    made = [path for job in chain.jobs for path in job.outputs if path.startswith("observations")]
    made += [path for job in chain.jobs for path in job.outputs if path.endswith(".safetensors")]
    assert [path for path in made if differs(chain.root / path, tmp_path / path)] == []


HEADS_OWN = (".fingerprints", ".settings")


@pytest.mark.parametrize(
    "kinds",
    [
        marked(tuple(kind for kind in KINDS if kind != "folder"), name="the head's own: content"),
        marked(("folder",), name="the head's own: folder"),
    ],
)
def test_the_head_s_own_files_are_damaged(chain, tmp_path, record_property, kinds):
    """It writes them again, before any job reads them."""
    record_property("fault", "damaged file")
    lay_out(tmp_path)
    chain.copy(tmp_path)
    damaged = [path for top in HEADS_OWN for path in sorted((tmp_path / top).iterdir())]
    record_property("times", len(damaged))
    for number, path in enumerate(damaged):
        damage(path, kinds[number % len(kinds)])
    done = wait(head(tmp_path, "all_prepared"), tmp_path, 0)
    assert done.code == 0 and "Traceback" not in done.said, done.said
    for path in (tmp_path / ".fingerprints").glob(
        "prepare-*.txt"
    ):  # of the jobs that were asked for
        same = chain.root / ".fingerprints" / path.name
        assert not same.is_file() or path.read_bytes() == same.read_bytes(), path
    for path in (tmp_path / ".settings").iterdir():
        assert path.read_bytes() == (chain.root / ".settings" / path.name).read_bytes(), path
