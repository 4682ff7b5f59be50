# Unlearning in deep regression models, from the raw data to the tables.
# Each file of rules/ is one step of the chain; this file names the targets.


container: "envs/regression_unlearning.sif"  # for --sdm apptainer; envs/apptainer.def builds it


include: "rules/common.smk"
include: "rules/download.smk"
include: "rules/prepare.smk"
include: "rules/train.smk"
include: "rules/observe.smk"
include: "rules/unlearn.smk"
include: "rules/measure.smk"
include: "rules/report.smk"
include: "rules/tune.smk"
include: "rules/forget.smk"


localrules:
    all_tables,
    all_downloaded,
    all_prepared,
    all_originals,
    all_retrained,
    all_blindspots,
    all_unlearned,
    all_observed,
    all_measured,


rule all_tables:
    default_target: True
    input:
        GRID.report,
        GRID.tables,
        GRID.values,
        GRID.claims,
        GRID.figures,
        GRID.metrics,


rule all_downloaded:
    input:
        GRID.raw,


rule all_prepared:
    input:
        GRID.prepared,


rule all_originals:
    input:
        GRID.originals,


rule all_retrained:
    input:
        GRID.retrained,


rule all_blindspots:
    input:
        GRID.blindspots,


rule all_unlearned:
    input:
        GRID.unlearned,


# Every model as the measures see it.
rule all_observed:
    input:
        GRID.observed,
        GRID.relearnt,


rule all_measured:
    input:
        GRID.measured,


# Snakemake's limit of 100 starts a second wakes its scheduler once more a second for every job that
# has ended: after some hundred jobs it is busy all the time. Without the limit it wakes when it must.
# No option switches it off; a Snakemake that has no such limit needs nothing.
onstart:
    if not workflow.local_exec:
        surroundings.check_names(taken=sys.modules)
    if hasattr(getattr(workflow, "scheduler", None), "job_rate_limiter"):
        workflow.scheduler.job_rate_limiter = None


onsuccess:
    if Path(GRID.report).exists():
        print(
            f"\nTables, figures and report: results/{SETTINGS.experiment}/ (open {GRID.report})"
        )
