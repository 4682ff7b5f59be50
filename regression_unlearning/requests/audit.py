"""The audit of an answer: errors and attacks before and after, one verdict, one sentence.

Numbers alone are looked at here, those of observed models; no network runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regression_unlearning.errors import UserError
from regression_unlearning.evaluation.errors import error
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.requests.attacks import ATTACKS, LOSS, REFERENCE, Attack, attack, kind
from regression_unlearning.requests.power import shown
from regression_unlearning.requests.request import Thresholds

if TYPE_CHECKING:
    import numpy as np

#: Rows whose error is told: what they are, part, whether of it only those like the forgotten ones.
KEPT = "never-seen rows to keep"
ROWS = {
    KEPT: ("test", False),
    "training rows to keep": ("retain", None),
    "forgotten rows": ("forget", None),
    "never-seen rows like the forgotten ones": ("test", True),
}


@dataclass(frozen=True)
class Judged:
    """What was found, as JSON values, and what follows from it.

    Attributes
    ----------
    errors, attacks : list of dict
        The numbers of each kind of rows, of each attack; those with a limit say whether they kept
        to it.
    against : list of str
        What keeps the answer from passing, each the end of a sentence.
    sentence : str
        Passed or not, and why.
    not_verified : list of str
        What was not checked.
    """

    errors: list[dict[str, Any]]
    attacks: list[dict[str, Any]]
    against: list[str]
    sentence: str
    not_verified: list[str]

    @property
    def passed(self) -> bool:
        """Whether nothing keeps it from passing."""
        return not self.against


def judge(
    before: Observation,
    after: Observation,
    gold: Observation | None,
    limits: Thresholds,
    references: "Mapping[str, np.ndarray] | None" = None,
    *,
    changed: bool = True,
) -> Judged:
    """Judge an answer by the model before, the model after, and one retrained, if there is one.

    Parameters
    ----------
    before, after, gold : Observation
        Their part ``forget`` holds the rows of this request alone, ``retain`` those to keep.
    limits : Thresholds
        What the answer must keep to.
    references : mapping of float array, optional
        See `attacks.attack`.
    changed : bool
        Whether any weight of the model changed.

    Returns
    -------
    Judged
        Errors, attacks, and whether the answer passed.

    Raises
    ------
    UserError
        When the model before puts out no finite numbers.
    """
    from scipy.stats import norm

    if not _finite(before):
        raise UserError(
            "the model before puts out values that are no finite numbers: nothing can be held "
            "against it; train it anew, or name another under `checkpoint`."
        )
    models = {"before": before, "after": after} | ({"gold": gold} if gold else {})
    errors = _errors(models, limits)
    z = float(norm.ppf(1 - (1 - limits.confidence) / (2 * (len(ATTACKS) - (not references)))))
    results = {
        name: attack(observation, z, references) if _finite(observation) else {}
        for name, observation in models.items()
    }
    attacks = [_attacked(name, results, limits, z) for name in results["before"]]
    against = [*_worse(errors[0]), *(line for one in attacks for line in _told(one))]
    if not changed:
        against.append("the model is the one before, weight for weight")
    if not _finite(after):
        against.append("the model puts out values that are no finite numbers")
    main = next(one for one in attacks if one["attack"] == LOSS)
    rows, least = int(main["rows"]), main["shows"]
    if limits.must_show and (least is None or least > limits.must_show):
        against.append(f"{_rows(rows)} cannot show an AUC of {limits.must_show:g}")
    shows = f"an AUC of {least:.2f} or more" if least else "nothing, so that this is no proof"
    power = f"{_rows(rows)} can show {shows}"
    if against:
        sentence = f"Not passed: {'; '.join(against)}."
    else:
        kept, own = errors[0], "" if limits == Thresholds() else " by the request's own thresholds"
        sentence = (
            f"Passed{own}: the error on {KEPT} went from {kept['before']:.4g} to "
            f"{kept['after']:.4g} (limit {kept['limit']:.4g}), and no attack tells the forgotten "
            f"rows from never-seen ones; {power}."
        )
    return Judged(errors, attacks, against, sentence, _unverified(before, attacks, gold))


def _errors(models: Mapping[str, Observation], limits: Thresholds) -> list[dict[str, Any]]:
    """The error on each kind of rows; the one on never-seen rows to keep has a limit."""
    import numpy as np

    entries: list[dict[str, Any]] = []
    for title, (part, like) in ROWS.items():
        losses = {
            name: observation.of(part, "loss", like_forget=like)
            for name, observation in models.items()
        }
        values = {
            name: error(one, models[name].loss) if len(one) and np.isfinite(one).all() else None
            for name, one in losses.items()
        }
        entries.append({"rows": title, "number": len(losses["before"]), **values})
    kept = entries[0]
    references = [kept[name] for name in ("before", "gold") if kept.get(name) is not None]
    kept["limit"] = max(references) * (1 + limits.error_rise) if references else None
    kept["passed"] = not _worse(kept)
    return entries


def _worse(kept: Mapping[str, Any]) -> list[str]:
    if kept["limit"] is None or kept["after"] is None:
        return [f"the error on {KEPT} could not be measured"]
    if kept["after"] <= kept["limit"]:
        return []
    return [
        f"the error on {KEPT} rose from {kept['before']:.4g} to {kept['after']:.4g}, above its "
        f"limit of {kept['limit']:.4g}"
    ]


def _attacked(
    name: str, results: Mapping[str, Mapping[str, Attack]], limits: Thresholds, z: float
) -> dict[str, Any]:
    """One attack on each model, and the AUCs between which an interval must reach."""
    of = {model: one[name] for model, one in results.items() if name in one}
    first, beyond = of["before"], limits.auc - 0.5
    centre = of["gold"].auc if "gold" in of else 0.5
    least, most = min(0.5, centre) - beyond, max(0.5, centre) + beyond
    after = of.get("after")
    return {
        "attack": name,
        "looks_at": ATTACKS[name],
        "rows": first.members,
        "never_seen_rows": round(first.others),
        **{model: {"auc": one.auc, "low": one.low, "high": one.high} for model, one in of.items()},
        "limits": [least, most],
        "shows": shown(first.members, first.others, most, z),
        "passed": after is not None and after.low <= most and after.high >= least,
    }


def _told(one: Mapping[str, Any]) -> list[str]:
    if one["passed"] or "after" not in one:
        return []
    after = one["after"]
    numbers = f"(AUC {after['auc']:.2f}, interval {after['low']:.2f} to {after['high']:.2f})"
    if after["low"] > one["limits"][1]:
        return [f"the {one['attack']} attack still knows the forgotten rows {numbers}"]
    return [
        f"the forgotten rows look unlike never-seen ones to the {one['attack']} attack, which "
        f"tells on them as well {numbers}"
    ]


def _finite(observation: Observation) -> bool:
    import numpy as np

    return all(
        np.isfinite(one).all() for one in observation.arrays.values() if one.dtype.kind == "f"
    )


def _rows(number: int) -> str:
    return f"{number:,} row{'' if number == 1 else 's'}"


def _unverified(
    before: Observation, attacks: Sequence[Mapping[str, Any]], gold: Observation | None
) -> list[str]:
    """What an answer does not verify, a sentence each."""
    like: np.ndarray = before.of(before.never_seen, "like_forget")
    sentences = [
        "Attacks with models that an attacker trains for the purpose were not made.",
        "The rows count as if they were independent; those of one person may not be.",
        "What lies outside of this project (copies, exports, other models) was not looked at, nor "
        "its other datasets.",
    ]
    if gold is None:
        sentences.insert(
            0, "No model was retrained without these rows: how near this one is to it is not known."
        )
    if all(one["attack"] != REFERENCE for one in attacks):
        sentences.append(
            "No model that never saw these rows was at hand: none was attacked against it."
        )
    if not like.any() or kind(before).all():
        sentences.append(
            "No never-seen rows are of the request's own kind: labels alone were matched."
        )
    if all(one["before"]["low"] <= 0.5 <= one["before"]["high"] for one in attacks):
        sentences.append(
            "The model before did not betray these rows to any attack either: that it forgot them "
            "cannot be seen."
        )
    return sentences
