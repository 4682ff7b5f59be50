"""A first settings file for a user's own data: a valid entry, proposed from what the data show."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from regression_unlearning import registry
from regression_unlearning.data.parquet import is_parquet
from regression_unlearning.data.text_table import TextTable
from regression_unlearning.errors import UserError, command, unknown
from regression_unlearning.settings.defaults import of_family
from regression_unlearning.settings.starting_images import picture_column
from regression_unlearning.settings.starting_source import NOTE, Keys, folder_of, source_of
from regression_unlearning.settings.target_scale import UNNAMED

if TYPE_CHECKING:
    import pandas as pd

#: What files are read by.
LOADERS = ("table", "image_folder", "hourly_table", "stsb")
METHODS = ("finetune", "gaussian_amnesiac", "blindspot")
#: Epochs that are proposed at most: a first answer in minutes.
EPOCHS = 30
#: Columns that are listed.
MOST = 60
#: A line of the file: how deep it stands, key, value (`...`: what follows is inside), comment.
Line = tuple[int, str, Any, str]


def entry_file(
    table: TextTable,
    name: str,
    output: Path,
    *,
    loader: str | None = None,
    target: str | None = None,
    images: Path | None = None,
) -> str:
    """Text of a file of settings with a dataset and an experiment of the same name.

    Parameters
    ----------
    table : TextTable
        The file of data.
    name : str
        The dataset's name.
    output : Path
        What the file of settings will be called.
    loader, target : str, optional
        What reads the data, and the column to predict, where they are not what they look like.
    images : Path, optional
        A folder or an archive of images.

    Raises
    ------
    UserError
        Where nothing can be predicted, or no images are found.
    """
    pictured = images or (loader is None and picture_column(table, None))
    loader = loader or ("image_folder" if pictured else table.loader)
    if loader not in LOADERS:
        raise unknown("loader", loader, LOADERS)
    if loader != "table" and is_parquet(table.path):
        raise UserError(f"{table.path}: only tables of rows are read as Parquet; save it as CSV.")
    body = map(_line, _body(table, name, loader, target, images))
    return "\n".join([*_head(table, name, output), *body]) + "\n"


def _head(table: TextTable, name: str, output: Path) -> Iterator[str]:
    asked = f"--configfile {output} --config experiment={name}"
    rows, columns = f"{table.count:,} rows", len(table.kinds)
    yield f"# {table.path}: {rows}, {columns} columns. Read over params.yaml:"
    yield f"#   {command(f'regression-unlearning check {output}')}     names a slip by its line"
    yield f"#   {command(f'snakemake -n {asked}')}     looks whether all is there"
    yield f"#   {command(f'snakemake --cores 2 {asked}')}"
    yield "# docs/settings.md describes each key. EDIT what is a guess: it is marked so."
    for column, first in table.written.items():
        yield (
            f"# {NOTE}{column} is no column of numbers, as signs or words stand beside them "
            f"({first!r}); write digits alone, such as 1200.5, or leave a field empty, and run "
            "init again."
        )
    width = min(30, max(len(repr(one)) for one in table.rows))
    yield f"#   {'column':{width}} kind    missing  values  the first"
    for column, kind in list(table.kinds.items())[:MOST]:
        known = table.rows[column].dropna()
        first = repr(known.iloc[0])[:30] if len(known) else ""
        yield (
            f"#   {column!r:{width}} {kind:7} {table.missing[column]:7,} "
            f"{table.distinct[column]:7,}  {first}"
        )
    if columns > MOST:
        yield f"#   and {columns - MOST:,} more columns"


def _line(line: Line) -> str:
    """A line, its value as YAML on the same line."""
    depth, key, value, comment = line
    text = f"{key}:"
    if value is not ...:
        pair = {key: value}
        dumped = yaml.safe_dump(
            pair, default_flow_style=True, width=10**6, sort_keys=False, allow_unicode=True
        )
        text = dumped.strip()[1:-1]
    return "  " * depth + text + (f"  # {comment}" if comment else "")


def _body(
    table: TextTable, name: str, loader: str, target: str | None, images: Path | None
) -> Iterator[Line]:
    usual = of_family(registry.family_of(loader))
    if loader == "stsb":
        folder = folder_of(table.path)
        yield 0, "data_mirror", folder, "the folder of the pairs and the word vectors"
    parts, source = source_of(table, loader, target, images)
    train = table.rows if parts is None else table.rows[parts == "train"]
    size = min(
        usual["training"].get("batch_size", 256), 2 ** max(3, (len(train) // 16).bit_length())
    )
    sets = dict(_forget_sets(table, loader, train, source))
    yield 0, "datasets", ..., ""
    yield 1, name, ..., ""
    yield 2, "loader", loader, "what reads the data"
    yield 2, "title", name, "what tables and figures call it; EDIT"
    yield 2, "source", ..., "what lies where, and what its columns are for"
    for key, (value, comment) in source.items():
        yield 3, key, value, comment
    quicker = "; without a GPU {name: allcnn, width: 0.25} is far quicker"
    why = "the network" + (quicker if usual["model"]["name"] == "resnet18" else "")
    yield 2, "model", usual["model"], why
    yield 2, "loss", usual["loss"], "of a row"
    yield 2, "unit", UNNAMED, "of the target, for tables and figures; EDIT"
    yield (
        2,
        "training",
        {
            **usual["training"],
            "epochs": min(EPOCHS, usual["training"]["epochs"]),
            "batch_size": size,
        },
        "of originals and retrained models; more epochs where errors still fall",
    )
    yield (
        2,
        "unlearning",
        {**usual["unlearning"], "batch_size": size},
        "of every method that trains",
    )
    methods: dict[str, Any] = {key: {} for key in METHODS}
    yield 2, "methods", methods, "as params.yaml has them; {epochs: 5} differs"
    yield 2, "forget_sets", ..., "what may be asked to be forgotten; EDIT"
    for key, (value, comment) in sets.items():
        yield 3, key, value, comment
    yield 0, "experiments", ..., ""
    yield 1, name, ..., ""
    yield 2, "title", f"Unlearning on {name}", "the report's headline"
    yield 2, "seeds", [0, 1, 2], "of trainings; five or more for intervals that mean something"
    yield 2, "tables", ..., ""
    layout = {
        "title": f"Unlearning on {name}",
        "dataset": name,
        "forget_sets": list(sets),
        "methods": list(METHODS),
    }
    yield 3, "table1", layout, "one table; also `measures: [errors, wasserstein]`"


def _forget_sets(
    table: TextTable, loader: str, train: "pd.DataFrame", source: Keys
) -> Iterator[tuple[str, tuple[dict[str, Any], str]]]:
    """One or two: whose rows they are, or the largest targets; and random ones."""
    if loader == "hourly_table":
        own = {"select": "where", "column": "customer", "equals": [str(table.rows.columns[1])]}
        yield "customer", ({"title": "One customer", **own}, "all windows of one")
        yield (
            "high",
            ({"title": "High load", "select": "band", "from": 1}, "deviations of its load"),
        )
        return
    if table.people:
        most = train[table.people].value_counts().index[0]
        own = {"select": "where", "column": table.people, "equals": [most]}
        yield "one", ({"title": f"One {table.people}"[:100], **own}, "the one with the most rows")
    else:
        chosen = source["score" if loader == "stsb" else "target"][0]
        edge = float(table.numbers(chosen)[train.index].quantile(0.9))
        band = {"title": f"From {edge:.6g} up", "select": "band", "from": float(f"{edge:.6g}")}
        yield "high", (band, "the highest tenth of targets, and all that equal its lowest")
    rows = max(1, len(train) // 20)
    yield "some", ({"title": f"{rows:,} random rows", "select": "random", "rows": rows}, "5 %")
