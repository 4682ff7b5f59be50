"""Detect changes in local files that a dataset was made from; its data are then made anew.

Each dataset has a file of hashes, rewritten only where such a change is found. The jobs that fetch
and prepare the data read it, so that they run again then, and only then.
"""

from collections.abc import Iterable
from pathlib import Path

from regression_unlearning.data.fetching.local import Local
from regression_unlearning.files import sha256, write_own
from regression_unlearning.pipeline import paths


def notice(datasets: Iterable[str]) -> list[str]:
    """Write the datasets' files of hashes anew where local files have changed.

    Parameters
    ----------
    datasets : iterable of str
        Their names.

    Returns
    -------
    list of str
        A line for each dataset with a change.
    """
    messages = []
    for dataset in datasets:
        record = Path(paths.local(dataset))
        changed = Local(Path(paths.manifest(dataset)).parent).changed()
        text = "".join(f"{sha256(path)}  {path}\n" for path in changed)
        if not record.is_file() or (changed and record.read_text(encoding="utf-8") != text):
            write_own(record, text)
        if changed:
            others = f" and {len(changed) - 1:,} more files have" if changed[1:] else " has"
            messages.append(
                f"datasets.{dataset}: {changed[0]}{others} changed since the data were taken from "
                "there; they, and everything made from them, are made anew."
            )
    return messages
