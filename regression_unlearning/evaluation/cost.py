"""What unlearning costs: seconds, over retraining's, and peak memory."""

from regression_unlearning.evaluation.inputs import Inputs, row
from regression_unlearning.settings.section import Section

NEEDS = ("records", "gold_records")
GIVEN = "given as a file, not trained here: its cost is not known"


class Settings(Section):
    """No settings."""


def seconds(record: dict) -> float:
    """Seconds in the training loop, those of the helper models included."""
    return record["seconds"] + sum(record.get("helper_seconds", {}).values())


def measure(inputs: Inputs, settings: Settings) -> list[dict]:
    """Seconds, seconds over those of the gold model of the same seed, peak memory (MiB).

    A model that was given has none of them.
    """
    gold = inputs.json("gold_records")
    rows = []
    for seed, record in inputs.json("records").items():
        if "given" in record:
            names = ("seconds", "seconds_over_retraining", "peak_memory_mib")
            rows += [row(name, seed, None, note=GIVEN) for name in names]
            continue
        spent, retraining = seconds(record), seconds(gold[seed])
        rows += [
            row("seconds", seed, spent),
            row("seconds_over_retraining", seed, spent / retraining),
            row("peak_memory_mib", seed, record["machine"]["peak_memory_mib"]),
        ]
    return rows
