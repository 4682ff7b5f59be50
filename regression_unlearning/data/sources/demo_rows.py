"""The diabetes data that scikit-learn brings along: 442 patients, nothing downloaded.

The target says how far a disease has gone a year after ten numbers were taken. Source: Efron,
Hastie, Johnstone and Tibshirani, Least angle regression, Annals of Statistics, 2004.
"""

import io
from pathlib import Path

from regression_unlearning.data.families.rows.settings import TABLE, Columns
from regression_unlearning.data.fetching.raw_file import note_made
from regression_unlearning.data.splits import Split
from regression_unlearning.files import write_text
from regression_unlearning.settings.embedding import Embedding

FAMILY = "rows"
EMBEDDED = True


class Settings(Columns):
    """How the patients are divided; sex is a category, all else are numbers."""

    divided: Split = Split(validation=0.15, test=0.2)
    categories: tuple[str, ...] = ("sex",)


def download(
    folder: Path,
    settings: Settings,
    *,
    mirror: Path | None,
    checksums: Path,
    embedding: Embedding | None,
) -> None:
    """Write the table and ``manifest.json`` into `folder`: the same version, the same bytes.

    Parameters
    ----------
    folder : Path
        The dataset's raw folder.
    settings, mirror, checksums, embedding
        Not used: nothing is fetched. They are there because every dataset is called alike.
    """
    from sklearn.datasets import load_diabetes

    table = load_diabetes(as_frame=True, scaled=False).frame
    text = io.StringIO()
    table.to_csv(text, index=False, lineterminator="\n")
    write_text(folder / TABLE, text.getvalue())
    note_made(folder, [TABLE], "scikit-learn's load_diabetes")
