"""What a program's result follows from: a hash of every symbol of the code that it can reach.

A symbol is a function, a class or an assigned name at the top of a module. It reaches what its
source names, through the imports of its module and its own; ``module.name`` reaches that one name,
a module used in any other way all of its names. Statements of other kinds at the top of a module
run when it is imported, and count as soon as it is. Everything is read from the sources, and
nothing is imported. Other packages are left out: their versions are locked.

What cannot be seen: a module that is imported by a computed name. Whoever asks names such modules
(a method, a network) as roots.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path

from regression_unlearning.pipeline.stripping import is_for_types, stripped

#: What a name stands for: a module, or a symbol of a module.
Target = tuple[str, str | None]
#: The symbol that stands for all statements of other kinds.
BODY = "<body>"
NOTHING = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Symbol:
    """One symbol: its hash, and what it reaches."""

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
        """The package that relative imports begin at."""
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]

    def _take(self, node: ast.stmt) -> None:
        if is_for_types(node):
            return
        if isinstance(node, ast.Import | ast.ImportFrom):
            self.imports |= imported(node, self.package)
            return
        names = _defined(node)
        self.imports |= {
            name: target
            for one in ast.walk(node)
            if isinstance(node, ast.If | ast.Try) and isinstance(one, ast.Import | ast.ImportFrom)
            for name, target in imported(one, self.package).items()
        }
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
        kept = [node for one in nodes if (node := stripped(one)) is not None]
        text = "\n".join(ast.unparse(node) for node in kept)
        known = dict(self.imports)
        for one in (part for top in kept for part in ast.walk(top)):
            if isinstance(one, ast.Import | ast.ImportFrom):
                known |= imported(one, self.package)
        reached = dict.fromkeys(
            target
            for node in kept
            for chain in chains(node)
            for target in self._named(chain, known)
        )
        return Symbol(hashlib.sha256(text.encode()).hexdigest(), tuple(reached))

    def _named(self, chain: list[str], known: dict[str, Target]) -> Iterator[Target]:
        """What ``a.b.c`` stands for: this module's own name, or what an import brought."""
        first, *rest = chain
        if first in known:
            module, symbol = known[first]
            yield (module, symbol) if symbol else (".".join([module, *rest]), None)
            if symbol:  # it may be a module: one of its names, or all
                yield f"{module}.{symbol}", rest[0] if rest else None
        if first in self.statements:
            yield self.name, first


def imported(node: ast.Import | ast.ImportFrom, package: str) -> dict[str, Target]:
    """Names that an import brings, and what they stand for."""
    if isinstance(node, ast.Import):
        found: dict[str, Target] = {}
        for one in node.names:
            first = one.name.split(".")[0]
            found[one.asname or first] = (one.name if one.asname else first, None)
        return found
    base = node.module or ""
    if node.level:
        parts = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*parts, *([node.module] if node.module else [])])
    return {one.asname or one.name: (base, one.name) for one in node.names}


def chains(node: ast.AST) -> Iterator[list[str]]:
    """Every name of a tree with the attributes that follow it: ``a.b(c)`` gives [a, b], [c]."""
    inside: set[int] = set()
    for one in ast.walk(node):  # outer attributes come before inner ones
        if isinstance(one, ast.Attribute | ast.Name) and id(one) not in inside:
            parts: list[str] = []
            at: ast.expr = one
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
        names = [one for target in targets for one in ast.walk(target)]
        return [
            one.id for one in names if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
        ]
    if isinstance(node, ast.If | ast.Try):
        inner = [one for one in ast.walk(node) if one is not node and isinstance(one, ast.stmt)]
        return list(dict.fromkeys(name for one in inner for name in _defined(one)))
    return []


