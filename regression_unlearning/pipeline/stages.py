"""The pipeline's steps as DVC stages: what dvc.yaml must say for the settings.

Snakemake owns the graph of jobs, DVC owns the content: one stage per step, each calls Snakemake for
the step's target. Nothing here imports either of them.

Every stage names all that its jobs depend on (settings, code, rules, the folders of earlier steps),
so that Snakemake has nothing to do where DVC says that nothing changed. Sections and code are those
of all datasets in params.yaml, so that dvc.yaml stays the same when another experiment is chosen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from regression_unlearning import provenance, registry
from regression_unlearning.pipeline.plan import (
    LIBRARY,
    code_files,
    data_modules,
    given_original,
    loader_module,
    measure_module,
    network_modules,
    shown,
)
from regression_unlearning.settings.document import Settings

HEADER = "# Rendered by `python workflow_scripts/render_dvc.py`: do not edit.\n"


@dataclass(frozen=True)
class Step:
    """One step of the chain.

    Attributes
    ----------
    target : str
        Snakemake's target.
    rules : tuple of str
        Files of rules/ that the step's jobs come from.
    programs : tuple of str
        Programs of workflow_scripts/ that its jobs run.
    folders : tuple of str
        What it reads of earlier steps.
    makes : tuple of str
        Folders that it fills.
    sections : tuple of str
        Keys of a dataset that it reads.
    general : tuple of str
        Keys at the top of params.yaml that it reads.
    cached : bool
        Whether DVC keeps what it makes. Results are for git: DVC only compares them.
    """

    target: str
    rules: tuple[str, ...]
    programs: tuple[str, ...]
    folders: tuple[str, ...]
    makes: tuple[str, ...]
    sections: tuple[str, ...] = ()
    general: tuple[str, ...] = ()
    cached: bool = True

    @property
    def outs(self) -> list[dict[str, dict[str, bool]]]:
        """Its folders as DVC's outs: nothing in them is deleted before it runs."""
        flags = {"persist": True} if self.cached else {"persist": True, "cache": False}
        return [{folder: dict(flags)} for folder in self.makes]


_RAW = ("loader", "source", "embedding")
_NETWORK = ("model", "loss", "quantiles", "reading")

STEPS = {
    "download": Step(
        "all_downloaded",
        ("download",),
        ("download",),
        (),
        ("data/raw",),
        _RAW,
        ("embedding", "embeddings"),
    ),
    "prepare": Step(
        "all_prepared",
        ("prepare",),
        ("prepare", "select_forget_set"),
        ("data/raw",),
        ("data/prepared",),
        (*_RAW, "forget_sets"),
        ("embedding", "embeddings"),
    ),
    "original": Step(
        "all_originals",
        ("train",),
        ("train", "take_original"),
        ("data/prepared",),
        ("checkpoints/original",),
        (*_NETWORK, "training", "original"),
    ),
    "retrained": Step(
        "all_retrained",
        ("train",),
        ("train",),
        ("data/prepared",),
        ("checkpoints/retrained",),
        (*_NETWORK, "training"),
    ),
    "blindspot": Step(
        "all_blindspots",
        ("train",),
        ("train",),
        ("data/prepared",),
        ("checkpoints/blindspot",),
        (*_NETWORK, "blindspot", "further_blindspots"),
    ),
    "unlearned": Step(
        "all_unlearned",
        ("unlearn",),
        ("unlearn",),
        ("data/prepared", "checkpoints/original", "checkpoints/blindspot"),
        ("checkpoints/unlearned",),
        (*_NETWORK, "methods"),
    ),
    "observed": Step(
        "all_observed",
        ("observe",),
        ("observe",),
        ("data/prepared", "checkpoints/original", "checkpoints/retrained", "checkpoints/unlearned"),
        ("observations", "relearning"),
        (*_NETWORK, "observation", "relearning"),
    ),
    "measured": Step(
        "all_measured",
        ("measure",),
        ("measure",),
        (
            "observations",
            "relearning",
            "checkpoints/original",
            "checkpoints/retrained",
            "checkpoints/unlearned",
        ),
        ("measures",),
        ("measures",),
        ("measures",),
    ),
    "reported": Step(
        "all_tables",
        ("report",),
        ("table", "figure", "report", "metrics"),
        ("measures", "observations"),
        ("results/${experiment}",),
        ("",),
        ("embedding", "measures"),
        cached=False,
    ),
}

