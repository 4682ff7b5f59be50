"""What a program measures of a model that it has made or loaded: observation, then relearning."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from torch import Tensor, nn

from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.files import sha256
from regression_unlearning.settings.jobs import ObservingJob
from regression_unlearning.training.losses import loss_unit
from regression_unlearning.training.observe import observe, pass_over
from regression_unlearning.training.relearn import relearn
from regression_unlearning.training.runs import Run
from regression_unlearning.training.session import Session
from regression_unlearning.training.task import Task

#: Rows whose loss relearning watches: their name among a forget set's parts; their part of an
#: observation, and whether only the part's rows like the forgotten ones count.
WATCHED = {
    "train": ("forget", "forget", None),
    "validation": ("validation_forget", "validation", True),
}
#: Why there are no counts.
NO_ROWS = "no validation row is like the forget set, and relearning looks at their loss"
NOT_ASKED = "no table asked for relearning"


@dataclass(frozen=True)
class Model:
    """A checkpoint to observe; it is loaded once, and only if a result is missing.

    Attributes
    ----------
    session : Session
        Data and device.
    checkpoint : Path
        The weights.
    names : tuple of str
        Dataset and forget set.
    seed : int
        Training seed.
    """

    session: Session
    checkpoint: Path
    names: tuple[str, ...]
    seed: int

    @cached_property
    def network(self) -> nn.Module:
        """The model, in evaluation mode."""
        return self.session.load(self.checkpoint)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of its weights."""
        return sha256(self.checkpoint)

    @property
    def identity(self) -> Sequence[str]:
        """Names that the seed of the relearning follows from: the same for every method."""
        return (*self.names, "relearning")


def observe_model(model: Model, output: Path, settings: ObservingJob) -> Run:
    """Observe a model on every split, into an ``.npz``; see `evaluation.observations`.

    Parameters
    ----------
    model : Model
        The checkpoint, and the session that it belongs to.
    output : Path
        The file to write.
    settings : ObservingJob
        How the model is observed.
    """
    session = model.session
    chosen = {"observation": settings.observation.plain()}
    inputs = {"checkpoint": model.sha256}
    run = session.run("observe", output, model.identity, model.seed, chosen, inputs)
    if not run.finished:
        task = session.task(run)
        run.write_arrays(observe(model.network, task, session.parts, settings.observation))
    return run


def relearn_model(
    model: Model, output: Path, original: Path, settings: ObservingJob, **about: int
) -> Run:
    """Count the mini-batches until a model relearns, into a ``.json``: its key ``counts``.

    The list is empty where the settings ask for no relearning, and where no row is like those whose
    loss relearning watches; ``absent`` then gives the reason.

    Parameters
    ----------
    model : Model
        The model; its seed gives the batch orders.
    output : Path
        The file to write.
    original : Path
        The original model's observation (``.npz``) or its checkpoint: relearning stops near its
        loss.
    settings : ObservingJob
        How it relearns.
    **about
        Further values of the file, such as ``other_seed``.
    """
    session, chosen = model.session, settings.relearning
    inputs = {"checkpoint": model.sha256, "original": sha256(original)}
    how = {"relearning": chosen and chosen.plain(), **about}
    run = session.run("relearn", output, model.identity, model.seed, how, inputs)
    if run.finished:
        return run
    watched = session.parts[WATCHED[chosen.rows][0]] if chosen else ()
    if not chosen or not len(watched):
        run.write_values(counts=[], absent=NO_ROWS if chosen else NOT_ASKED, **about)
        return run
    task = session.task(run)
    goal = _mean_loss(session, original, task, watched, settings)
    run.write_values(counts=relearn(model.network, task, goal, chosen, watched), **about)
    return run


def _mean_loss(
    session: Session, original: Path, task: Task, rows: Tensor, settings: ObservingJob
) -> float:
    """The original's mean loss, or error rate, on the rows that relearning watches."""
    assert settings.relearning is not None
    if original.suffix == ".npz":
        _, part, like = WATCHED[settings.relearning.rows]
        observation = Observation.read(original)
        if settings.relearning.goal == "accuracy":
            return float(observation.errors(part, like_forget=like).mean())
        losses = observation.of(part, "loss", like_forget=like)
    else:
        size, model = settings.observation.batch_size, session.load(original)
        if settings.relearning.goal == "accuracy":
            return task.mean_loss(model, rows, task.kind.errors)
        losses = pass_over(model, task, rows, size)["loss"].cpu().float().numpy()
    unit = loss_unit(task.loss, task.data.scale.divide)
    return float(losses.mean(dtype="float64")) / unit  # relearning sees scaled targets
