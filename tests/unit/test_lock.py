"""Locks of a head process that is gone, and of one that lives."""

import socket
import subprocess
import sys
import time
from datetime import date

from regression_unlearning.pipeline import lock


def lock_in(folder):
    (folder / "locks").mkdir()
    file = folder / "locks" / "0.input.lock"
    file.write_text("data/raw\n")
    return file


def test_a_stale_lock_is_removed(tmp_path):
    file = lock_in(tmp_path)
    assert lock.take(tmp_path)
    assert not file.exists()


def test_the_lock_of_a_living_head_stays_until_it_is_killed(tmp_path):
    file = lock_in(tmp_path)
    lives = "import sys, time\nfrom regression_unlearning.pipeline.lock import take\n"
    lives += "take(sys.argv[1])\nprint('ready', flush=True)\ntime.sleep(60)\n"
    head = subprocess.Popen([sys.executable, "-c", lives, tmp_path], stdout=subprocess.PIPE)
    assert head.stdout.readline().strip() == b"ready"
    file.write_text("made by the living head\n")
    assert not lock.take(tmp_path)
    assert file.exists()
    said = lock.another(tmp_path)
    assert f"process {head.pid} on {socket.gethostname()}, since {date.today():%Y}" in said
    assert "--unlock" not in said and len(said.splitlines()) == 1
    head.kill()
    head.wait()
    deadline = time.monotonic() + 5
    while not lock.take(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not file.exists()
