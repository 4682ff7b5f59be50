"""docs/settings.md says what the settings' types say, and leaves no key without a meaning."""

import subprocess
import sys
from pathlib import Path

import pytest

from regression_unlearning.settings import meanings, reference
from regression_unlearning.settings.section import Section

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/settings.md"
ALL = list(reference.every_section())


def test_the_page_is_in_step():
    command = [sys.executable, "workflow_scripts/render_settings.py", "--check"]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_page_out_of_step_is_seen(tmp_path):
    page = tmp_path / "settings.md"
    command = [sys.executable, "workflow_scripts/render_settings.py", "--output", str(page)]
    subprocess.run(command, check=True, cwd=ROOT)
    page.write_text(page.read_text(encoding="utf-8").replace("`epochs`", "`epoch`"))
    done = subprocess.run([*command, "--check"], check=False, cwd=ROOT, capture_output=True)
    assert done.returncode == 1


@pytest.mark.parametrize("section", ALL, ids=[f"{s.__module__}.{s.__name__}" for s in ALL])
def test_every_key_has_a_meaning(section):
    silent = [
        name for name in reference.own_fields(section) if not meanings.described(section, name)
    ]
    assert silent == []


class _Example(Section):
    """An example with `told`."""

    told: int
    said: int
    """Said below it."""
    silent: int


def test_a_key_without_a_meaning_is_seen():
    found = {name: meanings.described(_Example, name) for name in _Example.model_fields}
    assert found == {"told": True, "said": True, "silent": False}


def test_links_lead_to_headlines():
    import re

    text = PAGE.read_text(encoding="utf-8")
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9_ -]", "", head.lower()).replace(" ", "-") for head in heads}
    links = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert links and links <= anchors
