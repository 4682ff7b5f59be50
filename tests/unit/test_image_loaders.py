"""What lists images: labels of one's own, AgeDB, IMDB-WIKI, the digits; and what they refuse."""

import datetime
import io
import re
import shutil

import numpy as np
import pandas as pd
import pytest
from image_files import folder, labels, picture, tar, zipped
from scipy.io import savemat

from regression_unlearning.data.families.images.pixels import decode
from regression_unlearning.data.families.images.places import index, locate
from regression_unlearning.data.prepared import load_prepared, prepare, read_rows
from regression_unlearning.data.sources import agedb, demo_images, image_folder, imdb_wiki
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import validated

FILES = {f"{number}.png": picture(number) for number in range(10)}


def loader_of(module):
    return module.__name__.rsplit(".", 1)[-1]


@pytest.fixture
def run(tmp_path):
    """Fetch from a folder and prepare; gives the prepared folder."""

    def go(module, source=tmp_path / "source", **settings):
        chosen = module.Settings(**{"size": 6, **settings})
        raw = tmp_path / "raw" / "it"
        shutil.rmtree(raw, ignore_errors=True)
        module.download(raw, chosen, mirror=source, checksums=tmp_path / "c.json", embedding=None)
        prepare(raw, tmp_path / "prepared", loader_of(module), chosen, None)
        return tmp_path / "prepared"

    (tmp_path / "source").mkdir()
    return go


@pytest.fixture
def own(tmp_path, run):
    """The same for labels of one's own."""

    def go(files=FILES, more="", pack=tar, text=None, **settings):
        pack(tmp_path / "source/faces", files)
        path = labels(tmp_path / "source/labels.csv", FILES, more)
        if text is not None:
            path.write_text(text, encoding="utf-8")
        values = {"images": "faces", "labels": "labels.csv", "target": "age", **settings}
        return run(image_folder, **values)

    return go


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("x.png,old,train\n", r"labels\.csv, line 12: age 'old' is not a number"),
        ("x.png,,train\n", r"line 12: age '' is not a number"),
        ("3.png,4,train\n", r"1 files have two rows or more: '3\.png'; '3\.png' on lines 5, 12"),
        ("x.png,4,holdout\n", r"line 12: split 'holdout' is none of train, .*dev"),
        ("../x.png,4,train\n", r"line 12: file '\.\./x\.png' is no name inside"),
        ("/etc/passwd,4,train\n", r"line 12: file '/etc/passwd' is no name inside"),
        (",4,train\n", r"line 12: file '' is no name inside"),
        ("x.png,4,train,5\n", r"labels\.csv, line 12: it has 4 fields"),
        (
            "x.png,4,train\ny.png,4,train\n",
            r"lacks 2 of the 12 files .*'x\.png', 'y\.png'.*It holds",
        ),
    ],
)
@pytest.mark.parametrize("pack", [tar, folder])
def test_wrong_labels_are_named_before_anything_is_decoded(own, more, says, pack, tmp_path):
    with pytest.raises(UserError, match=says):
        own(more=more, pack=pack)
    assert not (tmp_path / "prepared").exists()


def test_a_count_stands_for_further_wrong_rows(own):
    with pytest.raises(UserError, match=r"line 12.*\(2 more rows likewise\)"):
        own(more="a.png,x,train\nb.png,4,train\nc.png,inf,train\nd.png,,train\n")


def test_columns_have_the_names_that_the_settings_say(own):
    header = "path;,value,part,place of birth,year\n".replace(";", "")
    lines = [f"{name},{n / 2},{'ABC'[min(n // 4, 2)]},Rome,0{n}" for n, name in enumerate(FILES)]
    prepared = own(
        text=header + "\n".join(lines), file="path", target="value", split="part",
        splits={"A": "train", "B": "validation", "C": "test"},
    )  # fmt: skip
    rows = read_rows(prepared)
    assert list(rows.columns) == ["row", "id", "split", "target", "place of birth", "year"]
    assert list(rows["target"]) == [n / 2 for n in range(10)]
    assert list(rows["year"][:2]) == ["00", "01"]  # as written: text to select by
    assert list(rows["split"]) == ["train"] * 4 + ["validation"] * 4 + ["test"] * 2
    with pytest.raises(UserError, match="unknown column 'agee'; did you mean 'age'"):
        own(target="agee")
    with pytest.raises(UserError, match="column 'place' has a name that is taken"):
        own(text="file,age,split,place\n0.png,1,train,Rome\n")


