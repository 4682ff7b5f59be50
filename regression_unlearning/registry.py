"""Find a dataset, a method or a measure by its name.

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

#: kind -> (folder, what a module must define, the entry-point group of plug-ins)
KINDS = {
    "dataset": ("data", ("FAMILY", "Settings", "download"), "regression_unlearning.datasets"),
    "method": ("methods", ("Settings", "unlearn"), "regression_unlearning.methods"),
    "measure": ("evaluation", ("NEEDS", "Settings", "measure"), "regression_unlearning.measures"),
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
    """Import the module of one dataset, method or measure.

    Parameters
    ----------
    kind : {"dataset", "method", "measure"}
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
    if module is None or found.startswith("regression_unlearning."):
        raise unknown(kind, name, known(kind), where)
    raise UserError(f"{found} cannot serve as a {kind}: it does not define {', '.join(missing)}.")


def family(loader: str) -> ModuleType:
    """Import the family of a dataset's loader: how its raw files become rows, and rows batches."""
    return import_module(f"regression_unlearning.data.{load('dataset', loader).FAMILY}")


def known(kind: str) -> list[str]:
    """Names of every dataset, method or measure that can be loaded."""
    folder, needed, group = KINDS[kind]
    package = import_module(f"regression_unlearning.{folder}")
    own = [
        found.name
        for found in iter_modules(package.__path__)
        if all(hasattr(import_module(f"{package.__name__}.{found.name}"), part) for part in needed)
    ]
    return sorted({*own, *(point.name for point in entry_points(group=group))})
