"""Labels that lack a column, are separated otherwise, or leave the parts to be drawn."""

import pytest
from image_files import picture, tar

from regression_unlearning.data.families.images.labels import read_labels
from regression_unlearning.data.prepared import prepare, read_rows
from regression_unlearning.data.sources import image_folder
from regression_unlearning.errors import UserError
from regression_unlearning.files import read_record

FILES = {f"{number:02d}.png": picture(number) for number in range(20)}


@pytest.fixture
def read(tmp_path):
    """Read labels from their text."""

    def go(text, **settings):
        path = tmp_path / "labels.csv"
        path.write_text(text, encoding="utf-8")
        return image_folder.Settings(images="i", labels="l", target="age", **settings).read(path)

    return go


def plain(more=""):
    return f"file,age,person{more and ',' + more}\n" + "".join(
        f"{name},{number},p{number % 3}{more and ',train'}\n" for number, name in enumerate(FILES)
    )


def test_parts_that_are_missing_can_be_added_or_drawn(read):
    with pytest.raises(UserError) as caught:
        read(plain())
    message = str(caught.value)
    assert "labels.csv: unknown column 'split'" in message
    assert "Add a column with train, validation or test for each row" in message
    assert "source.divided: {validation: 0.1, test: 0.1, seed: 0}" in message
    drawn = read(plain(), divided={"validation": 0.1, "test": 0.2, "seed": 0})
    assert set(drawn["split"]) == {"train", "test", "validation"}
    assert list(drawn["file"]) == list(FILES) and set(drawn["person"]) == {"p0", "p1", "p2"}
    assert read(plain(), divided={"seed": 0}).equals(read(plain(), divided={"seed": 0}))
    other = read(plain(), divided={"seed": 1})
    assert list(other["split"]) != list(read(plain(), divided={"seed": 0})["split"])


def test_lines_of_separators_alone_at_the_end_change_nothing(read):
    assert read(plain("split") + ",,,\n,,,\n").equals(read(plain("split")))


def test_drawn_parts_go_before_a_column_and_it_is_said(read, caplog):
    caplog.set_level("INFO")
    drawn = read(plain("split"), divided={"validation": 0.1, "test": 0.2})
    assert set(drawn["split"]) == {"train", "test", "validation"}
    assert "its column 'split' is not read" in caplog.text


def test_a_plain_csv_is_prepared(tmp_path):
    (tmp_path / "source").mkdir()
    tar(tmp_path / "source/i.tar", FILES)
    (tmp_path / "source/l.csv").write_text(plain(), encoding="utf-8")
    chosen = image_folder.Settings(
        images="i.tar", labels="l.csv", target="age", size=6, folder=str(tmp_path / "source"),
        divided={"validation": 0.1, "test": 0.2},
    )  # fmt: skip
    raw, sums = tmp_path / "raw", tmp_path / "sums.json"
    image_folder.download(raw, chosen, mirror=None, checksums=sums, embedding=None)
    prepare(raw, tmp_path / "prepared", "image_folder", chosen, None)
    rows = read_rows(tmp_path / "prepared")
    assert set(rows["split"]) == {"train", "test", "validation"}
    assert list(rows["target"]) == list(range(20))
    people = [set(parts) for _, parts in rows.groupby("person")["split"]]
    both = sum("train" in parts and len(parts) > 1 for parts in people)
    assert read_record(tmp_path / "prepared/facts.json")["torn"] == {"person": [both, 3]}
    # the raw folder holds all: a mirror that has gone does not matter any more
    gone = chosen.model_copy(update={"folder": None})
    image_folder.download(raw, gone, mirror=None, checksums=sums, embedding=None)
    for folder, says in ((None, "set data_mirror"), (str(tmp_path / "no"), "no does not exist")):
        with pytest.raises(UserError, match=says):
            image_folder.download(
                tmp_path / "other", chosen.model_copy(update={"folder": folder}), mirror=None,
                checksums=sums, embedding=None,
            )  # fmt: skip


def test_wrong_labels_can_be_mended_where_they_lie(tmp_path):
    """Nothing is copied and no hash recorded before the labels are right."""
    tar(tmp_path / "i.tar", FILES)
    chosen = image_folder.Settings(
        images="i.tar", labels="l.csv", target="age", folder=str(tmp_path)
    )
    raw, sums = tmp_path / "raw", tmp_path / "sums.json"
    (tmp_path / "l.csv").write_text(plain("split").replace(",", ";"), encoding="utf-8")
    with pytest.raises(UserError, match=f"{tmp_path}/l.csv: its columns stand apart"):
        image_folder.download(raw, chosen, mirror=None, checksums=sums, embedding=None)
    assert not raw.exists() and not sums.exists()
    (tmp_path / "l.csv").write_text(plain("split"), encoding="utf-8")
    image_folder.download(raw, chosen, mirror=None, checksums=sums, embedding=None)
    assert (raw / "labels.csv").read_text(encoding="utf-8") == plain("split")


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_another_separator_is_named(read, sign):
    with pytest.raises(UserError, match=r"labels\.csv: its columns stand apart by .*with commas"):
        read(plain("split").replace(",", sign))
    rows = read(plain("split").replace("p0", f"p{sign}0").replace("train", "test", 2))
    assert rows["person"][0] == f"p{sign}0"  # in a value it is no separator


