"""Settings of the programs that run a network: what the rules hand over, checked once."""

from typing import Any

from pydantic import Field

from regression_unlearning.settings.measuring import Observation, Relearning
from regression_unlearning.settings.networks import Network
from regression_unlearning.settings.precision import ChosenPrecision
from regression_unlearning.settings.section import Name, Section
from regression_unlearning.settings.target_scale import Loss, TargetScale
from regression_unlearning.settings.training import Training


class NetworkJob(Section):
    """A network on a dataset: family of the data, network, loss, and how batches are read."""

    family: Name
    model: Network
    loss: Loss
    quantiles: tuple[float, ...] = ()
    classes: int | None = None
    reading: dict[str, Any] = Field(default_factory=dict)
    target_scale: TargetScale = "none"
    chosen_precision: ChosenPrecision | None = None

    @property
    def network(self) -> dict[str, Any]:
        """The part that every job with this network shares, as JSON values."""
        values = self.plain()
        del values["chosen_precision"]  # a file's place: what stands in it is said elsewhere
        return {name: values[name] for name in NetworkJob.model_fields if name in values}


class TrainingJob(NetworkJob):
    """Training from scratch."""

    training: Training


class ObservingJob(NetworkJob):
    """Observing a model; with `relearning` also counting the mini-batches until it relearns."""

    observation: Observation = Observation()
    relearning: Relearning | None = None


class UnlearningJob(ObservingJob):
    """Unlearning with a method's `options`, then observing and relearning."""

    options: dict[str, Any] = Field(default_factory=dict)