#: Folders that the stages fill and that hold files of every experiment.
MADE = tuple(folder for step in STEPS.values() for folder in step.makes if "$" not in folder)


def _modules(name: str, settings: Settings) -> Iterable[str]:
    """Modules that a step's programs import by name, for any dataset, method or measure."""
    datasets = settings.datasets
    if name == "download":
        return [loader_module(settings, dataset) for dataset in datasets]
    if name == "prepare":
        return [module for dataset in datasets for module in data_modules(settings, dataset)]
    if name == "measured":
        return [measure_module(measure) for measure in settings.measures]
    if name == "reported":
        return [
            registry.module_name(kind, n)
            for kind in ("measure", "figure")
            for n in registry.known(kind)
        ]
    modules = [module for dataset in datasets for module in network_modules(settings, dataset)]
    if name == "unlearned":
        modules += [
            registry.module_name("method", dataset.method(label).method)
            for dataset in datasets.values()
            for label in dataset.methods
        ]
    return modules


def _templates() -> list[str]:
    folder = provenance.PACKAGE / "reporting"
    files = [path for path in folder.iterdir() if path.suffix in (".j2", ".css", ".csv")]
    return [shown(path) for path in files] + ["rules/captions"]


def _code(name: str, step: Step, settings: Settings) -> list[str]:
    modules = sorted(set(_modules(name, settings)))
    files = {
        path
        for program in step.programs
        for path in code_files(f"workflow_scripts/{program}.py", *modules)
    }
    files |= {shown(path) for path in provenance.library_files(f"{LIBRARY}.pipeline.grid")}
    files |= {"Snakefile", "rules/common.smk", *(f"rules/{rules}.smk" for rules in step.rules)}
    if name == "reported":
        files |= set(_templates())
    return sorted(path for path in files if not Path(path).is_absolute())


def _given(settings: Settings) -> list[str]:
    """Models that were trained elsewhere, for any experiment."""
    found = {
        given_original(settings, dataset, seed)
        for experiment in settings.experiments.values()
        for layout in (*experiment.tables.values(), *experiment.figures.values())
        for dataset in layout.datasets
        if settings.datasets[dataset].original
        for seed in experiment.seeds
    }
    return sorted(found)


def _params(step: Step, params: Mapping[str, Any]) -> list[str]:
    names = ["experiment", "experiments.${experiment}", *step.general]
    for dataset, values in params["datasets"].items():
        for section in step.sections:
            if not section:
                names.append(f"datasets.{dataset}")
            elif section in values:
                names.append(f"datasets.{dataset}.{section}")
    return names


def pipeline(settings: Settings, params: Mapping[str, Any]) -> dict[str, Any]:
    """Content of dvc.yaml.

    Parameters
    ----------
    settings : Settings
        Checked settings.
    params : mapping
        The same as they stand in params.yaml: only keys that are there can be named.
    """
    stages = {}
    for name, step in STEPS.items():
        stages[name] = {
            "desc": f"Snakemake's target {step.target}",
            "cmd": [f"mkdir -p {' '.join(step.makes)}", f"snakemake --cores all {step.target}"],
            "params": _params(step, params),
            "deps": [
                *step.folders,
                *(_given(settings) if name == "original" else ()),
                *_code(name, step, settings),
            ],
            "outs": step.outs,
        }
    figures = {name: None for e in settings.experiments.values() for name in e.figures}
    gaps = "results/${experiment}/metrics.csv"
    bars = {
        f"{what} - distance from the retrained model": {
            "template": "bar_horizontal",
            "x": column,
            "y": {gaps: "method"},
            "x_label": what,
            "y_label": "method",
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


def rendered(settings: Settings, params: Mapping[str, Any]) -> str:
    """Text of dvc.yaml."""
    content = pipeline(settings, params)
    return HEADER + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
