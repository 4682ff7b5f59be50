# Train from scratch: originals, retrained (gold) models, blindspot helpers; or take an original.
# Requires: data/prepared/{dataset}. Makes: checkpoints/original, retrained, blindspot.

BRINGS_ORIGINAL = plan.with_original(SETTINGS)
HELPER = ("{dataset}", "{forget_set}", "blindspot")

for BATCH in GRID.batches:

    # A model trained elsewhere. First in line and alone: one that does not fit the network stops the
    # run before anything is trained.
    rule:
        name:
            f"take_original_{BATCH.name}"
        input:
            given=BATCH.given,
            data=paths.arrays("{dataset}"),
            code=files_of(CODE.taking),
        output:
            weights=update(BATCH.each(paths.original, "{dataset}")),
            record=update(BATCH.records(paths.original, "{dataset}")),
        log:
            f"logs/take_original/{{dataset}}/{BATCH.name}.log",
        wildcard_constraints:
            dataset=BRINGS_ORIGINAL,
        priority: 200
        localrule: True
        conda:
            ENVIRONMENT
        threads: 1024  # all that there are
        params:
            seeds=BATCH.seeds,
            code=arguments_of(CODE.taking),
            settings=lambda wildcards: job_settings(plan.network(SETTINGS, wildcards.dataset)),
        shell:
            "python workflow_scripts/take_original.py --identity {wildcards.dataset} original"
            " --given {input.given:q} --device cpu --seed {params.seeds} --code {params.code}"
            " --prepared data/prepared/{wildcards.dataset}"
            " --settings {params.settings} --output {output.weights} 2> {log}"

    rule:
        name:
            f"train_original_{BATCH.name}"
        input:
            data=paths.arrays("{dataset}"),
            code=files_of(CODE.training),
        output:
            weights=update(BATCH.each(paths.original, "{dataset}")),
            record=update(BATCH.records(paths.original, "{dataset}")),
        log:
            f"logs/train_original/{{dataset}}/{BATCH.name}.log",
        wildcard_constraints:
            dataset=rf"(?!(?:{BRINGS_ORIGINAL})/)[a-z0-9_]+",
        conda:
            ENVIRONMENT
        threads: threads_of(len(BATCH.seeds))
        resources:
            **of_network(1, len(BATCH.seeds)),
        params:
            seeds=BATCH.seeds,
            code=arguments_of(CODE.training),
            settings=lambda wildcards: job_settings(plan.training(SETTINGS, wildcards.dataset)),
        shell:
            "python workflow_scripts/train.py --identity {wildcards.dataset} original"
            " --prepared data/prepared/{wildcards.dataset} --seed {params.seeds}"
            " --threads {resources.threads_each} --gpus {resources.gpu}"
            " --at-once {resources.jobs_per_gpu} --code {params.code}"
            " --settings {params.settings} --output {output.weights} 2> {log}"

    rule:
        name:
            f"train_retrained_{BATCH.name}"
        input:
            data=paths.arrays("{dataset}"),
            parts=paths.parts("{dataset}", "{forget_set}"),
            code=files_of(CODE.training),
        output:
            weights=update(BATCH.each(paths.retrained, "{dataset}", "{forget_set}")),
            record=update(BATCH.records(paths.retrained, "{dataset}", "{forget_set}")),
        log:
            f"logs/train_retrained/{{dataset}}/{{forget_set}}/{BATCH.name}.log",
        conda:
            ENVIRONMENT
        threads: threads_of(len(BATCH.seeds))
        resources:
            **of_network(1, len(BATCH.seeds)),
        params:
            seeds=BATCH.seeds,
            code=arguments_of(CODE.training),
            settings=lambda wildcards: job_settings(plan.training(SETTINGS, wildcards.dataset)),
        shell:
            "python workflow_scripts/train.py"
            " --identity {wildcards.dataset} {wildcards.forget_set} retrained"
            " --prepared data/prepared/{wildcards.dataset} --parts {input.parts}"
            " --seed {params.seeds} --threads {resources.threads_each} --gpus {resources.gpu}"
            " --at-once {resources.jobs_per_gpu} --code {params.code}"
            " --settings {params.settings} --output {output.weights} 2> {log}"

    # A helper has seeds of its own: it is never the gold model's own first epochs.
    rule:
        name:
            f"train_blindspot_{BATCH.name}"
        input:
            data=paths.arrays("{dataset}"),
            parts=paths.parts("{dataset}", "{forget_set}"),
            code=files_of(CODE.training),
        output:
            weights=update(BATCH.each(paths.helper, *HELPER, None)),
            record=update(BATCH.records(paths.helper, *HELPER, None)),
        log:
            f"logs/train_blindspot/{{dataset}}/{{forget_set}}/{BATCH.name}.log",
        conda:
            ENVIRONMENT
        threads: threads_of(len(BATCH.seeds))
        resources:
            **of_network(1, len(BATCH.seeds)),
        params:
            seeds=BATCH.seeds,
            code=arguments_of(CODE.training),
            settings=lambda wildcards: job_settings(
                plan.training(SETTINGS, wildcards.dataset, "blindspot")
            ),
        shell:
            "python workflow_scripts/train.py"
            " --identity {wildcards.dataset} {wildcards.forget_set} blindspot"
            " --prepared data/prepared/{wildcards.dataset} --parts {input.parts}"
            " --seed {params.seeds} --threads {resources.threads_each} --gpus {resources.gpu}"
            " --at-once {resources.jobs_per_gpu} --code {params.code}"
            " --settings {params.settings} --output {output.weights} 2> {log}"

    rule:
        name:
            f"train_further_blindspot_{BATCH.name}"
        input:
            data=paths.arrays("{dataset}"),
            parts=paths.parts("{dataset}", "{forget_set}"),
            code=files_of(CODE.training),
        output:
            weights=update(BATCH.each(paths.helper, *HELPER, "{helper}")),
            record=update(BATCH.records(paths.helper, *HELPER, "{helper}")),
        log:
            f"logs/train_blindspot/{{dataset}}/{{forget_set}}/{{helper}}/{BATCH.name}.log",
        conda:
            ENVIRONMENT
        threads: threads_of(len(BATCH.seeds))
        resources:
            **of_network(1, len(BATCH.seeds)),
        params:
            seeds=BATCH.seeds,
            code=arguments_of(CODE.training),
            settings=lambda wildcards: job_settings(
                plan.training(SETTINGS, wildcards.dataset, wildcards.helper)
            ),
        shell:
            "python workflow_scripts/train.py --identity"
            " {wildcards.dataset} {wildcards.forget_set} blindspot {wildcards.helper}"
            " --prepared data/prepared/{wildcards.dataset} --parts {input.parts}"
            " --seed {params.seeds} --threads {resources.threads_each} --gpus {resources.gpu}"
            " --at-once {resources.jobs_per_gpu} --code {params.code}"
            " --settings {params.settings} --output {output.weights} 2> {log}"
