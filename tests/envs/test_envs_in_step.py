"""envs/ says what uv.lock says."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = ("requirements.txt", "environment.yaml", "apptainer.def")


@pytest.mark.parametrize("name", FILES)
def test_names_the_lock_that_it_was_made_from(name):
    lock = hashlib.sha256((ROOT / "uv.lock").read_bytes()).hexdigest()
    assert f"# uv.lock {lock}\n" in (ROOT / "envs" / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def render():
    """The program as a module."""
    path = ROOT / "workflow_scripts/render_envs.py"
    spec = importlib.util.spec_from_file_location("render_envs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LINES = (
    "a==1 ; python_full_version < '3.12'",
    "a==2 ; python_full_version >= '3.12'",
    "b[x,y]==1.0 ; sys_platform == 'linux' and platform_machine == 'x86_64'",
)
SAME = (
    "B[y,x]==1.0 ; platform_machine == 'x86_64' and sys_platform == 'linux'",
    "a==2 ; python_version >= '3.12'",
    "a==1 ; python_full_version < '3.12' and sys_platform != ''",
)


def test_the_words_of_another_uv_ask_for_the_same(render):
    assert render.meaning(LINES) == render.meaning(SAME)


@pytest.mark.parametrize(
    ("old", "new"),
    [("==2", "==3"), ("[x,y]", "[x]"), ("< '3.12'", "< '3.13'"), ("linux", "darwin"), ("b[", "c[")],
)
def test_another_package_version_or_place_is_another_environment(render, old, new):
    changed = [line.replace(old, new) for line in LINES]
    assert changed != list(LINES)
    assert render.meaning(changed) != render.meaning(LINES)
    assert render.meaning(LINES[1:]) != render.meaning(LINES)
    assert render.meaning([f"{LINES[0]} --hash=sha256:1"]) != render.meaning(LINES[:1])


def test_a_file_is_held_against_what_it_asks_for_and_its_other_words(render, tmp_path):
    path = tmp_path / "environment.yaml"
    text = "name: n\ndependencies:\n  - pip:\n" + "".join(f"      - {line}\n" for line in LINES)
    assert not render.same(path, text)
    path.write_text(text.replace("python_full_version >=", "python_version >="), encoding="utf-8")
    assert render.same(path, text)
    for old, new in (("name: n", "name: m"), ("a==2", "a==4")):
        path.write_text(text.replace(old, new), encoding="utf-8")
        assert not render.same(path, text)


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed here")
def test_in_step():
    command = [sys.executable, "workflow_scripts/render_envs.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed here")
@pytest.mark.parametrize("name", ["PIP_FIND_LINKS", "UV_FIND_LINKS", "UV_INDEX"])
def test_packages_of_the_users_own_leave_the_lock(tmp_path, name):
    command = ["uv", "lock", "--check"]
    env = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_"))}
    env[name] = tmp_path.as_uri() if name == "UV_INDEX" else str(tmp_path)
    done = subprocess.run(
        command, cwd=ROOT, env=env, check=False, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr


def test_exact_versions_that_the_lock_has():
    text = (ROOT / "envs/requirements.txt").read_text(encoding="utf-8")
    required = [line for line in text.splitlines() if line and not line.startswith("#")]
    locked = set(
        re.findall(
            r'^name = "(.+)"\nversion = "(.+)"$',
            (ROOT / "uv.lock").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    for line in required:
        name, version = re.match(r"([\w.-]+)(?:\[.+\])?==([^ ;]+)", line).groups()
        assert (name, version) in locked, line
    conda = yaml.safe_load((ROOT / "envs/environment.yaml").read_text(encoding="utf-8"))
    assert conda["dependencies"][-1]["pip"] == required


def test_every_rule_with_a_program_carries_the_environment():
    for path in ROOT.glob("rules/*.smk"):
        blocks = re.split(
            r"^(?=rule |use rule )", path.read_text(encoding="utf-8"), flags=re.MULTILINE
        )[1:]
        for block in blocks:
            if "python workflow_scripts" in block:
                assert "conda:\n        ENVIRONMENT" in block, block.splitlines()[0]
