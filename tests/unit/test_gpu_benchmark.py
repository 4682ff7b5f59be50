"""benchmarks/gpu.py: its rows, what it says without a GPU, and its file as a page."""

import csv
import logging
import math
import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import pytest
import torch
from recording import RecordedOnCPU

from regression_unlearning.errors import UserError
from regression_unlearning.reporting import speeds

ROOT = Path(__file__).parents[2]
SMALL = ["--device", "cpu", "--turns", "1", "--seconds", "0.001"]


class Redoing:
    """In CUDA graphs' place: a replay does the work again."""

    def record(self, work):
        return work

    def trying(self):
        return nullcontext()

    def random_states(self):
        return [torch.get_rng_state()]

    def set_random_states(self, states):
        torch.set_rng_state(states[0])


@pytest.fixture
def benchmark(monkeypatch):
    """The program, which records on the CPU; its images are small."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import gpu
    import gpu_cells
    import gpu_steps
    import made_data

    small = gpu_steps.Domain(
        "demo_images",
        "small images",
        partial(made_data.images, size=8),
        rows=24,
        cell_rows=24,
        share=0.85,
        speed=1e12,
        precisions=("float32", "bfloat16"),
    )
    monkeypatch.setitem(gpu_steps.DOMAINS, "images", small)
    monkeypatch.setattr(gpu_steps, "recorder", lambda _device: Redoing())
    monkeypatch.setattr(gpu_cells, "MEASURES", ("errors",))
    threads, log = torch.get_num_threads(), logging.getLogger("regression_unlearning")
    yield gpu
    torch.set_num_threads(threads)
    log.setLevel(logging.NOTSET)


@pytest.mark.parametrize("graphs", [Redoing, pytest.param(RecordedOnCPU, marks=pytest.mark.slow)])
def test_rows_of_steps_and_the_page(graphs, benchmark, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys.modules["gpu_steps"], "recorder", lambda _device: graphs())
    path = tmp_path / "gpu.csv"
    benchmark.main([*SMALL, "--only", "images", "--no-cells", "--output", str(path)])
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert list(lines[0]) == ["part", "case", "quantity", "value", "unit", "bar", "met"]
    steps = [line for line in lines if line["part"] == "step"]
    assert len({line["case"] for line in steps}) == 2
    by_case = {(line["case"], line["quantity"]): line for line in steps}
    on_a_gpu_alone = {"memory"}
    assert {name for _, name in by_case} == set(speeds.STEPS) - on_a_gpu_alone
    for line in steps:
        value = float(line["value"])
        assert math.isfinite(value)
        assert value > 0 or line["quantity"] == "start"
        if line["bar"]:
            assert line["met"] == ("yes" if value >= float(line["bar"]) else "no")
    for case, _ in by_case:
        loop, bare, over = (
            float(by_case[case, name]["value"]) for name in ("loop", "bare", "loop over bare")
        )
        # of one turn: the ratio of the speeds themselves
        assert over == pytest.approx(loop / bare, rel=1e-4)
    assert "NOT met" in capsys.readouterr().out, "the bar of the speed is out of reach"
    shown = speeds.page(speeds.read(path))
    assert all(f"\n| {case} | " in shown for case, _ in by_case)
    assert all(f"- *{name}*: " in shown for _, name in by_case)
    assert f"torch {torch.__version__}" in shown


def test_a_cell_s_seconds_add_up(benchmark, tmp_path):
    path = tmp_path / "gpu.csv"
    benchmark.main(
        [*SMALL, "--only", "rows", "--rows", "200", "--cell-epochs", "2", "--output", str(path)]
    )
    found = {row.quantity: float(row.value) for row in speeds.read(path) if row.part == "cell"}
    assert set(found) == set(speeds.CELLS)
    stages = ("original", "retrained", "helper", "blindspot", "observing", "measures")
    assert found["whole"] == pytest.approx(sum(found[name] for name in stages), rel=1e-4)
    assert found["reckoned"] > found["whole"] > 0


def test_nothing_is_written_on_a_cpu_unless_asked(benchmark, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    benchmark.main([*SMALL, "--only", "rows", "--rows", "16", "--no-cells"])
    assert list(tmp_path.rglob("*.csv")) == []


def test_what_fails_is_told_and_the_rest_is_measured(benchmark, tmp_path, monkeypatch):
    def breaks(*_given):
        raise RuntimeError("a reason\nand more")

    path = tmp_path / "gpu.csv"
    monkeypatch.setattr(sys.modules["gpu_cells"], "measure", breaks)
    with pytest.raises(UserError, match="not measured: rows"):
        benchmark.main([*SMALL, "--only", "rows", "--rows", "16", "--output", str(path)])
    found = {(row.part, row.quantity): row.value for row in speeds.read(path)}
    assert found["note", "not measured"] == "a reason"
    assert float(found["step", "loop"]) > 0


def test_without_a_gpu_it_is_one_line(benchmark, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match="no GPU can be seen") as said:
        benchmark.main([])
    assert "\n" not in str(said.value)


def test_a_page_of_known_rows():
    rows = [
        speeds.Row("machine", "", "card", "A card"),
        speeds.measured("step", "a network", "loop", 123456.7, 90000),
        speeds.measured("step", "a network", "busy", 0.5),
        speeds.measured("step", "another", "loop", 80000, 90000),
        speeds.Row("note", "another", "capturing", "steps are not captured: why"),
    ]
    shown = speeds.page(rows)
    assert shown.startswith("On card A card.\n")
    assert "| network | loop, rows/s | busy, share |\n|---|---:|---:|\n" in shown
    assert "| a network | 123,457 (≥ 90,000) | 0.5 |\n" in shown
    assert "| another | 80,000 (below 90,000) |  |\n" in shown
    assert shown.endswith("another: steps are not captured: why.")
    assert "No card was at hand" in speeds.page([])


@pytest.mark.parametrize(
    "text", ["part,case\n", speeds.as_text([speeds.Row("step", "a", "x", "1")])]
)
def test_a_file_of_other_columns_or_quantities_is_refused(text, tmp_path):
    path = tmp_path / "gpu.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"gpu\.csv"):
        speeds.read(path)
    assert speeds.read(tmp_path / "none.csv") == []
