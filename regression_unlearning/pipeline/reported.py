"""Settings of the report: its tables and figures, and every setting behind them."""

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from regression_unlearning import registry
from regression_unlearning.pipeline import layouts, plan
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.experiment import Figure, Table
from regression_unlearning.settings.methods import Method

#: Most ids of a forget set that a report lists.
IDS = 20


def of_report(settings: Settings, absent: Mapping[str, str]) -> dict[str, Any]:
    """Settings of the report, including those of everything in it.

    Parameters
    ----------
    settings : Settings
        All settings.
    absent : mapping of str to str
        Why a dataset cannot be obtained, by its name.
    """
    experiment = settings.chosen
    printed: list[Table | Figure] = [*experiment.tables.values(), *experiment.figures.values()]
    shown = dict.fromkeys(name for layout in printed for name in layout.datasets)
    measured = {name for layout in printed for name in layouts.words(settings, layout)}
    figures = {
        name: {
            "title": layout.title,
            "caption": f"{', '.join(settings.datasets[key].title for key in layout.datasets)}: "
            f"{registry.load('figure', layout.kind).SEE}",
        }
        for name, layout in experiment.figures.items()
    }
    return {
        "experiment": settings.experiment,
        "title": experiment.title,
        "seeds": list(experiment.seeds),
        "tables": {
            name: layouts.layout_settings(settings, layout, absent)
            for name, layout in experiment.tables.items()
        },
        "figures": figures,
        "claims": layouts.claims(settings, absent),
        **_precisions(settings, [name for name in shown if name not in absent]),
        "params": {
            "experiment": {settings.experiment: experiment.plain()},
            "measures": {
                name: options for name, options in settings.measures.items() if name in measured
            },
            "datasets": {
                name: _behind(
                    settings, name, [layout for layout in printed if name in layout.datasets]
                )
                for name in shown
            },
        },
    }


def _precisions(settings: Settings, shown: Iterable[str]) -> dict[str, Any]:
    """Records of what `precision: auto` chose, by dataset; no key where nothing says auto."""
    found = {name: plan.chosen_precision(settings, name) for name in shown}
    records = {name: one["chosen_precision"]["record"] for name, one in found.items() if one}
    return {"precisions": records} if records else {}


def _behind(settings: Settings, name: str, shown: Sequence[Table | Figure]) -> dict[str, Any]:
    """A dataset's settings behind some tables and figures, for readers: those, and no others."""
    dataset = settings.datasets[name]
    entry = dataset.plain()
    measures = {measure for layout in shown for measure in layouts.words(settings, layout)}
    methods = dict.fromkeys(label for layout in shown for label in layout.methods)
    helpers = {further for label in methods for _, further in plan.helpers(settings, name, label)}
    forget_sets = {forget_set for layout in shown for forget_set in layout.forget_sets}
    forget_sets |= {earlier for later in forget_sets for earlier in dataset.earlier(later)}
    relearnt = any("relearning" in registry.load("measure", measure).NEEDS for measure in measures)
    entries = {
        **{key: entry[key] for key in ("loader", "title", "source")},
        **layouts.embedding(settings, name),
        **{key: entry[key] for key in ("reading", "model", "loss", "quantiles", "classes")},
        **{key: entry[key] for key in ("target_scale", "unit", "original", "training")},
        "blindspot": entry["blindspot"] if None in helpers else None,
        "further_blindspots": _selected(entry["further_blindspots"], helpers),
        "forget_sets": {
            key: _named(chosen)
            for key, chosen in _selected(entry["forget_sets"], forget_sets).items()
        },
        "methods": {label: _in_force(dataset.methods[label]) for label in methods},
        "measures": _selected(entry["measures"], measures),
        "observation": entry["observation"],
        "relearning": entry["relearning"] if relearnt else None,
    }
    return {key: value for key, value in entries.items() if value not in (None, {}, [])}


def _selected(entries: Mapping[str, Any], names: Container[str | None]) -> dict[str, Any]:
    return {name: entry for name, entry in entries.items() if name in names}


def _in_force(chosen: Method) -> dict[str, Any]:
    """A method's entry with every option, the method's defaults among them."""
    record = {"tuned": chosen.record.dataset} if chosen.record else {}
    return {"title": chosen.title, "method": chosen.method, **record, **chosen.options}


def _named(forget_set: Mapping[str, Any]) -> dict[str, Any]:
    """A forget set's entry; many ids are replaced by their number and a hash."""
    entry = {key: value for key, value in forget_set.items() if value is not None}
    ids = entry.get("ids", ())
    if len(ids) > IDS:
        digest = hashlib.sha256("\n".join(ids).encode()).hexdigest()
        entry["ids"] = f"{len(ids):,} ids, one a line of SHA-256 {digest}"
    return entry
