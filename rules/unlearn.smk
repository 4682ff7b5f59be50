# One rule for every unlearning method.
# Requires: the original model (or the one unlearned before), the forget set, the method's helpers. Makes: checkpoints/unlearned.


rule unlearn:
    input:
        data="data/prepared/{dataset}/arrays.safetensors",
        parts="data/prepared/{dataset}/forget_sets/{forget_set}.npz",
        start=lambda wildcards: plan.start_model(SETTINGS, wildcards),
        helpers=lambda wildcards: list(plan.helpers(SETTINGS, wildcards).values()),
        code=lambda wildcards: code("unlearn", *plan.method_modules(SETTINGS, wildcards)),
    output:
        weights="checkpoints/unlearned/{dataset}/{forget_set}/{method}/seed_{seed}.safetensors",
        record="checkpoints/unlearned/{dataset}/{forget_set}/{method}/seed_{seed}.json",
    log:
        "logs/unlearn/{dataset}/{forget_set}/{method}/seed_{seed}.log",
    conda:
        ENVIRONMENT
    threads: lambda wildcards: threads_of(wildcards)
    resources:
        **UNLEARNING,
    params:
        method=lambda wildcards: plan.method(SETTINGS, wildcards).method,
        helpers=lambda wildcards: [
            f"--helper {name}={path}" for name, path in plan.helpers(SETTINGS, wildcards).items()
        ],
        settings=lambda wildcards: as_json(
            {**network(wildcards.dataset), "options": plan.method(SETTINGS, wildcards).options}
        ),
    shell:
        "python workflow_scripts/unlearn.py"
        " --identity {wildcards.dataset} {wildcards.forget_set} {wildcards.method}"
        " --method {params.method} --prepared data/prepared/{wildcards.dataset} --parts {input.parts}"
        " --original {input.start} {params.helpers} --seed {wildcards.seed}"
        " --threads {threads} --gpus {resources.gpu}"
        " --settings {params.settings:q} --output {output.weights} 2> {log}"
