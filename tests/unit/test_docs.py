"""What the pages of docs/ show is so: entries pass the check, files read as said, links lead on."""

import importlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from regression_unlearning import registry
from regression_unlearning.data.families.rows.table import read as read_table
from regression_unlearning.data.forget_sets import select
from regression_unlearning.data.sources import image_folder
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.settings.complete import resolved
from regression_unlearning.settings.document import check, load_settings
from regression_unlearning.settings.reading import overlaid, read_yaml

ROOT = Path(__file__).parents[2]
OWN = (ROOT / "docs/your-own-data.md").read_text(encoding="utf-8")
MODEL = (ROOT / "docs/your-own-model.md").read_text(encoding="utf-8")
PAGES = sorted((ROOT / "docs").glob("*.md"))


@pytest.fixture
def settings():
    (text,) = re.findall(r"```yaml\n(.*?)```", OWN, re.DOTALL)
    own, values = yaml.safe_load(text), resolved(read_yaml(ROOT / "params.yaml"), ROOT)
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


CODE = re.findall(r"```python\n(.*?)```", MODEL, re.DOTALL)


def test_the_key_of_the_page_is_one_of_a_dataset():
    (text,) = re.findall(r"```yaml\n(.*?)```", MODEL, re.DOTALL)
    values = resolved(read_yaml(ROOT / "params.yaml"), ROOT)
    values["datasets"]["utkface_short"] |= yaml.safe_load(text)
    found = check(values).datasets["utkface_short"]
    assert found.original == "my_models/faces_{seed}.pt"
    assert found.reading.deviation == (0.229, 0.224, 0.225)


def test_from_file_to_file(tmp_path):
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "tuning", tmp_path / "tuning")
    make = "\nsave_model(task.new_model(), 'my_models/pairs.safetensors')\n"
    names, code = CODE
    script = f"from regression_unlearning import save_model\n{names}{make}{code}"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "lstm.weight_ih_l0 (64, 16)\n" in done.stdout
    for method in ("finetune", "blindspot"):
        record = json.loads((tmp_path / f"my_models/{method}.json").read_text(encoding="utf-8"))
        assert record["method"] == method
        assert (tmp_path / f"my_models/{method}.safetensors").is_file()


def anchors(text):
    """What a link may name after #, as GitHub and the site make it of headlines."""
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^a-z0-9_ -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_links_of_the_pages_lead_to_files_and_headlines(page):
    text = page.read_text(encoding="utf-8")
    lost = []
    for path, anchor in re.findall(r"\]\((?!https?://)([^)#]*)#?([^)]*)\)", text):
        target = page.parent / path if path else page
        known = target.exists() and (
            not anchor or anchor in anchors(target.read_text(encoding="utf-8"))
        )
        lost += [] if known else [f"{path}#{anchor}"]
    assert lost == []
    assert not re.search(r"(?<!`)/(work|tmp|home)/", text)


def test_every_page_is_in_the_site_s_navigation():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = [page.name for page in (*PAGES, *(ROOT / "docs").glob("*.ipynb"))]
    assert [name for name in pages if f" {name}\n" not in text] == []


def test_the_api_s_first_page_has_every_public_name():
    import regression_unlearning

    text = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"\[`(\w+)`\]\[regression_unlearning\.([\w.]+)\]", text))
    home = {name: f"{module}.{name}" for name, module in regression_unlearning._HOME.items()}
    assert listed == home


def test_the_dataset_that_is_added_passes_the_check():
    text = (ROOT / "docs/how-it-works.md").read_text(encoding="utf-8")
    (entry,) = re.findall(r"\n(    datasets:\n(?:    .*\n)+)", text)
    settings = check(overlaid(read_yaml(ROOT / "params.yaml"), yaml.safe_load(entry)), folder=ROOT)
    assert settings.experiments["flats"].tables["methods"].methods == ("finetune", "blindspot")


