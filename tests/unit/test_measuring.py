"""All measures of a forget set at once: each file is read once, and nothing is taken twice."""

import pytest
from observed_models import observation

from regression_unlearning.errors import UserError
from regression_unlearning.evaluation import measuring, values
from regression_unlearning.evaluation.inputs import Sources
from regression_unlearning.evaluation.measure import load
from regression_unlearning.evaluation.membership import OUTPUTS
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.files import read_record, write_npz, write_record

MEASURES = {
    "errors": {},
    "membership": {"rows": 20, "draws": 2},
    "wasserstein": {},
    "row_distance": {},
    "representation": {"rows": 20, "folds": 2, "iterations": 5},
    "tow": {},
    "anamnesis": {},
    "cost": {},
}
METHODS = ("original", "retrained", "finetune", "blindspot")


@pytest.fixture
def models(tmp_path):
    """Files of four methods and two seeds."""
    found = {}
    for number, method in enumerate(METHODS):
        found[method] = {"observations": {}, "records": {}, "relearning": {}}
        for seed in (0, 1):
            folder = tmp_path / method
            folder.mkdir(exist_ok=True)
            paths = {name: folder / f"{name}_{seed}" for name in found[method]}
            write_npz(paths["observations"], observation(seed=10 * number + seed))
            record = {"seconds": 1.5 + number + seed, "machine": {"peak_memory_mib": 100.0}}
            write_record(paths["records"], record)
            run = {"order": 0, "steps": 3 + number + seed, "reached": True}
            write_record(paths["relearning"], {"counts": [run]})
            for name, path in paths.items():
                found[method][name][seed] = path
    del found["original"]["relearning"]  # the Anamnesis Index is not taken of it
    pair = tmp_path / "retrained" / "pair_0"
    write_record(pair, {"counts": [run], "other_seed": 1})
    found["retrained"]["relearning_pairs"] = {0: pair}
    return found


@pytest.fixture
def read(monkeypatch):
    """Which observations are read, and which cells are taken."""
    seen = {"read": [], "taken": []}
    plain, keep = Observation.read.__func__, measuring.Work.keep

    def reading(cls, path):
        seen["read"].append(str(path))
        return plain(cls, path)

    def keeping(self, cell, found):
        seen["taken"].append(cell)
        keep(self, cell, found)

    monkeypatch.setattr(Observation, "read", classmethod(reading))
    monkeypatch.setattr(measuring.Work, "keep", keeping)
    return seen


def work(models, tmp_path, measures=MEASURES, **more):
    return measuring.Work("d", "f", models, measures, cells=tmp_path / "cells", **more)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"prepared": "b"}, "another dataset than"),
        ({"parts": "b"}, "another forget set than"),
        ({"original": "b"}, "another original model than"),
        ({"helper": "b"}, ""),
        ({"all": "b"}, ""),  # each from its own: a forget set after another
    ],
)
def test_a_file_that_was_changed_between_two_methods_is_found(models, tmp_path, changed, says):
    for method in METHODS:
        for seed, path in models[method]["records"].items():
            inputs = {"prepared": "a", "parts": "a"}
            if method in {"finetune", "blindspot"}:
                start = f"b{method}" if "all" in changed else f"a{seed}"
                inputs |= {"original": start} | (changed if method == "blindspot" else {})
            write_record(path, {**read_record(path), "sha256": f"a{seed}", "inputs": inputs})
    if not says:
        assert measuring.take(work(models, tmp_path, {"errors": {}}))
        return
    with pytest.raises(UserError, match=says) as caught:
        measuring.take(work(models, tmp_path, {"errors": {}}))
    said = str(caught.value)
    assert "blindspot/records_0" in said and said.count("records_0") == 2 and "\n" not in said


def test_each_file_is_read_once_and_nothing_is_taken_twice(models, tmp_path, read):
    found = measuring.take(work(models, tmp_path))
    assert sorted(read["read"]) == sorted(
        str(path) for files in models.values() for path in files["observations"].values()
    )
    cells = {(m, name) for m in METHODS for name in MEASURES} - {("original", "anamnesis")}
    assert len(read["taken"]) == len(cells) and set(read["taken"]) == cells
    assert [cell[0] for cell in read["taken"][: len(MEASURES)]] == ["retrained"] * len(MEASURES)
    quantities = {(one.method, one.quantity) for one in found}
    of_numbers = {  # these targets are no classes
        (m, q.key)
        for m, name in cells
        for q in load(name).QUANTITIES
        if not q.key.startswith(OUTPUTS)
    }
    assert quantities == of_numbers
    assert {(one.dataset, one.forget_set) for one in found} == {("d", "f")}
    order = list(dict.fromkeys(one.method for one in found))
    assert order == list(METHODS)

    read["read"].clear(), read["taken"].clear()
    assert measuring.take(work(models, tmp_path)) == found
    assert read == {"read": [], "taken": []}


