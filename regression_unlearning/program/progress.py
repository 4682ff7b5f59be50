"""Progress of long work in lines that both a terminal and a log file show well."""

import logging
import time

log = logging.getLogger(__name__)


class Progress:
    """Report how much of some work is done, and about how long the rest takes.

    Parameters
    ----------
    what : str
        Name of the work, with which the line begins.
    total : int
        Steps in all.
    every : float
        Seconds between two lines; the last step always has one.
    done : int
        Steps done before: they do not count in the estimate.
    """

    def __init__(self, what: str, total: int, *, every: float = 5.0, done: int = 0):
        self.what, self.total, self.every, self.first = what, total, every, done
        self.start = self.said = time.monotonic()

    def at(self, done: int, detail: str = "") -> None:
        """Record that `done` steps are done; write a line if one is due."""
        now = time.monotonic()
        if now - self.said < self.every and done < self.total:
            return
        self.said = now
        spent = now - self.start
        left = spent / max(done - self.first, 1) * (self.total - done)
        rest = f", about {left:.0f} s left" if done < self.total else ""
        log.info(
            "%s: %d of %d%s, %.1f s%s",
            self.what,
            done,
            self.total,
            detail and f", {detail}",
            spent,
            rest,
        )
