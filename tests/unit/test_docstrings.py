"""Public functions that take arrays, tables or files describe their parameters."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "regression_unlearning"
#: Packages (and single modules) whose functions are not all described yet.
EXEMPT = {
    "classes",
    "data",
    "files",
    "methods",
    "models",
    "pipeline",
    "program",
    "provenance",
    "registry",
    "requests",
    "seals",
    "settings",
    "training",
    "tuning",
}
#: Types whose shape, unit or content an annotation does not tell.
DESCRIBED = re.compile(r"\b(ndarray|ArrayLike|Tensor|DataFrame|Series|Path)\b")
FILES = sorted(
    path
    for path in ROOT.rglob("*.py")
    if path.relative_to(ROOT).parts[0].removesuffix(".py") not in EXEMPT
)


def public_functions(body, owner=""):
    """Names and nodes of the public functions of a module, and of its public classes' methods."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield owner + node.name, node


def undescribed(text):
    """Public functions that take an array, a table or a path without a section on parameters."""
    for name, node in public_functions(ast.parse(text).body):
        arguments = ast.unparse(node.args)
        docstring = ast.get_docstring(node) or ""
        if DESCRIBED.search(arguments) and "Parameters\n----------\n" not in docstring:
            yield name


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_of_arrays_tables_or_files_describe_their_parameters(path):
    assert list(undescribed(path.read_text(encoding="utf-8"))) == []


def test_a_missing_section_is_noticed():
    text = '''
class Table:
    def add(self, rows: "pd.DataFrame") -> None:
        """Add rows."""

    def _add(self, rows: "pd.DataFrame") -> None:
        """Add rows."""

def described(path: Path) -> None:
    """Read.

    Parameters
    ----------
    path : Path
        A CSV file.
    """
'''
    assert list(undescribed(text)) == ["Table.add"]
