"""The tutorial's cells run as they stand, with no repository around."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

NOTEBOOK = Path(__file__).parents[2] / "docs/tutorial.ipynb"
CELLS = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
CODE = [cell for cell in CELLS if cell["cell_type"] == "code"]


def test_the_cells_run_and_the_methods_are_nearer_than_the_original(tmp_path):
    after = "\nprint(table.to_json())\n"
    script = "\n".join("".join(cell["source"]) for cell in CODE) + after
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])["distance to retrained"]
    assert found["retrained"] == 0 < found["FineTune"] < found["original"]
    assert float(re.search(r"floor: (\S+)", done.stdout)[1]) > 0


def test_it_is_shown_executed():
    shown = {kind for cell in CODE for out in cell["outputs"] for kind in out.get("data", {})}
    assert {"text/html", "image/png"} <= shown
    assert [cell["execution_count"] for cell in CODE] == list(range(1, len(CODE) + 1))
    assert not [out for cell in CODE for out in cell["outputs"] if out["output_type"] == "error"]
