"""Source code without anything that changes no result: comments, docstrings, annotations, messages.

Comments and layout are gone once the source is a syntax tree. Also removed: docstrings; types of
arguments and of local variables (not those of a class's fields, which are read at run time); an
exception's message; statements that only write to the log; help texts of a program's arguments; and
assignments whose value was only used in such a text.
"""

import ast
from typing import Any

#: Names whose calls only write to the log.
LOGS = {"log", "logger", "logging", "warnings"}
#: Arguments of argparse that hold help texts.
HELP = {"help", "description", "epilog", "usage", "metavar"}
#: Calls without effects, by name: of functions, and of methods.
HARMLESS = {
    "abs", "all", "any", "bool", "dict", "enumerate", "float", "format", "getattr", "hasattr",
    "int", "isinstance", "len", "list", "map", "max", "min", "next", "range", "repr", "reversed",
    "round", "set", "sorted", "str", "sum", "tuple", "type", "zip",
    "count", "endswith", "get", "index", "items", "join", "keys", "lower", "lstrip", "partition",
    "removeprefix", "removesuffix", "replace", "rpartition", "rstrip", "split", "splitlines",
    "startswith", "strip", "title", "tolist", "upper", "values",
}  # fmt: skip

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = ("body", "orelse", "finalbody")


def stripped(node: ast.stmt) -> ast.stmt | None:
    """A statement without what changes no result, changed in place; None where nothing is left."""
    result = _Strip().visit(node)
    if result is not None:
        for child in ast.walk(result):
            if isinstance(child, _FUNCTIONS):
                _without_dead_names(child)
        _filled(result)
    return result


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_log(node: ast.stmt) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return False
    return isinstance(call.func.value, ast.Name) and call.func.value.id in LOGS


def is_for_types(node: ast.stmt) -> bool:
    """Whether a statement is ``if TYPE_CHECKING:``."""
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


class _Strip(ast.NodeTransformer):
    """Remove what is no behaviour, also in nested functions."""

    def __init__(self) -> None:
        self.in_function = False

    def visit_Expr(self, node: ast.Expr) -> Any:
        return None if _is_text(node) or _is_log(node) else self.generic_visit(node)

    def visit_If(self, node: ast.If) -> Any:
        return None if is_for_types(node) else self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        outside, self.in_function = self.in_function, True
        node.returns = None
        self.generic_visit(node)
        self.in_function = outside
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        outside, self.in_function = self.in_function, False
        self.generic_visit(node)
        self.in_function = outside
        return node

    def visit_arg(self, node: ast.arg) -> Any:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        self.generic_visit(node)
        if not self.in_function:
            return node
        return ast.Assign([node.target], node.value, lineno=0) if node.value else None

    def visit_Raise(self, node: ast.Raise) -> Any:
        kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        name = ast.unparse(kind).rpartition(".")[2] if kind else ""
        if (
            name and name[0] != "_" and not name[0].isupper()
        ):  # a function that makes an exception: its arguments are all message
            kind = ast.Name("Exception", ast.Load())
        node.exc = kind
        node.cause = None
        return node

    def visit_Assert(self, node: ast.Assert) -> Any:
        node.msg = None
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> Any:
        node.keywords = [keyword for keyword in node.keywords if keyword.arg not in HELP]
        if _called(node) == "parser":  # a program's parser: its arguments are texts
            node.args = []
        return self.generic_visit(node)


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func).rpartition(".")[2]


def _harmless(node: ast.AST) -> bool:
    """Whether a value can be left out: nothing in it has an effect."""
    for child in ast.walk(node):
        if isinstance(child, ast.Call) and _called(child) not in HARMLESS:
            return False
        if isinstance(child, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
            return False
    return True


def _without_dead_names(function: ast.AST) -> None:
    """Remove assignments to names that nothing reads any more, until none is left."""
    kept = {
        name
        for child in ast.walk(function)
        if isinstance(child, ast.Global | ast.Nonlocal)
        for name in child.names
    }
    while True:
        read = {
            child.id
            for child in ast.walk(function)
            if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load)
        } | kept
        if not sum(_cleaned(block, read) for block in _blocks(function)):
            return


def _blocks(node: ast.AST) -> list[list[ast.stmt]]:
    """Every list of statements inside a node, the innermost first."""
    blocks = [
        getattr(child, name)
        for child in ast.walk(node)
        for name in _BLOCKS
        if isinstance(getattr(child, name, None), list)
    ]
    return blocks[::-1]


def _cleaned(block: list[ast.stmt], read: set[str]) -> bool:
    """Remove dead statements from a block, in place; return whether there were any."""
    alive = [statement for statement in block if not _dead(statement, read)]
    changed = len(alive) < len(block)
    block[:] = alive
    return changed


def _dead(node: ast.stmt, read: set[str]) -> bool:
    if isinstance(node, ast.Assign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [child for target in targets for child in ast.walk(target)]
        plain = all(isinstance(child, ast.Name | ast.Tuple | ast.expr_context) for child in names)
        stored = {child.id for child in names if isinstance(child, ast.Name)}
        return plain and not stored & read and _harmless(node.value)
    if isinstance(node, ast.If):
        return not node.body and not node.orelse and _harmless(node.test)
    if isinstance(node, ast.For):
        return not node.body and not node.orelse and _harmless(node.iter)
    return False


def _filled(node: ast.AST) -> None:
    """Put ``pass`` where a body has become empty."""
    for child in ast.walk(node):
        if isinstance(getattr(child, "body", None), list) and not child.body:  # type: ignore[attr-defined]
            child.body.append(ast.Pass())  # type: ignore[attr-defined]
