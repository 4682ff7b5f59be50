"""Parts from outside that break their protocol end in one line that names them, and the key."""

import importlib
import sys

import pytest
import torch
from method_tasks import make_task
from plain_settings import DATA, changed

from regression_unlearning import registry
from regression_unlearning.data.prepared import prepare
from regression_unlearning.data.source import fetch_raw
from regression_unlearning.errors import UserError
from regression_unlearning.evaluation.measuring import Work, take
from regression_unlearning.models.modules.build import build
from regression_unlearning.reporting.figure import draw
from regression_unlearning.settings.defaults import default_of
from regression_unlearning.settings.document import check
from regression_unlearning.settings.section import Section
from regression_unlearning.training import interruption
from regression_unlearning.training.unlearn import unlearn

HEAD = """
from typing import Any
from regression_unlearning.settings.section import Section
class Settings(Section):
    name: Any = None
"""
METHOD = HEAD + "def unlearn(model, task, settings):\n    import torch, sys\n    "
NETWORK = HEAD + "def build(settings, inputs, outputs=1):\n    from torch import nn\n    "
SOURCE = HEAD + "FAMILY, EMBEDDED = 'foreign', True\ndef download(folder, settings, **more):\n    "
MEASURE = HEAD + (
    "from regression_unlearning.evaluation.measure import Quantity\n"
    "from regression_unlearning.evaluation.values import Value\n"
    "NEEDS, QUANTITIES = (), (Quantity('own', 'Own', 'own'),)\n"
    "def measure(inputs, settings):\n    "
)
FIGURE = "NEEDS, SEE = (), 'x'\ndef draw(given):\n    "
PREPARE = (
    "import numpy as np, pandas as pd\n"
    "def prepare(raw, source, embedding, work=None):\n"
    "    rows = pd.DataFrame({'row': [0, 1, 2], 'id': ['a', 'b', 'c'], 'target': [0.0, 1.0, 2.0],\n"
    "                         'split': ['train', 'validation', 'test']})\n"
    "    arrays = {'values': np.zeros((3, 1), np.float32)}\n    "
)
BATCH = HEAD.replace("Settings", "Reading") + "class Inputs:\n    pass\n"
EXIT = "raise SystemExit(0)"


@pytest.fixture
def foreign(tmp_path, monkeypatch):
    """Install a module under the name `foreign`, as a package would, for some kinds."""

    def install(text, *kinds, value="foreign_part", package="foreign_part", **more):
        folder = tmp_path / package
        folder.mkdir()
        for name, part in {"__init__": text, **more}.items():
            (folder / f"{name}.py").write_text(part)
        info = tmp_path / f"{package}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n")
        points = [f"[{registry.KINDS[kind][2]}]\nforeign = {value}\n" for kind in kinds]
        (info / "entry_points.txt").write_text("".join(points))
        importlib.invalidate_caches()
        registry.module_name.cache_clear()

    monkeypatch.syspath_prepend(tmp_path)
    yield install
    for name in [name for name in sys.modules if name.startswith("foreign_part")]:
        del sys.modules[name]
    monkeypatch.undo()
    registry.module_name.cache_clear()


def said(call, *arguments, **options):
    """The one line that a call ends in."""
    with pytest.raises(UserError) as caught:
        call(*arguments, **options)
    (line,) = str(caught.value).splitlines()
    return line


ASKED = {
    "method": (f"{DATA}/methods/own", {"method": "foreign"}, "datasets.pairs.methods.own: method"),
    "network": (f"{DATA}/model", {"name": "foreign"}, "datasets.pairs.model: network"),
    "source": (f"{DATA}/loader", "foreign", "datasets.pairs.loader: source"),
    "measure": ("measures/foreign", {}, "measures.foreign: measure"),
    "figure": ("experiments/tiny/figures/f/kind", "foreign", "tiny.figures.f.kind: figure"),
}


