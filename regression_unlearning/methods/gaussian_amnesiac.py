"""Gaussian Amnesiac: train on labels drawn from a Gaussian for forget rows (paper, Algorithm 2)."""

from typing import Literal

from regression_unlearning.settings.search import FIT
from regression_unlearning.settings.training import Fit


class Settings(Fit):
    """Fine-tuning, and the rows to whose labels the Gaussian is fitted.

    ``labels_of: train`` takes the whole training set's mean and deviation, as Section 6.5 and the
    released code do; ``forget`` takes those of the forget set, as the text of Algorithm 2 does.
    """

    labels_of: Literal["train", "forget"] = "train"


SEARCH = FIT


def numbers_only(_settings: Settings) -> str:
    """Return why the method is undefined for classes."""
    return "they have no Gaussian; leave this method out, reg_amnesiac draws other classes"


def relabelled(task, labels_of: str):
    """The dataset's targets with new labels for the forget rows.

    Parameters
    ----------
    task : Task
        Its seed fixes the labels.
    labels_of : {"train", "forget"}
        Whose labels the Gaussian is fitted to; of classes it changes nothing.

    Returns
    -------
    Tensor (rows of the dataset,)

    Raises
    ------
    UserError
        When a Gaussian is asked for of a single label.
    """
    import torch

    from regression_unlearning.training.seeds import seed_for

    target = task.data.target.clone()
    labels = target[task.train if labels_of == "train" else task.forget]
    generator = torch.Generator().manual_seed(seed_for(task.seed, "labels"))
    own = target[task.forget]
    target[task.forget] = task.kind.relabelled(own, labels, generator, "gaussian")
    return target


def unlearn(model, task, settings: Settings):
    """Draw a label for each forget row once, then fine-tune on the whole training set."""
    target = relabelled(task, settings.labels_of)
    task.fit(model, settings, rows=task.train, targets=target, phase="amnesiac")
    return model
