"""Settings out of their bounds, and what YAML would read otherwise than it stands there."""

import datetime
import math

import pytest
from plain_settings import DATA, PLAIN, TABLE, changed

from regression_unlearning.errors import UserError
from regression_unlearning.settings.document import check
from regression_unlearning.settings.reading import read_yaml
from regression_unlearning.settings.reference import every_section
from regression_unlearning.settings.section import Section, validated


def of_loader(loader, **source):
    return {**PLAIN["datasets"]["pairs"], "loader": loader, "source": source}


def asked(method, **options):
    return {"method": method, "epochs": 1, "learning_rate": 0.1, **options}


def stepping(**options):
    return {"method": "influence", **options}


METHOD, GLOVE = f"{DATA}/methods/other", "embeddings/glove"
LOW = f"{DATA}/forget_sets/low"


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (METHOD, asked("blindspot", **{"lambda": math.inf}), "other.lambda: must be a finite"),
        (METHOD, asked("blindspot", **{"lambda": "1e400"}), "other.lambda: must be a finite"),
        (METHOD, asked("reg_amnesiac", integers=[101, 1]), "no number lies from 101 to 1"),
        (METHOD, asked("reg_amnesiac", integers=[0, True]), "other.integers.1: must be a number"),
        (METHOD, asked("cf_k", k=1_000_000), "other.k: must be less than or equal to 1000"),
        (METHOD, asked("neggrad", alpha=True), "other.alpha: must be a number (given: true)"),
        (METHOD, stepping(damping=0), "other.damping: must be greater than 0"),
        (METHOD, stepping(damping=math.nan), "other.damping: must be a finite number"),
        (f"{DATA}/model/head", [8, False], "model.head.1: must be a number (given: false)"),
        (f"{DATA}/model/dropout", False, "model.dropout: must be a number (given: false)"),
        (f"{DATA}/source", {"train": 10**30}, "source.train: must be less than or"),
        (f"{DATA}/forget_sets/some/rows", 10**30, "some.rows: must be less than or eq"),
        (f"{DATA}/forget_sets/some/rows", 10**4000, "(given: a number of more than 30 digits)"),
        (f"{DATA}/resources", {"gpu": 10**30}, "resources.gpu: must be less than or equal to"),
        ("measures/membership/seed", 2**32, "membership.seed: must be less than or equal to"),
        (f"{GLOVE}/mirror", ["../up"], "glove.mirror.0: must be a path inside the mirror"),
        (f"{GLOVE}/mirror", ["/etc/x"], "glove.mirror.0: must be a path inside the mirror"),
        (f"{GLOVE}/mirror", ["a\0b"], "glove.mirror.0: no line shows its letter 2 (U+0000)"),
        (f"{GLOVE}/url", "file:///etc/x", "glove.url: must be an address that begins with http"),
        (f"{GLOVE}/url", "http://[x", "glove.url: must be an address that begins with http"),
        (f"{GLOVE}/sha256", "abc", "glove.sha256: must be 64 hexadecimal digits"),
        (DATA, of_loader("stsb", mirror=["{part}/x"]), "mirror.0: only {file} may stand in braces"),
        (DATA, of_loader("imdb_wiki", url="http://x/{}"), "url: only {part} may stand in braces"),
        (LOW, {"title": "L", "select": "ids", "file": "x" * 5000}, "low.file: must be a path of"),
        (LOW, {"title": "L", "select": "ids", "file": "a/" * 3000}, "low.file: must be a path of"),
        (LOW, {"title": "L", "select": "where", "column": "y", "equals": [math.inf]}, "equals.0"),
        (f"{DATA}/title", "a\0b", "title: no line shows its letter 2 (U+0000)"),
        (f"{DATA}/title", "a\nb", "title: no line shows its letter 2 (U+000A)"),
        (f"{DATA}/unit", "\u202egnp", "unit: no line shows its letter 1 (U+202E)"),
        (f"{TABLE}/titles", {"finetune": "\u2066x"}, "titles.finetune: no line shows its letter 1"),
        (f"{TABLE}/title", "x" * 5000, "title: may have at most 200 letters"),
        (f"{DATA}/methods/{'x' * 5000}", asked("finetune"), "methods: a key must be short"),
        (f"{DATA}/methods/{'x' * 101}", asked("finetune"), "a name has at most 100 letters"),
        (f"{DATA}/methods/a\nb", asked("finetune"), "methods: a key must be short, and one line"),
        ("experiment", "x" * 5000, "experiment: 'xxx"),
    ],
)  # fmt: skip
def test_settings_out_of_their_bounds_are_named(place, value, said):
    with pytest.raises(UserError) as caught:
        check(changed(place, value))
    (line,) = str(caught.value).splitlines()
    assert line.startswith("params.yaml: ") and said in line and len(line) < 400


