"""Which files a result depends on, and which modules stay out of a process."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from regression_unlearning import provenance, registry

PACKAGE = provenance.PACKAGE
ALL = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}


def names(*modules):
    """The closure as paths inside the package."""
    return {str(path.relative_to(PACKAGE)) for path in provenance.library_files(*modules)}


def direct(module):
    """Own modules that a module's source imports anywhere, read with ast."""
    found = set()
    for node in ast.walk(ast.parse(ALL[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in ALL else node.module for name in inside}
    return found & set(ALL)


def closure(module):
    """The transitive closure by hand, with every parent package."""
    reached, open_ends = set(), {module}
    while open_ends:
        name = open_ends.pop()
        reached.add(name)
        open_ends |= direct(name) - reached
    for name in list(reached):
        parts = name.split(".")
        reached |= {".".join(parts[:end]) for end in range(1, len(parts))}
    return {ALL[name] for name in reached}


@pytest.mark.parametrize("module", sorted(ALL))
def test_the_closure_is_the_one_worked_out_with_ast(module):
    assert set(provenance.library_files(module)) == closure(module)


def test_direct_indirect_and_imports_inside_functions():
    found = names("regression_unlearning.methods.blindspot")
    assert "methods/blindspot.py" in found
    assert "settings/training.py" in found  # imported at the top
    assert "errors.py" in found  # by way of settings
    assert "models/activations.py" in found  # inside a function
    assert {"__init__.py", "methods/__init__.py", "models/__init__.py"} <= found


@pytest.mark.parametrize("method", registry.known("method"))
def test_a_method_knows_no_dataset_and_no_method_that_it_does_not_build_on(method):
    found = names(f"regression_unlearning.methods.{method}")
    builds_on = {"lfssd": "ssd", "salun": "gaussian_amnesiac"}.get(method, method)
    assert {name for name in found if name.startswith("methods/")} == {
        "methods/__init__.py", f"methods/{method}.py", f"methods/{builds_on}.py",
    }  # fmt: skip
    # The task that a method works on holds prepared data, whichever they are.
    assert {name for name in found if name.startswith("data/")} <= {
        "data/__init__.py", "data/prepared.py", "data/tensors.py", "data/work.py",
    }  # fmt: skip
    assert not [name for name in found if name.startswith(("evaluation/", "reporting/"))]


@pytest.mark.parametrize("measure", registry.known("measure"))
def test_a_measure_knows_no_network_and_no_other_measure(measure):
    found = names(f"regression_unlearning.evaluation.{measure}")
    assert not [
        name for name in found if name.startswith(("training/", "models/", "methods/", "data/"))
    ]
    others = {f"evaluation/{other}.py" for other in registry.known("measure")} & found
    builds_on = {"tow": "errors"}.get(measure, measure)
    assert others == {f"evaluation/{measure}.py", f"evaluation/{builds_on}.py"}


@pytest.mark.parametrize("dataset", registry.known("source"))
def test_a_dataset_knows_no_method(dataset):
    found = names(f"regression_unlearning.data.{dataset}")
    assert not [
        name
        for name in found
        if name.startswith(("training/", "models/", "methods/", "evaluation/"))
    ]


def test_several_modules_are_the_union_in_a_fixed_order():
    one, other = "regression_unlearning.methods.finetune", "regression_unlearning.files"
    both = provenance.library_files(one, other)
    assert set(both) == {*provenance.library_files(one), *provenance.library_files(other)}
    assert both == sorted(both) == provenance.library_files(other, one)


def test_files_of_a_plug_in_are_those_of_its_package(tmp_path, monkeypatch):
    package = tmp_path / "plugged"
    package.mkdir()
    for name in ("__init__.py", "method.py", "part.py"):
        (package / name).write_text("")
    (tmp_path / "lonely.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    found = provenance.library_files("plugged.method", "lonely", "regression_unlearning.errors")
    outside = [path for path in found if tmp_path in path.parents]
    expected = ["lonely.py", "plugged/__init__.py", "plugged/method.py", "plugged/part.py"]
    assert [str(path.relative_to(tmp_path)) for path in outside] == expected
    assert PACKAGE / "errors.py" in found


def test_what_is_a_module():
    assert provenance.is_module("regression_unlearning.files")
    assert not provenance.is_module("regression_unlearning.files.whole")


LIGHT = sorted(
    name
    for name in ALL
    if name.split(".")[1:2] in (["evaluation"], ["reporting"], ["methods"], ["data"])
    or name.split(".")[-1] in ("regression_unlearning", "settings", "registry", "grid")
)


def test_every_module_but_the_networks_loads_without_torch():
    """One process imports them one after the other, and says which one brought torch."""
    code = (
        "import sys, importlib\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "    heavy = {'torch', 'torchvision', 'sklearn', 'scipy.stats'} & set(sys.modules)\n"
        "    assert not heavy, (name, heavy)\n"
        "print('done')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *LIGHT], capture_output=True, text=True, check=False
    )
    assert len(LIGHT) > 30 and ended.stdout == "done\n", ended.stderr


def test_the_hash_of_the_loaded_code_follows_the_source(tmp_path):
    """A copy of the package: the same source gives the same hash, one more comment another one."""
    import shutil

    shutil.copytree(PACKAGE, tmp_path / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "from regression_unlearning import provenance, files; import sys;"
        "assert provenance.__file__.startswith(sys.argv[1]); print(provenance.loaded_code())"
    )

    def loaded():
        return subprocess.run(
            [sys.executable, "-B", "-c", code, str(tmp_path)], check=True, text=True,
            capture_output=True, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)},
        ).stdout  # fmt: skip

    first = loaded()
    assert loaded() == first and len(first.strip()) == 64
    with (tmp_path / PACKAGE.name / "reporting" / "layout.py").open("a") as file:
        file.write("# not loaded\n")
    assert loaded() == first
    with (tmp_path / PACKAGE.name / "files.py").open("a") as file:
        file.write("# loaded\n")
    assert loaded() != first


def test_the_machine_is_described_in_plain_values():
    import json

    found = provenance.machine()
    assert json.loads(json.dumps(found)) == found
    assert found["peak_memory_mib"] > 1 and found["threads"] == 1
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert Path(provenance.__file__).parent == PACKAGE
