"""Seeds in several processes at once: they overlap, fail, and stop as one program's seeds do."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from regression_unlearning.training import interruption

#: A program whose seeds sleep instead of training. ``now_SEED`` exists while a seed is worked on,
#: ``begun_SEED`` from then on.
PROGRAM = """
import os, sys, time
from pathlib import Path
from regression_unlearning import program
from regression_unlearning.errors import UserError
from regression_unlearning.training import at_once, interruption
from regression_unlearning.training.runs import Run

def work(seed, run):
    me = Path(f"now_{seed}")
    me.touch()
    Path(f"begun_{seed}").touch()
    until = time.monotonic() + float(os.environ["LASTS"])
    seen, met = 0, False
    while time.monotonic() < until:
        seen = max(seen, len(list(Path().glob("now_*"))))
        if not met and Path("begun_0").exists() and Path("begun_1").exists():
            met = True
            if os.environ["UNTIL"] == "met":
                until = time.monotonic() + 0.2
        if interruption.asked():
            time.sleep(0.3)  # as long as saving takes: a second signal would end it here
            Path(f"saved_{seed}").touch()
            interruption.stop()
        time.sleep(0.01)
    me.unlink()
    if str(seed) == os.environ["FAILS"]:
        raise UserError("this seed is unlucky")
    run.write_values(seed=seed, seen=seen, met=met, threads=given_threads)

def main():
    global given_threads
    parser = program.parser("")
    parser.add_argument("--seed", type=int, nargs="+")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=Path, nargs="+")
    at_once.add_arguments(parser)
    given = parser.parse_args()
    given_threads = given.threads
    if at_once.done_in_shares(given, {"--output": given.output}, given.output):
        return
    interruption.listen()
    runs = [Run(output, {"seed": seed}) for seed, output in zip(given.seed, given.output)]
    for seed, run in zip(given.seed, runs):
        if not run.finished:
            work(seed, run)
    at_once.finish(given, runs)

program.run(main)
"""


@pytest.fixture
def begin(tmp_path):
    """Start the program for seeds 0, 1 and 2."""
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    outputs = [f"seed_{seed}.json" for seed in range(3)]

    def go(at_once, *, lasts=20.0, until="the end", fails=None):
        given = ["--seed", "0", "1", "2", "--threads", "3", "--output", *outputs]
        return subprocess.Popen(
            [sys.executable, "program.py", *given, "--at-once", str(at_once)],
            cwd=tmp_path,
            env={**os.environ, "LASTS": str(lasts), "UNTIL": until, "FAILS": str(fails)},
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )

    return go


def made(folder):
    return {
        path.name: json.loads(path.read_text(encoding="utf-8"))
        for path in folder.glob("seed_*.json")
    }


def test_two_seeds_at_once_and_never_three(begin, tmp_path):
    running = begin(2, until="met")
    _, log = running.communicate(timeout=60)
    assert running.returncode == 0, log
    found = made(tmp_path)
    assert sorted(found) == ["seed_0.json", "seed_1.json", "seed_2.json"]
    assert [found[f"seed_{seed}.json"]["seed"] for seed in range(3)] == [0, 1, 2]
    assert all(one["met"] for one in found.values()), "the first two did not overlap"
    assert max(one["seen"] for one in found.values()) == 2
    assert {one["threads"] for one in found.values()} == {3}
    assert not list(tmp_path.glob("*.unfinished"))


def test_one_seed_that_fails_is_named_and_the_others_are_kept(begin, tmp_path):
    running = begin(3, lasts=0.1, fails=1)
    _, log = running.communicate(timeout=60)
    assert running.returncode == 2
    last = log.partition("error: 1 of 3 processes failed.")[2]
    assert last.splitlines()[1] == "seed 1: its process was ended with status 2. Its last lines:"
    assert last.rstrip().endswith("error: this seed is unlucky")
    assert made(tmp_path) == {}, "a program delivers all of its results or none"
    (tmp_path / "begun_0").unlink()
    again = begin(3, lasts=0.1)
    _, log = again.communicate(timeout=60)
    assert again.returncode == 0, log
    assert len(made(tmp_path)) == 3
    assert not (tmp_path / "begun_0").exists(), "it was made anew"


@pytest.mark.slow
def test_a_process_that_is_killed_is_named(begin, tmp_path):
    """As the kernel ends one that takes too much memory."""
    running = begin(3)
    children = wait_for(lambda: len(now := processes(running.pid)) == 3 and now)
    wait_for(lambda: len(list(tmp_path.glob("now_*"))) == 3)
    os.kill(children[0], signal.SIGKILL)
    for child in children[1:]:
        os.kill(child, signal.SIGTERM)
    _, log = running.communicate(timeout=60)
    assert running.returncode == 2
    assert "its process was ended by signal 9" in log


@pytest.mark.parametrize("to_all", [pytest.param(False, marks=pytest.mark.slow), True])
def test_a_signal_lets_every_process_save_its_state(to_all, begin, tmp_path):
    """SIGTERM to the program alone; SIGINT to all of its processes, as Ctrl-C sends it."""
    running = begin(3)
    wait_for(lambda: len(list(tmp_path.glob("now_*"))) == 3)
    if to_all:
        os.killpg(running.pid, signal.SIGINT)
    else:
        running.terminate()
    _, log = running.communicate(timeout=60)
    assert running.returncode == 128 + (signal.SIGINT if to_all else signal.SIGTERM), log
    assert len(list(tmp_path.glob("saved_*"))) == 3, log


def wait_for(what, seconds=30):
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "this did not come about in time"
        time.sleep(0.02)
    return found


def processes(parent):
    """Numbers of the processes that a process has started."""
    done = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False
    )
    return [int(line) for line in done.stdout.split()]


def test_a_wish_that_is_passed_on_and_comes_by_signal_too_is_one_wish(monkeypatch):
    """SLURM signals every process, and the first of them passes it on to the others."""
    monkeypatch.setattr(interruption, "_passed_on", False)
    for first in (interruption.ask, lambda: interruption._ask(signal.SIGTERM, None)):
        monkeypatch.setattr(interruption, "_asked", None)
        first()
        interruption.ask()
        if first is interruption.ask:
            interruption._ask(signal.SIGTERM, None)
        assert interruption.asked()
        with pytest.raises(interruption.Interrupted):
            interruption._ask(signal.SIGTERM, None)
