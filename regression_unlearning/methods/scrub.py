"""SCRUB: a student departs from the original on the forget set and stays with it on the rest.

Source: Kurmanji et al., "Towards unbounded machine unlearning" (NeurIPS 2023), with its rewinding.
The distance is the divergence of class probabilities at a temperature, times its square; for
numbers it is the squared difference of outputs.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from regression_unlearning.errors import UserError
from regression_unlearning.settings.search import FIT, Log, Whole
from regression_unlearning.settings.section import Count, Positive
from regression_unlearning.settings.training import Fit, last_only

Weight = Annotated[float, Field(ge=0)]


class Settings(Fit):
    """Fine-tuning, and the game between student and teacher.

    ``forget_epochs`` is msteps: that many first epochs begin by departing on the forget set, in
    batches of ``forget_batch_size``; every epoch then minimises gamma L + alpha distance on the
    retain set. ``cap`` stops departing in a batch whose mean squared distance exceeds the
    variance of the training targets: unlike a divergence of probabilities, which is never capped,
    it has no natural scale.
    ``rewind`` returns to the epoch (the first of equals) whose forget error (for classes the share
    of wrong ones) is nearest to the final model's error on held-out rows of the same kind, because
    too high an error would give the forget rows away. Epoch 0 is the original itself: where no
    other epoch is nearer, nothing is unlearned, and the record shows it.

    At the start student and teacher are the same model, and where nothing random (dropout, a
    batch's own means) moves them apart their distance has no gradient: a network without dropout
    then departs from a forget set of one row only after its first steps on the retain set, from the
    second epoch on.
    """

    forget_epochs: Count = 3
    forget_batch_size: Count = 256
    gamma: Weight = 1.0
    """Weight of the loss on the retain set."""
    alpha: Weight = 0.5
    """Weight of the distance from the original on the retain set."""
    temperature: Positive = 4.0
    """Divisor of the logits of classes; without effect for numbers."""
    cap: bool = True
    rewind: bool = True
    keep: Annotated[Literal["last"], last_only("rewinding chooses the epoch")] = "last"
    """Always the last weights, from which rewinding may go back."""

    @model_validator(mode="after")
    def _no_plateau(self):
        if self.schedule is not None and self.schedule.name == "plateau":
            raise UserError(
                "scrub: a plateau schedule has no use for a loss that is meant to rise; take step."
            )
        return self


SEARCH = {**FIT, "forget_epochs": Whole(1, 5), "alpha": Log(0.05, 5)}


def unlearn(model, task, settings: Settings):
    """Depart on the forget set, stay on the retain set, rewind.

    Raises
    ------
    UserError
        When ``rewind`` is asked for and there are no held-out rows.
    """
    import torch

    from regression_unlearning.models.modules.copying import copied
    from regression_unlearning.training.batches import in_turn
    from regression_unlearning.training.losses import loss_unit
    from regression_unlearning.training.snapshots import Snapshots
    from regression_unlearning.training.teachers import teacher

    if settings.rewind and len(task.held_out) == 0:
        raise UserError("scrub: there are no held-out rows to rewind by; set rewind: false.")
    original = teacher(task, copied(model), task.train)
    limit = task.kind.apart_most(task.data.target[task.train]) if settings.cap else float("inf")

    def objective(model, rows):
        inputs = task.data.batch(rows, training=True)
        output = model(inputs)
        taught = original(inputs, rows)
        distance = task.kind.apart(output, taught, settings.temperature).mean()
        loss = task.per_row(output, task.data.target[rows]).mean()
        stay = settings.gamma * loss + settings.alpha * distance
        departs = task.is_forgotten(rows[:1])[0]
        return torch.where(departs, -distance.clamp(max=limit), stay)

    def error(model, rows):
        return task.mean_loss(model, rows, of=task.kind.errors)

    snapshots = Snapshots(task.state_folder)
    if settings.rewind:
        with task.working():
            before = error(model, task.forget)
        snapshots.keep(0, model)
    watching = {
        "after_epoch": lambda model, epoch: snapshots.keep(epoch, model),
        "monitor": lambda model: error(model, task.forget),
    }
    fitted = task.fit(
        model,
        settings,
        objective=objective,
        replayable=True,
        batches=in_turn(
            task.forget,
            settings.forget_batch_size,
            settings.forget_epochs,
            task.retain,
            settings.batch_size,
        ),
        phase="scrub",
        **(watching if settings.rewind else {}),
    )
    if settings.rewind:
        with task.working():
            held_out_error = error(model, task.held_out)
        errors = [before, *(epoch["monitored"] for epoch in fitted.history)]
        nearest = min(range(len(errors)), key=lambda epoch: abs(errors[epoch] - held_out_error))
        snapshots.restore(nearest, model)
        held_out_error *= loss_unit(task.loss, task.data.scale.divide)
        task.facts.update(rewound_to_epoch=nearest, held_out_error=held_out_error)
    return model