class Sources:
    """The modules of some top-level packages.

    Parameters
    ----------
    roots : mapping of str to Path
        Top-level package to its folder. Packages that a root names later are found by Python.
    """

    def __init__(self, roots: dict[str, Path]):
        self.roots = dict(roots)
        self.modules: dict[str, Module | None] = {}

    def module(self, name: str) -> Module | None:
        """A module by its dotted name; None for another package's, or where there is none."""
        if name not in self.modules:
            path = self._path(name)
            self.modules[name] = Module(name, path) if path else None
        return self.modules[name]

    def _path(self, name: str) -> Path | None:
        top, *rest = name.split(".")
        if top not in self.roots:
            return None
        path = self.roots[top].joinpath(*rest)
        files = (path / "__init__.py", path.with_suffix(".py"))
        return next((file for file in files if file.is_file()), None)

    def add(self, name: str) -> None:
        """Take in the top-level package of a module, unless it is there."""
        top = name.split(".", maxsplit=1)[0]
        if top not in self.roots:
            spec = find_spec(top)
            if spec is None or spec.origin is None:
                raise ModuleNotFoundError(top)
            origin = Path(spec.origin)
            self.roots[top] = (
                origin.parent if origin.name == "__init__.py" else origin.with_suffix("")
            )

    def reached(self, targets: Iterable[Target], program: Module | None = None) -> dict[str, str]:
        """Hash of every symbol that is reached, by ``module:symbol``.

        Parameters
        ----------
        targets : iterable of (str, str or None)
            Modules, or symbols of modules.
        program : Module, optional
            A file that runs by itself: all of it counts.
        """
        found: dict[str, str] = {}
        waiting = list(targets)
        if program is not None:
            waiting += self._all(program, found)
        seen: set[Target] = set()
        while waiting:
            target = waiting.pop()
            if target in seen:
                continue
            seen.add(target)
            waiting += self._step(target, found)
        return dict(sorted(found.items()))

    def _step(self, target: Target, found: dict[str, str]) -> Iterable[Target]:
        """Note one target; give what it leads to."""
        name, symbol = target
        if symbol is None:
            module, rest = self._longest(name)
            if module is None:
                return []
            return [(module.name, rest)] if rest else self._all(module, found)
        module = self.module(name)
        if module is None:
            return []
        return [(name, BODY), *self._imported(module), *self._symbol(module, symbol, found)]

    def _symbol(self, module: Module, symbol: str, found: dict[str, str]) -> Iterable[Target]:
        """Note one symbol of a module; give what it leads to."""
        if one := module.symbol(symbol):
            if one.sha256 != NOTHING:
                found[f"{module.name}:{symbol}"] = one.sha256[:16]
            return one.reaches
        if symbol in module.imports:
            return [module.imports[symbol]]
        if self.module(f"{module.name}.{symbol}"):
            return [(f"{module.name}.{symbol}", BODY)]
        made = symbol == "*" or module.symbol("__getattr__")  # when it is asked for
        return self._all(module, found) if made else []

    def _longest(self, name: str) -> tuple[Module | None, str | None]:
        """The module that a dotted name begins with, and the name that follows."""
        parts = name.split(".")
        for end in range(len(parts), 0, -1):
            if module := self.module(".".join(parts[:end])):
                return module, parts[end] if end < len(parts) else None
        return None, None

    def _imported(self, module: Module) -> list[Target]:
        """Bodies of the modules that a module imports at its top: they run too."""
        names = {name for name, _ in module.imports.values()}
        names |= {f"{name}.{symbol}" for name, symbol in module.imports.values() if symbol}
        return [(name, BODY) for name in sorted(names) if self.module(name)]

    def _all(self, module: Module, found: dict[str, str]) -> list[Target]:
        reached: list[Target] = self._imported(module)
        for name in module.statements:
            if (one := module.symbol(name)) and one.sha256 != NOTHING:
                found[f"{module.name}:{name}"] = one.sha256[:16]
                reached += one.reaches
        return reached


@cache
def _sources(package: str, folder: Path) -> Sources:
    return Sources({package: folder})


def fingerprint(
    package: str, folder: Path, roots: Iterable[str], program: Path | None = None
) -> str:
    """A line for each symbol that some roots reach: its place and its hash.

    Parameters
    ----------
    package, folder : str, Path
        The library's name and its folder.
    roots : iterable of str
        Such as ``"package.module"`` or ``"package.module:symbol"``; of any package.
    program : Path, optional
        A program's file, all of which counts.
    """
    sources = _sources(package, folder)
    targets: list[Target] = []
    for root in roots:
        name, _, symbol = root.partition(":")
        sources.add(name)
        targets.append((name, symbol or None))
    own = _program(program) if program else None
    return "".join(f"{name} {sha}\n" for name, sha in sources.reached(targets, own).items())


@cache
def _program(path: Path) -> Module:
    return Module(path.name, path)


def changed(before: str, after: str) -> list[str]:
    """Symbols in which two fingerprints differ."""
    one, other = (dict(line.split() for line in text.splitlines()) for text in (before, after))
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
