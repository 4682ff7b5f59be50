# Plain arrays to numbers: no network, no GPU.
# Requires: what the measure says it NEEDS. Makes: measures.


rule measure:
    input:
        unpack(lambda wildcards: GRID.measure_inputs(wildcards)),
        code=lambda wildcards: code("measure", plan.measure_module(wildcards.measure)),
    output:
        "measures/{dataset}/{forget_set}/{method}/{measure}.csv",
    log:
        "logs/measure/{dataset}/{forget_set}/{method}/{measure}.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 10 * attempt,
        turn=1,
    params:
        files=lambda wildcards: GRID.measure_arguments(wildcards),
        settings=lambda wildcards: as_json(GRID.measure_settings(wildcards)),
    shell:
        "python workflow_scripts/measure.py --measure {wildcards.measure} --dataset {wildcards.dataset}"
        " --forget-set {wildcards.forget_set} --method {wildcards.method} {params.files} --settings {params.settings:q} --output {output} 2> {log}"
