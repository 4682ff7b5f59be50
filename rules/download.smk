# Fetch raw files. Requires: params.yaml's source and embedding. Makes: data/raw/{dataset}.


rule download:
    input:
        code=lambda wildcards: code("download", plan.loader_module(SETTINGS, wildcards.dataset)),
    output:
        "data/raw/{dataset}/manifest.json",
    log:
        "logs/download/{dataset}.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        loader=lambda wildcards: SETTINGS.datasets[wildcards.dataset].loader,
        settings=lambda wildcards: as_json(plan.source(SETTINGS, wildcards.dataset)),
    shell:
        "python workflow_scripts/download.py --loader {params.loader} --settings {params.settings:q}"
        " --checksums data/checksums.json --output {output} 2> {log}"
