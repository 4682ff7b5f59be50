# What every step uses: the checked settings, the grid of jobs, the code that a job depends on.
# Requires: params.yaml. Makes: `config`, SETTINGS, GRID and the lists of targets.

import os
import sys
from pathlib import Path

from snakemake import exceptions
from snakemake.exceptions import WorkflowError
from snakemake.utils import update_config

# This folder's library, and of the folder nothing else: a user's own random.py may lie in it. Jobs
# find it by a link beside their program.
sys.path.insert(0, workflow.basedir)
import regression_unlearning

sys.path.remove(workflow.basedir)

from regression_unlearning.data.fetching.mirror import MIRROR
from regression_unlearning.errors import UserError
from regression_unlearning.pipeline import (
    failures,
    leftovers,
    local,
    lock,
    needs,
    originals,
    paths,
    plan,
    searches,
    sharing,
    surroundings,
)
from regression_unlearning.pipeline.code import Code
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.pipeline.settings_files import clear_settings, settings_file
from regression_unlearning.requests import inputs
from regression_unlearning.settings.document import check
from regression_unlearning.settings.reading import PARAMS, Origins, read_yaml

# Another release of Snakemake may have renamed what is read below: said before any work.
try:
    needs.check_engine(workflow)
    surroundings.settle()
except UserError as error:
    raise WorkflowError(str(error)) from None

# With --sdm conda jobs run there. Snakemake takes braces in its path for wildcards.
ENVIRONMENT = f"{workflow.basedir}/envs/environment.yaml".translate({123: "{{", 125: "}}"})

# Keep freed memory in the process: giving pages back and taking them again each mini-batch costs a
# fifth of the training time.
os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", "1073741824")
os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", "1073741824")

# In place of `configfile:`, which reads slowly (a minute for 500,000 ids) and names no line: a slip is
# named by its line, and a key that stands twice is seen. What --configfile and --config say goes
# before params.yaml; messages name what said a key last.
try:
    FILES = dict.fromkeys([PARAMS, *map(paths.shown_path, workflow.configfiles)])
    FILES.update({path: read_yaml(path) for path in FILES})
    ORIGINS = Origins([*FILES.items(), ("--config", workflow.config_settings.config)])
    update_config(config, FILES[PARAMS])
except UserError as error:
    raise WorkflowError(str(error)) from None
workflow.configfiles.append("params.yaml")
update_config(config, workflow.config_settings.overwrite_config)


def or_stop(function, *arguments):
    """Call a function of the library; its error is the workflow's."""
    try:
        return function(*arguments)
    except UserError as error:
        raise WorkflowError(str(error)) from None


def site(name):
    """A word of the profile's default-resources, None where it has none."""
    known = workflow.resource_settings.default_resources or {}
    return str(known[name].raw).strip("\"'") if name in known else None


def now_exists(path):
    """Tell the engine of a file made since it listed the folder: it does not look twice."""
    if (known := getattr(workflow, "iocache", None)) and known.active:
        known.exists_local[path] = True


try:
    SETTINGS = check(config, ORIGINS)
    SHARING = sharing.sharing(SETTINGS, site)
    GRID = Grid(SETTINGS, SHARING.seeds_per_job)
    CODE = Code(SETTINGS, writes=workflow.is_main_process, wrote=now_exists)
    if workflow.is_main_process:
        originals.check(GRID)
        needs.check_needs(GRID)
        local.check_raw_files(GRID.raw)
        CHANGED = local.notice(SETTINGS.datasets)
except UserError as error:
    raise WorkflowError(str(error)) from None

# After a kill of the whole run the same command goes on: no --unlock is needed, and cluster jobs
# that it left are ended first. A failed job's log is shown although the profile keeps the listing
# of jobs quiet.
if workflow.is_main_process and not workflow.dryrun:
    try:
        if lock.take():
            leftovers.end()
            clear_settings()
        elif another := lock.another():
            exceptions.LockException = lambda: WorkflowError(another)
    except UserError as error:
        raise WorkflowError(str(error)) from None
    failures.show(logger)
    for line in CHANGED:
        logger.warning(line)
    for name, reason in GRID.absent.items():
        logger.warning(f"{name} is left out. {reason}")


wildcard_constraints:
    dataset="[a-z0-9_]+",
    forget_set="[a-z0-9_]+",
    method="[a-z0-9_]+",
    helper="[a-z0-9_]+",
    experiment="[a-z0-9_]+",
    seed="[0-9]+",
    request="[a-z0-9_]+",


if SETTINGS.data_mirror:
    os.environ.setdefault(MIRROR, SETTINGS.data_mirror)

os.environ.setdefault("REGRESSION_UNLEARNING_WITHOUT_GPU", SETTINGS.without_gpu)


def job_settings(values):
    """File of a job's settings, named by their hash."""
    return settings_file(values, write=workflow.is_main_process and not workflow.dryrun)


def files_of(code):
    """Input function: the files that stand for a job's code."""
    return lambda wildcards: list(code(wildcards).values())


def arguments_of(code):
    """Parameter function: the same for the program, by step."""
    return lambda wildcards: [f"{step}={path}" for step, path in code(wildcards).items()]


# What jobs ask for. Only a cluster's profile has partitions; a local run ignores them.


def asked(wildcards):
    """The `resources` of a job's dataset."""
    return SETTINGS.datasets[wildcards.dataset].resources


def asked_by_request(wildcards):
    """The `resources` of a request's dataset."""
    return SETTINGS.datasets[or_stop(inputs.named, wildcards.request, SETTINGS).dataset].resources


def jobs_per_gpu(seeds, asked=asked):
    """Resource function: processes that share the training seeds of a job, and its GPU."""
    return lambda wildcards: SHARING.at_once(asked(wildcards), seeds)


def threads_of(seeds=1):
    """CPU threads of a job that runs a network, over some training seeds."""
    processes = jobs_per_gpu(seeds)
    return lambda wildcards: asked(wildcards).threads * processes(wildcards)


def of_network(part, seeds=1, asked=asked):
    """Resources of a job that runs a network, which takes `part` of a training's time a seed.

    With several processes it asks for the memory and threads of each. `threads_each` are those that
    one alone would have: the bits may depend on them. The time stays: a GPU that is shared is at
    worst no faster. Where there are fewer cores, there are fewer processes.
    """
    part, processes = part * seeds, jobs_per_gpu(seeds, asked)
    gpus = lambda wildcards: SHARING.gpus(asked(wildcards))
    memory = lambda wildcards: asked(wildcards).memory_mb * processes(wildcards)
    return dict(
        mem_mb=lambda wildcards, attempt: memory(wildcards) * attempt,
        runtime=lambda wildcards, attempt: max(5, int(asked(wildcards).minutes * part)) * attempt,
        gpu=gpus,
        gpu_model=lambda wildcards: site("gpu_kind") if gpus(wildcards) else None,
        slurm_partition=lambda wildcards: site(
            "gpu_partition" if gpus(wildcards) else "slurm_partition"
        ),
        turn=1,
        jobs_per_gpu=lambda wildcards, threads: max(
            1, min(processes(wildcards), threads // asked(wildcards).threads)
        ),
        threads_each=lambda wildcards, threads: min(asked(wildcards).threads, threads),
    )
