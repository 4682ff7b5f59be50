"""The six protocols: the registry asks for what they say, and one that lacks a part is refused."""

import re
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from plug_ins import EXAMPLES

from regression_unlearning import registry
from regression_unlearning.data.family import Batch, Prepare
from regression_unlearning.data.prepared import load_prepared, prepare
from regression_unlearning.data.source import Source
from regression_unlearning.errors import UserError
from regression_unlearning.evaluation.measure import Measure
from regression_unlearning.methods.method import Method
from regression_unlearning.models.network import Network
from regression_unlearning.reporting import figure
from regression_unlearning.reporting.figure import Kind
from regression_unlearning.settings.complete import resolved
from regression_unlearning.settings.document import check
from regression_unlearning.settings.reading import overlaid, read_yaml
from regression_unlearning.training.task import Task
from regression_unlearning.training.unlearn import unlearn

ROOT = Path(__file__).parents[2]
PROTOCOLS = {
    "source": Source,
    "network": Network,
    "method": Method,
    "measure": Measure,
    "figure": Kind,
}
GROUPS = {kind: group for kind, (_, _, group) in registry.KINDS.items()}
#: Files of the example, by kind: module and its folder's file.
FILES = {
    "source": "diabetes",
    "network": "perceptron",
    "measure": "median_error",
}


def parts(protocol):
    own = {name for name in vars(protocol) if not name.startswith("_")}
    return own | set(protocol.__annotations__)


@pytest.mark.parametrize("kind", PROTOCOLS)
def test_the_registry_asks_for_what_a_protocol_says(kind):
    assert set(registry.KINDS[kind][1]) == parts(PROTOCOLS[kind])


def test_and_so_for_the_halves_of_a_family():
    found = {half: set(needed) for half, needed in registry.HALVES.items()}
    assert found == {"prepare": parts(Prepare), "batch": parts(Batch)}


@pytest.mark.parametrize("kind", registry.KINDS)
def test_all_of_ours_have_their_parts(kind):
    for name in registry.known(kind):
        assert registry.load(kind, name)
        for half in registry.HALVES if kind == "family" else ():
            assert registry.part(name, half)


