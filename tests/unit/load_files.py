"""Tables of load as files, written in one form or another."""

import csv
import io

import numpy as np
import pandas as pd


def text_of(dates, names, load, *, delimiter=",", decimal=".", way="%Y-%m-%d %H:%M", **options):
    """The table as text."""
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if options.get("quoted") else csv.QUOTE_MINIMAL
    lines = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    index = options.get("index", False)
    lines.writerow([""] * index + [options.get("date", "date"), *names])
    for number, (date, row) in enumerate(zip(dates, load, strict=True)):
        text = str(int(date.timestamp())) if way == "%s" else date.strftime(way)
        if options.get("short") and "00:00" in text:
            text = text.replace(" 00:00", "") if options["short"] == "no time" else text
            if options["short"] == "24:00":
                text = (date - pd.Timedelta(days=1)).strftime(way).replace("00:00", "24:00", 1)
        numbers = [f"{value:.3f}".replace(".", decimal) for value in row]
        lines.writerow([number] * index + [text, *numbers])
    return out.getvalue()


def written(folder, text, encoding="utf-8"):
    path = folder / "load.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def hours(rows=60, first="2014-03-29 00:00", **options):
    """A plain table of two customers, as text."""
    load = np.random.default_rng(0).integers(1, 9999, (rows, 2)) / 1000
    return text_of(pd.date_range(first, periods=rows, freq="h"), ["a", "b"], load, **options)


def changed(old, new, count=1, **options):
    text = hours(**options)
    assert old in text
    return text.replace(old, new, count)


def clocks(offset=True, rows=60):
    """Hours across the night of a change of the clock in Lisbon, as a local clock shows them."""
    load = np.random.default_rng(0).integers(1, 9999, (rows, 2)) / 1000
    dates = pd.date_range("2014-10-25 00:00+01:00", periods=rows, freq="h").tz_convert(
        "Europe/Lisbon"
    )
    return text_of(dates, ["a", "b"], load, way="%Y-%m-%dT%H:%M:%S" + "%z" * offset)
