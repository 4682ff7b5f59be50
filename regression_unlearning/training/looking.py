"""What a program looks at in a model that it has made or loaded: observation, then relearning."""

from collections.abc import Sequence
from pathlib import Path

from torch import nn

from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.files import sha256
from regression_unlearning.settings.jobs import ObservingJob
from regression_unlearning.training.observe import observe
from regression_unlearning.training.relearn import relearn
from regression_unlearning.training.runs import Run
from regression_unlearning.training.session import Session


class Looking:
    """Look at one model; it is loaded once, and only if something is not made already.

    Parameters
    ----------
    session : Session
        Data and device.
    checkpoint : Path
        The model.
    names : sequence of str
        Dataset and forget set.
    seed : int
        Training seed.
    settings : ObservingJob
        How it is observed, and how it relearns.
    """

    def __init__(
        self,
        session: Session,
        checkpoint: Path,
        names: Sequence[str],
        seed: int,
        settings: ObservingJob,
    ):
        self.session, self.checkpoint, self.settings = session, checkpoint, settings
        self.names, self.seed = [*names, "relearning"], seed
        self.inputs = {"checkpoint": sha256(checkpoint)}
        self._model: nn.Module | None = None

    @property
    def model(self) -> nn.Module:
        """The model, in evaluation mode."""
        if self._model is None:
            self._model = self.session.load(self.checkpoint)
        return self._model

    def observe(self, output: Path) -> Run:
        """Observe the model on every split, into an ``.npz``; see `evaluation.observations`."""
        settings = {"observation": self.settings.observation.plain()}
        run = self.session.run("observe", output, self.names, self.seed, settings, self.inputs)
        if not run.finished:
            task = self.session.task(run)
            parts = self.session.parts
            run.write_arrays(observe(self.model, task, parts, self.settings.observation))
        return run

    def relearn(self, output: Path, original: Path) -> Run:
        """Count the mini-batches until it relearns, into a ``.json``: ``counts``.

        Parameters
        ----------
        output : Path
            The file to write; its list is empty where the settings ask for no relearning.
        original : Path
            The original model's observation: relearning goes on to near its forget loss.
        """
        chosen = self.settings.relearning
        settings = {"relearning": chosen and chosen.plain()}
        inputs = {**self.inputs, "original": sha256(original)}
        run = self.session.run("relearn", output, self.names, self.seed, settings, inputs)
        if not run.finished:
            losses = Observation.read(original).of("forget", "loss")
            goal = float(losses.mean(dtype="float64"))
            task = self.session.task(run)
            run.write_values(counts=relearn(self.model, task, goal, chosen) if chosen else [])
        return run
