"""The adaptive embedding attack: it knows the method, and learns from other models made by it.

The probes of `representation` learn from the models of all other training seeds, where the attacker
knows which rows were forgotten, and classify rows of this seed's model: they use the traces that
the method leaves in every model. Rows are divided into folds as well: no probe classifies a row
that it learnt from. The units of two networks differ in order and direction: the other models'
activations are first mapped to this model's by the rotation and scale that fit best on retain rows
(orthogonal Procrustes, Schoenemann, Psychometrika 1966), which do not depend on forget rows.

The retrained models are attacked in the same way, from other retrained models: the excess over that
AUC is due to the method.
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
    observation: Observation, others: Sequence[Observation], settings: Settings
) -> tuple[dict[str, float], str]:
    """Attack a model by probes that learn from other models.

    Parameters
    ----------
    observation : Observation
        The model.
    others : sequence of Observation
        The same method's models of other seeds, observed on the same rows.
    settings : Settings
        Those of `representation`.

    Returns
    -------
    aucs : dict of str to float
        AUC of each probe; empty where there is no other model, too few rows, or other rows.
    note : str
    """
    import numpy as np

    parts = ("retain", "forget", observation.never_seen)
    rows = [
        [model.of(part, "row_id")[model.of(part, "activation_index")] for part in parts]
        for model in (observation, *others)
    ]
    if not others:
        return {}, ALONE
    if not all(all(map(np.array_equal, rows[0], theirs)) for theirs in rows[1:]):
        return {}, DIFFER
    features, labels, note = representation.examples(observation, settings)
    if not len(labels):
        return {}, note
    learnt_from = [
        mapped(representation.examples(other, settings)[0], other, observation) for other in others
    ]
    aucs = representation.cross_validated(features, labels, settings, learnt_from)
    return aucs, f"{note}, learnt on {len(others)} other seeds"


def mapped(features: "np.ndarray", own: Observation, other: Observation) -> "np.ndarray":
    """Map activations of one model to another's, by rotation, scale and shift.

    The map fits best on the activations of retain rows (orthogonal Procrustes).

    Parameters
    ----------
    features : float64 array (n, d)
        Activations of `own`.
    own, other : Observation
        The two models, observed on the same retain rows.

    Returns
    -------
    float64 array (n, d)
    """
    import numpy as np
    from scipy.linalg import orthogonal_procrustes

    ours, theirs = (model.of("retain", "activation").astype(np.float64) for model in (own, other))
    from_, to = ours.mean(0), theirs.mean(0)
    rotation, size = orthogonal_procrustes(ours - from_, theirs - to)
    scale = size / (((ours - from_) ** 2).sum() or 1.0)
    return scale * (features - from_) @ rotation + to


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """AUC of both probes for each seed, and their excess over the retrained model's."""
    models = inputs.observations
    ours = {
        seed: attack(
            observation, [model for other, model in models.items() if other != seed], settings
        )
        for seed, observation in models.items()
    }
    return representation.values_of(inputs, ours, settings, "representation_adaptive")
