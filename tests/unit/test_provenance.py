"""Where a result comes from, and which modules stay out of a process."""

import subprocess
import sys
from pathlib import Path

from regression_unlearning import provenance

PACKAGE = provenance.PACKAGE
ALL = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}


ROOMS = ("evaluation", "reporting", "methods", "data", "settings", "pipeline")
LIGHT = sorted(
    name
    for name in ALL
    if name.split(".")[1:2] in ([room] for room in ROOMS)
    or name.count(".") < 2
    or (name.split(".")[1] == "models" and name.count(".") == 2)
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
