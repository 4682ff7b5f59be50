# Unlearn with a method, observe what it makes, let it relearn: one process for a model or a few.
# Requires: the original model (or the one unlearned before), the forget set, the method's helpers,
# the original's observation. Makes: checkpoints/unlearned, observations, relearning.

MODEL = ("{dataset}", "{forget_set}", "{method}")

for BATCH in GRID.batches:

    rule:
        name:
            f"unlearn_{BATCH.name}"
        input:
            data=paths.arrays("{dataset}"),
            parts=paths.parts("{dataset}", "{forget_set}"),
            start=BATCH.starts,
            helpers=BATCH.helpers,
            original=BATCH.each(paths.observation, "{dataset}", "{forget_set}", "original"),
            code=files_of(CODE.unlearning),
        output:
            weights=update(BATCH.each(paths.unlearned, *MODEL)),
            record=update(BATCH.records(paths.unlearned, *MODEL)),
            observation=update(BATCH.each(paths.observation, *MODEL)),
            relearning=update(BATCH.each(paths.relearning, *MODEL) if GRID.relearns else []),
        log:
            f"logs/unlearn/{{dataset}}/{{forget_set}}/{{method}}/{BATCH.name}.log",
        wildcard_constraints:
            method="(?!(?:original|retrained)/)[a-z0-9_]+",
        group:
            "models"
        conda:
            ENVIRONMENT
        threads: threads_of(len(BATCH.seeds))
        resources:
            **of_network(0.4, len(BATCH.seeds)),
        params:
            seeds=BATCH.seeds,
            method=lambda wildcards: plan.method(
                SETTINGS, wildcards.dataset, wildcards.method
            ).method,
            helpers=BATCH.helper_arguments,
            relearning=relearning_arguments,
            code=arguments_of(CODE.unlearning),
            settings=lambda wildcards: job_settings(
                plan.unlearning(
                    SETTINGS, wildcards.dataset, wildcards.forget_set, wildcards.method
                )
            ),
        shell:
            "python workflow_scripts/unlearn.py"
            " --identity {wildcards.dataset} {wildcards.forget_set} {wildcards.method}"
            " --method {params.method} --prepared data/prepared/{wildcards.dataset}"
            " --parts {input.parts} --original {input.start} {params.helpers}"
            " --seed {params.seeds} --threads {resources.threads_each} --gpus {resources.gpu}"
            " --at-once {resources.jobs_per_gpu} --code {params.code}"
            " --settings {params.settings} --output {output.weights}"
            " --observation {output.observation} {params.relearning} 2> {log}"