@pytest.mark.parametrize("kind", [*PROTOCOLS, "family"])
def test_a_protocol_s_own_file_is_none_of_its_kind(kind):
    name = {"figure": "figure"}.get(kind, kind)
    with pytest.raises(UserError, match=f"unknown {kind} '{name}'"):
        registry.load(kind, name)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Write a package `bad` with one entry point: kind, module; files by name."""

    def make(kind, module, **files):
        folder = tmp_path / "bad"
        folder.mkdir()
        for name, text in {"__init__": "", **files}.items():
            path = folder / f"{name.replace('__in__', '/')}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        info = tmp_path / "bad-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bad\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{GROUPS[kind]}]\nmine = {module}\n")
        monkeypatch.syspath_prepend(str(tmp_path))

    registry.module_name.cache_clear()
    yield make
    for name in [name for name in sys.modules if name.split(".")[0] == "bad"]:
        del sys.modules[name]
    registry.module_name.cache_clear()


def parts_of_files():
    """Kind, text of an example, a part of it."""
    for kind, file in FILES.items():
        for part in registry.KINDS[kind][1]:
            yield kind, (EXAMPLES / "rows/rows" / f"{file}.py").read_text(encoding="utf-8"), part
    text = (EXAMPLES / "step_back/step_back/method.py").read_text(encoding="utf-8")
    yield from (("method", text, part) for part in registry.KINDS["method"][1])


@pytest.mark.parametrize(
    ("kind", "text", "part"), list(parts_of_files()), ids=lambda one: one if len(one) < 20 else ""
)
def test_one_without_a_part_is_refused_in_one_line(package, kind, text, part):
    package(kind, "bad.one", one=f"{text}\n\ndel {part}\n")
    with pytest.raises(UserError) as error:
        registry.load(kind, "mine", "the.key")
    said = f"the.key: {kind} 'mine': bad.one cannot serve as a {kind}: it does not define {part}."
    assert str(error.value) == said


@pytest.mark.parametrize("kind", registry.KINDS)
@pytest.mark.parametrize("text", ["import nosuch_library\n", "def half(:\n", None])
def test_one_that_cannot_be_imported_is_refused_in_one_line(package, kind, text):
    package(kind, "bad.one", **({"one": text} if text else {}))
    with pytest.raises(UserError) as error:
        registry.load(kind, "mine", "the.key")
    said = str(error.value)
    assert said.startswith(f"the.key: {kind} 'mine': its module bad.one cannot be imported: ")
    assert "\n" not in said


PREPARE = "def prepare(raw, source, embedding, work=None):\n    pass\n"
BATCH = "Reading = Inputs = object\n"


@pytest.mark.parametrize(
    ("files", "half", "says"),
    [
        ({"f__in____init__": "", "f__in__batch": BATCH}, "batch", "bad.f cannot.* define prepare."),
        (
            {"f__in____init__": "", "f__in__prepare": PREPARE},
            "batch",
            "bad.f cannot.* define batch.",
        ),
        ({"f": PREPARE + BATCH}, "batch", "bad.f cannot .* define prepare, batch."),
        (
            {"f__in____init__": "", "f__in__prepare": PREPARE, "f__in__batch": "Reading = object"},
            "batch",
            "bad.f.batch cannot .* define Reading, Inputs.",
        ),
        (
            {"f__in____init__": "", "f__in__prepare": "", "f__in__batch": BATCH},
            "prepare",
            "bad.f.prepare cannot .* define prepare.",
        ),
        (
            {"f__in____init__": "", "f__in__prepare": "import nosuch_one", "f__in__batch": BATCH},
            "prepare",
            "its module bad.f.prepare cannot be imported: No module named 'nosuch_one'",
        ),
    ],
)
def test_a_family_without_a_half_is_refused_in_one_line(package, files, half, says):
    package("family", "bad.f", **files)
    with pytest.raises(UserError, match=f"^the.key: family 'mine': {says}$"):
        registry.part("mine", half, "the.key")


def own_entry(kind):
    """A file of settings that asks for `mine`, and the key that does."""
    load = {"like": "demo_load", "title": "Mine"}
    return {
        "source": ({"datasets": {"own": {**load, "loader": "mine"}}}, "datasets.own.loader"),
        "network": (
            {"datasets": {"own": {**load, "model": {"name": "mine"}}}},
            "datasets.own.model",
        ),
        "method": (
            {"datasets": {"own": {**load, "methods": {"mine": {}}}}},
            "datasets.own.methods.mine",
        ),
        "measure": ({"measures": {"mine": {}}}, "measures.mine"),
        "figure": (
            {"experiments": {"demo": {"figures": {"figure2": {"kind": "mine"}}}}},
            "experiments.demo.figures.figure2.kind",
        ),
    }[kind]


@pytest.mark.parametrize("kind", PROTOCOLS)
def test_the_key_that_asks_is_named(package, kind):
    package(kind, "bad.one", one="")
    own, key = own_entry(kind)
    values = overlaid(read_yaml(ROOT / "params.yaml"), own)
    with pytest.raises(UserError) as error:
        check(values, folder=ROOT)
    for line in str(error.value).splitlines():
        assert line.startswith(f"params.yaml: {key}: {kind} 'mine': bad.one cannot serve"), line


def test_the_key_of_a_source_is_named_where_its_family_is_wrong(package):
    text = (EXAMPLES / "rows/rows/diabetes.py").read_text(encoding="utf-8")
    package("source", "bad.one", one=text.replace('FAMILY = "numbers"', 'FAMILY = "nosuch"'))
    values = overlaid(read_yaml(ROOT / "params.yaml"), own_entry("source")[0])
    with pytest.raises(
        UserError, match=r"^params.yaml: datasets.own.loader: unknown family 'nosuch'"
    ):
        check(values, folder=ROOT)
    assert resolved(values, ROOT)["datasets"]["own"]["loader"] == "mine"


PAGE = (ROOT / "docs/plug-in.md").read_text(encoding="utf-8")


def blocks(heading):
    """Code below a headline of the page."""
    text = PAGE.split(f"# {heading}\n", 1)[1].split("\n## ")[0]
    found = re.findall(r"\n\n((?:    .*\n|\n(?=    ))+)", text)
    return [textwrap.dedent(block) for block in found]


@pytest.fixture
def page(package, tmp_path):
    """The page's source, family, network and figure, installed as one package."""
    (source,) = blocks("A source of your own")
    prepare, batch = blocks("A family of your own")
    (network,) = blocks("A network of your own")
    (figure,) = blocks("A kind of figure of your own")
    files = {"source": source, "one_number__in____init__": "", "one_number__in__prepare": prepare}
    files |= {"one_number__in__batch": batch, "network": network, "figure": figure}
    package("source", "bad.source", **files)
    points = {
        "source": "mine = bad.source",
        "family": "one_number = bad.one_number",
        "network": "small = bad.network",
        "figure": "mine = bad.figure",
    }
    text = "".join(f"[{GROUPS[kind]}]\n{point}\n" for kind, point in points.items())
    (tmp_path / "bad-1.0.dist-info/entry_points.txt").write_text(text)


def test_the_smallest_source_family_and_network_of_the_page_work_together(page, tmp_path):
    source = registry.load("source", "mine")
    settings = source.Settings()
    raw, prepared = tmp_path / "raw", tmp_path / "prepared"
    source.download(raw, settings, mirror=None, checksums=tmp_path / "none", embedding=None)
    prepare(raw, prepared, "mine", settings, None)
    data = load_prepared(prepared, registry.family_of("mine"))
    rows = data.rows_of("train")
    assert 10 < len(rows) < 20
    chosen = registry.load("network", "small").Settings(name="small")
    task = Task(data, "mse", chosen, rows[3:], rows[:3], data.rows_of("validation"), seed=0)
    model = task.new_model()
    before = task.mean_loss(model, rows)
    for method in ("finetune", "cf_k"):
        options = {"epochs": 3, "learning_rate": 0.01, "batch_size": 4}
        more = {"k": 1} if method == "cf_k" else {}
        changed = unlearn(model, task, method, **options, **more)
        assert task.mean_loss(changed, rows) != before
    hidden = "hidden.0.weight"
    assert torch.equal(changed.state_dict()[hidden], model.state_dict()[hidden])


def test_the_smallest_figure_of_the_page_draws(page, tmp_path):
    summary = SimpleNamespace(mean=SimpleNamespace(exact=1.0))
    summaries = {("d", "f", "m", "error_forget_train"): summary}
    module = figure.load("mine")
    module.draw(figure.Given(None, tmp_path / "drawn", "years", summaries))
    for ending in (".png", ".pdf"):
        assert (tmp_path / f"drawn{ending}").stat().st_size
