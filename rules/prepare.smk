# Raw files to arrays, and the forget sets among their rows.
# Requires: data/raw/{dataset}. Makes: data/prepared/{dataset}.


rule prepare:
    input:
        manifest=paths.manifest("{dataset}"),
        local=paths.local("{dataset}"),
        code=files_of(CODE.preparing),
    output:
        paths.arrays("{dataset}"),
        paths.rows("{dataset}"),
        paths.facts("{dataset}"),
    log:
        "logs/prepare/{dataset}.log",
    conda:
        ENVIRONMENT
    threads: lambda wildcards: plan.processes(SETTINGS, wildcards.dataset)
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        loader=lambda wildcards: SETTINGS.datasets[wildcards.dataset].loader,
        settings=lambda wildcards: job_settings(plan.source(SETTINGS, wildcards.dataset)),
    shell:
        "python workflow_scripts/prepare.py --loader {params.loader} --settings {params.settings}"
        " --raw data/raw/{wildcards.dataset} --output data/prepared/{wildcards.dataset}"
        " --processes {threads} 2> {log}"


# First in line: a wrong forget set should stop the run before work is spent. That trainings wait for
# all of them is not to be had: what hangs on an `ancient` file is not judged by its own changes.
rule select_forget_set:
    input:
        rows=paths.rows("{dataset}"),
        ids=lambda wildcards: plan.ids_file(SETTINGS, wildcards.dataset, wildcards.forget_set),
        after=lambda wildcards: plan.parts_before(SETTINGS, wildcards.dataset, wildcards.forget_set),
        code=files_of(CODE.selecting),
    output:
        paths.parts("{dataset}", "{forget_set}"),
    log:
        "logs/select_forget_set/{dataset}/{forget_set}.log",
    priority: 100
    localrule: True
    conda:
        ENVIRONMENT
    params:
        settings=lambda wildcards: job_settings(
            plan.forget_set(SETTINGS, wildcards.dataset, wildcards.forget_set)
        ),
        after=lambda wildcards, input: [f"--after {path}" for path in input.get("after", [])],
    shell:
        "python workflow_scripts/select_forget_set.py --prepared data/prepared/{wildcards.dataset}"
        " --name {wildcards.forget_set} {params.after} --settings {params.settings}"
        " --output {output} 2> {log}"
