"""From one value per training seed to one row per table cell: mean, interval, floor, notes."""

import numpy as np
import pandas as pd

from regression_unlearning.errors import UserError
from regression_unlearning.reporting import notes
from regression_unlearning.reporting.numerals import SIGNS, digits, texts

#: What one row of the tidy frame stands for. In the input, `measure` is called `quantity`.
KEYS = ["dataset", "forget_set", "method", "measure"]
COLUMNS = [*KEYS, "mean", "ci_low", "ci_high", "seeds", "floor", "paper_value", "note"]
STATES = ["plain", "missing", ">=", "<="]
NEEDED = ["dataset", "forget_set", "method", "quantity", "seed", "other_seed", "value"]


def tidy(rows: pd.DataFrame, paper: pd.DataFrame) -> pd.DataFrame:
    """Summarise the measures over the training seeds, beside the floor and the paper's value.

    Parameters
    ----------
    rows : DataFrame
        The measures' CSV files one under the other, with columns `dataset`, `forget_set`, `method`,
        `quantity`, `seed`, `other_seed`, `value`, `bound`, `note`.
    paper : DataFrame
        Printed values with columns `dataset`, `forget_set`, `method`, `measure`, `value`.

    Returns
    -------
    DataFrame
        One row per dataset, forget set, method and measure, sorted by these. Numbers are texts of
        at most six digits. `mean` is a number, a bound (``">= 1.32"``), ``"not measurable"``
        (bounds in both directions) or ``"not measured"``. `ci_low` and `ci_high` hold the 95 % t
        interval. `floor` is what retrained models of different seeds differ by, or their mutual
        distance where the measure compares two models. No cell of `mean` is empty.

    Raises
    ------
    UserError
        When a column is missing, a value is no number, or a model is measured twice.
    """
    rows = _checked(rows)
    groups = _groups(rows)
    floors = _floors(rows, groups)
    out = groups.reset_index().merge(floors, how="left", on=["dataset", "forget_set", "measure"])
    out["note"] = notes.joined(out[["note", "floor_note"]])
    out = out.merge(_printed(paper), how="left", on=KEYS)
    out["paper_value"] = out["paper_value"].fillna("")
    return out.sort_values(KEYS, ignore_index=True)[COLUMNS]


def read_tidy(path) -> pd.DataFrame:
    """Read a tidy frame that was saved with ``to_csv(path, index=False)``, texts as they were."""
    return pd.read_csv(path, dtype=str, keep_default_na=False).astype({"seeds": int})


def _checked(rows: pd.DataFrame) -> pd.DataFrame:
    """Give each row its types and its state: plain, missing, or the direction of its bound."""
    if lacking := [name for name in NEEDED if name not in rows]:
        raise UserError(f"measures: column {', '.join(lacking)} is missing.")
    if rows.empty:
        raise UserError("measures: there are no rows to summarise.")
    rows = rows.reindex(columns=[*NEEDED, "bound", "note"]).rename(columns={"quantity": "measure"})
    try:
        rows["value"] = pd.to_numeric(rows["value"]).astype(float)
        rows["other_seed"] = pd.to_numeric(rows["other_seed"]).astype(float)
    except (ValueError, TypeError) as error:
        raise UserError(f"measures: value and other_seed must be numbers: {error}.") from None
    for name in ("bound", "note"):
        rows[name] = rows[name].astype(object).fillna("").astype(str).str.strip()
    if wrong := sorted(set(rows["bound"]) - {"", *SIGNS}):
        raise UserError(f'measures: bound must be empty, ">=" or "<=", not {wrong[0]!r}.')
    if (twice := rows.duplicated([*KEYS, "seed", "other_seed"])).any():
        place = "/".join(str(part) for part in rows.loc[twice, [*KEYS, "seed"]].iloc[0])
        raise UserError(f"measures: two values for one model: {place}.")
    infinite = np.isinf(rows["value"])
    rows.loc[infinite & (rows["note"] == ""), "note"] = "the value is infinite"
    rows["value"] = rows["value"].mask(infinite)
    rows["state"] = rows["bound"].replace("", "plain").mask(rows["value"].isna(), "missing")
    return rows


def _groups(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per table cell, indexed by `KEYS`: mean, interval, seeds and notes as texts."""
    from scipy.stats import t

    out = rows.groupby(KEYS).agg(
        mean=("value", "mean"),
        spread=("value", "std"),
        measured=("value", "count"),
        pairs=("other_seed", "count"),
    )
    states = rows.groupby([*KEYS, "state"]).size().unstack("state", fill_value=0)
    out = out.join(states.reindex(columns=STATES, fill_value=0))
    models = rows[rows["value"].notna()].melt(KEYS, ["seed", "other_seed"], value_name="model")
    out["seeds"] = models.groupby(KEYS)["model"].nunique().reindex(out.index, fill_value=0)

    censored = out[">="] + out["<="] > 0
    exact = ~censored & (out["pairs"] == 0) & (out["measured"] > 1)
    count = out["measured"].where(exact)
    half = t.ppf(0.975, count - 1) * out["spread"] / np.sqrt(count)
    out["ci_low"], out["ci_high"] = texts(out["mean"] - half), texts(out["mean"] + half)
    out["note"] = notes.of_groups(rows, out)
    out["mean"] = np.select(
        [out["measured"] == 0, (out[">="] > 0) & (out["<="] > 0), out[">="] > 0, out["<="] > 0],
        [
            "not measured",
            "not measurable",
            ">= " + texts(out["mean"], 4),
            "<= " + texts(out["mean"], 4),
        ],
        texts(out["mean"]),
    )
    return out


def _floors(rows: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """The floor of each dataset, forget set and measure, and the note where there is none."""
    cell = ["dataset", "forget_set", "measure"]
    plain = rows[(rows["method"] == "retrained") & (rows["state"] == "plain")]
    apart = plain.groupby(cell)["value"].agg(_mean_pair_difference).map(digits)
    floors = groups.reset_index()[cell].drop_duplicates().set_index(cell).sort_index()
    gold = groups.reset_index().query("method == 'retrained'").set_index(cell).reindex(floors.index)
    paired, known = gold["pairs"] > 0, gold["measured"] > 0
    floors["floor"] = apart.reindex(floors.index).fillna("").astype(object)
    floors["floor"] = floors["floor"].mask(paired, gold["mean"].where(known, ""))
    reason = np.select(
        [
            (floors["floor"] != "") & floors["floor"].notna(),
            gold["measured"] == 1,
            gold["note"].notna(),
        ],
        ["", "one retrained seed: no floor", "no floor: " + gold["note"].fillna("")],
        "no floor: the retrained model was not measured",
    )
    return floors.assign(floor_note=reason).reset_index()


def _mean_pair_difference(values: pd.Series) -> float:
    """Mean absolute difference over the pairs of values; NaN for a single one."""
    array, count = values.to_numpy(), len(values)
    if count < 2:
        return float("nan")
    return float(np.abs(np.subtract.outer(array, array)).sum() / (count * (count - 1)))


def _printed(paper: pd.DataFrame) -> pd.DataFrame:
    """The paper's values as texts, as printed where they come as texts."""
    value = paper["value"]
    shown = texts(value) if pd.api.types.is_numeric_dtype(value) else value.astype(object)
    return paper[KEYS].assign(paper_value=shown)
