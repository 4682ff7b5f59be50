"""Training seeds that a program works on at once, in several processes that share its GPU.

A small network leaves a GPU idle most of the time; several processes on one card use it better.
The program starts itself again for each share of its seeds. A share writes its results as any
program does, and leaves them where they wait (`training.runs`); once every share has ended well
the program that started them delivers all. What a seed's result is does not depend on it.
"""

import argparse
import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from regression_unlearning import program, provenance
from regression_unlearning.errors import UserError
from regression_unlearning.program.processes import end_with
from regression_unlearning.training import interruption
from regression_unlearning.training.runs import Run, deliver

log = logging.getLogger(__name__)

#: Lines of a failed process that are shown again at the end.
LAST = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--at-once``, and ``--share``, which a program gives itself: number, count, parent."""
    parser.add_argument(
        "--at-once",
        type=program.whole_number(1),
        default=1,
        help="processes that share the seeds and the GPU, each with its own --threads",
    )
    parser.add_argument(
        "--share", type=program.whole_number(0), nargs=3, default=None, help=argparse.SUPPRESS
    )


def done_in_shares(
    arguments: argparse.Namespace, each: Mapping[str, list[Path]], outputs: Iterable[Path]
) -> bool:
    """Work on the seeds in several processes, where that is asked for.

    In a share's own process, reduce the seeds and the paths of each seed to the share's, in place.

    Parameters
    ----------
    arguments : Namespace
        With ``seed`` (list of int), and what `add_arguments` adds.
    each : mapping of str to list of Path
        The options that have a path for each seed; an option without paths is left as it is.
    outputs : iterable of Path
        Final paths of all results.

    Returns
    -------
    bool
        Whether all is done; else the program itself goes on.

    Raises
    ------
    UserError
        When an option has more or fewer paths than there are seeds; or, after the other processes
        have ended, when one has failed.
    SystemExit
        With 128 plus the signal's number, when SIGTERM or SIGINT ended the processes. They save
        the states of their trainings.
    """
    program.one_each(arguments.seed, each)
    if arguments.share:
        number, count, parent = arguments.share
        end_with(parent)
        signal.signal(signal.SIGUSR1, lambda *_: interruption.ask())
        for values in (arguments.seed, *each.values()):
            values[:] = values[number::count]
        return False
    count = min(arguments.at_once, len(arguments.seed))
    if count == 1:
        return False
    _work([arguments.seed[number::count] for number in range(count)])
    deliver(Run(path, {}) for path in outputs)
    return True


def finish(arguments: argparse.Namespace, runs: Iterable[Run]) -> None:
    """Deliver a program's results, unless it is a share: then its parent delivers."""
    if not arguments.share:
        deliver(runs)


class _Share:
    """A process for some of the seeds. Its log becomes part of this program's."""

    def __init__(self, number: int, count: int, seeds: Sequence[int]):
        self.name = f"seed {', '.join(map(str, seeds))}"
        self.last: deque[str] = deque(maxlen=LAST)
        share = map(str, (number, count, os.getpid()))
        self.process = subprocess.Popen(
            [sys.executable, *sys.argv, "--share", *share],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, provenance.AT_ONCE: str(count)},
            encoding="utf-8",
            errors="backslashreplace",
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stderr or ():
            self.last.append(f"  {line.rstrip()}")
            sys.stderr.write(f"{self.name}: {line}")

    def stop(self, *, at_once: bool) -> None:
        """Ask it to save its state and stop; a signal to all processes may have asked already."""
        self.process.send_signal(signal.SIGTERM if at_once else signal.SIGUSR1)

    def wait(self) -> int:
        """Wait for its end and the last of its log; return its status."""
        status = self.process.wait()
        self.reader.join()
        return status

    def failure(self) -> str:
        """How it failed, with its last lines."""
        status = self.process.returncode
        how = f"with status {status}" if status > 0 else f"by signal {-status}"
        return "\n".join([f"{self.name}: its process was ended {how}. Its last lines:", *self.last])


def _work(seeds: Sequence[Sequence[int]]) -> None:
    """Run a process for each share of the seeds, and wait for all of them."""
    shares: list[_Share] = []
    asked: list[int] = []

    def ask(number: int, _frame: object) -> None:
        for share in shares:
            share.stop(at_once=bool(asked))
        asked.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    log.info("%d processes share the seeds", len(seeds))
    for number, own in enumerate(seeds):
        if not asked:
            shares.append(_Share(number, len(seeds), own))
    for share in shares if asked else ():  # one that was just starting may not have heard
        share.stop(at_once=False)
    failed = [share for share in shares if share.wait()]
    if asked and (failed or len(shares) < len(seeds)):
        sys.exit(128 + asked[0])
    if failed:
        ended = "\n".join(share.failure() for share in failed)
        raise UserError(f"{len(failed)} of {len(shares)} processes failed.\n{ended}")
