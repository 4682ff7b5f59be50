"""Run the suite of faults, print its figures, and write them into docs/faults.md.

  python tests/faults/figures.py           run, print, write
  python tests/faults/figures.py --check   run, print, and fail where the page says other figures
  python tests/faults/figures.py --known   run, print, write; all that fails goes into known.json

Further arguments go to pytest. It fails where a test does.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path

import pytest
from known import PLACE, parted

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs/faults.md"
#: Kind of fault, as the tests name it, to the heading of what came through.
KINDS = ("damaged file", "full disk", "read-only folder", "kill of a job", "kill of the head")
INPUT = "bad input"
FIGURES = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end -->)", re.DOTALL)


class Tally:
    """Counts what the tests have met, by kind of fault."""

    def __init__(self):
        self.tried, self.well, self.known = Counter(), Counter(), Counter()
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report) -> None:
        """Count a test at its end."""
        if report.when != "call":
            return
        told = dict(report.user_properties)
        kind, times = told.get("fault", INPUT), told.get("times", 1)
        self.tried[kind] += times
        if report.passed or "XPASS" in str(report.longrepr):
            self.well[kind] += times
        else:
            self.known[kind] += times
            self.failed.append(report.nodeid.partition("[")[2][:-1])

    def keep(self) -> None:
        """Write what does not come through into known.json."""
        known: dict[str, list[str]] = {}
        for name in self.failed:
            group, end = parted(name)
            known.setdefault(group, []).append(end)
        text = json.dumps({key: sorted(known[key]) for key in sorted(known)}, indent=1)
        PLACE.write_text(f"{text}\n", encoding="utf-8")

    def text(self) -> str:
        """The figures as Markdown."""
        lines = ["| Fault | Tried | Came through | Known, not mended |", "|---|---:|---:|---:|"]
        rows = {kind: [table[kind] for table in self.tables] for kind in KINDS}
        rows["all faults"] = [sum(column) for column in zip(*rows.values(), strict=True)]
        rows[INPUT] = [table[INPUT] for table in self.tables]
        return "\n".join(
            [*lines, *(f"| {kind} | {' | '.join(map(str, row))} |" for kind, row in rows.items())]
        )

    @property
    def tables(self) -> tuple[Counter, Counter, Counter]:
        """Tried, came through, known."""
        return self.tried, self.well, self.known


def main() -> int:
    """Run, print, write or compare; give the status."""
    arguments = [one for one in sys.argv[1:] if one not in ("--check", "--known")]
    tally = Tally()
    failed = pytest.main(["-m", "faults", str(HERE), "-q", "--no-header", "-r", "fE", *arguments],
                         plugins=[tally])  # fmt: skip
    print(f"\n{tally.text()}")
    if "--known" in sys.argv:
        tally.keep()
    elif failed:
        return int(failed)
    page = PAGE.read_text(encoding="utf-8")
    said = FIGURES.sub(lambda _: f"{tally.text()}\n", page)
    if "--check" not in sys.argv:
        PAGE.write_text(said, encoding="utf-8")
    elif said != page:
        print(f"{PAGE.name} says other figures: run python tests/faults/figures.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
