"""Seconds and peak memory of preparing hourly load: 370 customers x 26,304 hours, values made up.

The table is written first; a process of its own prepares it, so that its peak memory is its own.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from regression_unlearning.data.prepared import prepare
from regression_unlearning.data.sources import hourly_table
from regression_unlearning.settings.section import validated


def write(path: Path, customers: int, hours: int) -> None:
    """Write a wide table, a part at a time."""
    random = np.random.default_rng(0)
    dates = pd.date_range("2012-01-01", periods=hours, freq="h")
    for start in range(0, hours, 2000):
        part = dates[start : start + 2000]
        load = pd.DataFrame(random.gamma(2.0, 50.0, (len(part), customers)).round(3))
        load.columns = [f"MT_{number:03d}" for number in range(1, customers + 1)]
        load.insert(0, "date", part)
        load.to_csv(path, mode="a", header=start == 0, index=False)


def work(raw: Path, folder: Path, values: dict, results) -> None:
    """Prepare, and say how long it took and how much memory."""
    begun = time.perf_counter()
    prepare(raw, folder, "hourly_table", validated(hourly_table.Settings, values), None)
    seconds = time.perf_counter() - begun
    results.put((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def main() -> None:
    """Print seconds, peak memory and the sizes of the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=370)
    parser.add_argument("--hours", type=int, default=26_304)
    parser.add_argument("--train", type=int, default=450_000, help="windows drawn")
    parser.add_argument("--validation", type=int, default=50_000, help="windows drawn")
    parser.add_argument("--test", type=int, default=100_000, help="windows drawn")
    arguments = parser.parse_args()
    windows = {part: getattr(arguments, part) for part in ("train", "validation", "test")}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = folder / "load.csv"
        write(table, arguments.customers, arguments.hours)
        print(f"table:    {table.stat().st_size / 2**20:,.0f} MiB")
        spawn = multiprocessing.get_context("spawn")
        results = spawn.Queue()
        values = {"mirror": ["load.csv"], "windows": windows}
        child = spawn.Process(target=work, args=(folder, folder / "prepared", values, results))
        child.start()
        seconds, peak = results.get()
        child.join()
        drawn = sum(windows.values())
        print(f"prepared: {seconds:.1f} s, peak memory {peak:,.0f} MiB, {drawn:,} windows")
        for file in sorted((folder / "prepared").iterdir()):
            print(f"  {file.name}: {file.stat().st_size / 2**20:,.0f} MiB")


if __name__ == "__main__":
    main()
