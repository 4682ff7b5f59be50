"""What a run needs on the disk and of the engine: anything missing is reported before any job."""

import os
from collections.abc import Iterable
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from typing import Any

from regression_unlearning import registry
from regression_unlearning.data.fetching.mirror import MIRROR, mirror_of
from regression_unlearning.data.fetching.raw_file import MANIFEST
from regression_unlearning.errors import UserError
from regression_unlearning.files import not_there
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.forget_sets import Ids

#: Attributes of Snakemake's `workflow` that the rules read and its documentation does not list.
ENGINE = (
    "is_main_process",
    "dryrun",
    "configfiles",
    "config_settings.config",
    "config_settings.overwrite_config",
    "resource_settings.default_resources",
)


def check_engine(workflow: Any) -> None:
    """Check that the workflow engine still has the attributes that the rules read.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        The engine's object.

    Raises
    ------
    UserError
        Naming what is missing, and what to do.
    """
    for name in ENGINE:
        try:
            attrgetter(name)(workflow)
        except AttributeError:
            raise UserError(
                f"Snakemake {version('snakemake')} has no workflow.{name}, which rules/common.smk "
                "reads: install the release that uv.lock names (`python3 -m uv sync`)."
            ) from None


def check_needs(grid: Grid) -> None:
    """Check that everything an experiment reads exists: ids of forget sets, files of datasets.

    A loader whose files come from a folder alone has ``missing_file(settings, mirror)``, which
    returns what is missing, or None. A dataset whose raw or prepared files exist is not checked.

    Raises
    ------
    UserError
        With a line for each file that is missing; or when none of the datasets can be obtained.
    """
    name = grid.settings.experiment
    if not grid.datasets:
        reasons = " ".join(grid.absent.values())
        key = grid.settings.at(f"experiments.{name}")
        raise UserError(f"{key}: nothing in it can be run. {reasons}")
    problems = []
    for dataset in grid.shown:
        problems += missing_ids(grid.settings, dataset, grid.forget_set_names(dataset))
        if not _has_files(dataset) and (problem := _missing_source(grid.settings, dataset)):
            problems.append(problem)
    if problems:
        raise UserError("\n".join(dict.fromkeys(problems)))


def missing_ids(settings: Settings, dataset: str, names: Iterable[str]) -> list[str]:
    """A message for each forget set whose file of ids does not exist."""
    selectors = settings.datasets[dataset].forget_sets
    return [
        settings.at(f"datasets.{dataset}.forget_sets.{name}.{problem}")
        for name in names
        if isinstance(selector := selectors[name], Ids) and (problem := selector.missing_file())
    ]


def _has_files(dataset: str) -> bool:
    """Whether a dataset's raw or prepared files exist already."""
    files = (f"raw/{dataset}/{MANIFEST}", f"prepared/{dataset}/arrays.safetensors")
    return any(Path("data", file).exists() for file in files)


def _missing_source(settings: Settings, dataset: str) -> str | None:
    """Return what is missing of a dataset's source, with the key that names it."""
    chosen = settings.datasets[dataset]
    loader = registry.load("source", chosen.loader)
    source = chosen.source
    mirror = mirror_of(settings.data_mirror)
    folder = getattr(source, "folder", None) or getattr(source, "path", None)
    if mirror is not None and not mirror.is_dir() and not folder and not loader.EMBEDDED:
        message = not_there(str(mirror), "folder")
        if os.environ.get(MIRROR):
            return f"the variable {MIRROR}: {message}"
        return settings.at(f"data_mirror: {message}")
    with registry.called("source", chosen.loader):
        problem = loader.missing_file(source, mirror) if hasattr(loader, "missing_file") else None
    return problem and settings.at(f"datasets.{dataset}.{problem}")
