"""docs/settings.md: every key of params.yaml, from the settings' own types and their docstrings.

What a key means stands below its field, as a string; what a section is, in its class's docstring.
"""

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

from regression_unlearning import registry
from regression_unlearning.requests.request import Request, Thresholds
from regression_unlearning.settings.dataset import Dataset
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.embedding import Published
from regression_unlearning.settings.experiment import Experiment, Figure, Table
from regression_unlearning.settings.forget_sets import Band, Dates, Ids, Random, Where
from regression_unlearning.settings.meanings import meanings
from regression_unlearning.settings.measuring import Observation, Relearning
from regression_unlearning.settings.places import PART, WHOLE
from regression_unlearning.settings.resources import Resources
from regression_unlearning.settings.section import NAME, Section
from regression_unlearning.settings.training import Fit, Plateau, Step, Training
from regression_unlearning.settings.tuning import Tuning

HEADER = f"""\
<!-- Rendered by `python workflow_scripts/render_settings.py`: do not edit. -->
# Every key of params.yaml

Made from the types that check the file. A key without a default is required. Any entry (a dataset,
a forget set, a method, an experiment, a table, a figure, an embedding) may say `like: NAME` and
what differs: mappings merge, lists are replaced, null takes a key out. `OWNER.NAME` names a forget
set or a method of another dataset, a table or figure of another experiment. `tuned: DATASET` in a
dataset's method takes the options that a search chose (`tuning/DATASET/METHOD.json`);
`sweep: {{OPTION: [VALUE, ...]}}` there makes an entry `METHOD_OPTION_VALUE` of each value, which
tables and figures of the kind `front` show with the method.

Options of a dataset's method come from its entry, else from the record that it names, else from the
dataset's `unlearning`, else from the entry of that name under the top key `methods`, else from the
method's own defaults, else from the family of the data.

Numbers are finite, and true is none. Text is one line, without control characters and signs that
turn the direction of reading. Names are small letters, digits and _, {NAME} at most. A path has at
most {WHOLE:,} bytes, {PART} a part. 0200 and 3:20 are refused, as YAML reads other numbers there.
"""

#: Title of each section, by its class; links lead to them.
SECTIONS: dict[type[Section], str] = {
    Settings: "Top keys",
    Published: "embeddings.NAME",
    Dataset: "datasets.NAME",
    Training: "datasets.NAME.training, blindspot, further_blindspots.NAME",
    Plateau: "schedule: plateau",
    Step: "schedule: step",
    Band: "forget set: band",
    Random: "forget set: random",
    Where: "forget set: where",
    Dates: "forget set: dates",
    Ids: "forget set: ids",
    Observation: "datasets.NAME.observation",
    Relearning: "datasets.NAME.relearning",
    Tuning: "datasets.NAME.tuning",
    Resources: "datasets.NAME.resources",
    Experiment: "experiments.NAME",
    Table: "experiments.NAME.tables.NAME",
    Figure: "experiments.NAME.figures.NAME",
    Request: "REQUEST.yaml: a deletion request",
    Thresholds: "REQUEST.yaml: thresholds",
}
#: What is found by name: the headline, the kind, and the attribute that holds its settings.
FOUND = {
    "Sources: `loader: NAME`, keys of `source`": ("source", "Settings"),
    "Networks: `model: {name: NAME, ...}`": ("network", "Settings"),
    "Methods: options of an entry of `methods`": ("method", "Settings"),
    "Measures: `measures: {NAME: {...}}`": ("measure", "Settings"),
}


def own_fields(section: type[Section]) -> list[str]:
    """A section's fields, without those that it has as every fit has them."""
    fields = section.model_fields
    if not issubclass(section, Fit) or section in SECTIONS:
        return list(fields)
    return [
        name
        for name, field in fields.items()
        if name not in Fit.model_fields or field.default != Fit.model_fields[name].default
    ]


def rendered() -> str:
    """Text of docs/settings.md."""
    blocks = [HEADER]
    for section, title in SECTIONS.items():
        blocks += [f"## {title}", _text(section), _table(section)]
    for title, (kind, attribute) in FOUND.items():
        blocks.append(f"## {title}")
        for name, module in _modules(kind):
            section = getattr(module, attribute)
            blocks += [f"### {kind} {name}", _text(section), _table(section)]
    blocks.append("## How mini-batches are made: keys of `reading`")
    for name in dict.fromkeys(registry.family_of(name) for name, _ in _modules("source")):
        reading = registry.part(name, "batch").Reading
        blocks += [f"### family {name}", _text(reading), _table(reading)]
    return "\n\n".join(block.strip() for block in blocks if block.strip()) + "\n"


