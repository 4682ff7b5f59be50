"""Any settings are accepted and come back the same, or end in one error that names the place."""

import copy
import datetime
import json

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plain_settings import PLAIN

from regression_unlearning.errors import UserError
from regression_unlearning.settings.document import check, load_settings

TEXT = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["..", "/", "file:///x", "{x}", "http://[", "x" * 5000, "a/" * 3000, "\0", "\n", "\u202e",
         "like", "=", "<<", "1e400", "nan", "0200", "low", "some", "finetune", "errors", "pairs"]
    ),
)  # fmt: skip
SCALAR = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**31), 10**31), st.floats(), TEXT, st.dates(),
    st.just(10**4000), st.just(datetime.datetime(2014, 1, 31, 12)),
)  # fmt: skip
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALAR, inner, max_size=3),
    max_leaves=6,
)
KEYS = (
    "like", "tuned", "after", "helper", "original", "unlearning", "source", "reading", "tuning",
    "stands_for", "quantiles", "integers", "lambda", "title", "measures", "titles", "keep",
)  # fmt: skip


def places(values, way=()):
    """Every place in some settings, as a tuple of keys."""
    inside = values.items() if isinstance(values, dict) else ()
    for key, one in enumerate(values) if isinstance(values, list) else inside:
        yield (*way, key)
        yield from places(one, (*way, key))


def held(values, way):
    for part in way:
        values = values[part]
    return values


@st.composite
def mutated(draw):
    """The plain settings with up to three values replaced, moved, added or taken out."""
    values = copy.deepcopy(PLAIN)
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(list(places(values)) or [("experiment",)]))
        section = held(values, way)
        change = draw(st.sampled_from(["replace", "take", "move", "add"]))
        if change == "take" and isinstance(section, dict):
            del section[last]
        elif change == "move":
            section[last] = copy.deepcopy(held(values, draw(st.sampled_from(list(places(values))))))
        elif change == "add" and isinstance(section, dict):
            section[draw(st.sampled_from(KEYS) | SCALAR)] = draw(VALUE)
        else:
            section[last] = draw(VALUE)
    return values


def accepted_or_told(go):
    """Settings that come back the same; or None after an error, each line with a place."""
    try:
        found = go()
    except UserError as error:
        assert error.args[0]
        for line in str(error).splitlines():
            assert ".yaml" in line and len(line) < 1500, line
        return None
    plain = json.loads(json.dumps(found.plain(), allow_nan=False))
    assert check(plain).plain() == plain
    return found


FEW = settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


@FEW
@given(mutated())
def test_any_document_is_accepted_or_ends_in_one_error(values):
    accepted_or_told(lambda: check(values))


SIGNS = st.sampled_from(
    ["0200", "3:20", ".inf", "!!x ", "&a ", "*a", "<<: ", "[", "]", "{", "}", "- ", ": ", "\n", " ",
     "? ", "| ", "'", '"', "#", "\t", "=", "2014-02-30", "9" * 5000, "!!int ", "\0", "\u202e", "%"]
)  # fmt: skip


@FEW
@given(st.lists(st.tuples(st.integers(0, 2000), SIGNS, st.integers(0, 12)), max_size=3))
def test_any_text_is_read_or_ends_in_one_error(tmp_path_factory, changes):
    text = yaml.safe_dump(PLAIN)
    for place, sign, gone in changes:
        text = text[:place] + sign + text[place + gone :]
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text)
    accepted_or_told(lambda: load_settings(path))
