# Tables, figures, the report. Requires: measures, observations, facts of the data. Makes: results/{experiment}.


rule table:
    input:
        measures=lambda wildcards: GRID.layout_measures(wildcards.table),
        facts=lambda wildcards: GRID.layout_facts(wildcards.table),
        templates=multiext("regression_unlearning/reporting/", "table.tex.j2", "paper_values.csv"),
        code=lambda wildcards: CODE.reporting("table", *GRID.layout_modules(wildcards.table)),
    output:
        "results/{experiment}/{table}.csv",
        report("results/{experiment}/{table}.md", caption="captions/table.rst", category="Tables"),
        "results/{experiment}/{table}.tex",
        multiext("results/{experiment}/{table}_costs", ".csv", ".md", ".tex"),
        "results/{experiment}/{table}_comparisons.csv",
        multiext("results/{experiment}/{table}_ranks", ".csv", ".md"),
    log:
        "logs/table/{experiment}/{table}.log",
    wildcard_constraints:
        table=r"(?!(?:metrics|values|claims)\.)[a-z0-9_]+(?<!_costs)(?<!_comparisons)(?<!_ranks)",
    conda:
        ENVIRONMENT
    params:
        settings=lambda wildcards: job_settings(GRID.layout_settings(wildcards.table)),
    shell:
        "python workflow_scripts/table.py --measures {input.measures} --facts {input.facts}"
        " --settings {params.settings} --output results/{wildcards.experiment}/{wildcards.table} 2> {log}"


rule figure:
    input:
        observations=lambda wildcards: GRID.layout_observations(wildcards.figure),
        measures=lambda wildcards: GRID.layout_measures(wildcards.figure),
        facts=lambda wildcards: GRID.layout_facts(wildcards.figure),
        code=lambda wildcards: CODE.reporting("figure", *GRID.layout_modules(wildcards.figure)),
    output:
        report(
            "results/{experiment}/{figure}.png", caption="captions/figure.rst", category="Figures"
        ),
        "results/{experiment}/{figure}.pdf",
    log:
        "logs/figure/{experiment}/{figure}.log",
    conda:
        ENVIRONMENT
    params:
        settings=lambda wildcards: job_settings(GRID.layout_settings(wildcards.figure)),
    shell:
        "python workflow_scripts/figure.py --measures {input.measures} --facts {input.facts}"
        " --settings {params.settings} --output results/{wildcards.experiment}/{wildcards.figure} 2> {log}"


# All that the tables say can be recomputed from these two: `regression-unlearning verify FOLDER`.
rule values:
    input:
        measures=GRID.measured,
        records=GRID.records,
        facts=GRID.facts,
        code=CODE.reporting("values"),
    output:
        "results/{experiment}/values.csv",
        "results/{experiment}/provenance.json",
    log:
        "logs/values/{experiment}.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        settings=lambda wildcards: job_settings(GRID.values_settings()),
    shell:
        "python workflow_scripts/values.py --facts {input.facts} --settings {params.settings}"
        " --output results/{wildcards.experiment} 2> {log}"


rule claims:
    input:
        values=GRID.values,
        code=CODE.reporting("claims", *GRID.claims_modules),
    output:
        "results/{experiment}/claims.csv",
        report("results/{experiment}/claims.md", caption="captions/claims.rst", category="Claims"),
    log:
        "logs/claims/{experiment}.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        settings=lambda wildcards: job_settings(GRID.claims_settings()),
    shell:
        "python workflow_scripts/claims.py --folder results/{wildcards.experiment}"
        " --settings {params.settings} --output results/{wildcards.experiment}/claims 2> {log}"


rule report:
    input:
        values=GRID.values,
        facts=GRID.facts,
        figures=[path for path in GRID.figures if path.endswith(".png")],
        templates=multiext(
            "regression_unlearning/reporting/report", ".html.j2", "_macros.html.j2", ".css", ".js"
        ),
        code=CODE.reporting("report", *GRID.words),
    output:
        "results/{experiment}/report.html",
    log:
        "logs/report/{experiment}.log",
    conda:
        ENVIRONMENT
    params:
        settings=lambda wildcards: job_settings(GRID.report_settings()),
    shell:
        "python workflow_scripts/report.py --folder results/{wildcards.experiment}"
        " --facts {input.facts} --settings {params.settings} --output {output} 2> {log}"


# For `dvc metrics` and `dvc plots`.
rule metrics:
    input:
        tables=GRID.main_tables,
        values=GRID.values,
        code=CODE.reporting("metrics", *GRID.claims_modules),
    output:
        numbers="results/{experiment}/metrics.json",
        rows="results/{experiment}/metrics.csv",
    log:
        "logs/metrics/{experiment}.log",
    localrule: True
    conda:
        ENVIRONMENT
    shell:
        "python workflow_scripts/metrics.py --tables {input.tables} --output {output.numbers}"
        " 2> {log}"
