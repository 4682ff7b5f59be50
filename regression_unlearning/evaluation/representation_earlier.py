"""The embedding attack of `representation`, on the activations of an earlier layer.

What the last layer is given may look alike while the layers before it still remember. Which layer,
a dataset's ``observation: {earlier: DEPTH}`` says; its activations are averaged over positions.
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
        seed: representation.attack(seen, settings, "earlier")
        if "forget/earlier" in seen.arrays
        else ({}, ABSENT)
        for seed, seen in inputs.observations.items()
    }
    return representation.values_of(inputs, ours, settings, "representation_earlier")
