"""The pipeline's steps as DVC stages: the content of dvc.yaml for the settings.

Snakemake owns the graph of jobs, DVC owns the content: one stage per step, each calls Snakemake for
the step's target. Nothing here imports either of them. A stage depends on whole folders and whole
sections of params.yaml, so it may run without need: Snakemake then finds nothing to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from regression_unlearning import classes, registry
from regression_unlearning.pipeline import plan
from regression_unlearning.settings.document import Settings

HEADER = "# Rendered by `python workflow_scripts/render_dvc.py`: do not edit.\n"

#: Files and folders with every job's code and rules.
CODE = ("Snakefile", "rules", "workflow_scripts", "regression_unlearning")


@dataclass(frozen=True)
class Step:
    """One step of the chain.

    Attributes
    ----------
    target : str
        Snakemake's target.
    reads : tuple of str
        Folders of earlier steps.
    makes : tuple of str
        Folders that it fills.
    params : tuple of str
        Top-level keys of params.yaml that it depends on, beside the experiments.
    cached : bool
        Whether DVC stores what it makes. Results belong to git: DVC only compares them.
    """

    target: str
    reads: tuple[str, ...]
    makes: tuple[str, ...]
    params: tuple[str, ...]
    cached: bool = True

    @property
    def outs(self) -> list[dict[str, dict[str, bool]]]:
        """Its folders as DVC's outs: DVC deletes nothing in them before the step runs."""
        flags = {"persist": True} if self.cached else {"persist": True, "cache": False}
        return [{folder: dict(flags)} for folder in self.makes]


_DATA = ("datasets", "embedding", "embeddings")
_PREPARED = "data/prepared"
_TRAINED = ("checkpoints/original", "checkpoints/retrained", "checkpoints/blindspot")
_SEEN = ("checkpoints/unlearned", "observations", "relearning")

STEPS = {
    "download": Step("all_downloaded", (), ("data/raw",), _DATA),
    "prepare": Step("all_prepared", ("data/raw",), (_PREPARED,), _DATA),
    "original": Step("all_originals", (_PREPARED,), _TRAINED[:1], ("datasets",)),
    "retrained": Step("all_retrained", (_PREPARED,), _TRAINED[1:2], ("datasets",)),
    "blindspot": Step("all_blindspots", (_PREPARED,), _TRAINED[2:], ("datasets", "methods")),
    "unlearned": Step(
        "all_observed", (_PREPARED, *_TRAINED), _SEEN, ("datasets", "methods", "measures")
    ),
    "measured": Step(
        "all_measured", (*_TRAINED[:2], *_SEEN), ("measures",), ("datasets", "measures")
    ),
    "reported": Step(
        "all_tables",
        (_PREPARED, "measures", "observations"),
        ("results/${experiment}",),
        ("datasets", "methods", "measures", "embedding"),
        cached=False,
    ),
}

#: Folders that the stages fill and that hold files of every experiment.
MADE = tuple(folder for step in STEPS.values() for folder in step.makes if "$" not in folder)


def _given_originals(settings: Settings) -> list[str]:
    """Files of models that were trained elsewhere, for any experiment."""
    files = {
        plan.given_original(settings, dataset, seed)
        for experiment in settings.experiments.values()
        for layout in (*experiment.tables.values(), *experiment.figures.values())
        for dataset in layout.datasets
        if settings.datasets[dataset].original
        for seed in experiment.seeds
    }
    return sorted(files)


def _own_networks(settings: Settings) -> list[str]:
    """Files in the project's folder that define networks."""
    builders = (
        registry.made_by(chosen.model.plain()["name"]) for chosen in settings.datasets.values()
    )
    files = (classes.source_of(builder) for builder in builders if builder)
    folder = Path.cwd()
    return sorted({str(f.relative_to(folder)) for f in files if f and f.parent == folder})


def _searched(settings: Settings) -> bool:
    """Whether some method's options come from the record of a search."""
    return any(m.record for dataset in settings.datasets.values() for m in dataset.methods.values())


def pipeline(settings: Settings, params: Mapping[str, Any]) -> dict[str, Any]:
    """Content of dvc.yaml.

    Parameters
    ----------
    settings : Settings
        Checked settings.
    params : mapping
        The settings as written in params.yaml: a stage may name only keys that exist there.
    """
    stages = {}
    for name, step in STEPS.items():
        extra = _given_originals(settings) if name == "original" else []
        if name in ("original", "retrained", "blindspot", "unlearned"):
            extra = [*extra, *_own_networks(settings)]
        if "methods" in step.params and _searched(settings):
            extra = [*extra, "tuning"]
        keys = [key for key in step.params if key in params]
        stages[name] = {
            "cmd": f"mkdir -p {' '.join(step.makes)} && snakemake --cores all {step.target}",
            "params": ["experiment", "experiments", *keys],
            "deps": [*CODE, *step.reads, *extra],
            "outs": step.outs,
        }
    figures = dict.fromkeys(name for e in settings.experiments.values() for name in e.figures)
    gaps = "results/${experiment}/metrics.csv"
    bars = {
        f"{what} - distance from the retrained model": {
            "template": "bar_horizontal",
            "x": column,
            "y": {gaps: "method"},
        }
        for column, what in (
            ("error_forget_train", "Error on the forgotten rows"),
            ("attack_label_rate", "Share called members by the attack"),
            ("wasserstein_train", "Predictions on the forgotten rows (Wasserstein)"),
        )
    }
    return {
        "stages": stages,
        "metrics": ["results/${experiment}/metrics.json"],
        "plots": [
            *({title: plot} for title, plot in bars.items()),
            *(f"results/${{experiment}}/{name}.png" for name in figures),
        ],
    }


class _Dumper(yaml.SafeDumper):
    """Short lists of plain values on one line, so that a stage is easy to read."""


def _list(dumper: yaml.SafeDumper, values: list) -> yaml.Node:
    plain = all(isinstance(value, str) for value in values) and len(values) > 1
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=plain or None)


_Dumper.add_representer(list, _list)


def rendered(settings: Settings, params: Mapping[str, Any]) -> str:
    """Text of dvc.yaml."""
    content = pipeline(settings, params)
    text = yaml.dump(
        content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100,
        default_flow_style=False,
    )  # fmt: skip
    return HEADER + text
