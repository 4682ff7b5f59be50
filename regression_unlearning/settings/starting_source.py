"""The keys of `source` in a user's first settings file, proposed from what the data show."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from regression_unlearning.data.fetching.names import listed
from regression_unlearning.data.splits import SPELT, Split, hashed
from regression_unlearning.data.text_table import TARGETS, TextTable
from regression_unlearning.errors import UserError
from regression_unlearning.settings.starting_images import images_of, picture_column

if TYPE_CHECKING:
    import pandas as pd

#: Seeds that are tried until no part is empty.
SEEDS = 100
#: Before what a user must mend.
NOTE = "NOTE: "
#: Keys, each with its value and a comment.
Keys = dict[str, tuple[Any, str]]


def folder_of(path: Path) -> str:
    """The absolute folder of a file, links resolved.

    Parameters
    ----------
    path : Path
        The file.
    """
    return str(path.resolve().parent)


def source_of(
    table: TextTable, loader: str, target: str | None, images: Path | None
) -> "tuple[pd.Series | None, Keys]":
    """Each row's part, where rows have one; and the keys of `source`.

    Parameters
    ----------
    table : TextTable
        The file of rows.
    loader, target : str, str or None
        The source that is to read it, and the column to predict; None chooses one.
    images : Path or None
        Folder or archive of the images; None looks beside the file.

    Returns
    -------
    parts : Series of str (rows,) or None
        ``train``, ``validation`` or ``test``; None for a table of load.
    keys : dict
        Each key's value and a comment on it.

    Raises
    ------
    UserError
        When nothing can be predicted, no images are found, or rows are too few for three parts.
    """
    if loader == "hourly_table":
        return None, _load(table)
    file = picture_column(table, images) if loader == "image_folder" else None
    if loader == "image_folder" and file is None:
        raise UserError(f"{table.path}: no column names images (such as 0001.jpg) in every row.")
    place = images_of(table, file, images) if file else None
    taken = {one for one in (table.people, table.id, table.split, file) if one}
    usual = TARGETS if file else tuple(one for one in TARGETS if one != "age")
    chosen, how = table.target(target, taken, usual)
    parts, drawn = _parts(table, file, None if loader == "stsb" else table.split)
    folder = {"folder": (folder_of(table.path), "where it lies")}
    why = f"the column to predict, {how}" + ("" if target else "; EDIT")
    if missing := table.missing[chosen]:
        why += f"; {NOTE}{missing:,} rows have no {chosen}: take them out, or preparing ends there."
    named = {"target": (chosen, why)}
    signs: Keys = {key: (sign, "how it is written") for key, sign in _signs(table).items()}
    if file:
        return parts, {
            **folder,
            "images": (place, "a folder, tar or zip of images"),
            "labels": (table.path.name, "a line an image"),
            **signs,
            "file": (file, "the column with an image's path"),
            **named,
            **drawn,
        }
    own = {"id": (table.id, "the column that names each row")} if table.id else {}
    if loader == "stsb":
        return parts, {
            "mirror": ([table.path.name], "the file in data_mirror"),
            "columns": (None, "the file's first line names them"),
            "score": (chosen, f"from 0 to 5; {why}"),
            "sentences": (table.sentences, "the two columns with sentences"),
            **own,
            **drawn,
        }
    rest = [one for one in table.rows if one not in (chosen, table.id, table.split)]
    out = [one for one in rest if _unread(table, one)]
    if len(out) == len(rest):
        why = f" (no network reads {listed(out)})" if out else ""
        raise UserError(
            f"{table.path}: no column is left to predict {chosen!r} from{why}; add columns of "
            "numbers, digits alone, or of words that repeat."
        )
    words = [one for one in rest if table.kinds[one] == "mixed" and one not in out]
    return parts, {
        **folder,
        "file": (table.path.name, "a line a row"),
        **signs,
        **named,
        **own,
        **drawn,
        "leave_out": (out, "no network reads them: people, texts, what is empty; EDIT"),
        "categories": (words, "features that are no numbers although they look so; EDIT"),
    }


def _unread(table: TextTable, name: str) -> bool:
    """Whether a column is no feature: people, nothing, too many words, numbers beside signs."""
    many = 3 * table.distinct[name] > table.count and table.kinds[name] in ("text", "mixed")
    return name == table.people or table.kinds[name] == "empty" or many or name in table.written


def _parts(table: TextTable, own: str | None, split: str | None) -> "tuple[pd.Series | None, Keys]":
    """The parts, and the key that says them: of a column, or drawn, by people where there are."""
    import pandas as pd

    if split:
        return table.rows[split].str.strip().map(SPELT), {"split": (split, "each row's part")}
    shares = {"validation": 0.15, "test": 0.15}
    for by in dict.fromkeys((table.people, None)):
        key = by or own or table.id
        names = table.rows[key] if key else pd.Series(range(table.count)).astype(str)
        for seed in range(SEEDS):
            more = {**shares, "seed": seed, **({"by": by} if by else {})}
            try:
                parts = hashed(names.fillna("?").astype(str), Split(**more), table.path)
            except UserError:
                continue
            why = "all rows of one are in one part" if by else "the parts are drawn"
            return pd.Series(parts, table.rows.index), {"divided": (more, why)}
    raise UserError(f"{table.path}: its {table.count} rows are too few for three parts.")


def _signs(table: TextTable) -> dict[str, str]:
    """The signs between columns and before decimals, where they are not those of a plain CSV."""
    signs = {"delimiter": table.delimiter, "decimal": table.decimal}
    return {
        key: sign for key, sign in signs.items() if sign != {"delimiter": ",", "decimal": "."}[key]
    }


def _load(table: TextTable) -> Keys:
    """The keys of a table of load."""
    form: dict[str, Any] = dict(_signs(table))
    empty = int(table.missing.sum())
    if empty:
        form["fill"] = 24
    comment = f"how it is written; {empty:,} empty cells: `fill` hours in a row may be missing"
    return {
        "path": (str(table.path.resolve()), "a column of dates, then one a customer"),
        **({"table": (form, comment if empty else "how it is written")} if form else {}),
    }
