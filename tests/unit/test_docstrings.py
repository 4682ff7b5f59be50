"""Public functions that take arrays, tables or files describe their parameters."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "regression_unlearning"
#: Types whose shape, unit or content an annotation does not tell.
DESCRIBED = re.compile(r"\b(ndarray|ArrayLike|Tensor|DataFrame|Series|Path)\b")
#: The section on parameters, up to the next section.
SECTION = re.compile(r"^Parameters\n-+\n(.*?)(?=\n\n\w[\w ]*\n-+\n|\Z)", re.DOTALL | re.MULTILINE)
FILES = sorted(ROOT.rglob("*.py"))


def public_functions(body, owner=""):
    """Names and nodes of the public functions of a module, and of its public classes' methods."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield owner + node.name, node


def described(docstring):
    """Names in a docstring's section on parameters."""
    section = SECTION.search(docstring or "")
    heads = [line for line in section[1].splitlines() if line[:1].strip()] if section else []
    names = [name.strip(" *") for head in heads for name in head.split(" : ")[0].split(",")]
    return set(names)


def undescribed(text):
    """Public functions that take an array, a table or a path and describe other parameters.

    A section on parameters lists all of them, whatever the function takes.
    """
    for name, node in public_functions(ast.parse(text).body):
        names = described(ast.get_docstring(node))
        own = {arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)}
        own = {arg for arg in own - {"self", "cls"} if not arg.startswith("_")}
        if (names or DESCRIBED.search(ast.unparse(node.args))) and names != own:
            yield name


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_of_arrays_tables_or_files_describe_their_parameters(path):
    assert list(undescribed(path.read_text(encoding="utf-8"))) == []


HEAD = 'def add(rows: "pd.DataFrame", path: Path, *, _=0) -> None:\n    """Add rows.\n\n'
PATH = "    path : Path\n        A CSV file.\n"
SECTIONS = {
    "none": ("", False),
    "one parameter": (f"    Parameters\n    ----------\n{PATH}", False),
    "an unknown one": (f"    Parameters\n    ----------\n    row, path\n{PATH}", False),
    "all": (f"    Parameters\n    ----------\n    rows\n        Of a table.\n{PATH}", True),
    "and more": (
        f"    Parameters\n    ----------\n    rows\n{PATH}\n    Raises\n    ------\n    E\n",
        True,
    ),
}


@pytest.mark.parametrize(("section", "whole"), SECTIONS.values(), ids=SECTIONS)
def test_what_a_section_leaves_out_is_noticed(section, whole):
    function = f'{HEAD}{section}    """\n'
    assert list(undescribed(function)) == ([] if whole else ["add"])
    method = "class Table:\n" + "\n".join(f"    {line}" for line in function.splitlines())
    assert list(undescribed(method)) == ([] if whole else ["Table.add"])
    assert list(undescribed(function.replace("def add", "def _add"))) == []
