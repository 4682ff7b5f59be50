"""Find a source, a family, a method, a measure or a kind of figure by its name.

A name is a module of this library's own folder, or an entry point of another package. Nothing is
imported before it is asked for, and none of these modules imports a network library when loaded.
"""

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType

from regression_unlearning.errors import UserError, unknown

_MEASURE = ("NEEDS", "QUANTITIES", "Settings", "measure")
#: kind -> (folder, what a module must define, the entry-point group of plug-ins)
KINDS = {
    "source": ("data.sources", ("FAMILY", "Settings", "download"), "regression_unlearning.sources"),
    "family": ("data.families", (), "regression_unlearning.families"),
    "network": ("models", ("Settings", "build"), "regression_unlearning.networks"),
    "method": ("methods", ("Settings", "unlearn"), "regression_unlearning.methods"),
    "measure": ("evaluation", _MEASURE, "regression_unlearning.measures"),
    "figure": ("reporting.figures", ("NEEDS", "SEE", "draw"), "regression_unlearning.figures"),
}


@cache
def module_name(kind: str, name: str) -> str | None:
    """Dotted name of the module that bears `name`, or None where there is none."""
    folder, _, group = KINDS[kind]
    own = f"regression_unlearning.{folder}.{name}"
    if name.isidentifier() and find_spec(own) is not None:
        return own
    return next((point.module for point in entry_points(group=group) if point.name == name), None)


def load(kind: str, name: str, where: str = "") -> ModuleType:
    """Import the module of one source, family, method, measure or figure.

    Parameters
    ----------
    kind : {"source", "family", "method", "measure", "figure"}
        What is looked for.
    name : str
        Its name.
    where : str, optional
        Where the name was given, for the message.

    Raises
    ------
    UserError
        When nothing bears the name, or the module lacks what its kind must define.
    """
    found = module_name(kind, name)
    module = import_module(found) if found else None
    missing = [part for part in KINDS[kind][1] if not hasattr(module, part)]
    if not missing:
        return module
    other = str(found).startswith("regression_unlearning.") and missing == list(KINDS[kind][1])
    if module is None or other:  # a file of ours that means to be something else
        raise unknown(kind, name, known(kind), where)
    raise UserError(f"{found} cannot serve as a {kind}: it does not define {', '.join(missing)}.")


def family_of(source: str) -> str:
    """Name of the family that a source's data belong to."""
    return load("source", source).FAMILY


def part_name(family: str, part: str) -> str:
    """Dotted name of one half of a family: ``prepare`` (raw files to arrays) or ``batch``."""
    return f"{load('family', family).__name__}.{part}"


def part(family: str, part: str) -> ModuleType:
    """Import one half of a family; see `part_name`."""
    return import_module(part_name(family, part))


def known(kind: str) -> list[str]:
    """Names of all of a kind that can be loaded."""
    folder, needed, group = KINDS[kind]
    package = import_module(f"regression_unlearning.{folder}")
    own = [
        found.name
        for found in iter_modules(package.__path__)
        if all(hasattr(import_module(f"{package.__name__}.{found.name}"), part) for part in needed)
    ]
    return sorted({*own, *(point.name for point in entry_points(group=group))})
