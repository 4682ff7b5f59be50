"""How many training seeds share a job and its GPU: by the profile, else by params.yaml."""

import pytest
from plain_settings import PLAIN

from regression_unlearning.errors import UserError
from regression_unlearning.pipeline.sharing import sharing
from regression_unlearning.settings.document import check
from regression_unlearning.settings.resources import Resources


def of(profile, **params):
    return sharing(check({**PLAIN, **params}), profile.get)


def test_params_say_it_unless_the_profile_does():
    assert (of({}).seeds_per_job, of({}).jobs_per_gpu) == (2, 1)
    mine = of({}, seeds_per_job=5, jobs_per_gpu=3)
    assert (mine.seeds_per_job, mine.jobs_per_gpu) == (5, 3)
    profiles = of({"seeds_per_job": "4", "jobs_per_gpu": "2"}, seeds_per_job=5, jobs_per_gpu=3)
    assert (profiles.seeds_per_job, profiles.jobs_per_gpu) == (4, 2)


@pytest.mark.parametrize(
    ("gpu", "seeds", "processes"), [(1, 5, 3), (1, 3, 3), (1, 2, 2), (1, 1, 1), (0, 5, 1)]
)
def test_a_job_has_no_more_processes_than_seeds_and_one_without_a_gpu(gpu, seeds, processes):
    mine = of({}, seeds_per_job=5, jobs_per_gpu=3)
    assert mine.at_once(Resources(gpu=gpu), seeds) == processes


@pytest.mark.parametrize(
    ("profile", "params", "dataset", "gpus"),
    [
        ({}, {}, None, 0),
        ({}, {"gpus_per_job": 2}, None, 2),
        ({"gpus_per_job": "1"}, {"gpus_per_job": 2}, None, 1),
        ({"gpus_per_job": "0"}, {"gpus_per_job": 2}, None, 0),
        ({"gpus_per_job": "1"}, {}, 0, 0),
        ({"gpus_per_job": "0"}, {}, 1, 1),
    ],
)
def test_a_dataset_says_its_gpus_else_the_profile_else_params(profile, params, dataset, gpus):
    assert of(profile, **params).gpus(Resources(gpu=dataset)) == gpus


@pytest.mark.parametrize("said", ["least - 1", "-1", "two", "1.5", "", "²"])
@pytest.mark.parametrize(
    ("name", "least"), [("gpus_per_job", 0), ("seeds_per_job", 1), ("jobs_per_gpu", 1)]
)
def test_what_is_no_count_in_a_profile(name, least, said):
    said = str(least - 1) if said == "least - 1" else said
    with pytest.raises(UserError) as caught:
        of({name: said})
    told = f"default-resources.{name}: {said!r} is not a whole number of at least {least}"
    assert told in str(caught.value)


@pytest.mark.parametrize("said", [0, -1, "two", 1.5, True])
def test_what_is_no_count_in_params(said):
    with pytest.raises(UserError, match="jobs_per_gpu: must be"):
        of({}, jobs_per_gpu=said)


def test_more_processes_than_a_job_has_seeds():
    with pytest.raises(UserError, match=r"params.yaml: jobs_per_gpu: 3 .*seeds_per_job is 2"):
        of({}, jobs_per_gpu=3)
    with pytest.raises(UserError, match=r"default-resources.jobs_per_gpu: 3 .*Set it to 3"):
        of({"seeds_per_job": "2", "jobs_per_gpu": "3"}, seeds_per_job=9)
