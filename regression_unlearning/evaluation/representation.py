"""The embedding attack: telling forget rows from never-seen rows of their kind.

A classifier reads the penultimate activations, standardised, and learns to tell forget rows of
the training set from never-seen rows that the forget set's own choice would take (for random rows
and for ids: from never-seen rows at large). Equal numbers of both, cross-validated; its AUC on the
held-out folds is 0.5 where it can tell nothing. Two classifiers:

``representation_linear``   logistic regression, a linear probe.
``representation_network``  one hidden layer.

Each AUC is given as it is and, as ``..._excess``, minus the AUC on the retrained model of the same
seed, which never saw either class: what remains is due to unlearning, not to a difference between
the two classes. The rows are the same for both models. For the retrained models the excess is the
absolute difference between two seeds: the floor. Where the retrained models' own AUC is far above
0.5, the classes differ in something else than membership, such as the hour, and there is no
excess.
"""

from collections.abc import Iterable, Mapping
from itertools import combinations
from statistics import fmean

from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.evaluation.probes import PROBES, Settings, cross_validated, examples
from regression_unlearning.evaluation.values import Value

NEEDS = ("observations", "gold_values")


def quantities(prefix: str, title: str, features: str) -> tuple[Quantity, ...]:
    """The quantities of an embedding attack: for each probe its AUC, and the excess over gold's.

    Parameters
    ----------
    prefix, title : str
        Begin each quantity's key and its title.
    features : str
        What the probes read, in words.
    """
    result, tail = [], "; 0.5 tells nothing"
    for probe, classifier in PROBES.items():
        by = f"tells forget rows from never-seen rows of their kind by {features}"
        result += [
            Quantity(
                f"{prefix}_{probe}",
                f"{title}, {probe}: AUC",
                f"how well {classifier} {by}{tail}",
                goal="retrained",
                least=0,
                most=1,
            ),
            Quantity(
                f"{prefix}_{probe}_excess",
                f"{title}, {probe}: excess",
                f"AUC of {classifier} that {by}, minus its AUC on the retrained model",
                goal="0",
                compares=True,
                least=-1,
                most=1,
            ),
        ]
        tail = ""
    return tuple(result)


QUANTITIES = quantities("representation", "Embedding attack", "the last layer's activations")


def attack(
    observation: Observation, settings: Settings, read: str = "activation"
) -> tuple[dict[str, float], str]:
    """Attack one model.

    Parameters
    ----------
    observation : Observation
        The model.
    settings : Settings
        See `probes.Settings`.
    read : {"activation", "earlier"}
        The layer.

    Returns
    -------
    aucs : dict of str to float
        AUC of each probe; empty where there are too few rows.
    note : str
    """
    features, labels, note = examples(observation, settings, read)
    return (cross_validated(features, labels, settings, [features]) if len(labels) else {}), note


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """AUC of both probes for each seed, and their excess over the retrained model's."""
    ours = {
        seed: attack(observation, settings) for seed, observation in inputs.observations.items()
    }
    return values_of(inputs, ours, settings, "representation")


def values_of(
    inputs: Inputs,
    ours: Mapping[int, tuple[dict[str, float], str]],
    settings: Settings,
    prefix: str,
) -> list[Value]:
    """An attack's AUCs as values of its `quantities`.

    Parameters
    ----------
    inputs : Inputs
        Names of the model, and the gold models' values.
    ours : mapping
        Seed to the result of `attack`.
    settings : Settings
        Its `gold_most` is the limit of a valid excess.
    prefix : str
        See `quantities`.
    """
    rows = []
    for probe in PROBES:
        name = f"{prefix}_{probe}"
        auc = {seed: by_probe.get(probe) for seed, (by_probe, _) in ours.items()}
        notes = {seed: note for seed, (_, note) in ours.items()}
        rows += [inputs.value(name, seed, value, note=notes[seed]) for seed, value in auc.items()]
        compared: list[tuple[int, int | None, float | None]]
        if inputs.is_gold:
            gold = auc
            compared = [(seed, other, gold[other]) for seed, other in combinations(sorted(gold), 2)]
        else:
            gold = {seed: values[name] for seed, values in inputs.gold_values.items()}
            compared = [(seed, None, gold[seed]) for seed in auc]
        invalid = no_excess_note(gold.values(), settings.gold_most)
        for seed, other, theirs in compared:
            excess, note = _difference(auc[seed], theirs), notes[seed]
            if excess is not None and invalid:
                excess, note = None, invalid
            elif excess is not None and inputs.is_gold:
                excess, note = abs(excess), "between two retrained models"
            rows.append(inputs.value(f"{name}_excess", seed, excess, other_seed=other, note=note))
    return rows


def no_excess_note(gold: Iterable[float | None], most: float) -> str:
    """Note that the retrained models' mean AUC is above `most`; empty if it is not."""
    known = [auc for auc in gold if auc is not None]
    if not known or (mean := fmean(known)) <= most:
        return ""
    return (
        f"the probe reaches AUC {mean:.2f} on the retrained model: it measures something else "
        "than forgetting"
    )


def _difference(ours: float | None, other: float | None) -> float | None:
    return None if ours is None or other is None else ours - other