@pytest.mark.parametrize("kind", ASKED)
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("import nowhere_at_all", "cannot be imported: No module named 'nowhere_at_all'"),
        ("import sys\nsys.exit(0)", "cannot be imported: SystemExit in"),
        ("x = {}['key']", "cannot be imported: KeyError in"),
        ("def broken(:\n", "cannot be imported: invalid syntax"),
        ("", "it does not define "),
    ],
)
def test_a_part_that_cannot_be_had_is_named_with_its_key(foreign, kind, text, why):
    foreign(text, kind)
    place, value, at = ASKED[kind]
    line = said(check, changed(place, value))
    assert line.startswith("params.yaml: ") and f"{at} 'foreign'" in line and why in line


OWN = {"model": {"name": "mlp"}, "loss": "cross_entropy"}
OWN |= {"training": {"epochs": 3, "learning_rate": 0.5}, "unlearning": {"epochs": 2}}


def test_a_family_states_what_a_dataset_need_not_say(foreign):
    """Its loss is of classes: methods of numbers are left out."""
    text = SOURCE + f"pass\nDEFAULTS = {OWN}\n"
    foreign(text, "source", "family", prepare=PREPARE, batch=BATCH)
    values = changed(f"{DATA}/loader", "foreign")
    own = {
        "loader": "foreign",
        "title": "Own",
        "forget_sets": values["datasets"]["pairs"]["forget_sets"],
    }
    methods = {"finetune": {"learning_rate": 0.1}, "blindspot": {"learning_rate": 0.1}}
    found = check(
        {
            **values,
            "methods": methods,
            "datasets": {"pairs": values["datasets"]["pairs"], "own": own},
        }
    )
    own = found.datasets["own"]
    assert (own.model.name, own.loss, own.training.epochs) == ("mlp", "cross_entropy", 3)
    assert {label: one.options["epochs"] for label, one in own.methods.items()} == {"finetune": 2}


@pytest.mark.parametrize(
    ("stated", "why"),
    [("[]", "DEFAULTS must be a mapping (given: "), ("{}", "this key is required (the family")],
)
def test_a_family_that_states_nothing_is_named(foreign, stated, why):
    text = SOURCE + f"pass\nDEFAULTS = {stated}\n"
    foreign(text, "source", "family", prepare=PREPARE, batch=BATCH)
    line = said(default_of, "loss", {"loader": "foreign"})
    assert why in line and "'foreign'" in line


def test_an_entry_point_that_names_no_module_is_named(foreign):
    foreign("", "method", value="no module!")
    place, value, at = ASKED["method"]
    assert f"{at} 'foreign': its module no module! cannot be" in said(check, changed(place, value))


def test_two_packages_of_one_name_are_told(foreign):
    foreign(METHOD + "return model", "method")
    foreign(METHOD + "return model", "method", value="foreign_part2", package="foreign_part2")
    line = said(check, changed(*ASKED["method"][:2]))
    assert "methods.own: method 'foreign' is foreign_part" in line and "rename one" in line


def test_settings_that_are_no_section_are_named(foreign):
    foreign("Settings = dict\ndef unlearn(model, task, settings):\n    return model", "method")
    assert "does not define Settings." in said(check, changed(*ASKED["method"][:2]))


def test_a_remark_that_ends_the_program_is_named(foreign):
    foreign(METHOD + f"return model\ndef remark(settings):\n    {EXIT}\n", "method")
    assert "method 'foreign' ended the program" in said(check, changed(*ASKED["method"][:2]))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("return None", "unlearn handed back nothing; it must return the network"),
        ("return model.state_dict()", "unlearn handed back OrderedDict"),
        ("return torch.nn.Linear(2, 1)", "unlearn handed back another network: "),
        ("model.output.bias.data[0] = float('nan'); return model", "weight 'output.bias'"),
        ("model.output.bias.data[0] = float('-inf'); return model", "weight 'output.bias'"),
        ("sys.exit()", "ended the program (SystemExit: )"),
        ("task.data.target[0] = 3; return model", "it changed the task's data's target"),
        ("task.data.target.data[[0, 1]] = task.data.target[[1, 0]]; return model", "data's target"),
        ("task.data.inputs.vectors.numpy()[1] = 0; return model", "the task's data's vectors"),
        ("task.facts['x'] = float('inf'); return model", "task.facts must hold JSON values"),
        ("task.facts['x'] = model; return model", "task.facts must hold JSON values"),
    ],
)
def test_what_a_method_hands_back_is_looked_at(foreign, body, why):
    foreign(METHOD + body, "method")
    task = make_task()
    line = said(unlearn, task.new_model(), task, "foreign")
    assert line.startswith("method 'foreign'") and why in line


