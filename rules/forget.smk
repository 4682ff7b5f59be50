# Answer a deletion request that lies at requests/ID.yaml, once; docs/deletion-requests.md.
# Requires: the original, or the model of the request before. Makes: requests/ID.

import shlex


# An audit that did not pass is an answer too: status 1 is no failure here. What was answered is
# never answered again: `update` keeps Snakemake from taking the audit away, and `forget` gives the
# same request the answer that it has, also where that was cut off before its line of the ledger.
rule forget:
    input:
        request=ancient("requests/{request}.yaml"),
        start=ancient(lambda wildcards: or_stop(inputs.original_of, wildcards.request, SETTINGS)),
    output:
        update("requests/{request}/audit.html"),
    log:
        "logs/forget/{request}.log",
    conda:
        ENVIRONMENT
    threads: lambda wildcards: asked_by_request(wildcards).threads
    resources:
        **of_network(1, asked=asked_by_request),
    params:
        files=[f"--configfile {shlex.join(files)}" for files in [list(FILES)[1:]] if files],
    shell:
        "python workflow_scripts/forget.py forget --request {input.request}"
        " {params.files} --threads {threads} --gpus {resources.gpu} --wait > {log} 2>&1 || [ $? -eq 1 ]"
