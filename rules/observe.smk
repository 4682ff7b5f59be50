# The last steps that run a network: look at every row once, and relearn.
# Requires: a checkpoint, the forget set. Makes: observations, relearning.


rule observe:
    input:
        data="data/prepared/{dataset}/arrays.safetensors",
        parts="data/prepared/{dataset}/forget_sets/{forget_set}.npz",
        checkpoint=lambda wildcards: plan.checkpoint(wildcards),
        code=lambda wildcards: code("observe", *plan.network_modules(SETTINGS, wildcards.dataset)),
    output:
        "observations/{dataset}/{forget_set}/{method}/seed_{seed}.npz",
    log:
        "logs/observe/{dataset}/{forget_set}/{method}/seed_{seed}.log",
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
        "python workflow_scripts/observe.py --checkpoint {input.checkpoint}"
        " --prepared data/prepared/{wildcards.dataset} --parts {input.parts} --seed {wildcards.seed}"
        " --threads {threads} --gpus {resources.gpu}"
        " --settings {params.settings:q} --output {output} 2> {log}"


rule relearn:
    input:
        data="data/prepared/{dataset}/arrays.safetensors",
        parts="data/prepared/{dataset}/forget_sets/{forget_set}.npz",
        checkpoint=lambda wildcards: plan.checkpoint(wildcards),
        original="observations/{dataset}/{forget_set}/original/seed_{seed}.npz",
        code=lambda wildcards: code("relearn", *plan.network_modules(SETTINGS, wildcards.dataset)),
    output:
        "relearning/{dataset}/{forget_set}/{method}/seed_{seed}.json",
    log:
        "logs/relearn/{dataset}/{forget_set}/{method}/seed_{seed}.log",
    conda:
        ENVIRONMENT
    threads: lambda wildcards: threads_of(wildcards)
    resources:
        **UNLEARNING,
    params:
        settings=lambda wildcards: as_json(
            {
                **network(wildcards.dataset),
                "relearning": SETTINGS.datasets[wildcards.dataset].relearning.plain(),
            }
        ),
    shell:
        "python workflow_scripts/relearn.py --identity {wildcards.dataset} {wildcards.forget_set}"
        " --checkpoint {input.checkpoint} --original {input.original}"
        " --prepared data/prepared/{wildcards.dataset} --parts {input.parts} --seed {wildcards.seed}"
        " --threads {threads} --gpus {resources.gpu}"
        " --settings {params.settings:q} --output {output} 2> {log}"
