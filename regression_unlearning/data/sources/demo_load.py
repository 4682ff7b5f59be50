"""Hourly load made from a seed, in the shape of the electricity data: no real data, no download.

Every customer has a level, a shape of the day and of the week of its own out of a few kinds, and
noise that fades slowly: the day and the last hours say much of the next hour, not all.
"""

import io
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from regression_unlearning.data.families.load_windows.settings import Windows
from regression_unlearning.data.fetching.raw_file import note_made
from regression_unlearning.files import write_text
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.section import Count, Seed

FAMILY = "load_windows"
EMBEDDED = True

FIRST = np.datetime64("2014-01-06T00", "h")
#: Hours of the day at which the kinds of customers use most, and how much less on a weekend.
PEAKS, WEEKEND = (9, 13, 19, 21), (0.6, 0.9, 1.2, 1.0)
#: How much of an hour's noise is left in the next, and its deviation.
FADING, NOISE = 0.8, 0.15


class Settings(Windows):
    """How much is made, from which seed, and the windows; a short history keeps the demo small."""

    seed: Seed = 0
    """From which it is made."""
    customers: Count = 12
    """How many."""
    hours: Annotated[int, Field(ge=48, le=1_000_000)] = 700
    """How many."""
    history: Count = 24

    @property
    def file(self) -> str:
        """The table's name in the raw folder."""
        return "load.csv"


def download(
    folder: Path,
    settings: Settings,
    *,
    mirror: Path | None,
    checksums: Path,
    embedding: Embedding | None,
) -> None:
    """Make the table and ``manifest.json`` in `folder`: the same settings, the same bytes.

    Parameters
    ----------
    folder : Path
        The dataset's raw folder.
    settings : Settings
        The seed and the sizes.
    mirror, checksums, embedding
        Not used: nothing is fetched. They are there because every dataset is called alike.
    """
    import pandas as pd

    load = _load(settings)
    dates = np.datetime_as_string(FIRST + np.arange(settings.hours) * np.timedelta64(1, "h"))
    names = [f"MT_{number:03d}" for number in range(1, settings.customers + 1)]
    table = pd.DataFrame(load.T, columns=names)
    table.insert(0, "date", [date.replace("T", " ") + ":00" for date in dates])
    text = io.StringIO()
    table.to_csv(text, index=False, float_format="%.3f", lineterminator="\n")
    write_text(folder / settings.file, text.getvalue())
    note_made(folder, [settings.file], f"made from seed {settings.seed}")


def _load(settings: Settings) -> np.ndarray:
    """Load of every customer and hour: float array (customers, hours), above 0."""
    random = np.random.default_rng(settings.seed)
    hours = np.arange(settings.hours)
    kind = np.arange(settings.customers) % len(PEAKS)
    level = random.lognormal(3, 1, (settings.customers, 1))
    swing = random.uniform(0.3, 0.7, (settings.customers, 1))
    peak = np.array(PEAKS)[kind, None] + random.normal(0, 1, (settings.customers, 1))
    day = np.cos(2 * np.pi * (hours - peak) / 24) + 0.4 * np.cos(4 * np.pi * (hours - peak) / 24)
    week = np.where(hours // 24 % 7 >= 5, np.array(WEEKEND)[kind, None], 1.0)
    noise = random.normal(0, NOISE, (settings.customers, settings.hours))
    for hour in range(1, settings.hours):
        noise[:, hour] += FADING * noise[:, hour - 1]
    return level * week * np.exp(swing * day + noise)
