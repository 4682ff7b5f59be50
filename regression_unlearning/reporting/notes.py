"""The notes of a summary: what a reader must know before trusting a number.

Notes of one number are joined by ``"; "``; a table takes them apart again and says each once.
"""

import pandas as pd

SEPARATOR = "; "
PAIRS = "gold against gold: the pairs share models, hence no interval"


def joined(parts: pd.DataFrame) -> pd.Series:
    """Join the columns of each row, leaving out empty and repeated ones."""
    return parts.fillna("").agg(
        lambda row: SEPARATOR.join(dict.fromkeys(note for note in row if note)), axis=1
    )


def split(note: str) -> tuple[str, ...]:
    """Take joined notes apart."""
    return tuple(part.strip() for part in note.split(SEPARATOR.strip()) if part.strip())


def of_groups(rows: pd.DataFrame, groups: pd.DataFrame) -> pd.Series:
    """Make the notes of each group of rows.

    Parameters
    ----------
    rows : DataFrame
        Measured rows with the key columns, `state` (plain, missing, >=, <=) and `note`.
    groups : DataFrame
        One row per key: `measured`, `pairs`, and the number of rows in each state.
    """
    keys = list(groups.index.names)
    said = rows.loc[rows["note"] != "", [*keys, "state", "note"]].drop_duplicates()
    said = said.sort_values("note").groupby([*keys, "state"])["note"]
    plain = said.agg(SEPARATOR.join).unstack("state")
    inner = said.agg(lambda found: ", ".join(found).replace(SEPARATOR, ", ")).unstack("state")
    plain, inner = (
        frame.reindex(groups.index).reindex(columns=["plain", "missing", ">=", "<="]).fillna("")
        for frame in (plain, inner)
    )
    return joined(
        groups.apply(lambda one: _parts(one, plain.loc[one.name], inner.loc[one.name]), axis=1)
    )


def _parts(one: pd.Series, plain: pd.Series, inner: pd.Series) -> pd.Series:
    """The notes of one group, in the order in which they are said."""
    total = one["measured"] + one["missing"]
    unit = "pairs" if one["pairs"] else "seeds"
    lower, upper = one[">="], one["<="]
    missing = censored = single = ""
    if one["measured"] == 0:
        missing = plain["missing"] or "no reason was given"
    elif one["missing"]:
        missing = f"{one['missing']} of {total} {unit} not measured" + _why(inner["missing"])
    if lower and upper:
        both = ", ".join(dict.fromkeys(filter(None, (inner[">="], inner["<="]))))
        censored = f"of {total} {unit}, {lower} bounded from below and {upper} from above"
        censored += _why(both)
    elif lower or upper:
        censored = f"{lower or upper} of {total} {unit} censored" + _why(inner[">="] or inner["<="])
    if one["pairs"] and one["measured"]:
        single = PAIRS
    elif one["measured"] == 1:
        single = "one seed: no interval"
    return pd.Series([missing, censored, single, plain["plain"]])


def _why(note: str) -> str:
    """A reason as the tail of a note."""
    return f": {note}" if note else ""
