# Observe the models that every method is held against, and let the retrained one relearn: to its own
# seed's original, and to that of the seed before, for the floor.
# Requires: original and retrained models, the forget set. Makes: observations, relearning.

REFERENCE = ("{dataset}", "{forget_set}")


def relearning_arguments(wildcards, input, output):
    """Arguments for relearning, where some measure asks for it."""
    if not GRID.relearns:
        return []
    original = ["--original-observation", *input.original] if "original" in input.keys() else []
    return [*original, "--relearning", *output.relearning]


for BATCH in GRID.batches:

    rule:
        name:
            f"observe_{BATCH.name}"
        input:
            data=paths.arrays("{dataset}"),
            parts=paths.parts(*REFERENCE),
            originals=BATCH.each(paths.original, "{dataset}"),
            retrained=BATCH.each(paths.retrained, *REFERENCE),
            pair_originals=BATCH.pair_originals("{dataset}") if GRID.relearns else [],
            code=files_of(CODE.observing),
        output:
            original=update(BATCH.each(paths.observation, *REFERENCE, "original")),
            retrained=update(BATCH.each(paths.observation, *REFERENCE, "retrained")),
            relearning=update(
                BATCH.each(paths.relearning, *REFERENCE, "retrained") if GRID.relearns else []
            ),
            pairs=update(BATCH.pair_outputs(*REFERENCE) if GRID.relearns else []),
        log:
            f"logs/observe/{{dataset}}/{{forget_set}}/{BATCH.name}.log",
        group:
            "models"
        conda:
            ENVIRONMENT
        threads: threads_of(len(BATCH.seeds))
        resources:
            **of_network(0.4, len(BATCH.seeds)),
        params:
            seeds=BATCH.seeds,
            relearning=relearning_arguments,
            pairs=BATCH.pair_arguments(*REFERENCE) if GRID.relearns else [],
            code=arguments_of(CODE.observing),
            settings=lambda wildcards: job_settings(
                plan.observing(SETTINGS, wildcards.dataset, wildcards.forget_set)
            ),
        shell:
            "python workflow_scripts/observe.py"
            " --identity {wildcards.dataset} {wildcards.forget_set}"
            " --prepared data/prepared/{wildcards.dataset} --parts {input.parts}"
            " --original {input.originals} --retrained {input.retrained}"
            " --seed {params.seeds} --threads {resources.threads_each} --gpus {resources.gpu}"
            " --at-once {resources.jobs_per_gpu} --code {params.code}"
            " --settings {params.settings} --output {output.original}"
            " --retrained-output {output.retrained} {params.relearning} {params.pairs} 2> {log}"
