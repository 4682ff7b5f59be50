"""Read files of keys and values; a mistake is named by its line, a key by the file that says it."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from regression_unlearning.errors import UserError

#: The project's own file.
PARAMS = "params.yaml"
#: The fast one, where PyYAML is built with it.
_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Refused(yaml.MarkedYAMLError):
    """YAML, but not as it may stand here."""


class _Loader(_SAFE):  # type: ignore[misc, valid-type]  # which of the two is known when it runs
    """YAML in which no key may stand twice: plain YAML would silently keep the last.

    It also refuses numbers that YAML would read as another number, and values of other kinds than
    those of JSON and dates.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        """Construct a mapping whose keys differ."""
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise _refused(f"{_cut(key.value)} stands twice; take one out", key)
                seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Construct a value; what YAML takes for a number or a date must be one."""
        kind = node.tag.rpartition(":")[2]
        if node.tag not in self.yaml_constructors:
            tag = _cut(node.tag.replace("tag:yaml.org,2002:", "!!"))
            raise _refused(
                f"a tag ({tag}) is not read here; take it out, or put it in quotes", node
            )
        if kind in {"int", "float"} and _MISREAD.fullmatch(node.value):
            plain = re.fullmatch("([-+]?)0+([0-9]+)", node.value)
            also = f", or {plain[1]}{plain[2]} where a number is meant" if plain else ""
            raise _refused(
                f"YAML reads {node.value} as another number (octal, or base 60); "
                f'write "{node.value}" in quotes where text is meant{also}',
                node,
            )
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError, OverflowError):
            value = _cut(node.value)
            raise _refused(f"{value} is no {_KINDS[kind]}; text goes into quotes", node) from None


#: What a value may be, by the last part of YAML's own tag, in words.
_KINDS = {
    "null": "null", "bool": "true or false", "int": "whole number", "float": "number",
    "timestamp": "date", "str": "text", "seq": "list", "map": "mapping",
}  # fmt: skip
_Loader.yaml_constructors = {
    tag: make
    for tag, make in _SAFE.yaml_constructors.items()
    if tag and tag.rpartition(":")[2] in _KINDS
}
#: Whole numbers that begin with 0, and numbers of several parts.
_MISREAD = re.compile(r"[-+]?(0[0-9_]+|[0-9_]+(:[0-9_.]+)+)")
#: How deep values may lie in one another.
_DEPTH = 50


def _refused(problem: str, at: yaml.Node | yaml.Event) -> _Refused:
    return _Refused(problem=problem, problem_mark=at.start_mark)


def _cut(text: str) -> str:
    return repr(text) if len(text) <= 80 else f"{text[:60]!r}…"


def _plain(text: str) -> None:
    """Refuse anchors, aliases and merge keys: ``like`` says more plainly what goes where.

    Events come one after the other, so that nothing is built of what lies too deep.
    """
    key, depth = "", 0
    for event in yaml.parse(text, _SAFE):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEPTH:
            raise _refused(f"values lie more than {_DEPTH} deep in one another", event)
        name = getattr(event, "anchor", None)
        merge = isinstance(event, yaml.ScalarEvent) and event.value == "<<" and not event.style
        if name or merge:
            what = "a merge key (<<)" if merge else "an alias" if _is_alias(event) else "an anchor"
            sign = "" if merge else f" ({'*' if _is_alias(event) else '&'}{_cut(str(name))[1:-1]})"
            behind = f" behind {_cut(key)}" if key else ""
            raise _refused(
                f"{what}{sign}{behind}: write `like: NAME` in the entry, and what differs", event
            )
        if isinstance(event, yaml.ScalarEvent):
            key = event.value


def _is_alias(event: yaml.Event) -> bool:
    return isinstance(event, yaml.AliasEvent)


def read_yaml(path: str | Path) -> dict[str, Any]:
    """Read a YAML file of keys and values, in which no key occurs twice, and without anchors.

    Parameters
    ----------
    path : path
        A UTF-8 file.

    Returns
    -------
    dict
        Its keys and values.

    Raises
    ------
    UserError
        When the file is missing, is no YAML, or holds something else.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        _plain(text)
        values = yaml.load(text, _Loader)  # noqa: S506 (a safe loader)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {path}: {error}") from error
    except yaml.YAMLError as error:
        raise UserError(_slip(path, _exactly(text, error))) from error
    if not isinstance(values, dict):
        raise UserError(f"{path} must hold keys and values.")
    return values


def _exactly(text: str, error: yaml.YAMLError) -> yaml.YAMLError:
    """The same error from PyYAML's own reader, slow and more exact about the place."""
    if not isinstance(error, _Refused):
        try:
            yaml.compose(text, yaml.SafeLoader)
        except yaml.YAMLError as better:
            return better
    return error


def _slip(path: Path, error: yaml.YAMLError) -> str:
    """Where a file stops being YAML, and why, on one line."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None:  # a character that no text holds
        return f"{path} is not YAML: {' '.join(str(error).split())}."
    spot = f"{path}, line {mark.line + 1}, column {mark.column + 1}"
    if isinstance(error, _Refused):
        return f"{spot}: {problem}."
    return (
        f"{spot}: not YAML from here on ({problem}); look here and on the lines above for a "
        "bracket or quote too many or too few, or a wrong indentation."
    )


def overlaid(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """One file's values over another's, as Snakemake reads ``--configfile``: null is a value."""
    result = dict(base)
    for key, value in over.items():
        held = result.get(key)
        if isinstance(held, Mapping) and isinstance(value, Mapping):
            result[key] = overlaid(held, value)
        else:
            result[key] = value
    return result


class Origins:
    """Which of several files, read one over the other, says a key.

    Parameters
    ----------
    files : iterable of (name, values)
        In the order in which they are read: a later one goes before an earlier one.
    """

    def __init__(self, files: Iterable[tuple[str, Mapping[str, Any]]] = ()):
        self.files = list(files) or [(PARAMS, {})]

    @property
    def merged(self) -> dict[str, Any]:
        """All values, a later file's over an earlier one's."""
        values: dict[str, Any] = {}
        for _, more in self.files:
            values = overlaid(values, more)
        return values

    def at(self, line: str) -> str:
        """A message that begins with a key, or a key, behind the name of the file that says it.

        It is the file that says the longest part of the key, the last one where several do.
        """
        place = line.partition(": ")[0].rstrip(":").split(".")
        depth, name = 0, self.files[0][0]
        for file, values in self.files:
            if (here := _depth(values, place)) and here >= depth:
                depth, name = here, file
        return f"{name}: {line}"


def _depth(values: Any, place: list[str]) -> int:
    """How many of a key's parts some values hold, one inside the other."""
    for depth, part in enumerate(place):
        if not isinstance(values, Mapping) or part not in values:
            return depth
        values = values[part]
    return len(place)