def every_section() -> Iterable[type[Section]]:
    """All classes that the reference describes."""
    yield from SECTIONS
    for kind, attribute in FOUND.values():
        for _, module in _modules(kind):
            yield getattr(module, attribute)
    for name in dict.fromkeys(registry.family_of(name) for name, _ in _modules("source")):
        yield registry.part(name, "batch").Reading


def _modules(kind: str) -> list[tuple[str, Any]]:
    """The library's own modules of a kind, plug-ins left out."""
    homes: dict[str, list[str]] = {}
    for name in registry.known(kind):
        homes.setdefault(registry.module_name(kind, name) or "", []).append(name)
    own = [names for home, names in homes.items() if home.startswith("regression_unlearning.")]
    return [(" or ".join(names), registry.load(kind, names[0])) for names in own]


def _text(section: type[Section]) -> str:
    """Docstrings of a section and of its bases, those of every fit left out."""
    fit = issubclass(section, Fit) and section is not Training
    ours = [
        one
        for one in section.__mro__
        if issubclass(one, Section) and one is not Section and not (fit and one is Fit)
    ]
    texts = dict.fromkeys(inspect.cleandoc(one.__doc__) for one in ours if one.__doc__)
    return "\n\n".join(texts).replace("``", "`")


def _table(section: type[Section]) -> str:
    """The keys of a section as a Markdown table."""
    names = own_fields(section)
    more = len(names) < len(section.model_fields)
    fit = f"And the keys of {_link(Training)}, but `compile`." if more else ""
    if not names:
        return fit or "No keys."
    schema = section.model_json_schema(by_alias=True)
    meaning_of, rows = meanings(section), []
    for name in names:
        field = section.model_fields[name]
        key = field.alias or name
        values = schema["properties"][key]
        default = _default(field, values)
        meaning = meaning_of.get(name, "").replace("``", "`")
        if not meaning and "const" in values:
            meaning = "Says which this is."
        rows.append(f"| `{key}` | {_kind(values, schema)} | {default} | {meaning} |")
    head = "| key | value | default | meaning |\n|---|---|---|---|\n"
    return head + "\n".join(rows) + (f"\n\n{fit}" if fit else "")


def _default(field: Any, values: Mapping[str, Any]) -> str:
    if text := field.description or ("required" if field.is_required() else ""):
        return str(text)
    value = field.get_default(call_default_factory=True)
    if isinstance(value, Section):
        value = {}
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if value in ((), {}, [], ""):
        return "none"
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{value}`"


def _link(section: type[Section]) -> str:
    title = SECTIONS[section]
    anchor = re.sub(r"[^a-z0-9_ -]", "", title.lower()).replace(" ", "-")
    return f"[{title}](#{anchor})"


def _kind(values: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """What a key takes, in words, from its JSON schema."""
    if "$ref" in values:
        name = values["$ref"].rpartition("/")[2]
        section = next((one for one in SECTIONS if one.__name__ == name), None)
        if section:
            return _link(section)
        return _kind(schema["$defs"][name], schema) if name in schema["$defs"] else name
    for several in ("anyOf", "oneOf"):
        if several in values:
            return " or ".join(dict.fromkeys(_kind(one, schema) for one in values[several]))
    if "enum" in values or "const" in values:
        allowed = values.get("enum") or [values["const"]]
        # as YAML writes them in double quotes, and as a cell of Markdown may hold them
        signs = {"\t": '"\\t"', "|": "\\|"}
        return ", ".join(f"`{signs.get(value, value)}`" for value in allowed)
    return _plain_kind(values, schema)


def _plain_kind(values: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    kind = values.get("type")
    if kind == "array":
        items = values.get("items") or (values.get("prefixItems") or [{}])[0]
        return f"list: {_kind(items, schema)}"
    if kind == "object":
        if values.get("properties"):
            keys = ", ".join(
                f"`{key}` ({_kind(one, schema)})" for key, one in values["properties"].items()
            )
            return f"keys {keys}"
        more = values.get("additionalProperties")
        inside = _kind(more, schema) if isinstance(more, Mapping) else ""
        return f"entries by name: {inside}" if inside else "keys and values"
    words = {"integer": "whole number", "string": "text", "boolean": "true or false"}
    return values.get("format") or words.get(str(kind), kind or "keys and values") + _range(values)


def _range(values: Mapping[str, Any]) -> str:
    bounds = {
        "minimum": "from {}", "exclusiveMinimum": "above {}", "maximum": "to {}",
        "exclusiveMaximum": "below {}", "maxLength": "of at most {} letters",
    }  # fmt: skip
    ends = [(text, values[key]) for key, text in bounds.items() if key in values]
    limits = [text.format(f"{end:g}" if end % 1 else f"{end:,.0f}") for text, end in ends]
    return f" {' '.join(limits)}" if limits else ""
