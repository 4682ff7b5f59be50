"""Settings that are longer than an argument of a command may be."""

import json

import numpy as np
import pytest
from projects import checked

from regression_unlearning.pipeline import plan
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.settings.document import load_settings

#: Linux takes at most so many bytes in one argument.
LIMIT = 2**17
ROWS, NAMED = 12_400, 12_000


def many(values):
    dataset = values["datasets"]["demo_pairs"]
    dataset["source"]["train"] = ROWS
    chosen = dataset["forget_sets"]["random_20"]
    for key in ("rows", "seed"):
        del chosen[key]
    ids = [f"train-{number:05d}" for number in range(1, NAMED + 1)]
    chosen |= {"select": "ids", "ids": ids}
    assert len(json.dumps(ids)) > LIMIT


@pytest.mark.slow
def test_a_forget_set_of_more_ids_than_an_argument_holds(tiny):
    """They go to the program that chooses the rows, by a file, and nowhere else."""
    tiny.edit_params(many)
    parts, settings = "data/prepared/demo_pairs/forget_sets/random_20.npz", tiny.root / ".settings"
    checked(tiny.snakemake("-n", parts))
    assert not settings.exists()
    settings.mkdir()
    (settings / "of_an_earlier_run.json").write_text("{}")
    checked(tiny.snakemake(parts))
    with np.load(tiny.root / parts) as found:
        assert len(found["forget"]) == NAMED
    sizes = sorted(path.stat().st_size for path in settings.iterdir())
    assert len(sizes) == 2 and sizes[0] < 1000 and sizes[1] > LIMIT
    metadata = [path.stat().st_size for path in (tiny.root / ".snakemake/metadata").iterdir()]
    assert metadata and max(metadata) < LIMIT / 4
    assert tiny.jobs(parts) == []


def test_no_other_program_is_told_the_ids(tiny):
    tiny.edit_params(many)
    settings = load_settings(tiny.root / "params.yaml")
    names, grid = ("demo_pairs", "random_20"), Grid(settings)
    assert "train-00001" in json.dumps(plan.forget_set(settings, *names))
    layouts = [grid.layout_settings(name) for name in grid.layouts]
    others = [
        plan.source(settings, names[0]),
        plan.training(settings, names[0]),
        plan.unlearning(settings, *names, "finetune"),
        grid.measuring(*names),
        grid.report_settings(),
        *layouts,
    ]
    assert layouts and all("train-00001" not in json.dumps(one) for one in others)
    assert "12,000 ids, one a line of SHA-256" in json.dumps(grid.report_settings())
