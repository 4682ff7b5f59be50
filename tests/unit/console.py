"""The console command, run in the tests' own process."""

import io
import sys

from regression_unlearning import cli


def run(monkeypatch, *words, said=""):
    """Run `regression-unlearning` with these words and this on standard input; give its status."""
    monkeypatch.setattr(sys, "argv", ["regression-unlearning", *words])
    monkeypatch.setattr(sys, "stdin", io.StringIO(said))
    try:
        cli.main()
    except SystemExit as end:
        return end.code
    return 0
