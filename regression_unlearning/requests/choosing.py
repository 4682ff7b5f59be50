"""`method: auto`: the method that came nearest to retraining on the forget set most like this one.

Nearest is whose errors are: as `tuning.closeness` has it, on forgotten rows either way, on rows to
keep only where they are larger. Forget sets of the same kind go before others (rows named one by
one are as random ones), among them the one whose number of rows is nearest.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from regression_unlearning import seals
from regression_unlearning.data.forget_sets import select
from regression_unlearning.errors import UserError
from regression_unlearning.evaluation import values
from regression_unlearning.evaluation.inputs import GOLD
from regression_unlearning.evaluation.values import Value
from regression_unlearning.settings.dataset import Dataset
from regression_unlearning.settings.forget_sets import Ids, Random, Selector

if TYPE_CHECKING:
    import pandas as pd

FORGET, KEEP, SHARE = "error_forget_train", "error_retain_test", "seconds_over_retraining"


def choose(
    project: Path, name: str, chosen: Dataset, selector: Selector, count: int, rows: "pd.DataFrame"
) -> tuple[str, str]:
    """A method of a dataset, and why it.

    Parameters
    ----------
    project : Path
        Its results/*/values.csv are looked at.
    name, chosen : str, Dataset
        The dataset.
    selector, count : Selector, int
        How the request chooses its rows, and how many they are.
    rows : DataFrame
        The prepared rows.

    Raises
    ------
    UserError
        When no method of the dataset was measured.
    """
    found = [
        (path, forget_set, methods)
        for path in sorted(project.glob("results/*/values.csv"))
        for forget_set, methods in _measured(path, name).items()
        if forget_set in chosen.forget_sets
    ]
    ranked = []
    for path, forget_set, methods in found:
        other = chosen.forget_sets[forget_set]
        far = _distances(chosen, methods)
        if not far:
            continue
        size = len(select(rows, other, forget_set)["forget"])
        unlike = _kind(other) != _kind(selector), abs(math.log(size / count))
        ranked.append((*unlike, str(path.relative_to(project)), other.title, size, far))
    if not ranked:
        raise UserError(
            f"method: name one of {', '.join(sorted(chosen.methods))}; no results/*/values.csv "
            f"tells of a method on {name}, and auto has nothing to choose by."
        )
    *_, path, title, size, far = min(ranked, key=lambda one: one[:3])
    label = min(far, key=lambda one: (far[one][0], far[one][1] or math.inf))
    off, share = far[label]
    cost = "" if share is None else f", in {share:.3g} of retraining's seconds"
    return label, (
        f"of {len(far)} methods measured on {title} ({size:,} rows; {path}) its errors are nearest "
        f"to the retrained model's, {off:.3g} of them off{cost}"
    )


def _kind(selector: Selector) -> str:
    return "rows" if isinstance(selector, Random | Ids) else type(selector).__name__


def _measured(path: Path, dataset: str) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Values by forget set, method and quantity."""
    read = values.read if seals.sealed(path) else _unsealed
    found: dict = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for one in read(path):
        wanted = one.dataset == dataset and one.quantity in (FORGET, KEEP, SHARE)
        if wanted and one.value is not None and one.other_seed is None:
            found[one.forget_set][one.method][one.quantity].append(one.value)
    return found


def _unsealed(path: Path) -> list[Value]:
    return values.from_text(path.read_text(encoding="utf-8"), path)


def _distances(
    chosen: Dataset, methods: Mapping[str, Mapping[str, list[float]]]
) -> dict[str, tuple[float, float | None]]:
    """How far each method is from the retrained model, as a share of its errors; and its cost."""
    mean = {
        method: {quantity: sum(of) / len(of) for quantity, of in quantities.items()}
        for method, quantities in methods.items()
    }
    gold = mean.get(GOLD, {})
    if FORGET not in gold or KEEP not in gold:
        return {}
    return {
        label: (
            (abs(own[FORGET] - gold[FORGET]) + max(0.0, own[KEEP] - gold[KEEP]))
            / (gold[FORGET] + gold[KEEP]),
            own.get(SHARE),
        )
        for label, own in mean.items()
        if label in chosen.methods
        and not chosen.methods[label].reference
        and FORGET in own
        and KEEP in own
    }