def test_the_rules_and_functions_on_the_way_of_a_row_are_there():
    text = (ROOT / "docs/how-it-works.md").read_text(encoding="utf-8")
    rules = re.findall(r"`(rules/\w+\.smk)`", text)
    assert len(rules) == 9 and all((ROOT / path).is_file() for path in rules)
    functions = [
        (path, name)
        for path, names in re.findall(r"`([\w/]+)\.py`: ((?:`\w+`(?:, )?)+)", text)
        for name in re.findall(r"`(\w+)`", names)
    ]
    assert len(functions) == 16
    for path, name in functions:
        module = importlib.import_module(f"regression_unlearning.{path.replace('/', '.')}")
        assert callable(getattr(module, name)), (path, name)


def names():
    """What there is, by the page that has to name all of it."""
    settings = load_settings(ROOT / "params.yaml")
    plain = [
        one for one in read_yaml(ROOT / "params.yaml")["methods"].values() if "like" not in one
    ]
    references = {"Short retraining", "Helper alone"}
    yield "experiments.md", [f"`{name}`" for name in settings.experiments]
    yield "experiments.md", [one["title"] for one in plain if one["title"] not in references]
    yield "your-own-model.md", [f"`{one}`" for one in registry.known("network") if ":" not in one]
    yield "plug-in.md", [f"`{group}`" for *_, group in registry.KINDS.values()]
    packages = (ROOT / "regression_unlearning").glob("*/__init__.py")
    yield "design.md", [f"`{path.parent.name}/`" for path in packages]


def test_pages_name_all_that_there_is():
    lost = []
    for page, known in names():
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        lost += [f"{page}: {name}" for name in known if name not in text]
    assert lost == []


def test_every_measure_has_its_formula():
    text = (ROOT / "docs/measures.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| .* \| ([^|]+) \|[^|]*\|$", text, re.MULTILINE)
    goals = {"as retrained": "retrained", "0": "0", "1": "1"}
    assert {name for name, _ in rows} == set(registry.known("measure"))
    for name, goal in rows:
        quantities = registry.load("measure", name).QUANTITIES
        assert goals.get(goal, "") in {one.goal for one in quantities}


def test_the_entries_that_are_like_others_pass_the_check():
    minimal, own = (
        yaml.safe_load(text.replace("\n    ", "\n"))
        for text in re.findall(r"\n    (datasets:\n(?:    .*\n)+)", OWN)
    )
    faces = check(overlaid(read_yaml(ROOT / "params.yaml"), minimal), folder=ROOT)
    assert "finetune" in faces.datasets["my_faces"].methods
    settings = check(overlaid(read_yaml(ROOT / "params.yaml"), own), folder=ROOT)
    assert settings.experiments["mine"].seeds == settings.experiments["utkface_short"].seeds
    assert list(settings.experiments["mine"].tables) == ["table1"]
    assert settings.datasets["my_faces"].training == settings.datasets["utkface_short"].training


def test_the_table_of_rows_is_read_as_the_page_says(tmp_path):
    """With each of its rows ten times: two words for two rows would be no category."""
    shown, entry = re.findall(r"\n(    flat,.*?)\n\nand of.*?:\n\n(.*?)\n\n", OWN, re.DOTALL)[0]
    header, *lines = [line.strip() for line in shown.splitlines()]
    lines = [f"{number}{line}" for number in range(10) for line in lines]
    (tmp_path / "flats.csv").write_text("\n".join([header, *lines]), encoding="utf-8")
    own = {"like": "demo_rows", "loader": "table", "title": "Flats", **yaml.safe_load(entry)}
    values = overlaid(read_yaml(ROOT / "params.yaml"), {"datasets": {"flats": own}})
    chosen = check(values, folder=ROOT).datasets["flats"]
    table = read_table(tmp_path / "flats.csv", chosen.source)
    assert (table.numeric, table.categorical) == (["metres"], ["rooms", "district"])
    train = table.rows[table.rows["split"] == "train"]
    for name, flat in {"north": "a-17", "old": "a-18"}.items():
        wanted = train["row"][train["id"].str.endswith(flat)].tolist()
        assert select(table.rows, chosen.forget_sets[name], name)["forget"].tolist() == wanted
