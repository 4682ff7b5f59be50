"""Hundreds of wrong inputs: each is refused in one line that names it, before any training."""

import zlib

import bad_asked
import bad_files
import bad_settings
import bad_texts
import pytest
from damage import REMEDY
from known import marked
from plain_settings import PLAIN
from programs import run
from readers import ALSO_NAMED, READERS, ROWS

from regression_unlearning.data.forget_sets import read_selector, select
from regression_unlearning.errors import UserError
from regression_unlearning.settings.document import check
from regression_unlearning.settings.section import name_of


def files():
    """Reader, content of the file, word of the line."""
    for reader, rows in bad_texts.ROWS.items():
        for content, word in rows:
            content = content.encode() if isinstance(content, str) else content
            name = f"{reader}: {content[-40:]!r} {zlib.crc32(content):08x}"
            yield marked(reader, content, word, name=name)
    for reader, rows in bad_files.rows().items():
        for wrong, content, word in rows:
            yield marked(reader, content, word, name=f"{reader}: {wrong}")


def named(call, *words):
    """Insist that a call is refused in one line with some words, and give it."""
    with pytest.raises(UserError) as caught:
        call()
    line = str(caught.value)
    assert len(line.splitlines()) == 1, line
    for word in words:
        assert word in line, f"{word!r} is not in: {line}"
    return line


@pytest.fixture(autouse=True)
def _counted(record_property):
    record_property("fault", "bad input")


@pytest.mark.parametrize(("reader", "content", "word"), list(files()))
def test_a_wrong_file_is_named(tmp_path, reader, content, word):
    name, read = READERS[reader]
    path = tmp_path / name
    path.write_bytes(content)
    line = named(lambda: read(path), word)
    assert path.name in line or ALSO_NAMED.get(reader, path.name) in line, line


@pytest.mark.parametrize(
    "reader", [marked(one, name=f"a folder: {one}") for one in READERS if one != "index"]
)
def test_a_folder_in_the_place_of_a_file_is_named(tmp_path, reader):
    name, read = READERS[reader]
    (tmp_path / name).mkdir()
    named(lambda: read(tmp_path / name), name)


@pytest.mark.parametrize(
    ("place", "value", "word"),
    [
        marked(*row, name=f"setting: {row[0]}: {row[1]!r}")
        for row in bad_settings.rows()
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(place, value, word):
    named(lambda: check(bad_settings.changed(PLAIN, place, value)), "params.yaml: ", word)


@pytest.mark.parametrize(
    ("selector", "word"),
    [marked(*row, name=f"selector: {row[0]!r}") for row in bad_asked.SELECTORS],
)
def test_a_wrong_selector_is_named(selector, word):
    title = {"title": "T"} if isinstance(selector, dict) else {}
    named(lambda: read_selector({**title, **selector} if title else selector), word)


@pytest.mark.parametrize(
    ("selector", "word"),
    [marked(*row, name=f"division: {row[0]!r}") for row in bad_asked.DIVISIONS],
)
def test_a_forget_set_that_cannot_be_is_named(selector, word):
    line = named(
        lambda: select(ROWS, read_selector({"title": "T", **selector}), "chosen"), "chosen", word
    )
    assert REMEDY.search(line) or "known" in line or "did you mean" in line or ":" in line


@pytest.mark.parametrize("value", [marked(x, name=f"name: {x!a}") for x in bad_asked.NAMES])
def test_a_wrong_name_is_named(value):
    named(lambda: name_of(value), "name")


@pytest.mark.parametrize(
    ("program", "arguments", "word"),
    [marked(*row, name=f"argument: {' '.join(row[1])}") for row in bad_asked.ARGUMENTS],
)
def test_a_wrong_argument_is_named(chain, tmp_path, program, arguments, word):
    chain.copy(tmp_path)
    command = list(chain.job("train_retrained").command)
    for option in {one for one in arguments if one.startswith("--")}:
        if option not in command:
            continue
        at = command.index(option)
        end = next((n for n in range(at + 1, len(command)) if command[n][:2] == "--"), len(command))
        del command[at:end]
    done = run([*command, *arguments], tmp_path)
    lines = [line for line in done.said.splitlines() if "error: " in line]
    assert done.code == 2 and "Traceback" not in done.said, done.said
    assert len(lines) == 1 and word in lines[0], done.said
    assert not list(tmp_path.glob("*.safetensors"))
