"""Bad Teacher: a random network teaches the forget set, the original the rest.

Source: Chundawat et al., "Can bad teaching induce forgetting?" (AAAI 2023): the divergence of the
classes' probabilities from the teacher's, which their code divides by the number of classes and
leaves without the temperature's square: a factor that Adam does not see. Of numbers it is the
squared distance of outputs.
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
    """What logits of classes are divided by; of numbers it changes nothing."""


SEARCH = {**FIT, "retain_share": Linear(0.1, 1)}


def unlearn(model, task, settings: Settings):
    """Match an untrained network on forget rows and the original on a share of the retain rows."""
    import torch

    from regression_unlearning.models.modules.copying import copied
    from regression_unlearning.training.teachers import ignorant, teacher

    some = task.some(task.retain, round(settings.retain_share * len(task.retain)), "retain share")
    rows = torch.cat([some, task.forget]).sort().values
    good = teacher(task, copied(model), rows)
    bad = ignorant(task, rows, settings.ignorance)

    def objective(model, rows):
        inputs = task.data.batch(rows, training=True)
        forgotten = task.is_forgotten(rows)[:, None]
        taught = torch.where(forgotten, bad(inputs, rows), good(inputs, rows))
        return task.kind.apart(model(inputs), taught, settings.temperature).mean()

    task.fit(model, settings, rows=rows, objective=objective, phase="bad_teacher")
    return model
