"""The files of sentence pairs, one per split or one for all, and their layout."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.data.splits import Split, divided
from regression_unlearning.errors import UserError, unknown
from regression_unlearning.settings.section import Section

if TYPE_CHECKING:
    import pandas as pd

FILES = {"train": "sts-train.csv", "validation": "sts-dev.csv", "test": "sts-test.csv"}
#: The only file where the splits are drawn.
ONE = "pairs.csv"
LOWEST, HIGHEST = 0.0, 5.0
FIRST, LAST = ("row", "id", "split", "target"), ("sentence1", "sentence2")


class Pairs(Section):
    """Layout of the files of pairs, by default the benchmark's.

    `columns` names the tab-separated fields of a line in their order; without it the first line of
    a file does. Fields without a name, and those after the last one, are not read. Columns that no
    other setting names are kept, to select forget sets by. `id` is the column with a pair's own id,
    which no other pair may have; without it a pair's id is its split and its number there. With
    `divided` one file, pairs.csv, holds all pairs, and the splits are drawn: each pair's by its id,
    or by its two sentences where pairs have no ids.
    """

    columns: tuple[str, ...] | None = (
        "genre", "filename", "year", "", "score", "sentence1", "sentence2",
    )  # fmt: skip
    score: str = "score"
    """Column with the number to predict, from 0 to 5."""
    sentences: tuple[str, str] = LAST
    """Columns with the two sentences."""
    id: str | None = None
    divided: Split | None = None

    @property
    def files(self) -> dict[str, str]:
        """Names of the files, by split."""
        return {"pair": ONE} if self.divided else FILES


def read_pairs(raw: Path, layout: Pairs | None = None) -> "pd.DataFrame":
    """Read the files of pairs.

    Rows are tab-separated, unquoted, in UTF-8; blank lines are skipped.

    Parameters
    ----------
    raw : Path
        The raw folder.
    layout : Pairs, optional
        The meaning of the fields.

    Returns
    -------
    DataFrame
        Columns row, id, split, target, the further ones, sentence1, sentence2.

    Raises
    ------
    UserError
        Naming file, row (the line in the file) and value, when a field is missing, a score is no
        number from 0 to 5, or an id is empty or repeated.
    """
    import pandas as pd

    layout = layout or Pairs()
    parts = {split: _read(raw / name, layout) for split, name in layout.files.items()}
    pairs = pd.concat(parts, names=["split", "line"])
    split = pairs.index.get_level_values("split")
    if layout.id:
        wrong = (pairs["id"] == "") | pairs["id"].duplicated()
        if wrong.any():
            part, line = pairs.index[wrong.to_numpy().argmax()]
            name = pairs["id"][wrong].iloc[0]
            raise UserError(
                f"{raw / layout.files[part]}, row {line}: {layout.id} {name!r} is "
                "empty, or another pair's; give each pair an id of its own."
            )
    else:
        number = pairs.groupby(level="split").cumcount() + 1
        pairs["id"] = [f"{part}-{at:05d}" for part, at in zip(split, number, strict=True)]
    pairs = pairs.assign(split=split, row=np.arange(len(pairs))).reset_index(drop=True)
    if layout.divided:
        own = pairs["id"] if layout.id else pairs[LAST[0]] + "\t" + pairs[LAST[1]]
        pairs["split"] = divided(pairs, layout.divided, raw / ONE, own)
    further = [name for name in pairs.columns if name not in (*FIRST, *LAST)]
    return pairs[[*FIRST, *further, *LAST]]


def _read(path: Path, layout: Pairs) -> "pd.DataFrame":
    """Read one file; its rows are indexed by their line numbers."""
    import pandas as pd

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (ValueError, OSError) as error:
        raise UserError(f"cannot read {path} as UTF-8 text: {error}") from error
    lines = pd.Series(text.split("\n"))
    lines.index += 1
    lines = lines[lines.str.strip() != ""]
    columns = layout.columns
    if columns is None:
        header, lines = lines.iloc[:1], lines.iloc[1:]
        columns = tuple(name.strip() for name in "".join(header).split("\t"))
    chosen = _chosen(columns, layout, path)
    if lines.empty:
        raise UserError(f"{path}, row 1: it holds no pair; add the pairs.")
    table = lines.str.split("\t", expand=True).reindex(columns=range(len(columns)))
    table = table.set_axis(list(columns), axis=1)
    first, second = layout.sentences
    sentences = table[[first, second]].fillna("").astype(str)
    short = table.isna().any(axis=1) | sentences.apply(lambda column: column.str.strip() == "").any(
        axis=1
    )
    if short.any():
        named = ", ".join(filter(None, columns))
        raise UserError(
            f"{path}, row {short.idxmax()}: fewer than {len(columns)} tab-separated fields "
            f"({named}), or an empty {first} or {second}; mend the row or take it out."
        )
    scores = pd.to_numeric(table[layout.score], errors="coerce")
    wrong = ~scores.between(LOWEST, HIGHEST)
    if wrong.any():
        row = wrong.idxmax()
        raise UserError(
            f"{path}, row {row}: {layout.score} {table[layout.score][row]!r} is not a number "
            f"from {LOWEST:g} to {HIGHEST:g}; mend the row or take it out."
        )
    table = table[[name for name in columns if name]].rename(columns=chosen).assign(target=scores)
    return table.assign(id=table["id"].str.strip()) if layout.id else table


def _chosen(columns: tuple[str, ...], layout: Pairs, path: Path) -> dict[str, str]:
    """New names of the columns that settings name; raises an error where names collide."""
    named = {layout.score: "target", **dict(zip(layout.sentences, LAST, strict=True))}
    if layout.id:
        named[layout.id] = "id"
    for name in named:
        if name not in columns:
            raise unknown("column", name, filter(None, columns), str(path))
    names = [named.get(name, name) for name in columns if name]
    reserved = {*FIRST, *LAST} - set(named.values())
    wrong = next((name for name in names if names.count(name) > 1 or name in reserved), None)
    if wrong or len(named) < 3 + bool(layout.id):
        raise UserError(
            f"{path}: the column {wrong or layout.score!r} occurs twice, or has a name that is "
            "taken; give each column of source.columns a name of its own."
        )
    return named
