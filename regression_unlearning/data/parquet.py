"""Tables in Parquet files, with the cells that the same table has as CSV."""

from collections.abc import Callable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from regression_unlearning.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

#: What the names of such files end with.
ENDS = (".parquet", ".pq")
#: How pandas calls an index that it saves as a column.
INDEX = "__index_level_"


def is_parquet(path: PurePath) -> bool:
    """Whether a file is Parquet, by its name.

    Parameters
    ----------
    path : PurePath
        The file.
    """
    return path.suffix.lower() in ENDS


def column_names(path: Path) -> list[str]:
    """The names of a Parquet file's columns; empty where pandas has saved a nameless index.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    UserError
        For a file that is no Parquet, a name that occurs twice, or where pyarrow is not installed.
    """
    names = _opened(path).schema_arrow.names
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UserError(f"{path}: a column's name is twice there ({twice!r}); rename one.")
    return ["" if name.startswith(INDEX) else name for name in names]


def read_parquet(path: Path, names: list[str], is_text: Callable[[str], bool]) -> "pd.DataFrame":
    """Read columns of a Parquet file.

    Parameters
    ----------
    path : Path
        The file.
    names : list of str
        The columns to be read.
    is_text : callable
        Of a column's name: whether its cells are wanted as text, whatever they are.

    Returns
    -------
    DataFrame
        Numbers and truth values as pandas reads them from CSV; all else is text. NaN where a cell
        is empty.

    Raises
    ------
    UserError
        For a column of lists or structures, naming it, and for a file that cannot be read.
    """
    import pandas as pd
    import pyarrow as pa

    try:
        table = _opened(path).read(columns=names)
        return pd.DataFrame({name: _column(path, table[name], name, is_text) for name in names})
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error


def _opened(path: Path) -> Any:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise UserError(
            f"{path}: Parquet is read by pyarrow, which is not installed; install "
            "regression-unlearning[parquet], or save the table as CSV."
        ) from error
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> UserError:
    return UserError(f"cannot read {path} as Parquet: {' '.join(str(error).split())}")


def _column(path: Path, column: Any, name: str, is_text: Callable[[str], bool]) -> "pd.Series":
    import pandas as pd
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise UserError(
            f"{path}: {name} holds {kind} values, not one number or word a row; take the column "
            "out of the file."
        )
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    if pa.types.is_decimal(kind) and not is_text(name):
        text = column.cast(pa.string()).to_pylist()  # a cast to floats rounds twice
        return pd.to_numeric(pd.Series(text, dtype=object))
    if number and not is_text(name):
        return column.to_pandas()
    words = pd.Series(column.cast(pa.string()).to_pylist(), dtype=str)
    return words.mask(words == "")
