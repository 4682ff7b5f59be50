"""A fingerprint names every function that its program calls: seen by running the programs."""

import ast
import json
from pathlib import Path

import pytest
from projects import checked

TRACING = Path(__file__).parent / "tracing"
LIBRARY = "regression_unlearning"
#: Left out on purpose: they make messages, logs and help, or only say where a result comes from;
#: and the package's front door, which Python's import asks for every name.
WORDS = {
    "", "errors", "program", "program.progress", "program.streams", "provenance",
    "settings.wording",
}  # fmt: skip
PROGRAMS = {
    "download", "prepare", "select_forget_set", "train", "observe", "unlearn", "measure", "table",
    "figure", "report", "metrics", "values", "claims",
}  # fmt: skip


def symbols(path):
    """Top-level functions and classes of a file: first line, last line, name."""
    found = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            found.append((first, node.end_lineno, node.name))
    return found


def called(seen, root):
    """``module:symbol`` of each function that was called."""
    names, cache = set(), {}
    for file, line in seen:
        path = Path(file).resolve()
        if path.suffix != ".py":  # a template
            continue
        inside = path.relative_to((root / LIBRARY).resolve()).with_suffix("")
        module = ".".join(part for part in inside.parts if part != "__init__")
        if module in WORDS:
            continue
        for first, last, name in cache.setdefault(path, symbols(path)):
            if first <= line <= last:
                names.add(f"{LIBRARY}.{module}:{name}".replace(".:", ":"))
    return names


def fingerprints(trace, root):
    """Symbols of the fingerprint of a program's job."""
    script = Path(trace["arguments"][0]).stem
    given = [one for one in trace["arguments"] if one.startswith("program=")]
    if given:
        paths = [root / given[0].removeprefix("program=")]
    else:
        paths = [
            path
            for path in (root / ".fingerprints").glob(f"{script}-*.txt")
            if path.read_text(encoding="utf-8").startswith(f"# workflow_scripts/{script}.py")
        ]
    assert paths, trace["arguments"]
    return {
        line.split()[0]
        for path in paths
        for line in path.read_text(encoding="utf-8").splitlines()[1:]
    }


@pytest.fixture
def traces(tiny, tmp_path):
    """What the programs of the tiny experiment call."""
    folder = tmp_path / "traces"
    folder.mkdir()
    environment = {"TRACE_CALLS": str(folder), "PYTHONPATH": f"{TRACING}:{tiny.root}"}
    checked(tiny.snakemake("--cores", "1", env=environment))
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.iterdir()]
    return [one for one in found if Path(one["arguments"][0]).stem in PROGRAMS], tiny.root


@pytest.mark.slow
def test_every_function_that_is_called_is_in_the_fingerprint(traces):
    found, root = traces
    assert {Path(one["arguments"][0]).stem for one in found} == PROGRAMS
    missing = set()
    for trace in found:
        names = called(trace["seen"], root)
        script = Path(trace["arguments"][0]).stem
        assert len(names) > 3, script
        missing |= {(script, name) for name in names - fingerprints(trace, root)}
    assert not missing, sorted(missing)