def numbers(schema):
    """Every schema of a whole number in a JSON schema."""
    inside = schema.values() if isinstance(schema, dict) else schema
    if isinstance(schema, dict) and schema.get("type") == "integer" and "enum" not in schema:
        yield schema
    for one in inside if isinstance(schema, dict | list) else ():
        yield from numbers(one)


def test_every_whole_number_has_both_ends():
    for section in every_section():
        for one in numbers(section.model_json_schema()["properties"]):
            assert {"maximum", "exclusiveMaximum"} & set(one), (section, one)
            assert {"minimum", "exclusiveMinimum"} & set(one), (section, one)


class Own(Section):
    """A part from outside, which says nothing of such values."""

    number: float = 0
    numbers: tuple[int, ...] = ()
    text: str = ""
    flag: bool = False


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"number": math.inf}, "own.number: must be a finite number (given: inf)"),
        ({"number": True}, "own.number: must be a number (given: true)"),
        ({"numbers": [1, False]}, "own.numbers.1: must be a number (given: false)"),
        ({"text": "a\u2028b"}, "own.text: no line shows its letter 2 (U+2028); "),
    ],
)
def test_a_part_from_outside_is_held_to_the_same(values, said):
    with pytest.raises(UserError) as caught:
        validated(Own, values, "own")
    assert str(caught.value).startswith(said)
    assert validated(Own, {"flag": True, "text": "a\tb", "number": 1}, "own").flag


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epochs: 0200", "column 9: YAML reads 0200 as another number"),
        ("epochs: 3:20", "column 9: YAML reads 3:20 as another number"),
        ("ids: [0012]", 'write "0012" in quotes where text is meant, or 12 where a number is'),
        ("a: !!python/name:os.system x", "a tag ('!!python/name:os.system') is not read"),
        ("a: !mine {b: 1}", "line 1, column 4: a tag ('!mine') is not read"),
        ("a: !!set {b, c}", "a tag ('!!set') is not read"),
        ("begin: 2014-02-30", "'2014-02-30' is no date"),
        ("a: " + "9" * 5000, "'… is no whole number"),
        ("a: !!int ''", "'' is no whole number"),
        ("a: " + "[" * 100_000, "values lie more than 50 deep in one another"),
        ("- " * 100_000, "values lie more than 50 deep in one another"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "an anchor (&a) behind 'a'"),
    ],
)
def test_what_yaml_would_read_otherwise_is_refused(tmp_path, text, said):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        read_yaml(path)
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{path}, line ") and said in line and len(line) < 400


def test_what_means_what_it_says_is_read(tmp_path):
    (tmp_path / "x").write_text(
        "a: [0, -7, 0.5, 1_000, 0x1F, !!str 0012, '0200', 1e-3, 2014-01-31]"
    )
    read = [0, -7, 0.5, 1000, 31, "0012", "0200", "1e-3", datetime.date(2014, 1, 31)]
    assert read_yaml(tmp_path / "x") == {"a": read}
