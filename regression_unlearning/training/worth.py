"""Whether a model that forgot nothing has learnt anything, said as soon as it is there."""

import logging
from pathlib import Path
from typing import Any

from torch import nn

from regression_unlearning.evaluation.errors import NO_BETTER, against_median
from regression_unlearning.training.observe import pass_over
from regression_unlearning.training.task import Task

log = logging.getLogger(__name__)
BATCH = 1024


def against_training_median(model: nn.Module, task: Task, output: Path) -> dict[str, Any]:
    """Hold an original model against its training targets' median; warn where it is hardly better.

    Parameters
    ----------
    model : Module
        It is left as it was.
    task : Task
        Of the whole training set.
    output : Path
        What the warning names.

    Returns
    -------
    dict
        For the record: ``error`` and ``median_error`` on validation rows, in the target's unit, and
        ``no_better``.
    """
    rows, target = task.data.rows_of("validation"), task.data.target_in_unit
    losses = pass_over(model, task, rows, BATCH)["loss"]
    parts = (one.cpu().float().numpy() for one in (losses, target[task.train], target[rows]))
    error, median, warning = against_median(*parts, task.loss, task.quantiles)
    if warning:
        log.warning(
            "%s: %s (errors %.4g and %.4g): look at its training, its target_scale and the data "
            "before you believe a table.", output, warning, error, median,
        )  # fmt: skip
    return {"error": error, "median_error": median, "no_better": warning == NO_BETTER}
