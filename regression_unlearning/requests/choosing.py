"""Which method answers a request, and when to retrain.

`auto` is the method that came nearest to retraining on the forget set most like this one. Nearest
is whose errors are: as `tuning.closeness` has it, on forgotten rows either way, on rows to keep
only where they are larger. Forget sets of the same kind go before others (rows named one by one are
as random ones), among them the one whose number of rows is nearest.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regression_unlearning import registry, seals
from regression_unlearning.data.forget_sets import select
from regression_unlearning.errors import UserError, unknown
from regression_unlearning.evaluation import values
from regression_unlearning.evaluation.inputs import GOLD
from regression_unlearning.evaluation.values import Value
from regression_unlearning.files import read_record
from regression_unlearning.requests import ledger
from regression_unlearning.requests.ledger import AUDIT, Line
from regression_unlearning.requests.request import AUTO, RETRAIN, Request
from regression_unlearning.settings.dataset import Dataset, Method
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.forget_sets import Ids, Random, Selector
from regression_unlearning.settings.section import validated

if TYPE_CHECKING:
    import pandas as pd

FORGET, KEEP, SHARE = "error_forget_train", "error_retain_test", "seconds_over_retraining"


def choose(
    project: Path, name: str, chosen: Dataset, selector: Selector, count: int, rows: "pd.DataFrame"
) -> tuple[str, str]:
    """Choose a method for a request by what was measured on its dataset, and say why.

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

    Returns
    -------
    label, why : str
        The method's entry, and the words for it in the audit.

    Raises
    ------
    UserError
        When no method of the dataset was measured.
    """
    measured = [
        (path, forget_set, methods)
        for path in sorted(project.glob("results/*/values.csv"))
        for forget_set, methods in _measured(path, name).items()
        if forget_set in chosen.forget_sets
    ]
    ranked = []
    for path, forget_set, methods in measured:
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
    *_, place, title, size, far = min(ranked, key=lambda one: one[:3])
    label = min(far, key=lambda one: (far[one][0], far[one][1] or math.inf))
    off, share = far[label]
    cost = "" if share is None else f", in {share:.3g} of retraining's seconds"
    return label, (
        f"of {len(far)} methods measured on {title} ({size:,} rows; {place}) its errors are "
        f"nearest to the retrained model's, {off:.3g} of them off{cost}"
    )


def dataset_of(settings: Settings, request: Request) -> Dataset:
    """The dataset's settings; the method that the request names is checked before any work."""
    if request.dataset not in settings.datasets:
        wrong = unknown("dataset", request.dataset, settings.datasets, f"request {request.id!r}")
        raise UserError(f"{wrong} Settings of your own are named by `--configfile`.")
    chosen = settings.datasets[request.dataset]
    if request.method != AUTO:
        method_of(chosen, request, request.method)
    return chosen


def method_of(chosen: Dataset, request: Request, label: str) -> Method:
    """A method of the dataset, with the request's options over its own, checked.

    `RETRAIN` stands for training anew on the rows to keep, as the dataset's models are trained.
    """
    where = f"request {request.id!r}: options"
    if label == RETRAIN:
        values = {**chosen.training.plain(), **request.options}
        plain = validated(type(chosen.training), values, where).plain()
        return Method(
            label=label, method=label, title="Retraining", options=plain, said={}, helpers=()
        )
    method = chosen.method(label, f"request {request.id!r}: method")
    options = validated(
        registry.load("method", method.method).Settings,
        {**method.options, **request.options},
        where,
    )
    return method.model_copy(update={"options": options.plain()})


def since_retraining(folder: Path, lines: list[Line], request: Request) -> tuple[int, float | None]:
    """The answers in a request's chain after the last one that trained anew.

    Parameters
    ----------
    folder, lines, request : Path, list of Line, Request
        The folder of requests, the ledger's answers, the request.

    Returns
    -------
    number : int
        How many there are.
    error : float or None
        The error on never-seen rows to keep before the first of them; None where there is none.

    Raises
    ------
    UserError
        When an audit is missing or damaged.
    """
    number, error = 0, None
    for line in reversed(ledger.chain(lines, request.dataset, request.seed)):
        audit = read_record(folder / line.id / AUDIT)
        if audit["method"]["label"] == RETRAIN:
            return number, audit["errors"][0]["after"]
        number, error = number + 1, audit["errors"][0]["before"]
    return number, error


def why_retrain(
    request: Request, cost: Mapping[str, float | None], answered: int, rise: float = 0.0
) -> str | None:
    """Why to answer the next request by retraining; None where nothing asks for it.

    Parameters
    ----------
    request : Request
        Its limits.
    cost : mapping
        Seconds: ``unlearning_seconds``, ``helper_seconds``, ``original_training_seconds``.
    answered : int
        Requests in the chain, this one too, since a model was retrained.
    rise : float
        The share by which the error on never-seen rows to keep has risen over all of these.
    """
    if request.method == RETRAIN:
        return None
    training = cost["original_training_seconds"]
    share = ((cost["unlearning_seconds"] or 0) + (cost["helper_seconds"] or 0)) / (training or 1)
    limits = request.thresholds
    if training and share > limits.retrain_above:
        why = f"it took {share:.2g} of the original's training"
    elif answered >= limits.retrain_after:
        why = f"{answered} requests have piled up"
    elif rise > limits.error_rise:
        why = f"the error on never-seen rows to keep rose by {rise:.0%} over {answered} requests"
    else:
        return None
    return f"Retraining is worth while next (`method: {RETRAIN}`): {why}."


def add_advice(audit: dict[str, Any], request: Request, chain: tuple[int, float | None]) -> None:
    """Add to an audit its `advice`, and the error before the chain that it is an answer of.

    Parameters
    ----------
    audit, request : dict, Request
        The audit, with its errors and cost; the request.
    chain : tuple of int and (float or None)
        See `since_retraining`.
    """
    number, first = chain
    kept = audit["errors"][0]
    kept["before_the_chain"] = first
    rise = kept["after"] / first - 1 if first and kept["after"] is not None else 0.0
    audit["advice"] = why_retrain(request, audit["cost"], number + 1, rise)


def _kind(selector: Selector) -> str:
    return "rows" if isinstance(selector, Random | Ids) else type(selector).__name__


def _measured(path: Path, dataset: str) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Values by forget set, method and quantity."""
    read = values.read if seals.sealed(path) else _unsealed
    measured: dict = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for one in read(path):
        relevant = one.dataset == dataset and one.quantity in (FORGET, KEEP, SHARE)
        if relevant and one.value is not None and one.other_seed is None:
            measured[one.forget_set][one.method][one.quantity].append(one.value)
    return measured


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
