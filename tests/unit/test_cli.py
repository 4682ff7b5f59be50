"""`regression-unlearning init`: a file of one's own that passes the check as it stands."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from console import run

from regression_unlearning import cli, registry
from regression_unlearning.data.reading_text_table import read_text_table
from regression_unlearning.errors import UserError
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.settings import starting_images
from regression_unlearning.settings.document import check
from regression_unlearning.settings.reading import Origins, read_yaml

ROOT = Path(__file__).parents[2]
DAYS = [f"2014-01-{1 + hour // 24:02d} {hour % 24:02d}:00" for hour in range(300)]
PEOPLE = "".join(
    f"p{n // 3},{n},{n % 7 or ''},{'ab'[n % 2]},word {n},{n % 5}.5,\n" for n in range(120)
)
PARTS = ("train", "val", "test")
FILES = {
    "people": "person,patient_id,dose,arm,note,response,nothing\n" + PEOPLE,
    "rows": "a,b,y\n" + "".join(f"{n},x{n % 3},{n * n}\n" for n in range(90)),
    "europe": "flat;rooms;price\n" + "".join(f"a-{n};{n % 5};{n},5\n" for n in range(90)),
    "named": "flat,rooms,price\n" + "".join(f"a-{n},{n % 5},{n * n}\n" for n in range(90)),
    "parts": "a,part,y\n" + "".join(f"{n},{PARTS[n % 3]},{n}\n" for n in range(30)),
    "visits": "age,weight, rate \n" + "".join(f"{n % 40},{n}.5,{n * n}\n" for n in range(90)),
    "cars": "power,origin,price,extras\n"
    + "".join(f"{n % 80 or '?'},{'ab'[n % 2]},{n * n},-\n" for n in range(90)),
    "faces": "file,age,person\n" + "".join(f"{n:03d}.jpg,{20 + n},p{n // 2}\n" for n in range(60)),
    "houses": ",house,name,households,lot,price\n" + "".join(
        f"{n},H-{n:03d},{'1917' if n == 5 else f'Villa {n}'},{n % 5},\"{n + 1},000 m2\",{n * n}\n"
        for n in range(90)
    ),
    "log": "time,level,y\n"
    + "".join(f"2023-01-{1 + n % 28:02d}T{n:03d},{n % 9},{n}\n" for n in range(90)),
    "bare_names": "image,writer,age\n" + "".join(f"{n:03d},w{n},{20 + n}\n" for n in range(60)),
    "load": "date,A,B\n" + "".join(f"{day},{n},{n % 9}.5\n" for n, day in enumerate(DAYS)),
    "germany": "Zeit;A;B\n" + "".join(f"{day};{n},5;\n" for n, day in enumerate(DAYS)),
    "pairs": "doc\tone\ttwo\tlikeness\n"
    + "".join(f"d{n // 2}\ta dog {n}\ta cat\t{n % 6}\n" for n in range(90)),
}  # fmt: skip
LOADERS = {
    "people": "table", "rows": "table", "visits": "table", "cars": "table", "named": "table",
    "parts": "table", "faces": "image_folder",
    "europe": "table", "houses": "table", "log": "table", "bare_names": "image_folder",
    "load": "hourly_table", "germany": "hourly_table", "pairs": "stsb",
}  # fmt: skip


def written(tmp_path, name, **asked):
    """The entry of one of the files, as it is read, and its text."""
    data = tmp_path / f"{name}.csv"
    data.write_text(FILES[name], encoding="utf-8")
    (tmp_path / "crops").mkdir(exist_ok=True)
    for number in range(60):
        (tmp_path / f"crops/{number:03d}.jpg").touch()
    path = tmp_path / "entry.yaml"
    cli.init(data, asked.pop("name", "mine"), path, **asked)
    return read_yaml(path), path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_what_is_written_passes_the_check(tmp_path, name):
    if LOADERS[name] == "table" and registry.module_name("source", "table") is None:
        pytest.skip("the source `table` is not in this library yet")
    values, text = written(tmp_path, name)
    files = [("params.yaml", read_yaml(ROOT / "params.yaml")), ("entry.yaml", values)]
    origins = Origins([*files, ("--config", {"experiment": "mine"})])
    settings = check(origins.merged, origins, ROOT)
    grid = Grid(settings)
    assert settings.datasets["mine"].loader == LOADERS[name]
    assert grid.shown == ["mine"] and len(grid.unlearned) == 3 * 3 * 2
    for line in text.splitlines():
        assert "#" in line or line.endswith(":"), "a key without a comment"
    assert "EDIT" in text
    assert ("without a GPU" in text) is (LOADERS[name] == "image_folder")


@pytest.mark.parametrize(
    ("name", "source", "sets"),
    [
        ("people", {"target": "response", "divided": {"by": "person"}, "id": "patient_id",
                    "leave_out": ["person", "note", "nothing"], "categories": []},
         {"one": {"column": "person"}, "some": {}}),
        ("rows", {"target": "y", "divided": {"test": 0.15}, "leave_out": []},
         {"high": {}, "some": {}}),
        ("named", {"target": "price", "id": "flat"}, {"high": {}, "some": {}}),
        ("europe", {"target": "price", "id": "flat", "delimiter": ";", "decimal": ","},
         {"high": {"from": 82.1}, "some": {}}),
        ("parts", {"split": "part", "target": "y"}, {"high": {"from": 24.3}, "some": {"rows": 1}}),
        ("visits", {"target": "rate"}, {"high": {}, "some": {}}),
        ("cars", {"target": "price", "leave_out": ["power"], "categories": []},
         {"high": {}, "some": {}}),
        ("faces", {"images": "crops", "labels": "faces.csv", "file": "file", "target": "age",
                   "divided": {"by": "person"}}, {"one": {"column": "person"}, "some": {}}),
        ("houses", {"id": "house", "target": "price", "leave_out": ["name", "lot"],
                    "categories": [], "divided": {"validation": 0.15}}, {"high": {}, "some": {}}),
        ("log", {"leave_out": ["time"], "target": "y"}, {"high": {}, "some": {}}),
        ("bare_names", {"file": "image", "target": "age", "images": "crops"},
         {"high": {}, "some": {}}),
        ("germany", {"table": {"delimiter": ";", "decimal": ",", "fill": 24}},
         {"customer": {"equals": ["A"]}, "high": {}}),
        ("pairs", {"score": "likeness", "sentences": ["one", "two"], "columns": None,
                   "mirror": ["pairs.csv"]}, {"high": {}, "some": {}}),
    ],
)  # fmt: skip
def test_what_is_seen_of_the_data(tmp_path, name, source, sets):
    entry = written(tmp_path, name)[0]["datasets"]["mine"]
    for key, value in source.items():
        found = entry["source"][key]
        assert (found.items() >= value.items()) if isinstance(value, dict) else found == value, key
    assert list(entry["forget_sets"]) == list(sets)
    for key, value in sets.items():
        assert entry["forget_sets"][key].items() >= value.items()


@pytest.mark.parametrize(
    ("name", "asked", "says"),
    [
        ("visits", {}, "chosen as the last of numbers; others: 'weight', 'age'; EDIT"),
        ("visits", {"target": "age"}, "as --target says"),
        ("named", {}, "chosen by its name; others: 'rooms'; EDIT"),
        ("faces", {}, "chosen by its name; EDIT"),
        ("pairs", {}, "from 0 to 5; the column to predict, chosen as the last of numbers; EDIT"),
    ],
)
def test_it_is_said_how_the_target_was_chosen(tmp_path, name, asked, says):
    lines = written(tmp_path, name, **asked)[1].splitlines()
    (line,) = [one for one in lines if one.strip().startswith(("target:", "score:"))]
    assert line.endswith(says)


NOTES = "note,y\n" + "".join(f"word {n} of one,{n}\n" for n in range(90))
GAPS = "a,y\n" + "".join(f"{n},{n if n % 9 else ''}\n" for n in range(90))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (FILES["houses"], "lot is no column of numbers, as signs or words stand beside them ('1,0"),
        (FILES["cars"], "power is no column of numbers, as signs or words stand beside them ('?')"),
        (
            "a;b;rent\n" + "".join(f"{n};{n % 7};{n % 3 or '1.2'}85,40\n" for n in range(90)),
            "rent is no column of numbers, as signs or words stand beside them ('1.285,40')",
        ),
        (
            "a;b;rent\n" + "".join(f"{n},5;{n % 7};{n % 3 or '1.2'}85\n" for n in range(90)),
            "rent is no column of numbers, as signs or words stand beside them ('1.285')",
        ),
        (GAPS, "10 rows have no y: take them out"),
        (FILES["rows"], None),
    ],
)
def test_what_a_user_must_mend_is_printed(tmp_path, capsys, text, says):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    cli.init(tmp_path / "a.csv", "mine", tmp_path / "entry.yaml")
    lines = capsys.readouterr().out.splitlines()
    assert [says in one for one in lines if one.startswith("NOTE: ")] == ([True] if says else [])
    assert lines[-2].endswith(f"regression-unlearning check {tmp_path / 'entry.yaml'}")


@pytest.mark.parametrize(
    ("names", "inside"),
    [
        ("id,2019,2020", None),
        ("0,1,y", None),
        ("date,1,2", None),
        ("3,1.5,2", "3"),
        ("y,7", "7"),
        ("date,1", None),
    ],
)
def test_names_that_are_numbers_like_those_below_them(tmp_path, names, inside):
    width = names.count(",") + 1
    rows = [",".join([str(n * n)] * width) for n in range(50)]
    (tmp_path / "a.csv").write_text("\n".join([names, *rows]), encoding="utf-8")
    if inside is None:
        assert read_text_table(tmp_path / "a.csv").headless is None
        return
    with pytest.raises(UserError, match=f"the name '{inside}' is a number like those below it"):
        read_text_table(tmp_path / "a.csv")


def test_a_folder_is_its_file_and_its_images(tmp_path):
    folder, entry = tmp_path / "faces", tmp_path / "entry.yaml"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:03d}.jpg").touch()
    with pytest.raises(UserError, match="a folder with 60 images and 0 files of rows; give one"):
        cli.init(folder, "mine", entry)
    (folder / "labels.csv").write_text(FILES["bare_names"], encoding="utf-8")
    cli.init(folder, "mine", entry)
    source = read_yaml(entry)["datasets"]["mine"]["source"]
    assert (source["images"], source["labels"], source["file"]) == (".", "labels.csv", "image")
    (folder / "more.csv").touch()
    with pytest.raises(UserError, match="2 files of rows; give one file"):
        cli.init(folder, "another", tmp_path / "b.yaml")


def test_labels_of_a_spreadsheet_whose_images_lie_two_folders_down(tmp_path):
    crops, entry = tmp_path / "data" / "crops", tmp_path / "entry.yaml"
    crops.mkdir(parents=True)
    for number in range(60):
        (crops / f"{number:03d}.jpg").touch()
    text = FILES["faces"].replace(",", ";").replace(";2", ";2,2").replace("\n", "\r\n")
    (tmp_path / "labels.csv").write_text(text, encoding="utf-8-sig")
    cli.init(tmp_path / "labels.csv", "mine", entry)
    source = read_yaml(entry)["datasets"]["mine"]["source"]
    assert source["images"] == "data/crops" and source["target"] == "age"
    assert (source["delimiter"], source["decimal"]) == (";", ",")


@pytest.mark.parametrize("packed", ["zip", "tar", "gztar"])
@pytest.mark.parametrize("named", [True, False])
def test_images_without_endings_are_found_in_an_archive(tmp_path, monkeypatch, packed, named):
    data, entry, crops = tmp_path / "faces", tmp_path / "entry.yaml", tmp_path / "all" / "crops"
    data.mkdir()
    crops.mkdir(parents=True)
    for number in range(60):
        (crops / f"{number:03d}.jpg").touch()
    (data / "labels.csv").write_text(FILES["bare_names"], encoding="utf-8")
    (data / "a.zip").write_bytes(b"PK\x03\x04 damaged")
    archive = Path(shutil.make_archive(str(data / "photos"), packed, crops.parent))
    cli.init(data / "labels.csv", "mine", entry, images=archive if named else None)
    found = read_yaml(entry)["datasets"]["mine"]
    assert (found["loader"], found["source"]["file"]) == ("image_folder", "image")
    assert found["source"]["images"] == archive.name
    monkeypatch.setattr(starting_images, "UNPACKED", 0)
    entry.unlink()
    cli.init(data / "labels.csv", "mine", entry, images=archive if named else None)
    small = packed != "gztar" or named
    assert read_yaml(entry)["datasets"]["mine"]["loader"] == ("image_folder" if small else "table")


@pytest.mark.parametrize(
    ("text", "status", "says"),
    [
        ("datasets:\n  a: {b: [1, 2}\n", 2, "mine.yaml, line 2, column 15: not YAML from here on"),
        ("experiment: no_such\n", 2, "mine.yaml: experiment: unknown experiment 'no_such'"),
        ("experiment: strong\n", 0, "mine.yaml: every key, name and range passes"),
        (None, 2, "cannot read mine.yaml"),
    ],
)
def test_a_file_of_settings_is_checked(tmp_path, monkeypatch, capsys, text, status, says):
    monkeypatch.chdir(tmp_path)
    if text:
        Path("mine.yaml").write_text(text, encoding="utf-8")
    ended = run(monkeypatch, "check", "mine.yaml")
    shown = capsys.readouterr()
    said = shown.err if status else shown.out
    assert ended == status and says in said and len(said.splitlines()) == 1


def test_the_head_counts_rows_and_what_is_missing(tmp_path):
    _, text = written(tmp_path, "people")
    head = [line.split() for line in text.splitlines() if line.startswith("#")]
    assert "120 rows, 7 columns" in text
    assert ["#", "'dose'", "number", "18", "6", "'1'"] in head
    assert ["#", "'nothing'", "empty", "120", "0"] in head
    seen = read_text_table(tmp_path / "people.csv")
    assert dict(seen.missing) == {"dose": 18, "nothing": 120} | dict.fromkeys(
        ["person", "patient_id", "arm", "note", "response"], 0
    )
    written_load = FILES["load"].count("\n") - 1
    (tmp_path / "load.csv").write_text(FILES["load"])
    load = read_text_table(tmp_path / "load.csv")  # only its first rows are held
    assert load.count == written_load > len(load.rows) and np.sum(load.missing) == 0


def test_the_person_who_is_named_is_one_of_training(tmp_path):
    from regression_unlearning.data.splits import Split, divided

    entry = written(tmp_path, "people")[0]["datasets"]["mine"]
    rows = read_text_table(tmp_path / "people.csv").rows
    parts = divided(rows, Split(**entry["source"]["divided"]), tmp_path)
    (person,) = entry["forget_sets"]["one"]["equals"]
    assert set(parts[rows["person"] == person]) == {"train"}
    assert set(parts) == {"train", "validation", "test"}


@pytest.mark.parametrize(
    ("text", "asked", "says"),
    [
        (None, {}, "entry.yaml exists already"),
        ("a,b\n1,2\n", {"name": "MyFaces"}, "try my_faces"),
        ("a,b\n", {}, "mine.csv needs a line of names, and a row"),
        ("a,b\nx,y\n", {}, "no column holds numbers to predict; name it by --target"),
        ("a,b\n1,2\n", {}, "no column holds numbers to predict"),
        ("a,price\n1,$3\n2,$4\n", {}, r"price holds '\$3', and a target is a number in every row"),
        ("a,b\n1,x\n2,y\n", {"target": "b"}, "b holds 'x', and a target is a number"),
        ("a,b\n1,\n2,\n", {"target": "b"}, "b is empty, and a target is a number"),
        ("5.1,3.5\n4.9,3.0\n5.5,3.9\n", {}, r"first line looks like a row \(the name '5.1'"),
        ("a.jpg,34\nb.jpg,35\nc.jpg,33\n", {}, r"first line looks like a row \(the name '34'"),
        (NOTES, {}, r"predict 'y' from \(no network reads 'note'\); add columns of numbers"),
        ("flat,price\na-1,3\nb-2,4\nc-3,5\nd-4,5\ne-5,5\nf-6,6\n", {}, r"predict 'price' from;"),
        ("a,b\n1,2\n3,4\n", {}, "its 2 rows are too few for three parts"),
        ("a,b\n1,2\n3,4\n", {"target": "c"}, "unknown column 'c'"),
        ("a,b,c\n1,2\n", {}, "line 2: it has 2 fields, and the header 3 names"),
        ("file,b\na.jpg,2\nb.jpg,3\n", {}, "no folder beside it holds 'a.jpg'; name the images"),
        ("file,b\na.jpg,2\nb.jpg,3\n", {"images": Path("no")}, "--images: no does not exist"),
        ("\xe9,b\n1,2\n".encode("latin-1"), {}, "mine.csv is text in Latin-1"),
    ],
)
def test_what_cannot_be_begun_is_one_line(tmp_path, text, asked, says):
    data, path = tmp_path / "mine.csv", tmp_path / "entry.yaml"
    data.write_bytes((text or "a,b\n").encode() if not isinstance(text, bytes) else text)
    if text is None:
        path.write_text("mine")
    with pytest.raises(UserError, match=says) as caught:
        cli.init(data, asked.pop("name", None), path, **asked)
    assert "\n" not in str(caught.value)
    assert path.exists() == (text is None) and (text or path.read_text() == "mine")


def test_as_a_command(tmp_path):
    (tmp_path / "My load.csv").write_text(FILES["load"])
    program = [sys.executable, "-X", "importtime", "-m", "regression_unlearning.cli"]
    command = [*program, "init", "My load.csv"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--configfile my_load.yaml --config experiment=my_load" in done.stdout
    assert (tmp_path / "my_load.yaml").is_file()
    assert not [line for line in done.stderr.splitlines() if line.endswith(" torch")]
    again = subprocess.run(
        [sys.executable, *program[3:], *command[5:]],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert again.returncode == 2
    (line,) = again.stderr.splitlines()
    assert line.startswith("error: my_load.yaml exists already")
