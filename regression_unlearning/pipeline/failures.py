"""Show why a job failed, and its warnings: the engine's quiet mode hides both."""

import logging
import sys
from pathlib import Path

#: What stands before a warning in a job's log.
WARNING = "warning: "


class Failures(logging.Handler):
    """Print the last lines of a failed job's own log when the engine reports the job.

    Of a job that ended well the warnings are printed, each once in a run.

    Parameters
    ----------
    lines : int
        Lines shown of each log.
    """

    def __init__(self, lines: int = 20):
        super().__init__(logging.INFO)
        self.lines = lines
        self.logs: dict[int, list[str]] = {}
        self.warned: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Print, if the record is of a job that failed, or that ended with warnings."""
        event = getattr(getattr(record, "event", None), "name", "")
        logs = getattr(record, "log", None) or []
        if event == "JOB_INFO":
            self.logs[record.jobid] = logs  # type: ignore[attr-defined]
        elif event == "JOB_FINISHED":
            self._warn(self.logs.pop(record.job_id, []))  # type: ignore[attr-defined]
        elif event == "JOB_ERROR":
            for path in logs:
                last = "\n".join(f"  {line}" for line in _lines(path)[-self.lines :])
                sys.stderr.write(f"Failed, says {path}:\n{last}\n" if last else "")

    def _warn(self, logs: list[str]) -> None:
        for path in logs:
            warnings = [line.partition(WARNING)[2] for line in _lines(path)]
            new = [line for line in dict.fromkeys(warnings) if line and line not in self.warned]
            self.warned.update(new)
            sys.stderr.writelines(f"Warning, says {path}: {line}\n" for line in new)


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def show(engine: logging.Logger) -> None:
    """Show failures from now on, once, no matter how often the rules are read."""
    if not any(isinstance(handler, Failures) for handler in engine.handlers):
        engine.addHandler(Failures())
