"""The embedding attack of `representation`, on the activations of an earlier layer.

The last layer's input may tell nothing while layers before it still do. The dataset's
``observation: {earlier: DEPTH}`` chooses the layer; its activations are averaged over positions.
"""

from regression_unlearning.evaluation import representation
from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.values import Value

NEEDS = representation.NEEDS
BY_NAME = True
QUANTITIES = representation.quantities(
    "representation_earlier", "Embedding attack, earlier layer", "an earlier layer's activations"
)
ABSENT = "no earlier layer was observed: the dataset's observation.earlier asks for one"


class Settings(representation.Settings):
    """Those of `representation`."""


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """AUC of both probes for each seed, and their excess over the retrained model's."""
    ours = {
        seed: representation.attack(observation, settings, "earlier")
        if "forget/earlier" in observation.arrays
        else ({}, ABSENT)
        for seed, observation in inputs.observations.items()
    }
    return representation.values_of(inputs, ours, settings, "representation_earlier")
