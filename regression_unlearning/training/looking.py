"""What a program looks at in a model that it has made or loaded: observation, then relearning."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from torch import nn

from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.files import sha256
from regression_unlearning.settings.jobs import ObservingJob
from regression_unlearning.training.observe import observe
from regression_unlearning.training.relearn import relearn
from regression_unlearning.training.runs import Run
from regression_unlearning.training.session import Session


@dataclass(frozen=True)
class Model:
    """A checkpoint to look at; it is loaded once, and only if something is not made already.

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
        """Names that the relearning's random numbers follow from: the same for every method."""
        return (*self.names, "relearning")


def observe_model(model: Model, output: Path, settings: ObservingJob) -> Run:
    """Observe a model on every split, into an ``.npz``; see `evaluation.observations`."""
    session = model.session
    chosen = {"observation": settings.observation.plain()}
    inputs = {"checkpoint": model.sha256}
    run = session.run("observe", output, model.identity, model.seed, chosen, inputs)
    if not run.finished:
        task = session.task(run)
        run.write_arrays(observe(model.network, task, session.parts, settings.observation))
    return run


def relearn_model(model: Model, output: Path, original: Path, settings: ObservingJob) -> Run:
    """Count the mini-batches until a model relearns, into a ``.json``: its key ``counts``.

    Parameters
    ----------
    model : Model
        The model.
    output : Path
        The file to write; its list is empty where the settings ask for no relearning.
    original : Path
        The original model's observation: relearning goes on to near its forget loss.
    settings : ObservingJob
        How it relearns.
    """
    session, chosen = model.session, settings.relearning
    inputs = {"checkpoint": model.sha256, "original": sha256(original)}
    how = {"relearning": chosen and chosen.plain()}
    run = session.run("relearn", output, model.identity, model.seed, how, inputs)
    if not run.finished:
        goal = float(Observation.read(original).of("forget", "loss").mean(dtype="float64"))
        task = session.task(run)
        run.write_values(counts=relearn(model.network, task, goal, chosen) if chosen else [])
    return run
