"""The diabetes data that scikit-learn ships: 442 patients, the progression of their disease.

Source: Efron, Hastie, Johnstone and Tibshirani, "Least angle regression" (Annals of Statistics,
2004).
"""

import io
from pathlib import Path

from regression_unlearning.data.fetching.raw_file import note_made
from regression_unlearning.files import write_text
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.section import Section, Seed, Share

FAMILY = "numbers"
EMBEDDED = True

TABLE = "table.csv"


class Settings(Section):
    """How the patients are divided: shares of them, drawn by `seed`; the rest is for training."""

    seed: Seed = 0
    """Draws which patients go where."""
    validation: Share = 0.15
    """Of the patients, for watching the training."""
    test: Share = 0.2
    """Of the patients, for testing."""


def download(
    folder: Path,
    settings: Settings,
    *,
    mirror: Path | None,
    checksums: Path,
    embedding: Embedding | None,
) -> None:
    """Write the table and ``manifest.json`` into `folder`; nothing is fetched.

    Parameters
    ----------
    folder : Path
        The dataset's raw folder.
    settings : Settings
        How the patients are divided.
    mirror, checksums, embedding
        Not used; every source is called alike.
    """
    import numpy as np
    from sklearn.datasets import load_diabetes

    data = load_diabetes(as_frame=True, scaled=False)
    table = data.data.assign(target=data.target / 100)
    place = np.random.default_rng(settings.seed).permutation(len(table)) / len(table)
    parts = [place < settings.test, place < settings.test + settings.validation]
    table.insert(0, "id", [f"patient_{number:03d}" for number in range(len(table))])
    table.insert(1, "split", np.select(parts, ["test", "validation"], "train"))
    text = io.StringIO()
    table.to_csv(text, index=False, lineterminator="\n")
    write_text(folder / TABLE, text.getvalue())
    note_made(folder, [TABLE], "scikit-learn's load_diabetes")
