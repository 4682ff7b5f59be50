# Raw files to arrays, and the forget sets among their rows.
# Requires: data/raw/{dataset}. Makes: data/prepared/{dataset}.


rule prepare:
    input:
        manifest="data/raw/{dataset}/manifest.json",
        code=lambda wildcards: code("prepare", *plan.data_modules(SETTINGS, wildcards.dataset)),
    output:
        "data/prepared/{dataset}/arrays.safetensors",
        "data/prepared/{dataset}/rows.csv",
    log:
        "logs/prepare/{dataset}.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        loader=lambda wildcards: SETTINGS.datasets[wildcards.dataset].loader,
        settings=lambda wildcards: as_json(plan.source(SETTINGS, wildcards.dataset)),
    shell:
        "python workflow_scripts/prepare.py --loader {params.loader} --settings {params.settings:q}"
        " --raw data/raw/{wildcards.dataset} --output data/prepared/{wildcards.dataset} 2> {log}"


# First in line: a wrong forget set should stop the run before work is spent. That trainings wait for
# all of them is not to be had: what hangs on an `ancient` file is not judged by its own changes.
rule select_forget_set:
    input:
        rows="data/prepared/{dataset}/rows.csv",
        ids=lambda wildcards: plan.ids_file(SETTINGS, wildcards),
        code=code("select_forget_set"),
    output:
        "data/prepared/{dataset}/forget_sets/{forget_set}.npz",
    log:
        "logs/select_forget_set/{dataset}/{forget_set}.log",
    localrule: True
    priority: 100
    conda:
        ENVIRONMENT
    params:
        settings=lambda wildcards: as_json(
            SETTINGS.datasets[wildcards.dataset].forget_sets[wildcards.forget_set].plain()
        ),
    shell:
        "python workflow_scripts/select_forget_set.py --prepared data/prepared/{wildcards.dataset}"
        " --name {wildcards.forget_set} --settings {params.settings:q} --output {output} 2> {log}"
