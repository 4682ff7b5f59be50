"""The two protocols: every measure and kind of figure has its parts, and one without is refused."""

import re
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest
from observed_models import observation

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.evaluation import measure
from regression_unlearning.evaluation.inputs import SOURCES, Inputs
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.reporting import figure

MEASURE = """
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.settings.section import Section

NEEDS = ("observations",)
QUANTITIES = (Quantity("mine", "Mine", "what it means", goal="0", compares=True),)


class Settings(Section):
    pass


def measure(inputs, settings):
    return [inputs.value("mine", seed, 1.0) for seed in inputs.observations]
"""
FIGURE = """
NEEDS = ("mine",)
SEE = "what to see."


def draw(given):
    given.stem.with_suffix(".png").touch()
"""
GROUPS = {"measure": "measures", "figure": "figures"}


@pytest.fixture
def plug_in(tmp_path, monkeypatch):
    """A package with one measure or kind of figure, as an installer leaves it."""

    def install(kind, text):
        (tmp_path / "mine_alone.py").write_text(text)
        info = tmp_path / "mine-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
        group = f"regression_unlearning.{GROUPS[kind]}"
        (info / "entry_points.txt").write_text(f"[{group}]\nmine = mine_alone\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        sys.modules.pop("mine_alone", None)
        registry.module_name.cache_clear()

    yield install
    sys.modules.pop("mine_alone", None)
    registry.module_name.cache_clear()


@pytest.mark.parametrize("name", registry.known("measure"))
def test_every_measure_describes_what_it_finds(name):
    module = measure.load(name)
    assert set(module.NEEDS) <= set(SOURCES)
    for one in module.QUANTITIES:
        assert one.title and one.meaning and one.goal in ("", "0", "1", "retrained")
        assert not (one.compares and one.summary == "cost")


def test_all_words_together_and_the_paper_s_five_among_them():
    words = measure.quantities(registry.known("measure"))
    assert set(measure.PAPER) <= set(words) and all(words[key].symbol for key in measure.PAPER)
    titles = [one.title for one in words.values()]
    assert len(set(titles)) == len(titles)
    with pytest.raises(UserError, match="errors: the quantity error_retain_test is another"):
        measure.quantities(["errors", "errors"])


@pytest.mark.parametrize("name", registry.known("figure"))
def test_every_figure_says_what_it_needs_and_what_to_see(name):
    module = figure.load(name)
    assert module.SEE.endswith(".") and module.SEE[0].islower()  # it follows the data's name
    assert module.NEEDS == ("observations",) or set(module.NEEDS) <= set(registry.known("measure"))


def test_none_of_them_imports_anything_large():
    code = (
        "import sys; from regression_unlearning import registry\n"
        "for kind in ('measure', 'figure'):\n    registry.known(kind)\n"
        "large = {'numpy', 'pandas', 'scipy', 'sklearn', 'matplotlib', 'torch'}\n"
        "print(sorted(large & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_measure_of_the_page_is_one(plug_in):
    page = (Path(__file__).parents[2] / "docs" / "plug-in.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"A whole one:\n\n((?:    .*\n|\n)+)", page)
    plug_in("measure", textwrap.dedent(block))
    module = measure.load("mine")
    gold, ours = (
        SimpleNamespace(observations={0: Observation(observation(seed=s))}) for s in (1, 2)
    )
    (found,) = module.measure(Inputs("d", "f", "m", ours, gold), module.Settings())
    means = [
        one.observations[0].of("forget", "prediction").mean(dtype=float) for one in (ours, gold)
    ]
    assert (found.quantity, found.value) == ("bias", abs(means[0] - means[1]))
    assert module.measure(Inputs("d", "f", "retrained", gold, gold), module.Settings()) == []


def test_a_plug_in_brings_its_own_words(plug_in):
    plug_in("measure", MEASURE)
    words = measure.quantities(["errors", "mine"])
    assert list(words)[-1] == "mine" and words["mine"].title == "Mine"
    assert "mine" in registry.known("measure")


def test_a_plug_in_draws(plug_in, tmp_path):
    plug_in("figure", FIGURE)
    figure.load("mine").draw(figure.Given(None, tmp_path / "drawn", "years"))
    assert (tmp_path / "drawn.png").exists()


@pytest.mark.parametrize(
    ("kind", "text", "part"),
    [
        ("measure", MEASURE, "NEEDS"),
        ("measure", MEASURE, "QUANTITIES"),
        ("measure", MEASURE, "Settings"),
        ("measure", MEASURE, "measure"),
        ("figure", FIGURE, "NEEDS"),
        ("figure", FIGURE, "SEE"),
        ("figure", FIGURE, "draw"),
    ],
)
def test_one_that_lacks_a_part_is_refused_with_its_name(plug_in, kind, text, part):
    plug_in(kind, f"{text}\n\ndel {part}\n")
    with pytest.raises(UserError) as error:
        {"measure": measure.load, "figure": figure.load}[kind]("mine")
    message = f"{kind} 'mine': mine_alone cannot serve as a {kind}: it does not define {part}."
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ('QUANTITIES = ("mine",)', "measure 'mine': QUANTITIES must be a tuple of Quantity"),
        ('NEEDS = ("observation",)', "measure 'mine': NEEDS: unknown source observation"),
    ],
)
def test_a_part_of_another_form_is_refused(plug_in, change, says):
    plug_in("measure", f"{MEASURE}\n\n{change}\n")
    with pytest.raises(UserError, match=says):
        measure.load("mine")
