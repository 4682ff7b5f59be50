# Train from scratch: originals, retrained (gold) models, blindspot helpers; or take an original.
# Requires: data/prepared/{dataset}. Makes: checkpoints/original, retrained, blindspot.

BRINGS_ORIGINAL = plan.with_original(SETTINGS)


# A model trained elsewhere. First in line and alone: one that does not fit the network stops the run
# before anything is trained.
rule take_original:
    input:
        given=lambda wildcards: plan.given_original(SETTINGS, wildcards.dataset, wildcards.seed),
        data="data/prepared/{dataset}/arrays.safetensors",
        code=lambda wildcards: code(
            "take_original", *plan.network_modules(SETTINGS, wildcards.dataset)
        ),
    output:
        weights="checkpoints/original/{dataset}/seed_{seed}.safetensors",
        record="checkpoints/original/{dataset}/seed_{seed}.json",
    log:
        "logs/take_original/{dataset}/seed_{seed}.log",
    wildcard_constraints:
        dataset=BRINGS_ORIGINAL,
    priority: 200
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1024  # all that there are
    params:
        settings=lambda wildcards: as_json(network(wildcards.dataset)),
    shell:
        "python workflow_scripts/take_original.py --identity {wildcards.dataset} original"
        " --given {input.given:q}"
        " --prepared data/prepared/{wildcards.dataset} --seed {wildcards.seed} --device cpu"
        " --settings {params.settings:q} --output {output.weights} 2> {log}"


rule train_original:
    input:
        data="data/prepared/{dataset}/arrays.safetensors",
        code=lambda wildcards: code("train", *plan.network_modules(SETTINGS, wildcards.dataset)),
    output:
        weights="checkpoints/original/{dataset}/seed_{seed}.safetensors",
        record="checkpoints/original/{dataset}/seed_{seed}.json",
    log:
        "logs/train_original/{dataset}/seed_{seed}.log",
    wildcard_constraints:
        dataset=rf"(?!(?:{BRINGS_ORIGINAL})/)[a-z0-9_]+",
    conda:
        ENVIRONMENT
    threads: lambda wildcards: threads_of(wildcards)
    resources:
        **TRAINING,
    params:
        settings=lambda wildcards: as_json(
            {
                **network(wildcards.dataset),
                "training": SETTINGS.datasets[wildcards.dataset].training.plain(),
            }
        ),
    shell:
        "python workflow_scripts/train.py --identity {wildcards.dataset} original"
        " --prepared data/prepared/{wildcards.dataset} --seed {wildcards.seed}"
        " --threads {threads} --gpus {resources.gpu}"
        " --settings {params.settings:q} --output {output.weights} 2> {log}"


rule train_retrained:
    input:
        data="data/prepared/{dataset}/arrays.safetensors",
        parts="data/prepared/{dataset}/forget_sets/{forget_set}.npz",
        code=lambda wildcards: code("train", *plan.network_modules(SETTINGS, wildcards.dataset)),
    output:
        weights="checkpoints/retrained/{dataset}/{forget_set}/seed_{seed}.safetensors",
        record="checkpoints/retrained/{dataset}/{forget_set}/seed_{seed}.json",
    log:
        "logs/train_retrained/{dataset}/{forget_set}/seed_{seed}.log",
    conda:
        ENVIRONMENT
    threads: lambda wildcards: threads_of(wildcards)
    resources:
        **TRAINING,
    params:
        role="retrained",
        settings=lambda wildcards: as_json(
            {
                **network(wildcards.dataset),
                "training": SETTINGS.datasets[wildcards.dataset].training.plain(),
            }
        ),
    shell:
        "python workflow_scripts/train.py"
        " --identity {wildcards.dataset} {wildcards.forget_set} {params.role}"
        " --prepared data/prepared/{wildcards.dataset} --parts {input.parts} --seed {wildcards.seed}"
        " --threads {threads} --gpus {resources.gpu}"
        " --settings {params.settings:q} --output {output.weights} 2> {log}"


use rule train_retrained as train_blindspot with:
    output:
        weights="checkpoints/blindspot/{dataset}/{forget_set}/seed_{seed}.safetensors",
        record="checkpoints/blindspot/{dataset}/{forget_set}/seed_{seed}.json",
    log:
        "logs/train_blindspot/{dataset}/{forget_set}/seed_{seed}.log",
    params:
        role="blindspot",  # its own seeds: never the gold model's own first epochs
        settings=lambda wildcards: as_json(
            {
                **network(wildcards.dataset),
                "training": SETTINGS.datasets[wildcards.dataset].blindspot.plain(),
            }
        ),


use rule train_retrained as train_further_blindspot with:
    output:
        weights="checkpoints/blindspot/{dataset}/{forget_set}/{helper}/seed_{seed}.safetensors",
        record="checkpoints/blindspot/{dataset}/{forget_set}/{helper}/seed_{seed}.json",
    log:
        "logs/train_blindspot/{dataset}/{forget_set}/{helper}/seed_{seed}.log",
    params:
        role=lambda wildcards: f"blindspot {wildcards.helper}",
        settings=lambda wildcards: as_json(
            {
                **network(wildcards.dataset),
                "training": SETTINGS.datasets[wildcards.dataset]
                .further_blindspots[wildcards.helper]
                .plain(),
            }
        ),
