"""The adaptive embedding attack: it knows the method, and learns from other models made by it.

The probes of `representation` learn on the models of all other training seeds, where the attacker
knows which rows were forgotten, and are asked about this seed's model: what they use is what the
method leaves behind in every model. Rows are divided into folds as well: no probe is asked about a
row that it learnt from. Networks of two seeds name their units differently: the other models'
activations are first turned onto this model's by the rotation and scale that fit best on retain
rows (orthogonal Procrustes, Schoenemann, Psychometrika 1966), which tells nothing of forgetting.

On the retrained models the attack is the same, among retrained models: the excess over its AUC
there is due to the method.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regression_unlearning.evaluation import representation
from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.evaluation.values import Value

if TYPE_CHECKING:
    import numpy as np

NEEDS = representation.NEEDS
BY_NAME = True
QUANTITIES = representation.quantities(
    "representation_adaptive",
    "Adaptive embedding attack",
    "the last layer's activations, learnt on the same method's models of other seeds",
)
ALONE = "it learns from models of other seeds, and there are none"
DIFFER = "the seeds were observed on different rows"


class Settings(representation.Settings):
    """Those of `representation`."""


def attack(
    seen: Observation, others: Sequence[Observation], settings: Settings
) -> tuple[dict[str, float], str]:
    """AUC of each probe on a model, learnt on others; none where that cannot be; and a note."""
    import numpy as np

    parts = ("retain", "forget", seen.never_seen)
    rows = [
        [one.of(part, "row_id")[one.of(part, "activation_index")] for part in parts]
        for one in (seen, *others)
    ]
    if not others:
        return {}, ALONE
    if not all(all(map(np.array_equal, rows[0], one)) for one in rows[1:]):
        return {}, DIFFER
    features, labels, note = representation.examples(seen, settings)
    if not len(labels):
        return {}, note
    learnt_from = [turned(representation.examples(one, settings)[0], one, seen) for one in others]
    found = representation.asked(features, labels, settings, learnt_from)
    return found, f"{note}, learnt on {len(others)} other seeds"


def turned(features: "np.ndarray", own: Observation, other: Observation) -> "np.ndarray":
    """Activations (n, d) of one model as another model has them, by what retain rows tell."""
    import numpy as np
    from scipy.linalg import orthogonal_procrustes

    ours, theirs = (one.of("retain", "activation").astype(np.float64) for one in (own, other))
    from_, to = ours.mean(0), theirs.mean(0)
    rotation, size = orthogonal_procrustes(ours - from_, theirs - to)
    scale = size / (((ours - from_) ** 2).sum() or 1.0)
    return scale * (features - from_) @ rotation + to


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """AUC of both probes for each seed, and their excess over the retrained model's."""
    models = inputs.observations
    ours = {
        seed: attack(seen, [one for other, one in models.items() if other != seed], settings)
        for seed, seen in models.items()
    }
    return representation.values_of(inputs, ours, settings, "representation_adaptive")
