"""What unlearning costs: seconds, over retraining's, and peak memory."""

from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.values import Value
from regression_unlearning.settings.section import Section

NEEDS = ("records", "gold_records")
QUANTITIES = (
    Quantity(
        "seconds",
        "Seconds",
        "seconds of the method's work, helper models included",
        summary="cost",
        least=0,
    ),
    Quantity(
        "seconds_over_retraining",
        "Share of retraining",
        "the method's seconds, helper models included, over those of retraining from scratch",
        summary="cost",
        least=0,
        average="geometric",
    ),
    Quantity(
        "peak_memory_mib",
        "Peak memory, MiB",
        "highest memory in use during that step",
        summary="cost",
        least=0,
    ),
)
GIVEN = "given as a file, not trained here: its cost is not known"


class Settings(Section):
    """No settings."""


def seconds(record: dict) -> float:
    """Seconds in the training loop, those of the helper models included."""
    return record["seconds"] + sum(record.get("helper_seconds", {}).values())


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """Seconds, seconds over those of the gold model of the same seed, peak memory (MiB).

    A model that was given has none of them.
    """
    gold = inputs.json("gold_records")
    rows = []
    for seed, record in inputs.json("records").items():
        if "given" in record:
            rows += [inputs.value(one.key, seed, None, note=GIVEN) for one in QUANTITIES]
            continue
        spent, retraining = seconds(record), seconds(gold[seed])
        rows += [
            inputs.value("seconds", seed, spent),
            inputs.value("seconds_over_retraining", seed, spent / retraining),
            inputs.value("peak_memory_mib", seed, record["machine"]["peak_memory_mib"]),
        ]
    return rows
