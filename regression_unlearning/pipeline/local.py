"""Local files that a dataset was taken from and that have changed: its data are then made anew.

For each dataset lies a file, rewritten only where such a change is found. The jobs that fetch and
prepare the data read it, so that they run again then, and only then.
"""

from collections.abc import Iterable
from pathlib import Path

from regression_unlearning.data.fetching.local import Local
from regression_unlearning.files import sha256, write_own
from regression_unlearning.pipeline import paths


def check_raw_files(manifests: Iterable[str]) -> None:
    """See that raw files that are newer than their manifest are still those that it names.

    Where local files have changed, they are about to be taken anew: a kill may have left that half.

    Raises
    ------
    UserError
        Naming the first one that is another.
    """
    for path in filter(Path.is_file, map(Path, manifests)):
        written = path.stat().st_mtime_ns
        files = (one for one in path.parent.iterdir() if one.is_file() and one.name[0] != ".")
        later = any(one.stat().st_mtime_ns > written for one in files)
        if later and not Local(path.parent).changed():
            from regression_unlearning.data.checks import check_raw

            check_raw(path.parent)


def notice(datasets: Iterable[str]) -> list[str]:
    """Write the datasets' files anew where local files have changed; say which, a line a dataset.

    Parameters
    ----------
    datasets : iterable of str
        Their names.
    """
    said = []
    for dataset in datasets:
        place = Path(paths.local(dataset))
        changed = Local(Path(paths.manifest(dataset)).parent).changed()
        text = "".join(f"{sha256(path)}  {path}\n" for path in changed)
        if not place.is_file() or (changed and place.read_text(encoding="utf-8") != text):
            write_own(place, text)
        if changed:
            more = f" and {len(changed) - 1:,} more files have" if changed[1:] else " has"
            said.append(
                f"datasets.{dataset}: {changed[0]}{more} changed since the data were taken from "
                "there; they are made anew, and all that follows from them."
            )
    return said
