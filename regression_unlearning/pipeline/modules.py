"""The source of a module: its symbols by name, with a hash of each and the names it refers to."""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from regression_unlearning.pipeline.stripping import is_for_types, stripped

#: What a name stands for: a module, or a symbol of a module.
Target = tuple[str, str | None]


#: The symbol that stands for all statements of other kinds.
BODY = "<body>"


NOTHING = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Symbol:
    """One symbol: its hash, and the targets that it reaches."""

    sha256: str
    reaches: tuple[Target, ...]


@dataclass
class Module:
    """A module's source: its statements by the name that they define, and its imports.

    Parameters
    ----------
    name : str
        Dotted name.
    path : Path
        Its file.
    """

    name: str
    path: Path
    statements: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imports: dict[str, Target] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the file."""
        for node in ast.parse(self.path.read_bytes()).body:
            self._take(node)

    @property
    def package(self) -> str:
        """The package that relative imports are resolved in."""
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]

    def _take(self, node: ast.stmt) -> None:
        if is_for_types(node):
            return
        if isinstance(node, ast.Import | ast.ImportFrom):
            self.imports |= imported(node, self.package)
            return
        names = _defined(node)
        if isinstance(node, ast.If | ast.Try):
            for child in ast.walk(node):
                if isinstance(child, ast.Import | ast.ImportFrom):
                    self.imports |= imported(child, self.package)
        for name in names or [BODY]:
            if name != "__all__":
                self.statements.setdefault(name, []).append(node)

    @cached_property
    def symbols(self) -> dict[str, Symbol]:
        """Every symbol, read when it is first asked for."""
        return {}

    def symbol(self, name: str) -> Symbol | None:
        """One symbol; None where the module defines no such name."""
        if name not in self.symbols and name in self.statements:
            self.symbols[name] = self._read(self.statements[name])
        return self.symbols.get(name)

    def _read(self, nodes: Iterable[ast.stmt]) -> Symbol:
        kept = [node for item in nodes if (node := stripped(item)) is not None]
        text = "\n".join(ast.unparse(node) for node in kept)
        imports = dict(self.imports)
        for item in (part for top in kept for part in ast.walk(top)):
            if isinstance(item, ast.Import | ast.ImportFrom):
                imports |= imported(item, self.package)
        reached = dict.fromkeys(
            target
            for node in kept
            for chain in chains(node)
            for target in self._named(chain, imports)
        )
        return Symbol(hashlib.sha256(text.encode()).hexdigest(), tuple(reached))

    def _named(self, chain: list[str], known: dict[str, Target]) -> Iterator[Target]:
        """What ``a.b.c`` stands for: this module's own name, or the target of an import."""
        first, *rest = chain
        if first in known:
            module, symbol = known[first]
            yield (module, symbol) if symbol else (".".join([module, *rest]), None)
            if symbol:  # it may be a module: one of its names, or all
                yield f"{module}.{symbol}", rest[0] if rest else None
        if first in self.statements:
            yield self.name, first


def imported(node: ast.Import | ast.ImportFrom, package: str) -> dict[str, Target]:
    """Names that an import defines, and what they stand for."""
    if isinstance(node, ast.Import):
        names: dict[str, Target] = {}
        for alias in node.names:
            first = alias.name.split(".")[0]
            names[alias.asname or first] = (alias.name if alias.asname else first, None)
        return names
    base = node.module or ""
    if node.level:
        parts = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*parts, *([node.module] if node.module else [])])
    return {alias.asname or alias.name: (base, alias.name) for alias in node.names}


def chains(node: ast.AST) -> Iterator[list[str]]:
    """Every name of a tree with the attributes that follow it: ``a.b(c)`` gives [a, b], [c]."""
    inside: set[int] = set()
    for child in ast.walk(node):  # outer attributes come before inner ones
        if isinstance(child, ast.Attribute | ast.Name) and id(child) not in inside:
            parts: list[str] = []
            at: ast.expr = child
            while isinstance(at, ast.Attribute):
                parts.append(at.attr)
                at = at.value
                inside.add(id(at))
            if isinstance(at, ast.Name):
                yield [at.id, *reversed(parts)]


def _defined(node: ast.stmt) -> list[str]:
    """Names that a statement at the top of a module defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [child for target in targets for child in ast.walk(target)]
        return [
            child.id
            for child in names
            if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store)
        ]
    if isinstance(node, ast.If | ast.Try):
        inner = [
            child for child in ast.walk(node) if child is not node and isinstance(child, ast.stmt)
        ]
        return list(dict.fromkeys(name for child in inner for name in _defined(child)))
    return []
