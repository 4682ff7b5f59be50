"""Networks that are named by what makes them: ``module:Class``, or ``torchvision/name``.

A module is one that is installed, or one of the folder that the program runs in. It is imported
when a network is made, and no earlier: before that only its source is read.
"""

import ast
import re
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from regression_unlearning.errors import UserError, unknown

#: The forms of these names.
FORMS = ("MODULE:CLASS", "torchvision/NAME")


def made_by(name: str, points: Iterable[Any] = ()) -> str | None:
    """What makes a network of some name: ``module:Class``, ``torchvision/name``, or None.

    Parameters
    ----------
    name : str
        As the settings say it.
    points : iterable of EntryPoint
        The entry points of that name: one may be a class in place of a module.
    """
    if ":" in name or "/" in name:
        return name
    values = (f"{point.module}:{point.attr}" for point in points if getattr(point, "attr", ""))
    return next(values, None)


def check(made: str) -> None:
    """Check that the class of a network exists, without importing it.

    Raises
    ------
    UserError
        When there is no such module, or it has no such name.
    """
    if ":" not in made:
        names = _of_torchvision()
        library, _, name = made.partition("/")
        if library != "torchvision" or (names and name not in names):
            raise unknown("network", made, [f"torchvision/{one}" for one in names])
        return
    module, _, name = made.partition(":")
    path = source_of(made)
    if path is None:
        raise UserError(
            f"{made!r}: there is no module {module}, neither installed nor as "
            f"{module.replace('.', '/')}.py in the project's folder; write MODULE:CLASS"
        )
    known = _defined(path)
    if known is not None and name.partition(".")[0] not in known:
        raise unknown("class", name, known, path.name)


def source_of(made: str) -> Path | None:
    """The file of the module of ``module:Class``; None where there is none, and of torchvision."""
    module, separator, _ = made.partition(":")
    if not separator or not all(part.isidentifier() for part in module.split(".")):
        return None
    search_folder()
    top, *rest = module.split(".")
    spec = find_spec(top)
    if spec is None or spec.origin is None:
        return None
    if not rest:
        return Path(spec.origin)
    place = Path(spec.origin).parent.joinpath(*rest)
    files = (place / "__init__.py", place.with_suffix(".py"))
    return next((file for file in files if file.is_file()), None)


def search_folder() -> None:
    """Let modules of the folder that the program runs in be found, after all that is installed."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)


def _defined(path: Path) -> set[str] | None:
    """Names that a file's source defines at its top; None where that cannot be told.

    Raises
    ------
    UserError
        When it is no Python.
    """
    if path.suffix != ".py":
        return None
    try:
        nodes = ast.parse(path.read_bytes()).body
    except SyntaxError as error:
        raise UserError(f"{path.name}, line {error.lineno}: {error.msg}") from None
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            names |= {one.asname or one.name for one in node.names}
        elif not isinstance(node, ast.Expr):
            names |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return None if "*" in names else names


def _of_torchvision() -> set[str]:
    """Names of torchvision's networks, from its sources; none where they are not found there."""
    spec = find_spec("torchvision")
    folder = Path(str(spec and spec.origin)).with_name("models")
    return {
        name
        for file in folder.glob("*.py")
        for name in re.findall(
            r"^@register_model.*?^def (\w+)", file.read_text(encoding="utf-8"), re.M | re.S
        )
    }