@pytest.mark.parametrize(
    ("names", "links", "says"),
    [
        (
            ["../out.png"],
            [],
            r"1 of its entries are refused.*'\.\./out\.png' has '\.\.' in its name",
        ),
        (["/abs.png", "a/../../b.png"], [], r"2 of its entries .*absolute name; also: 'a/\.\./"),
        ([], [("link.png", "/etc/passwd")], r"'link\.png' is a link or a device"),
    ],
)
def test_an_archive_that_leads_outside_is_refused(own, names, links, says, tmp_path):
    def pack(path, files):
        return tar(path, files | dict.fromkeys(names, b"x"), links=links)

    with pytest.raises(UserError, match=says):
        own(pack=pack)


def test_unsafe_zips_locked_zips_and_no_archives(tmp_path):
    with pytest.raises(UserError, match=r"'\.\./x' has '\.\.'"):
        index(zipped(tmp_path / "a.zip", {"../x": b""}))
    locked = bytearray(zipped(tmp_path / "b.zip", {"x": b"y"}).read_bytes())
    for start in (locked.find(b"PK\x03\x04") + 6, locked.find(b"PK\x01\x02") + 8):
        locked[start] |= 1
    (tmp_path / "b.zip").write_bytes(locked)
    with pytest.raises(UserError, match="locked by a password: unpack it"):
        index(tmp_path / "b.zip")


def test_a_damaged_archive_is_the_user_s_to_mend(own, tmp_path):
    def cut(path, files):
        path.write_bytes(b"<html>not found</html>" * 100)

    with pytest.raises(UserError, match="cannot be read: it is damaged.*looks like a web page"):
        own(pack=cut)


def test_nothing_says_where_the_images_are(tmp_path):
    chosen = image_folder.Settings(images="a.tar", labels="b.csv")
    with pytest.raises(UserError, match=r"a\.tar and b\.csv cannot be .* set data_mirror"):
        image_folder.download(
            tmp_path / "it", chosen, mirror=None, checksums=tmp_path / "c", embedding=None
        )
    with pytest.raises(UserError, match="channels: must be 1 or 3"):
        validated(image_folder.Settings, {"images": "a", "labels": "b", "channels": 2})


AGES = "age,path,split\n" + "".join(
    f"{20 + n},AgeDB/{n}_{'RenВ' if n % 2 else 'AnnLee '}_{20 + n}_{'mf'[n % 2]}.jpg,"
    f"{['train', 'train', 'val', 'test'][n % 4]}\n"
    for n in range(8)
)
#: The same people under names of another encoding, in another order, and one that is not listed.
AGED = {
    f"AgeDB/{n}_{'RenÉ' if n % 2 else 'AnnLee'}_{20 + n}_{'mf'[n % 2]}.jpg": picture(n, kind="jpeg")
    for n in [3, 1, 0, 2, 4, 7, 6, 5, 99]
}


@pytest.mark.parametrize(("pack", "name"), [(zipped, "AgeDB.zip"), (folder, "agedb/AgeDB")])
def test_agedb_is_matched_by_number_with_the_person_as_a_column(run, tmp_path, pack, name):
    source = tmp_path / "source"
    (source / "agedb").mkdir()
    (source / "agedb/agedb.csv").write_text(AGES, encoding="utf-8")
    pack(source / name, AGED)
    prepared = run(agedb)
    rows = read_rows(prepared)
    assert list(rows["target"]) == [20.0 + n for n in range(8)]
    assert list(rows["identity"]) == ["AnnLee", "RenВ"] * 4
    assert list(rows["split"]) == ["train", "train", "validation", "test"] * 2
    assert rows["id"][1] == "AgeDB/1_RenÉ_21_f.jpg"
    expected = np.stack([decode(AGED[name], 6, 3)[0] for name in rows["id"]])
    np.testing.assert_array_equal(load_prepared(prepared, "images").inputs.images.numpy(), expected)


