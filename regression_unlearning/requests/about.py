"""The part of an audit that is no result: the request, the method, what is known of the model."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from regression_unlearning.errors import UserError
from regression_unlearning.pipeline import paths
from regression_unlearning.requests.chain import Start
from regression_unlearning.requests.request import Request, Thresholds
from regression_unlearning.settings.dataset import Dataset, Method
from regression_unlearning.training import checkpoints

if TYPE_CHECKING:
    from regression_unlearning.data.prepared import Prepared


def about(request: Request, chosen: Dataset, method: Method, start: Start) -> dict[str, Any]:
    """The request, its limits, the method and the model before, as JSON values."""
    return {
        "request": {**request.about, "title": chosen.title},
        "thresholds": request.thresholds.plain(),
        "usual_thresholds": Thresholds().plain(),
        "start": {"file": str(start.path), "sha256": start.sha256},
        "method": {
            "label": method.label,
            "title": method.title,
            "name": method.method,
            "options": method.options,
        },
        "unit": chosen.unit,
    }


def original_seconds(project: Path, request: Request) -> float | None:
    """Seconds that the original's training took, by its record: about what retraining would take.

    Parameters
    ----------
    project : Path
        The project's folder.
    request : Request
        Names dataset and seed of the original.

    Returns
    -------
    float or None
        None where the record is missing or does not tell.
    """
    try:
        return checkpoints.seconds_of(project / paths.original(request.dataset, request.seed))
    except UserError:
        return None


def other_data(start: Start, data: "Prepared") -> list[str]:
    """A remark for the audit where the model's record names other data than today's, or none."""
    try:
        made = checkpoints.record_of(start.path).get("inputs", {}).get("prepared")
    except UserError:
        made = None
    if made == data.sha256:
        return []
    return [
        "The model before was trained on data that are not, or are not known to be, those of "
        "today: which rows it learnt from was not looked at."
    ]


def by_place(chosen: Dataset) -> list[str]:
    """What is not known of rows that have no ids of their own, but are named by their place."""
    if getattr(chosen.source, "id", "") is not None:
        return []
    return [
        "The rows have no ids of their own, and are named by their place in the file: once one is "
        "taken out of it, nobody can tell which were forgotten, and training is refused."
    ]
