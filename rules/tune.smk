# Search the methods' settings, on a seed and on rows that no table reports; not part of the chain.
# Requires: original, retrained and helper models of the dataset's tuning seed. Makes: tuning.
# workflow_scripts/take_tuned.py then writes what was chosen into params.yaml.


# The entry as it stands is the first trial, read by the program itself: writing the chosen settings
# there must not start the search anew.
rule tune:
    input:
        lambda wildcards: searching.inputs(
            SETTINGS,
            wildcards.dataset,
            wildcards.method,
            searching.tuning_of(SETTINGS, wildcards.dataset),
        ),
        code=lambda wildcards: code("tune", *plan.method_modules(SETTINGS, wildcards)),
    output:
        "tuning/{dataset}/{method}.json",
    log:
        "logs/tune/{dataset}/{method}.log",
    conda:
        ENVIRONMENT
    threads: lambda wildcards: threads_of(wildcards)
    resources:
        **TRAINING,
    params:
        budget=lambda wildcards: searching.tuning_of(SETTINGS, wildcards.dataset).budget,
        most=lambda wildcards: searching.tuning_of(SETTINGS, wildcards.dataset).most,
        seed=lambda wildcards: searching.tuning_of(SETTINGS, wildcards.dataset).seed,
        forget_sets=lambda wildcards: searching.tuning_of(SETTINGS, wildcards.dataset).forget_sets,
    shell:
        "python workflow_scripts/tune.py --dataset {wildcards.dataset} --method {wildcards.method}"
        " --forget-set {params.forget_sets} --budget {params.budget} --most {params.most}"
        " --seed {params.seed} --threads {threads} --gpus {resources.gpu} --output {output} 2> {log}"


rule all_tuned:
    input:
        searching.tuned(GRID),
    localrule: True