def test_agedb_s_images_missing_double_or_not_there(run, tmp_path):
    source = tmp_path / "source"
    (source / "agedb.csv").write_text(AGES, encoding="utf-8")
    says = r"not here: .*on request\. Ask at https:.* into the folder .* as agedb/AgeDB\.zip"
    with pytest.raises(UserError, match=says):
        run(agedb)
    assert agedb.absence(tmp_path, agedb.Settings(), None)
    zipped(source / "AgeDB.zip", {name: b"" for name in AGED if "/3_" not in name})
    assert agedb.absence(tmp_path, agedb.Settings(), source) is None
    with pytest.raises(UserError, match=r"lacks 1 of the 8 listed images: '3_RenВ'"):
        run(agedb)
    zipped(tmp_path / "twice.zip", {**AGED, "AgeDB/3_Else_1_m.jpg": b""})
    with pytest.raises(UserError, match="1 images bear a number that another one bears"):
        agedb.matched(agedb.read_list(source / "agedb.csv"), tmp_path / "twice.zip")
    (source / "agedb.csv").write_text(AGES + "5,AgeDB/x.jpg,train\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"agedb\.csv, line 10: path 'AgeDB/x\.jpg' is not of"):
        agedb.read_list(source / "agedb.csv")


def test_the_published_agedb_list(real):
    rows = agedb.read_list(real / "agedb/agedb.csv")
    assert rows["split"].value_counts().to_dict() == {
        "train": 12208, "validation": 2140, "test": 2140,
    }  # fmt: skip
    assert len(rows) == 16488 and rows["number"].is_unique
    assert (rows["target"].min(), rows["target"].max()) == (1, 101)
    assert rows["identity"].nunique() < 570


def day_number(date):
    """MATLAB's number of a day, by Python's own calendar."""
    return float(date.toordinal() + 366)


def test_ages_are_those_of_the_published_list(real):
    listed = pd.read_csv(real / "imdb_wiki/wiki.csv")
    dates = listed["img_paths"].str.extract(r"_(\d+)-(\d+)-(\d+)\.?_(\d+)\.jpg$").astype(int)
    whole = (dates[[1, 2]] > 0).all(axis=1)
    born = [day_number(datetime.date(*row)) for row in dates.loc[whole, [0, 1, 2]].to_numpy()]
    found = imdb_wiki.ages(np.array(born), dates.loc[whole, 3].to_numpy(float))
    np.testing.assert_array_equal(found, listed["ages"][whole])
    assert len(found) == 38134


def test_ages_turn_in_july_and_need_both_dates():
    days = [datetime.date(1980, 6, 30), datetime.date(1980, 7, 1), datetime.date(1, 1, 1)]
    born = np.array([*map(day_number, days), np.nan, 0.0])
    taken = np.array([2000.0, 2000, 100, 2000, 2000])
    np.testing.assert_array_equal(imdb_wiki.ages(born, taken), [20, 19, 99, np.nan, np.nan])
    assert np.isnan(imdb_wiki.ages(born[:1], np.array([np.nan]))[0])


def publisher(path, part, count, **changes):
    """An archive as the publisher makes it: crops under a folder, and the .mat file among them."""
    files = [f"{n % 3:02d}/{n}_1980-01-01_2000.jpg" for n in range(count)]
    fields = {
        "dob": np.full(count, day_number(datetime.date(1980, 1, 1))),
        "photo_taken": np.full(count, 2000.0),
        "full_path": np.array(files, object),
        "name": np.array([f"Person {n % 4}" for n in range(count)], object),
        "gender": np.ones(count),
        "face_score": np.full(count, 3.0),
        "second_face_score": np.full(count, np.nan),
    }
    for name, values in changes.items():
        for row, value in values.items():
            fields[name][row] = value
    mat = path.with_suffix(".mat")
    savemat(mat, {part: fields})
    crops = {f"{part}_crop/{name}": picture(n, kind="jpeg") for n, name in enumerate(files)}
    return tar(path, {**crops, f"{part}_crop/{part}.mat": mat.read_bytes()})


def test_imdb_wiki_is_cleaned_by_rules_that_are_counted(run, tmp_path, caplog):
    caplog.set_level("INFO")
    source = tmp_path / "source"
    publisher(
        source / "wiki_crop.tar", "wiki", 30, photo_taken={0: 2090, 1: 1970, 2: 2010},
        face_score={3: -np.inf, 4: 0.5, 5: 1.0}, second_face_score={6: 2.0, 7: 0.1},
    )  # fmt: skip
    publisher(source / "imdb_crop.tar", "imdb", 12, dob={11: np.nan}, full_path={10: "01/1_x.jpg"})
    with pytest.raises(UserError, match=r"imdb_crop\.tar lacks 1 of the 11 files.*01/1_x\.jpg"):
        run(imdb_wiki, divided={"validation": 0.2, "test": 0.2})
    prepared = run(imdb_wiki, parts=["wiki"], divided={"validation": 0.2, "test": 0.2})
    rows = read_rows(prepared)
    dropped = pd.read_csv(prepared / "dropped.csv")["reason"].value_counts().to_dict()
    assert dropped == {
        "age outside 0 to 100": 2, "no face found": 1, "face score below 1": 1, "a second face": 2,
    }  # fmt: skip
    assert "left out, a second face: 2" in caplog.text
    assert len(rows) == 24 and rows["target"][0] == 30 and rows["identity"][0] == "Person 2"
    assert rows["split"].value_counts().to_dict() == {"train": 14, "validation": 5, "test": 5}
    kept = run(imdb_wiki, parts=["wiki"], face_score=0.2, second_face_score=1.0, highest_age=200)
    assert len(read_rows(kept)) == 27


def test_a_row_without_a_name_is_a_row_and_one_without_a_file_is_left_out(tmp_path):
    empty = [
        "", "   ", np.array([]), np.zeros((0, 0)), np.empty((0, 0), object), np.nan, np.array([""]),
    ]  # fmt: skip
    forms = dict(enumerate(empty, 1))
    publisher(tmp_path / "a.tar", "wiki", 9, name=forms, full_path=forms)
    rows = imdb_wiki.read_part(tmp_path / "a.tar", "wiki")
    assert list(rows["identity"]) == ["Person 0", *[""] * 7, "Person 0"]
    reasons = imdb_wiki.Settings().reasons(rows)
    assert list(reasons) == ["", *["no file is named"] * 7, ""]


def damaged_mats():
    """A MAT file of another structure, cut, and with bytes changed (which may end SciPy)."""
    packed = io.BytesIO()
    savemat(packed, {"wiki": {name: np.arange(3.0) for name in imdb_wiki.FIELDS}})
    good = packed.getvalue()
    savemat(packed := io.BytesIO(), {"wiki": {"dob": 1.0}})
    bad = bytearray(good)
    for at, value in {301: 141, 321: 94, 388: 21}.items():
        bad[at] = value
    return packed.getvalue(), good[:200], bytes(bad)


def test_a_mat_file_of_another_form_is_one_line(tmp_path):
    for bad in damaged_mats():
        tar(tmp_path / "a.tar", {"wiki_crop/wiki.mat": bad, "wiki_crop/._wiki.mat": b""})
        with pytest.raises(UserError) as caught:
            imdb_wiki.read_part(tmp_path / "a.tar", "wiki")
        says = r"a\.tar: cannot read wiki\.mat \([^\n]+\); it must hold a structure 'wiki'[^\n]*Put"
        assert re.search(says, str(caught.value)) and "\n" not in str(caught.value)
    tar(tmp_path / "b.tar", {"x": b""})
    with pytest.raises(UserError, match=r"holds 0 files wiki\.mat"):
        imdb_wiki.read_part(tmp_path / "b.tar", "wiki")


def test_the_digits_are_scikit_learn_s(run):
    from sklearn.datasets import load_digits

    prepared = run(demo_images, size=8)
    digits, rows, data = load_digits(), read_rows(prepared), load_prepared(prepared, "images")
    np.testing.assert_array_equal(rows["target"], digits.target)
    greys = data.inputs.images[:, 0].double().numpy()
    # 17 greys as whole numbers to 255: at most half a step off
    assert np.abs(greys * 16 / 255 - digits.images).max() <= 0.5 * 16 / 255 + 1e-9
    assert rows["split"].value_counts().to_dict() == {
        "train": 1079, "validation": 359, "test": 359,
    }  # fmt: skip
    other = run(demo_images, size=8, divided={"seed": 1})
    assert list(read_rows(other)["split"]) != list(rows["split"])


def test_files_of_an_archive_are_found_by_one_top_folder_only(tmp_path):
    path = tar(tmp_path / "a.tar", {"x/1.png": b"", "y/1.png": b"", "x/2.png": b""})
    with pytest.raises(UserError, match=r"lacks 2 of the 2 files of the list: '1\.png', '2\.png'"):
        locate(["1.png", "2.png"], path, "the list")
    assert len(locate(["2.png", "1.png"], path, "the list")) == 2
