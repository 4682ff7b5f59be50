"""Which rows the ids of a request name, and which of them can be forgotten.

An id is compared as text, blanks around it left off, in Unicode's composed form (NFC): 12, 012 and
12.0 are three ids. Where rows' ids differ only in that, an id names the row whose id is the very
same. An id that is named twice counts once.
"""

import csv
import io
import logging
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.data.splits import UNTRAINED
from regression_unlearning.errors import UserError
from regression_unlearning.files import write_text
from regression_unlearning.settings.forget_sets import Ids

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

#: What an id may be, in the order of messages.
NOW, BEFORE, HELD_OUT, UNKNOWN = "forgotten now", "already forgotten", "held out", "unknown"


def by_ids(
    rows: "pd.DataFrame", selector: Ids, before: np.ndarray, listing: Path | None = None
) -> np.ndarray:
    """Which rows some ids name.

    Parameters
    ----------
    rows : DataFrame
        The prepared rows.
    selector : Ids
        The ids.
    before : bool array (rows,)
        Rows that an earlier forget set has taken.
    listing : Path, optional
        Where to write each id and what it is (CSV: id, state), also where that ends in an error.

    Returns
    -------
    bool array (rows,)
        Held-out rows too, if their ids were named.

    Raises
    ------
    UserError
        When the ids' file cannot be read, an id is unknown (unless the selector reports those), or
        none can be forgotten.
    """
    named = ids_of(selector)
    state_of = states(rows, named, before)
    if listing is not None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([("id", "state"), *state_of.items()])
        write_text(listing, text.getvalue())
    count = Counter(state_of.values())
    summary = ", ".join(
        f"{count[one]:,} {one}" for one in (NOW, BEFORE, HELD_OUT, UNKNOWN) if count[one]
    )
    listed = f" ({listing} lists them)" if listing else ""
    unknown = [name for name, one in state_of.items() if one == UNKNOWN]
    if unknown and selector.unknown == "refuse":
        shown = ", ".join(repr(name[:80]) for name in unknown[:5])
        raise UserError(
            f"{len(unknown):,} of {len(state_of):,} ids are unknown: {shown}"
            f"{', …' if len(unknown) > 5 else ''}{listed}. Training rows' ids look like "
            f"{min(_trained(rows), default='')!r} and are compared as text; mend the ids, or say "
            "`unknown: report` to go on without them."
        )
    if not state_of:
        raise UserError(f"{selector.file} names no id; write one a line.")
    if not count[NOW]:
        why = f": {UNTRAINED}" if count[HELD_OUT] else ""
        raise UserError(f"no id can be forgotten, {summary}{listed}{why}.")
    twice = len(named) - len(state_of)
    log.info("%s%s%s", summary, f"; {twice:,} named again" if twice else "", listed)
    return rows["id"].astype(str).isin(list(state_of)).to_numpy()


def states(rows: "pd.DataFrame", named: Iterable[str], before: np.ndarray) -> dict[str, str]:
    """What each of some ids is; see `by_ids`.

    Parameters
    ----------
    rows : DataFrame
        The prepared rows, with ``id`` and ``split``.
    named : iterable of str
        The ids.
    before : bool array (rows,)
        Rows that an earlier forget set has taken.

    Returns
    -------
    dict of str to str
        `NOW`, `BEFORE`, `HELD_OUT` or `UNKNOWN`, by the id as the dataset writes it; an unknown id
        stands without the blanks around it.
    """
    names = rows["id"].astype(str)
    plain = names.str.strip().str.normalize("NFC")
    alike = plain.duplicated(keep=False)
    known = {**dict(zip(plain[~alike], names[~alike], strict=True)), **{one: one for one in names}}
    train, gone = (rows["split"].to_numpy() == one for one in ("train", "forgotten"))
    state = dict(
        zip(names, np.select([gone | train & before, train], [BEFORE, NOW], HELD_OUT), strict=True)
    )
    cleaned = [one if one in known else _plain(one) for one in named]
    return {name: state.get(name, UNKNOWN) for name in (known.get(one, one) for one in cleaned)}


def ids_of(selector: Ids) -> list[str]:
    """The ids of the list and of the file."""
    ids = list(selector.ids)
    if selector.file is not None:
        try:
            text = Path(selector.file).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"cannot read the ids of {selector.file}: {error}") from error
        ids += [line for line in text.split("\n") if line.strip()]
    return ids


def _trained(rows: "pd.DataFrame") -> "pd.Series":
    return rows["id"].astype(str)[rows["split"] == "train"]


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip())
