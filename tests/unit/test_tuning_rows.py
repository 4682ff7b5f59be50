"""The rows of a search: none that methods may use choose, none that choose confirm."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import torch
from method_tasks import make_task, prepared, trained

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.files import sha256, write_record
from regression_unlearning.tuning.cases import days
from regression_unlearning.tuning.rows import LEAST, apart, divided


def parts_of(forget, like, others):
    rows = torch.arange(forget + like + others)
    return {
        "forget": rows[:forget],
        "validation_forget": rows[forget : forget + like],
        "validation_retain": rows[forget + like :],
    }


def disjoint(pieces):
    return all(not torch.isin(one, other).any() for one, other in combinations(pieces, 2))


@pytest.mark.parametrize("rows", [30, 31, 100])
def test_three_parts_of_both_sides_share_no_row(rows):
    parts = parts_of(5, rows, 50)
    found = divided(parts, seed=3)
    for side in ("forget", "retain"):
        pieces = [found.methods[f"validation_{side}"], found.choosing[side], found.confirming[side]]
        assert disjoint(pieces)
        assert torch.equal(torch.cat(pieces).sort().values, parts[f"validation_{side}"])
        sizes = list(found.counts[side].values())
        assert sizes == [len(piece) for piece in pieces] and max(sizes) - min(sizes) <= 1


def test_the_seed_alone_says_which_rows():
    parts = parts_of(5, 60, 60)
    one, same, other = (divided(parts, seed=seed).choosing["forget"] for seed in (3, 3, 4))
    assert torch.equal(one, same) and not torch.equal(one, other)


def test_random_rows_choose_and_confirm_themselves():
    parts = parts_of(41, 0, 60)
    found = divided(parts, seed=3, themselves=True)
    halves = [found.choosing["forget"], found.confirming["forget"]]
    assert disjoint(halves) and torch.equal(torch.cat(halves).sort().values, parts["forget"])
    assert len(found.methods["validation_forget"]) == 0


@pytest.mark.parametrize(
    ("sizes", "themselves", "said"),
    [
        ((50, 29, 60), False, r"like the forgotten ones into 3 .* are 29, which gives 10, 10, 9"),
        ((50, 60, 2), False, r"outside the forget set into 3 .* there are 2, which gives 1, 1, 0"),
        # a band shown in tables: its own rows must not be looked at
        ((50, 0, 60), False, r"like the forgotten ones into 3 .* there are 0, which gives 0, 0, 0"),
        ((19, 0, 60), True, r"forgotten rows, .* into 2 parts .* are 19, which gives 10, 9"),
    ],
)
def test_too_few_rows_are_said_with_their_numbers(sizes, themselves, said):
    assert LEAST == 10
    with pytest.raises(UserError, match=said) as caught:
        divided(parts_of(*sizes), 0, themselves=themselves)
    assert len(str(caught.value).splitlines()) == 1


def test_rows_of_a_unit_stay_together():
    units = torch.arange(1000) // 7  # 7 windows a day
    rows = torch.arange(3, 990)
    pieces = apart(rows, 3, 1, units)
    assert torch.equal(torch.cat(pieces).sort().values, rows)
    assert disjoint([units[piece] for piece in pieces])
    days = [len(units[piece].unique()) for piece in pieces]
    assert max(days) - min(days) <= 1


def test_the_units_of_windows_are_the_days_that_they_predict(tmp_path):
    hours = np.array([23, 24, 47, 48, 30])
    rows = pd.DataFrame({"row": range(5), "id": "i", "split": "train", "target": 0.0})

    def written(table):
        table.to_csv(tmp_path / "rows.csv", index=False)
        write_record(tmp_path / "facts.json", {"rows_sha256": sha256(tmp_path / "rows.csv")})

    written(rows)
    assert days(tmp_path) is None
    written(rows.assign(customer="a", first=hours - 20, hour=hours))
    assert days(tmp_path).tolist() == [0, 1, 1, 2, 1]


@pytest.mark.parametrize("method", ["sure", "scrub"])
def test_no_method_reads_a_row_that_chooses_or_confirms(method):
    data = prepared(validation=240)
    task = make_task(data=data)
    parts = {
        "forget": task.forget,
        "validation_forget": task.held_out,
        "validation_retain": task.validation,
    }
    found = divided(parts, seed=3)
    ours = task.having(
        held_out=found.methods["validation_forget"], validation=found.methods["validation_retain"]
    )
    read = []
    original = trained(task)
    ours = ours.having(data=Watched(data, read))
    module = registry.load("method", method)
    module.unlearn(original, ours, module.Settings(epochs=1, learning_rate=0.001, batch_size=16))
    seen = torch.cat(read)
    assert torch.isin(found.methods["validation_forget"], seen).any()
    for side in ("forget", "retain"):
        assert not torch.isin(found.choosing[side], seen).any()
        assert not torch.isin(found.confirming[side], seen).any()


class Watched:
    """A dataset that writes down which rows are read."""

    def __init__(self, data, read):
        self._data, self._read = data, read

    def __getattr__(self, name):
        return getattr(self._data, name)

    def batch(self, rows, **how):
        self._read.append(rows)
        return self._data.batch(rows, **how)
