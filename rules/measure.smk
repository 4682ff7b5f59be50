# Plain arrays to numbers, all of a forget set in one process: no network, no GPU.
# Requires: observations, relearning, records of every model. Makes: measures.


rule measure:
    input:
        models=lambda wildcards: GRID.measure_files(wildcards.dataset, wildcards.forget_set),
        code=lambda wildcards: CODE.measuring(
            GRID.measured_in(wildcards.dataset, wildcards.forget_set)
        ),
    output:
        "measures/{experiment}/{dataset}/{forget_set}.csv",
    log:
        "logs/measure/{experiment}/{dataset}/{forget_set}.log",
    wildcard_constraints:
        experiment="(?!cells/)[a-z0-9_]+",
    conda:
        ENVIRONMENT
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        cells=paths.cells("{dataset}", "{forget_set}"),
        settings=lambda wildcards: job_settings(
            {
                **GRID.measuring(wildcards.dataset, wildcards.forget_set),
                "code": CODE.measures(GRID.measured_in(wildcards.dataset, wildcards.forget_set)),
            }
        ),
    shell:
        "python workflow_scripts/measure.py --settings {params.settings} --cells {params.cells}"
        " --processes {threads} --output {output} 2> {log}"
