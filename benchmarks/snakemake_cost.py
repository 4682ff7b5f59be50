"""How much of a finished run's wall time was the workflow engine's own.

Reads the start and end of every job that Snakemake recorded in the current folder's last run, and
compares the time in which the cores could have done the jobs with the wall time.
"""

import argparse
import json
from pathlib import Path


def jobs(folder: Path) -> list[tuple[float, float]]:
    """Start and end of every recorded job; the outputs of one job share its log."""
    found: dict[tuple[str, str], list[float]] = {}
    for path in (folder / ".snakemake" / "metadata").rglob("*"):
        if not path.is_file():
            continue
        record = json.loads(path.read_text(encoding="utf-8"))
        if record.get("endtime") and record.get("log"):
            times = found.setdefault((record["rule"], record["log"][0]), [])
            times += [record["starttime"], record["endtime"]]
    return [(min(times), max(times)) for times in found.values()]


def main() -> None:
    """Print jobs, their own time, wall time and the engine's share."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path())
    parser.add_argument("--wall", type=float, help="wall seconds of the whole command, if measured")
    arguments = parser.parse_args()
    found = jobs(arguments.folder)
    own = sum(end - start for start, end in found)
    wall = arguments.wall or max(end for _, end in found) - min(start for start, _ in found)
    ideal = own / arguments.cores
    print(f"{len(found)} jobs, {own:.1f} s of their own, {ideal:.1f} s on {arguments.cores} cores")
    print(f"wall {wall:.1f} s; the engine's share {(wall - ideal) / wall:.1%}")


if __name__ == "__main__":
    main()