def test_labels_of_a_spreadsheet(read):
    text = plain("split").replace("file,age", " file ,age")
    wanted = read(text.replace(",1,", ',"1.5",'), divided={})
    given = text.replace(",", ";").replace(";1;", ";1,5;").replace("\n", "\r\n")
    found = read("\ufeff" + given, delimiter=";", decimal=",", divided={})
    assert found.equals(wanted) and found["target"][1] == 1.5
    with pytest.raises(UserError, match=r"line 3: age '1\.285' has a point"):
        read(given.replace(";1,5;", ";1.285;"), delimiter=";", decimal=",", divided={})


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"file": "name"}, "unknown column 'name'; .* Name with source.file the column"),
        ({"split": "part"}, "unknown column 'part'; .* name it with source.split"),
    ],
)
def test_a_missing_column_is_named_with_its_key(read, settings, says):
    with pytest.raises(UserError, match=says):
        read(plain("split"), **settings)


def test_a_part_without_rows_is_named_with_what_is_needed(tmp_path, read):
    from regression_unlearning.data.checks import check_splits

    says = "the validation part holds no row; train, validation and test are all needed"
    with pytest.raises(UserError, match=says):
        check_splits(read(plain("split")), tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        # pandas gives a person's name to the next column, drops a field, or fills one up
        ("file,age,split,camera\n" + "a.png,3,train,jane,front\n", "line 2: it has 5 fields, "),
        (
            plain("split").replace("person,", "", 1),
            "line 2: it has 4 fields, and the header 3 names",
        ),
        (plain("split").replace("file,", "number,file,", 1), "line 2: it has 4 fields, .* 5 names"),
        (plain("split").replace(",p1", "", 1), "line 3: it has 3 fields, and the header 4 names"),
        (plain("split").replace("5,p", "5,5,p", 1), "line 7: it has 5 fields"),
        (plain("split").replace("person", "age", 1), r"name is twice there \('age'\)"),
        (plain("split").replace(",3,", ",1e39,"), "line 5: age '1e39' is not a number"),
        (
            plain("split").replace("p0", "J\xfcrgen").encode("latin-1"),
            "is text in Latin-1 .* as UTF-8",
        ),
        (plain("split").encode("utf-16"), "is UTF-16 text; save it as UTF-8"),
    ],
)
def test_labels_that_would_be_misread_are_refused_in_one_line(tmp_path, text, says):
    path = tmp_path / "labels.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    chosen = image_folder.Settings(images="i", labels="l", target="age")
    with pytest.raises(UserError, match=says) as caught:
        chosen.read(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


def test_a_name_with_a_comma_in_quotes_is_a_name(read):
    rows = read(plain("split").replace("p0", '"Doe, Jane"').replace("\n", "\r\n"))
    assert rows["person"][0] == "Doe, Jane" and rows["split"][19] == "train"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("file,age,split\n\n\na.png,1,train\n  \nb.png,x,train\n", 6),
        ("\n\nfile,age,split\na.png,x,train\n", 4),
        ("\ufefffile,age,split\r\n\r\na.png,x,train\r\n", 3),
        ('file,age,split,note\na.png,1,train,"two\nlines"\n\nb.png,x,train,\n', 5),
    ],
)
def test_blank_lines_do_not_shift_the_lines_of_errors(tmp_path, text, line):
    path = tmp_path / "labels.csv"
    path.write_bytes(text.encode())
    with pytest.raises(UserError, match=rf"line {line}: age 'x' is not a number"):
        read_labels(path, file="file", target="age", split="split", splits={"train": "train"})
    path.write_bytes(text.replace(",x,", ",3,").replace("a.png", "b.png").encode())
    if text.count(".png") == 2:
        with pytest.raises(UserError, match=rf"'b\.png' on lines \d, {line}\."):
            read_labels(path, file="file", target="age", split="split", splits={"train": "train"})


def test_the_line_of_a_row_with_too_many_fields(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("file,age,split\n\n\na.png,1,train\n\nb.png,1,train,4\n")
    with pytest.raises(UserError, match="line 6"):
        read_labels(path, file="file", target="age", split="split", splits={"train": "train"})
