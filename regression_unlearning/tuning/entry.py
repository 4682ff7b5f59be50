"""Write chosen settings into params.yaml: a few values change, every other byte stays."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from regression_unlearning.errors import UserError
from regression_unlearning.files import write_text
from regression_unlearning.settings.document import check, read_yaml
from regression_unlearning.settings.tuning import options_hash


def flow(value: Any) -> str:
    """A value on one line, as YAML."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**6)
    return text.removesuffix("...\n").strip()


def write(path: Path, dataset: str, label: str, found: Mapping[str, Any]) -> None:
    """Put what a search chose, and its record, into the entry of a method.

    Parameters
    ----------
    path : Path
        params.yaml.
    dataset, label : str
        Which entry.
    found : mapping
        What `workflow_scripts/tune.py` has written.

    Raises
    ------
    UserError
        When the file has no such entry of its own (it may come by a merge): the message holds the
        lines to write there by hand. Also where the result would not pass the check of params.yaml;
        the file is then left as it is.
    """
    entry = read_yaml(path)["datasets"].get(dataset, {}).get("methods", {}).get(label, {})
    changes = dict(found["chosen"])
    record = {
        "dataset": dataset,
        **{key: found[key] for key in ("seed", "budget_s", "forget_sets")},
        "trials": len(found["trials"]),
        **{key: _rounded(found[key]) for key in ("value", "before", "nothing")},
        "options": options_hash({**entry, **changes}),
    }
    changes["tuned"] = record
    text = path.read_text(encoding="utf-8")
    node = yaml.compose(text, yaml.SafeLoader)
    for key in ("datasets", dataset, "methods", label):
        node = _children(node).get(key)
    if not isinstance(node, yaml.MappingNode):
        lines = "\n".join(f"  {key}: {flow(value)}" for key, value in changes.items())
        raise UserError(
            f"{path} has no entry datasets.{dataset}.methods.{label} of its own; "
            f"write there:\n{lines}"
        )
    text = edited(text, node, changes)
    check(yaml.safe_load(text), f"{path} with the settings of {dataset}/{label}")
    write_text(path, text)


def edited(text: str, node: yaml.MappingNode, changes: Mapping[str, Any]) -> str:
    """The text with some keys of a mapping set: those that it has in place, the others behind."""
    held = _children(node)
    spans = [
        (held[key].start_mark.index, held[key].end_mark.index, flow(value))
        for key, value in changes.items()
        if key in held
    ]
    indent = " " * node.value[0][0].start_mark.column
    behind = ("," if node.flow_style else "") + "\n" + indent
    added = "".join(f"{behind}{k}: {flow(value)}" for k, value in changes.items() if k not in held)
    end = node.value[-1][1].end_mark.index
    spans.append((end, end, added))
    for start, end, shown in sorted(spans, reverse=True):
        text = text[:start] + shown + text[end:]
    return text


def _children(node: yaml.Node | None) -> dict[str, yaml.Node]:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return {key.value: value for key, value in pairs}


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
