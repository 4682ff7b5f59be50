"""Short retraining: from scratch on the retain set, in as many steps as a method takes.

A reference, not unlearning: it starts without anything that the original has learnt. A method that
does not come nearer to the retrained model at the same cost gains nothing from the original.
"""

from regression_unlearning.settings.training import Fit

REFERENCE = True


class Settings(Fit):
    """Epochs and batches of the methods beside it, and the learning rate of a training.

    A dataset's ``unlearning`` gives it the same epochs and batch size as the methods; set the rate
    in its own entry: from scratch, a rate for fine-tuning learns next to nothing.
    """


def remark(settings: Settings) -> str:
    """The remark that a table of methods prints for it."""
    many = "epoch" if settings.epochs == 1 else "epochs"
    return (
        f"a reference, no unlearning: {settings.epochs} {many} from scratch on the retain set, "
        "without the original"
    )


def unlearn(model, task, settings: Settings):
    """Train a fresh network on the retain set; the original is not used."""
    fresh = task.new_model()
    task.fit(fresh, settings, phase="short_retraining")
    return fresh
