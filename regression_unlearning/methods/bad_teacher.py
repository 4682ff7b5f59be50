"""Bad Teacher: a random network teaches the forget set, the original the retain set.

Source: Chundawat et al., "Can bad teaching induce forgetting?" (AAAI 2023), which minimises the
divergence of class probabilities from the teacher's. The authors' code divides it by the number of
classes and does not multiply it by the squared temperature: factors that Adam does not see. For
numbers it is the squared difference of outputs.
"""

from typing import Literal

from regression_unlearning.settings.search import FIT, Linear
from regression_unlearning.settings.section import Positive, Share
from regression_unlearning.settings.training import Fit


class Settings(Fit):
    """Fine-tuning, and what is taught.

    ``retain_share`` is the share of the retain set that the original teaches (the source takes
    0.3), ``ignorance`` where the untrained network's outputs lie: see `training.teachers.ignorant`.
    """

    retain_share: Share = 0.3
    ignorance: Literal["centred", "raw"] = "centred"
    temperature: Positive = 1.0
    """Divisor of the logits of classes; without effect for numbers."""


SEARCH = {**FIT, "retain_share": Linear(0.1, 1)}


def unlearn(model, task, settings: Settings):
    """Match an untrained network on forget rows and the original on a share of the retain rows."""
    import torch

    from regression_unlearning.models.modules.copying import copied
    from regression_unlearning.training.teachers import ignorant, teacher

    retained = task.some(
        task.retain, round(settings.retain_share * len(task.retain)), "retain share"
    )
    rows = torch.cat([retained, task.forget]).sort().values
    good = teacher(task, copied(model), rows)
    bad = ignorant(task, rows, settings.ignorance)

    def objective(model, rows):
        inputs = task.data.batch(rows, training=True)
        forgotten = task.is_forgotten(rows)[:, None]
        taught = torch.where(forgotten, bad(inputs, rows), good(inputs, rows))
        return task.kind.apart(model(inputs), taught, settings.temperature).mean()

    task.fit(model, settings, rows=rows, objective=objective, replayable=True, phase="bad_teacher")
    return model
