"""The files that measuring a forget set reads."""

from collections.abc import Iterable, Sequence

from regression_unlearning import registry
from regression_unlearning.evaluation.inputs import GOLD, PAIRS
from regression_unlearning.pipeline import paths
from regression_unlearning.pipeline.batches import neighbours

#: Source of a measure to the file of a model.
FILES = {
    "observations": paths.observation,
    "relearning": paths.relearning,
    "records": lambda *place: paths.record(paths.checkpoint(*place)),
}


def models_to_measure(
    dataset: str,
    forget_set: str,
    labels: Iterable[str],
    measures: Iterable[str],
    seeds: Sequence[int],
) -> dict[str, dict[str, dict[int, str]]]:
    """Files of each model that some measure needs: label to source to seed to path."""
    needs = {need for name in measures for need in registry.load("measure", name).NEEDS}
    files = {}
    for label in labels:
        read = {need.removeprefix("gold_") for need in needs} if label == GOLD else needs
        kinds = [kind for kind in FILES if kind in read]
        if (
            label == "original"
        ):  # relearning ends at the original, which itself has nothing to relearn
            kinds = [kind for kind in kinds if kind != "relearning"]
        files[label] = {
            kind: {seed: FILES[kind](dataset, forget_set, label, seed) for seed in seeds}
            for kind in kinds
        }
        if label == GOLD and PAIRS in read:
            files[label][PAIRS] = {
                seed: paths.relearning_pair(dataset, forget_set, seed, other)
                for seed, other in neighbours(seeds)
            }
    return files
