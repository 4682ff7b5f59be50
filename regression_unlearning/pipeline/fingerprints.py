"""What a program's result follows from: a hash of every symbol of the code that it can reach.

A symbol is a function, a class or an assigned name at the top of a module. It reaches the names in
its source, through the imports of its module and its own; ``module.name`` reaches that one name,
a module used in any other way all of its names. Statements of other kinds at the top of a module
run when it is imported, and count as soon as it is. Everything is read from the sources, and
nothing is imported. Other packages are left out: their versions are locked.

A module that is imported by a computed name cannot be found this way. The caller names such modules
(a method, a network) as roots.
"""

from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from regression_unlearning.pipeline.modules import BODY, NOTHING, Module, Target


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
        self.bodies: dict[str, list[Target]] = {}

    def module(self, name: str) -> Module | None:
        """A module by its dotted name; None for another package's, or where there is none."""
        if name not in self.modules:
            path = self._path(name)
            self.modules[name] = Module(name, path) if path else None
        return self.modules[name]

    def _path(self, name: str) -> Path | None:
        top, *rest = name.split(".")
        if top not in self.roots and not self._in_folder(top):
            return None
        path = self.roots[top].joinpath(*rest)
        files = (path / "__init__.py", path.with_suffix(".py"))
        return next((file for file in files if file.is_file()), None)

    def _in_folder(self, top: str) -> bool:
        """Add a package of the project's folder, unless an installed one takes precedence."""
        candidates = [Path.cwd() / f"{top}.py", Path.cwd() / top / "__init__.py"]
        spec = find_spec(top) if any(file.is_file() for file in candidates) else None
        if spec and spec.origin and Path(spec.origin) in candidates:
            self.add(top)
        return top in self.roots

    def add(self, name: str) -> None:
        """Add the top-level package of a module, unless it is known already.

        Raises
        ------
        ModuleNotFoundError
            When Python finds no such package.
        """
        top = name.split(".", maxsplit=1)[0]
        if top not in self.roots:
            spec = find_spec(top)
            if spec is None or spec.origin is None:
                raise ModuleNotFoundError(top)
            self.bodies.clear()
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
        hashes: dict[str, str] = {}
        waiting = list(targets)
        if program is not None:
            waiting += self._all(program, hashes)
        visited: set[Target] = set()
        while waiting:
            target = waiting.pop()
            if target in visited:
                continue
            visited.add(target)
            waiting += self._step(target, hashes)
        return dict(sorted(hashes.items()))

    def _step(self, target: Target, hashes: dict[str, str]) -> Iterable[Target]:
        """Record one target; return what it leads to."""
        name, symbol = target
        if symbol is None:
            module, rest = self._longest(name)
            if module is None:
                return []
            return [(module.name, rest)] if rest else self._all(module, hashes)
        module = self.module(name)
        if module is None:
            return []
        return [(name, BODY), *self._imported(module), *self._symbol(module, symbol, hashes)]

    def _symbol(self, module: Module, symbol: str, hashes: dict[str, str]) -> Iterable[Target]:
        """Record one symbol of a module; return what it leads to."""
        if definition := module.symbol(symbol):
            if definition.sha256 != NOTHING:
                hashes[f"{module.name}:{symbol}"] = definition.sha256[:16]
            return definition.reaches
        if symbol in module.imports:
            return [module.imports[symbol]]
        if self.module(f"{module.name}.{symbol}"):
            return [(f"{module.name}.{symbol}", BODY)]
        computed = symbol == "*" or module.symbol("__getattr__")  # a name computed at run time
        return self._all(module, hashes) if computed else []

    def _longest(self, name: str) -> tuple[Module | None, str | None]:
        """The module that a dotted name begins with, and the name that follows."""
        parts = name.split(".")
        for end in range(len(parts), 0, -1):
            if module := self.module(".".join(parts[:end])):
                return module, parts[end] if end < len(parts) else None
        return None, None

    def _imported(self, module: Module) -> list[Target]:
        """Bodies of the modules that a module imports at its top: they run too."""
        if module.name not in self.bodies:
            names = {name for name, _ in module.imports.values()}
            names |= {f"{name}.{symbol}" for name, symbol in module.imports.values() if symbol}
            self.bodies[module.name] = [(one, BODY) for one in sorted(names) if self.module(one)]
        return self.bodies[module.name]

    def _all(self, module: Module, hashes: dict[str, str]) -> list[Target]:
        reached: list[Target] = self._imported(module)
        for name in module.statements:
            if (definition := module.symbol(name)) and definition.sha256 != NOTHING:
                hashes[f"{module.name}:{name}"] = definition.sha256[:16]
                reached += definition.reaches
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

    Returns
    -------
    str
        Sorted lines ``module:symbol hash``.
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
    first, other = (dict(line.split() for line in text.splitlines()) for text in (before, after))
    return sorted(name for name in {*first, *other} if first.get(name) != other.get(name))
