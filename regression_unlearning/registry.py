"""Find a source, a family, a network, a method, a measure or a kind of figure by its name.

A name is a module of this library's own folder, or an entry point of another package. A module is
imported only when it is asked for, and none of them imports a network library when loaded.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoints, entry_points
from importlib.util import find_spec
from pkgutil import iter_modules
from traceback import extract_tb
from types import ModuleType
from typing import Any

from regression_unlearning import classes
from regression_unlearning.errors import UserError, unknown
from regression_unlearning.settings.section import Section

_SOURCE = ("FAMILY", "EMBEDDED", "Settings", "download")
_MEASURE = ("NEEDS", "QUANTITIES", "Settings", "measure")
#: kind -> (folder, what a module must define, the entry-point group of plug-ins). Each kind's
#: protocol describes the parts: data/source.py, data/family.py, models/network.py,
#: methods/method.py, evaluation/measure.py, reporting/figure.py.
KINDS = {
    "source": ("data.sources", _SOURCE, "regression_unlearning.sources"),
    "family": ("data.families", (), "regression_unlearning.families"),
    "network": ("models", ("Settings", "build"), "regression_unlearning.networks"),
    "method": ("methods", ("Settings", "unlearn"), "regression_unlearning.methods"),
    "measure": ("evaluation", _MEASURE, "regression_unlearning.measures"),
    "figure": ("reporting.figures", ("NEEDS", "SEE", "draw"), "regression_unlearning.figures"),
}
#: The module that serves every network named by its class or by torchvision's name.
OUTSIDE = "regression_unlearning.models.modules.outside"
#: The two modules of a family, and what each must define.
HALVES = {"prepare": ("prepare",), "batch": ("Reading", "Inputs")}


@cache
def _points(group: str, _path: tuple[str, ...]) -> EntryPoints:
    """Entry points of a group: reading them from every package of the path takes long."""
    return entry_points(group=group)


def made_by(name: str) -> str | None:
    """Return what builds a network: ``MODULE:CLASS``, ``torchvision/NAME``, or None for a module.

    Parameters
    ----------
    name : str
        One of these forms, or an entry point's name that leads to a class.
    """
    points = _points(KINDS["network"][2], tuple(sys.path))
    return classes.made_by(name, points.select(name=name))


@cache
def module_name(kind: str, name: str) -> str | None:
    """Dotted name of the module with a name; None where there is none.

    Parameters
    ----------
    kind, name : str
        See `load`.

    Raises
    ------
    UserError
        When two modules have the name.
    """
    if kind == "network" and made_by(name):
        return OUTSIDE
    folder, _, group = KINDS[kind]
    library_module = f"regression_unlearning.{folder}.{name}"
    modules = (
        [library_module] if name.isidentifier() and find_spec(library_module) is not None else []
    )
    points = _points(group, tuple(sys.path)).select(name=name)
    # an entry point with an invalid value has no `module`: importing the value raises the error
    modules = list(
        dict.fromkeys(modules + [getattr(entry, "module", entry.value) for entry in points])
    )
    if len(modules) > 1:
        raise UserError(
            f"{kind} {name!r} is {' and '.join(modules)}: rename one (entry point {group})"
        )
    return modules[0] if modules else None


def load(kind: str, name: str, where: str = "") -> ModuleType:
    """Import the module of one source, family, network, method, measure or figure.

    Parameters
    ----------
    kind : {"source", "family", "network", "method", "measure", "figure"}
        What is looked for.
    name : str
        Its name.
    where : str, optional
        The key that gave the name, such as ``datasets.mine.loader``, for the message.

    Raises
    ------
    UserError
        In one line, with the key, the kind, the name and the module: when nothing has the name,
        or the module cannot be imported or lacks what its kind must define.
    """
    prefix = f"{where}: " if where else ""
    try:
        dotted = module_name(kind, name)
    except UserError as error:
        raise UserError(f"{prefix}{error}") from None
    if dotted is None:
        raise unknown(kind, name, known(kind), where)
    needed = KINDS[kind][1]
    module = imported(dotted, kind, name, where)
    missing = [part for part in needed if _lacks(module, part)]
    if missing == list(needed) != [] and dotted.startswith("regression_unlearning."):
        raise unknown(
            kind, name, known(kind), where
        )  # a file of this library that is something else
    if kind == "family":
        missing += [half for half in HALVES if not _is_there(f"{dotted}.{half}")]
    _complete(dotted, kind, name, where, missing)
    return module


def imported(module: str, kind: str, name: str, where: str) -> ModuleType:
    """Import the module that has a name.

    Parameters
    ----------
    module : str
        Its dotted name.
    kind, name, where : str
        See `load`: for the message.

    Raises
    ------
    UserError
        When it, or a module that it imports, does not exist, is not Python, or fails.
    """
    try:
        return import_module(module)
    except (Exception, SystemExit) as error:
        prefix = f"{where}: " if where else ""
        why = " ".join(str(error).split())
        if not isinstance(error, ImportError | SyntaxError):
            last = extract_tb(error.__traceback__)[-1]
            why = f"{type(error).__name__} in {last.filename}, line {last.lineno}: {why}"
        raise UserError(
            f"{prefix}{kind} {name!r}: its module {module} cannot be imported: {why}"
        ) from error


@contextmanager
def called(kind: str, name: str) -> Iterator[None]:
    """A block in which a plug-in's or a module's own code runs: it may raise, but not exit.

    Raises
    ------
    UserError
        When it ends the program, as ``sys.exit`` does.
    """
    try:
        yield
    except SystemExit as error:
        if type(error) is not SystemExit:  # a signal has asked the program to stop
            raise
        raise UserError(
            f"{kind} {name!r} ended the program (SystemExit: {error}): it must return what its "
            "protocol requires, or raise (docs/plug-in.md)."
        ) from error


def _lacks(module: ModuleType, part: str) -> bool:
    """Whether a part is missing, or is of another kind than its name requires."""
    value: Any = getattr(module, part, None)
    if part in {"Settings", "Reading"}:
        return not (isinstance(value, type) and issubclass(value, Section))
    return not callable(value) if part[0].islower() else not hasattr(module, part)


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the parent is no package
        return False


def _complete(module: str, kind: str, name: str, where: str, missing: Sequence[str]) -> None:
    if missing:
        prefix = f"{where}: " if where else ""
        raise UserError(
            f"{prefix}{kind} {name!r}: {module} cannot serve as a {kind}: it does not define "
            f"{', '.join(missing)}."
        )


def family_of(source: str, where: str = "") -> str:
    """Name of the family that a source's data belong to; errors as of `load`."""
    return str(load("source", source, where).FAMILY)


def part_name(family: str, part: str, where: str = "") -> str:
    """Dotted name of one half of a family: ``prepare`` (raw files to arrays) or ``batch``."""
    return f"{load('family', family, where).__name__}.{part}"


def part(family: str, part: str, where: str = "") -> ModuleType:
    """Import one half of a family; see `part_name`.

    Raises
    ------
    UserError
        See `load`: when nothing has the name, or the half lacks what it must define.
    """
    name = part_name(family, part, where)
    module = imported(name, "family", family, where)
    missing = [definition for definition in HALVES[part] if _lacks(module, definition)]
    _complete(name, "family", family, where, missing)
    return module


def known(kind: str) -> list[str]:
    """Names of all modules of a kind that can be loaded."""
    folder, needed, group = KINDS[kind]
    package = import_module(f"regression_unlearning.{folder}")
    library = [
        entry.name
        for entry in iter_modules(package.__path__)
        if all(hasattr(import_module(f"{package.__name__}.{entry.name}"), part) for part in needed)
    ]
    forms = classes.FORMS if kind == "network" else ()
    return sorted({*library, *(point.name for point in _points(group, tuple(sys.path))), *forms})
