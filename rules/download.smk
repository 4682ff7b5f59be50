# Fetch raw files. Requires: params.yaml's source and embedding. Makes: data/raw/{dataset}.


rule download:
    input:
        local=paths.local("{dataset}"),
        code=files_of(CODE.downloading),
    output:
        paths.manifest("{dataset}"),
    log:
        "logs/download/{dataset}.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        loader=lambda wildcards: SETTINGS.datasets[wildcards.dataset].loader,
        settings=lambda wildcards: job_settings(plan.source(SETTINGS, wildcards.dataset)),
    shell:
        "python workflow_scripts/download.py --loader {params.loader} --settings {params.settings}"
        " --checksums data/checksums.json --output {output} 2> {log}"