def test_the_values_are_those_of_each_measure_alone(models, tmp_path):
    from regression_unlearning.evaluation import inputs, tow

    found = [one for one in measuring.take(work(models, tmp_path)) if one.quantity == "tow"]
    alone = []
    for method in METHODS:
        sources = Sources(models[method]), Sources(models["retrained"])
        alone += tow.measure(inputs.Inputs("d", "f", method, *sources), tow.Settings())
    assert found == alone


def test_one_and_two_processes_give_the_same_bytes(models, tmp_path):
    one = measuring.take(work(models, tmp_path / "one"))
    two = measuring.take(work(models, tmp_path / "two"), processes=2)
    assert values.as_text(one) == values.as_text(two)
    cells = [sorted((tmp_path / name / "cells").iterdir()) for name in ("one", "two")]
    assert [path.name for path in cells[0]] == [path.name for path in cells[1]]
    assert [path.read_bytes() for path in cells[0]] == [path.read_bytes() for path in cells[1]]


@pytest.mark.parametrize(
    ("change", "taken"),
    [
        ({"membership": {"rows": 15, "draws": 2}}, {(m, "membership") for m in METHODS}),
        ({"representation": {"rows": 15, "folds": 2}}, {(m, "representation") for m in METHODS}),
    ],
)
def test_an_edit_of_a_measure_s_settings_takes_that_measure_alone(
    models, tmp_path, read, change, taken
):
    measuring.take(work(models, tmp_path))
    read["taken"].clear()
    measuring.take(work(models, tmp_path, MEASURES | change))
    assert set(read["taken"]) == taken


def test_an_edit_of_a_measure_s_code_or_of_a_file_takes_what_rests_on_it(models, tmp_path, read):
    measuring.take(work(models, tmp_path))
    read["taken"].clear()
    measuring.take(work(models, tmp_path, code={"tow": "another"}))
    assert set(read["taken"]) == {(method, "tow") for method in METHODS}
    read["taken"].clear()
    write_record(
        models["blindspot"]["records"][1], {"seconds": 9, "machine": {"peak_memory_mib": 1.0}}
    )
    measuring.take(work(models, tmp_path))
    assert read["taken"] == [("blindspot", "cost")]
    read["taken"].clear()
    pair = models["retrained"]["relearning_pairs"][0]
    counted = read_record(pair)
    write_record(pair, {**counted, "counts": [{**one, "steps": 9} for one in counted["counts"]]})
    measuring.take(work(models, tmp_path))
    assert set(read["taken"]) == {(m, "anamnesis") for m in METHODS if m != "original"}
    read["taken"].clear()
    write_record(
        models["retrained"]["records"][1], {"seconds": 9, "machine": {"peak_memory_mib": 1.0}}
    )
    measuring.take(work(models, tmp_path))
    assert set(read["taken"]) == {(method, "cost") for method in METHODS}


def test_what_gold_is_found_to_be_is_part_of_what_others_rest_on(models, tmp_path, read):
    """The embedding attack reads no file of the gold model, only what was found on it."""
    measuring.take(work(models, tmp_path))
    read["taken"].clear()
    write_npz(models["retrained"]["observations"][1], observation(seed=99))
    measuring.take(work(models, tmp_path))
    beside = {"wasserstein", "row_distance", "tow", "representation"}
    assert set(read["taken"]) == {(m, name) for m in METHODS for name in beside} | {
        ("retrained", "errors"),
        ("retrained", "membership"),
    }


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", "half", "digit"])
def test_a_damaged_cell_is_taken_anew(models, tmp_path, read, damage):
    found = measuring.take(work(models, tmp_path))
    read["taken"].clear()
    (cell,) = (tmp_path / "cells").glob("blindspot-cost-*")
    whole = cell.read_bytes()
    cut = whole[: len(whole) // 2] if damage == "half" else whole.replace(b"100.0", b"200.0")
    cell.write_bytes(damage if isinstance(damage, bytes) else cut)
    assert cell.read_bytes() != whole
    assert measuring.take(work(models, tmp_path)) == found
    assert read["taken"] == [("blindspot", "cost")] and cell.read_bytes() == whole


def test_what_is_lacking_is_named_before_anything_is_taken(models, tmp_path, read):
    del models["blindspot"]["relearning"]
    with pytest.raises(UserError, match="d, f, blindspot: no relearning were given"):
        measuring.take(work(models, tmp_path))
    del models["retrained"]
    with pytest.raises(UserError, match="d, f, retrained: no observations were given"):
        measuring.take(work(models, tmp_path, {"representation": {}}))
    assert read == {"read": [], "taken": []}


def test_a_fault_in_a_process_is_told(models, tmp_path):
    models["blindspot"]["observations"][1].write_bytes(b"no arrays")
    with pytest.raises(UserError, match="observations_1.* is not what was written"):
        measuring.take(work(models, tmp_path), processes=2)
