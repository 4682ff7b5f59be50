"""Cost of unlearning: seconds, seconds over those of retraining, and peak memory."""

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
UNMOVED = "moved no weight beyond rounding"
GIVEN = "given as a file, not trained here: its cost is not known"


#: Relative changes of a weight up to this are float32's rounding.
ROUNDING = 2.0**-23


class Settings(Section):
    """No settings."""


def seconds(record: dict) -> float:
    """Seconds in the training loop, helper models included.

    Parameters
    ----------
    record : dict
        The record that training or unlearning has written of a model.
    """
    return record["seconds"] + sum(record.get("helper_seconds", {}).values())


def unmoved(records: dict[int, dict]) -> str:
    """A note if the method left the original unchanged with some or all seeds; else empty.

    Parameters
    ----------
    records : dict
        The method's record of each seed.
    """
    unchanged = sum(record.get("largest_change", 1.0) <= ROUNDING for record in records.values())
    if not unchanged:
        return ""
    where = "" if unchanged == len(records) else f" with {unchanged} of {len(records)} seeds"
    return f"{UNMOVED}{where}: it is the original model"


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """Seconds, seconds over those of the gold model of the same seed, peak memory (MiB).

    A model that was given has none of them. A note says where a method has changed nothing.
    """
    gold = inputs.json("gold_records")
    records, rows = inputs.json("records"), []
    note = unmoved(records)
    for seed, record in records.items():
        if "given" in record:
            rows += [inputs.value(quantity.key, seed, None, note=GIVEN) for quantity in QUANTITIES]
            continue
        spent, retraining = seconds(record), seconds(gold[seed])
        rows += [
            inputs.value("seconds", seed, spent, note=note),
            inputs.value("seconds_over_retraining", seed, spent / retraining, note=note),
            inputs.value("peak_memory_mib", seed, record["machine"]["peak_memory_mib"]),
        ]
    return rows
