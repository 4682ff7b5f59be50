"""Show why a job failed: the engine's quiet mode hides the messages of failed jobs."""

import logging
import sys
from pathlib import Path


class Failures(logging.Handler):
    """Print the last lines of a failed job's own log when the engine reports the job.

    Parameters
    ----------
    lines : int
        Lines shown of each log.
    """

    def __init__(self, lines: int = 20):
        super().__init__(logging.ERROR)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Print the log's last lines if the record reports a failed job."""
        if getattr(getattr(record, "event", None), "name", "") != "JOB_ERROR":
            return
        for path in getattr(record, "log", None) or ():
            try:
                text = Path(path).read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            last = "\n".join(f"  {line}" for line in text.splitlines()[-self.lines :])
            sys.stderr.write(f"Failed, says {path}:\n{last}\n")


def show(engine: logging.Logger) -> None:
    """Show failures from now on, once, no matter how often the rules are read."""
    if not any(isinstance(handler, Failures) for handler in engine.handlers):
        engine.addHandler(Failures())
