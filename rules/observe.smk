# The last step that runs a network: look at every row once, then relearn the forget set.
# Requires: a checkpoint, the forget set. Makes: observations, relearning.


rule observe_original:
    input:
        data="data/prepared/{dataset}/arrays.safetensors",
        parts="data/prepared/{dataset}/forget_sets/{forget_set}.npz",
        checkpoint="checkpoints/original/{dataset}/seed_{seed}.safetensors",
        code=lambda wildcards: code("observe", *plan.network_modules(SETTINGS, wildcards.dataset)),
    output:
        "observations/{dataset}/{forget_set}/original/seed_{seed}.npz",
    log:
        "logs/observe/{dataset}/{forget_set}/original/seed_{seed}.log",
    conda:
        ENVIRONMENT
    threads: lambda wildcards: threads_of(wildcards)
    resources:
        **UNLEARNING,
    params:
        settings=lambda wildcards: as_json(
            {
                **network(wildcards.dataset),
                "observation": SETTINGS.datasets[wildcards.dataset].observation.plain(),
            }
        ),
    shell:
        "python workflow_scripts/observe.py --identity {wildcards.dataset} {wildcards.forget_set}"
        " --checkpoint {input.checkpoint}"
        " --prepared data/prepared/{wildcards.dataset} --parts {input.parts} --seed {wildcards.seed}"
        " --threads {threads} --gpus {resources.gpu}"
        " --settings {params.settings:q} --output {output} 2> {log}"


rule observe:
    input:
        data="data/prepared/{dataset}/arrays.safetensors",
        parts="data/prepared/{dataset}/forget_sets/{forget_set}.npz",
        checkpoint=lambda wildcards: plan.checkpoint(wildcards),
        original=(
            ["observations/{dataset}/{forget_set}/original/seed_{seed}.npz"]
            if GRID.relearns
            else []
        ),
        code=lambda wildcards: code("observe", *plan.network_modules(SETTINGS, wildcards.dataset)),
    output:
        **plan.observed_files(GRID.relearns),
    log:
        "logs/observe/{dataset}/{forget_set}/{method}/seed_{seed}.log",
    wildcard_constraints:
        method="(?!original\\b)[a-z0-9_]+",
    conda:
        ENVIRONMENT
    threads: lambda wildcards: threads_of(wildcards)
    resources:
        **UNLEARNING,
    params:
        relearning=lambda wildcards, input, output: (
            ["--original", input.original, "--relearning", output.relearning]
            if GRID.relearns
            else []
        ),
        settings=lambda wildcards: as_json(
            {
                **network(wildcards.dataset),
                "observation": SETTINGS.datasets[wildcards.dataset].observation.plain(),
                "relearning": SETTINGS.datasets[wildcards.dataset].relearning.plain(),
            }
        ),
    shell:
        "python workflow_scripts/observe.py --identity {wildcards.dataset} {wildcards.forget_set}"
        " --checkpoint {input.checkpoint}"
        " {params.relearning}"
        " --prepared data/prepared/{wildcards.dataset} --parts {input.parts} --seed {wildcards.seed}"
        " --threads {threads} --gpus {resources.gpu}"
        " --settings {params.settings:q} --output {output.observation} 2> {log}"
