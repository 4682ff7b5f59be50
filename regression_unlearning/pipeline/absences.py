"""Datasets that cannot be obtained: an experiment runs without them, and its tables say why."""

from collections.abc import Iterable
from pathlib import Path

from regression_unlearning import registry
from regression_unlearning.data.fetching.mirror import mirror_of
from regression_unlearning.settings.document import Settings


def absences(
    settings: Settings, datasets: Iterable[str], folder: Path = Path("data/raw")
) -> dict[str, str]:
    """Return the reason for each dataset that cannot be obtained; makes no network request.

    A loader that knows such a case, such as a dataset that its authors give out on request, has a
    function ``absence(folder, settings, mirror)`` that returns the reason, or None.

    Parameters
    ----------
    settings : Settings
        All settings.
    datasets : iterable of str
        Names of the datasets that an experiment shows.
    folder : Path
        Folder that holds a raw folder for each.

    Returns
    -------
    dict of str to str
        Dataset to reason.
    """
    mirror = mirror_of(settings.data_mirror)
    reasons = {}
    for name in datasets:
        loader = registry.load("source", settings.datasets[name].loader)
        if hasattr(loader, "absence"):
            with registry.called("source", settings.datasets[name].loader):
                reasons[name] = loader.absence(
                    folder / name, settings.datasets[name].source, mirror
                )
    return {name: reason for name, reason in reasons.items() if reason}