def test_a_method_that_does_all_right_is_left_alone(foreign):
    foreign(METHOD + "model.output.bias.data += 1; task.facts['x'] = 1; return model", "method")
    task = make_task()
    start = task.new_model()
    made = unlearn(start, task, "foreign")
    assert torch.equal(made.output.bias, start.output.bias + 1) and not made.training


def test_a_signal_still_ends_the_program():
    with pytest.raises(interruption.Interrupted), registry.called("method", "x"):
        interruption.stop()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("return None", "build handed back NoneType"),
        ("return nn.Linear(2, 1)", "it has no submodule 'output'"),
        ("n = nn.Sequential(); n.output = nn.Linear(2, 1); return n", "`layers` must name"),
        ("n = nn.Sequential(); n.output = nn.ReLU(); n.layers = ('output',); return n", "Linear"),
        (EXIT, "ended the program"),
    ],
)
def test_what_a_network_is_is_looked_at(foreign, body, why):
    foreign(NETWORK + body, "network")
    settings = registry.load("network", "foreign").Settings(name="foreign")
    line = said(build, settings, make_task().data.inputs, 0)
    assert line.startswith("network 'foreign'") and why in line


@pytest.mark.parametrize(
    ("body", "why"),
    [("pass", "download did not write"), (EXIT, "ended the program")],
)
def test_a_source_brings_its_files(foreign, tmp_path, body, why):
    foreign(SOURCE + body, "source")
    more = {"mirror": None, "checksums": tmp_path / "c.json", "embedding": None}
    line = said(fetch_raw, "foreign", tmp_path / "raw", Section(), **more)
    assert line.startswith("source 'foreign'") and why in line


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("return None", "prepare handed back NoneType, not rows and arrays"),
        ("return rows.drop(columns='id'), arrays", "rows without the column 'id'"),
        (
            "return rows.assign(split='trian'), arrays",
            "unknown split 'trian'; did you mean 'train'",
        ),
        ("return rows.assign(target=np.nan), arrays", "a target that is no finite number"),
        ("return rows.assign(id='a'), arrays", "the id 'a' twice"),
        ("return rows.assign(row=0), arrays", "rows whose numbers are not 0, 1, ..."),
        ("return rows, {'values': np.zeros(3, complex)}", "an array 'values' of complex128"),
        (EXIT, "ended the program"),
    ],
)
def test_what_a_family_prepares_is_looked_at(foreign, tmp_path, body, why):
    foreign(SOURCE + "pass", "source", "family", prepare=PREPARE + body, batch=BATCH)
    line = said(prepare, tmp_path, tmp_path / "out", "foreign", Section(), None)
    assert line.startswith("family 'foreign'") and why in line
    assert not (tmp_path / "out/arrays.safetensors").exists()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("return None", "returned NoneType, not Value"),
        ("return [1.0]", "returned float, not Value"),
        ("return [inputs.value('owm', 0, 1.0)]", "unknown quantity 'owm'; did you mean 'own'"),
        ("return [Value('d', 'f', 'other', 'own', 0, None, 1.0)]", "of another model"),
        ("return [inputs.value('own', 0, float('nan'))]", "own, seed 0: the value is nan"),
        (EXIT, "ended the program"),
    ],
)
def test_what_a_measure_finds_is_looked_at(foreign, body, why):
    foreign(MEASURE + body, "measure")
    line = said(take, Work("d", "f", {"m": {}}, {"foreign": {}}))
    assert why in line and ("measure 'foreign'" in line or line.startswith("own, "))


@pytest.mark.parametrize(
    ("body", "why"), [("pass", "draw did not write"), (EXIT, "ended the program")]
)
def test_a_figure_is_drawn(foreign, tmp_path, body, why):
    from types import SimpleNamespace

    foreign(FIGURE + body, "figure")
    line = said(draw, "foreign", SimpleNamespace(stem=tmp_path / "f"))
    assert line.startswith("figure 'foreign'") and why in line
