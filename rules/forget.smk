# Answer a deletion request that lies at requests/ID.yaml, once; docs/deletion-requests.md.
# Requires: the original, or the model of the request before. Makes: requests/ID.

import shlex

from regression_unlearning import errors
from regression_unlearning.requests import ledger
from regression_unlearning.requests.edits import edited
from regression_unlearning.requests.request import read_request


def of_request(name):
    """The request of a file, checked."""
    try:
        asked = read_request(f"requests/{name}.yaml")
        if asked.dataset not in SETTINGS.datasets:
            where = f"requests/{name}.yaml: dataset"
            raise errors.unknown("dataset", asked.dataset, SETTINGS.datasets, where)
        if asked.id != name:
            raise UserError(
                f"requests/{name}.yaml: id is {asked.id!r}; call the file requests/{asked.id}.yaml."
            )
        return asked
    except UserError as error:
        raise WorkflowError(str(error)) from None


def of_answer(wildcards):
    """The `resources` of a request's dataset."""
    return SETTINGS.datasets[of_request(wildcards.request).dataset].resources


def start_of_request(wildcards):
    """The original: made where nothing stands for it yet, else named while it is there.

    It stays an input of what is answered, lest Snakemake sees another set of inputs.
    """
    asked = of_request(wildcards.request)
    if asked.checkpoint:
        return []
    start = paths.original(asked.dataset, asked.seed)
    try:
        lines = ledger.read(ledger.FOLDER)
        answers = [line for line in lines if line.id == asked.id]
        for wrong in [wrong for line in answers for wrong in edited(ledger.FOLDER, line)]:
            raise WorkflowError(wrong)
    except UserError as error:
        raise WorkflowError(str(error)) from None
    begun = ledger.chain(lines, asked.dataset, asked.seed)
    return [start] if not (begun or answers) or Path(start).exists() else []


# An audit that did not pass is an answer too: status 1 is no failure here. What was answered is
# never answered again: `update` keeps Snakemake from taking the audit away, and `forget` gives the
# same request the answer that it has, also where that was cut off before its line of the ledger.
rule forget:
    input:
        request=ancient("requests/{request}.yaml"),
        start=ancient(start_of_request),
    output:
        update("requests/{request}/audit.html"),
    log:
        "logs/forget/{request}.log",
    conda:
        ENVIRONMENT
    threads: lambda wildcards: of_answer(wildcards).threads
    resources:
        **of_network(1, of_answer),
    params:
        files=[f"--configfile {shlex.join(files)}" for files in [list(FILES)[1:]] if files],
    shell:
        "python workflow_scripts/forget.py forget --request {input.request}"
        " {params.files} --threads {threads} --wait > {log} 2>&1 || [ $? -eq 1 ]"
