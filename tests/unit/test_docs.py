"""What the pages of docs/ show is so: entries pass the check, files read as said, links lead on."""

import re
from pathlib import Path

import pytest
import yaml

from regression_unlearning.data import image_folder
from regression_unlearning.data.forget_sets import select
from regression_unlearning.settings.document import check, read_yaml
from regression_unlearning.workflow_grid import Grid

ROOT = Path(__file__).parents[2]
OWN = (ROOT / "docs/your-own-data.md").read_text(encoding="utf-8")
PAGES = sorted((ROOT / "docs").glob("*.md"))


@pytest.fixture
def settings():
    (text,) = re.findall(r"```yaml\n(.*?)```", OWN, re.DOTALL)
    own, values = yaml.safe_load(text), read_yaml(ROOT / "params.yaml")
    for section, entries in own.items():
        values[section] |= entries
    return check({**values, "experiment": "forget_jane"})


def test_the_entries_of_the_page_pass_the_check_and_make_what_it_names(settings):
    grid = Grid(settings)
    assert "checkpoints/unlearned/my_faces/jane/METHOD/seed_0.safetensors" in OWN
    for method in settings.chosen.tables["jane"].methods:
        assert f"checkpoints/unlearned/my_faces/jane/{method}/seed_0.safetensors" in grid.unlearned


def test_the_labels_of_the_page_are_read_and_name_jane(settings, tmp_path):
    (lines,) = re.findall(r"    (file,age,split,person\n(?:    \S+\n)+)", OWN)
    (tmp_path / "labels.csv").write_text(lines.replace("    ", ""), encoding="utf-8")
    chosen = settings.datasets["my_faces"]
    source = image_folder.Settings.model_validate(chosen.source)
    rows = source.read(tmp_path / "labels.csv").rename(columns={"file": "id"})
    parts = select(rows.assign(row=range(len(rows))), chosen.forget_sets["jane"], "jane")
    assert parts["forget"].tolist() == [0, 1] and parts["retain"].tolist() == [2]


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_links_of_the_pages_lead_to_files(page):
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    assert not [
        t for t in targets if not t.startswith("https://") and not (page.parent / t).exists()
    ]
    assert not re.search(r"(?<!`)/(work|tmp|home)/", text)
