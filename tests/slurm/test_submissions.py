"""How many submissions the paper's experiment is, and how heavy its graph is."""

import re
import resource
import time

from tiny_project import ROOT, run


def local_rules():
    """Rules that stay on the machine that runs Snakemake."""
    found = set()
    for path in ROOT.glob("rules/*.smk"):
        for block in re.split(r"^(?:use )?rule ", path.read_text(), flags=re.MULTILINE)[1:]:
            if "localrule: True" in block:
                found.add(re.match(r"\w+", block)[0])
    return found


def test_submissions_are_at_most_a_quarter_of_the_jobs():
    begun = time.monotonic()
    command = "snakemake -n --profile slurm --config experiment=paper --quiet reason --forceall"
    said = run(command, ROOT)
    seconds = time.monotonic() - begun
    text = said.stdout + said.stderr
    jobs = int(re.search(r"^total +(\d+)$", text, re.MULTILINE)[1])
    groups = len(re.findall(r"Group job \w+ ", text))
    names = re.findall(r"^(?:local)?rule (\w+):", text, re.MULTILINE)
    single = [name for name in names if name not in local_rules() and name != "all_tables"]
    assert len(names) + len(re.findall(r"^ +(?:local)?rule \w+:", text, re.MULTILINE)) == jobs
    assert groups + len(single) <= jobs / 4, (groups, len(single), jobs)
    assert seconds < 20
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    assert peak < 1, f"{peak:.2f} GiB"
