"""What a job is called decides its seeds: no two models may share a name."""

import re

import pytest


def identities(project, rule):
    """The --identity of every job of a rule, as the rules write its command."""
    done = project.snakemake("-n", "-p", "--quiet", "progress", "--forceall")
    assert done.returncode == 0, done.stderr
    found = re.findall(rf"{rule}\.py\s+--identity (.*?) --.*? --seed ([\d ]+) --", done.stdout)
    return [(*name.split(), seed) for name, seeds in found for seed in seeds.split()]


@pytest.mark.slow
def test_no_two_trained_models_share_an_identity(built):
    found = identities(built, "train")
    assert {name[-2] for name in found} == {"original", "retrained", "blindspot"}
    assert len(set(found)) == len(found) > 10


def test_no_two_unlearned_models_share_an_identity(built):
    found = identities(built, "unlearn")
    assert len(set(found)) == len(found) > 10
