# Search the methods' settings, on a seed and on rows that no table reports; not part of the chain.
# Requires: original, retrained and helper models of the dataset's tuning seed. Makes: tuning.


# The entry as it stands is the first trial, read by the program itself, with what an earlier record
# chose: that this record names other settings must not start the search anew.
rule tune:
    input:
        lambda wildcards: searches.inputs(
            SETTINGS,
            wildcards.dataset,
            wildcards.method,
            searches.tuning_of(SETTINGS, wildcards.dataset),
        ),
        code=files_of(CODE.tuning),
    output:
        update(paths.search("{dataset}", "{method}")),
    log:
        "logs/tune/{dataset}/{method}.log",
    conda:
        ENVIRONMENT
    threads: threads_of()
    resources:
        **of_network(1),
    params:
        budget=lambda wildcards: searches.tuning_of(SETTINGS, wildcards.dataset).budget,
        most=lambda wildcards: searches.tuning_of(SETTINGS, wildcards.dataset).most,
        seed=lambda wildcards: searches.tuning_of(SETTINGS, wildcards.dataset).seed,
        forget_sets=lambda wildcards: searches.tuning_of(SETTINGS, wildcards.dataset).forget_sets,
        files=list(FILES),
    shell:
        "python workflow_scripts/tune.py --dataset {wildcards.dataset} --method {wildcards.method}"
        " --forget-set {params.forget_sets} --budget {params.budget} --most {params.most}"
        " --params {params.files} --seed {params.seed} --threads {threads} --gpus {resources.gpu}"
        " --output {output} 2> {log}"


rule all_tuned:
    input:
        searches.tuned(GRID),
    localrule: True
