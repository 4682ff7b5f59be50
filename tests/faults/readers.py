"""What reads each kind of file, as a program would: every part of it that a reader looks at."""

import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import bad_files
import bad_texts
import pandas as pd

from regression_unlearning import seals
from regression_unlearning.data.families.images import places
from regression_unlearning.data.families.images.prepare import prepare as prepare_images
from regression_unlearning.data.families.load_windows import table
from regression_unlearning.data.families.sentence_pairs.prepare import FILES, read_pairs
from regression_unlearning.data.families.sentence_pairs.word_vectors import read_vectors
from regression_unlearning.data.fetching.archives import unpack
from regression_unlearning.data.fetching.download import RawFile, fetch
from regression_unlearning.data.forget_sets import read_selector, select
from regression_unlearning.data.prepared import ARRAYS, load_prepared
from regression_unlearning.data.sources import image_folder
from regression_unlearning.data.sources.imdb_wiki import read_part
from regression_unlearning.data.work import Work
from regression_unlearning.evaluation import values
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.files import read_json, read_npz
from regression_unlearning.models.weights import weights_in
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.reading import read_yaml
from regression_unlearning.settings.records import read_record

ROWS = pd.DataFrame(
    {
        "row": range(5),
        "id": ["train-0", "train-1", "train-2", "test-3", "validation-4"],
        "split": ["train", "train", "train", "test", "validation"],
        "target": [0.0, 1.0, 2.0, 3.0, 4.0],
        "year": ["2014", "2015", "2016", "2017", "2014"],
    }
)
EMBEDDING = Embedding(url="u", member="m", dimension=3)


def put(path: Path, place: Path) -> None:
    """Move a file, or a folder, into the place of a file."""
    place.unlink(missing_ok=True)
    shutil.move(path, place)


def images(path: Path, name: str) -> None:
    """Prepare images of which the labels, or one picture, are wrong."""
    raw = path.parent / "raw"
    (raw / "images").mkdir(parents=True)
    for one in "abcd":
        (raw / "images" / f"{one}.png").write_bytes(bad_files.png())
    (raw / "manifest.json").write_text(json.dumps({"images": str(raw / "images")}))
    (raw / "labels.csv").write_text(bad_texts.HEAD + bad_texts.GOOD)
    put(path, raw / name)
    source = image_folder.Settings(images="images", labels="labels.csv", broken_share=0)
    prepare_images(raw, source, None, Work(path.parent / "prepared", 1))


def pairs(path: Path) -> None:
    """Read pairs of which one part is wrong."""
    raw = path.parent / "raw"
    raw.mkdir()
    for name in FILES.values():
        (raw / name).write_text(bad_texts.PAIR)
    put(path, raw / FILES["validation"])
    read_pairs(raw)


def checksums(path: Path) -> None:
    """Fetch a file whose recorded hashes are wrong."""
    (path.parent / "mirror").mkdir()
    (path.parent / "mirror/a").write_bytes(b"a")
    wanted = [RawFile(file="a", url=None)]
    fetch(wanted, path.parent / "raw", mirror=path.parent / "mirror", checksums=path)


def record(path: Path) -> None:
    """Read the record of a search."""
    (path.parent / "tuning/d").mkdir(parents=True)
    put(path, path.parent / "tuning/d/m.json")
    read_record(path.parent, "d", "m")


def ids(path: Path) -> None:
    """Choose rows by a file of ids."""
    select(ROWS, read_selector({"title": "T", "select": "ids", "file": str(path)}), "chosen")


def mat(path: Path) -> None:
    """Read the labels of an archive of faces."""
    with tarfile.open(path.parent / "wiki_crop.tar", "w") as archive:
        archive.add(path, "wiki_crop/wiki.mat")
    read_part(path.parent / "wiki_crop.tar", "wiki")


def prepared(path: Path) -> None:
    """Load a prepared dataset."""
    load_prepared(path.parent, "sentence_pairs")


def parts(path: Path) -> None:
    """Read the parts of a forget set."""
    from regression_unlearning.training.parts import load_parts

    found = load_parts(path)
    found["retain"], found["forget"]


def sealed_values(path: Path) -> None:
    """Read values whose seal is right."""
    if path.is_file():
        with path.open("ab") as file:
            file.write(f"{values.REMARK}{seals.OPEN}\n".encode())
        seals.seal(path)
    values.read(path)


#: Reader to the name of the file that it is given, and what reads it.
READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "yaml": ("bad.yaml", read_yaml),
    "labels": ("labels.csv", lambda path: images(path, "labels.csv")),
    "load": ("bad.csv", lambda path: table.read(path, table.Format())),
    "pairs": ("sts-dev.csv", pairs),
    "vectors": ("vectors", lambda path: read_vectors(path, {"one"}, EMBEDDING)),
    "values": ("bad.csv", sealed_values),
    "json": ("bad.json", read_json),
    "checksums": ("checksums.json", checksums),
    "record": ("m.json", record),
    "ids": ("bad.txt", ids),
    "index": ("bad.tar", lambda path: places.index(places.plain(path, path.parent))),
    "unpack": (
        "bad.tar",
        lambda path: unpack(
            path, [("a", path.parent / "a")], check=lambda *_: None, advice="Fetch it again."
        ),
    ),
    "image": ("a.png", lambda path: images(path, "images/a.png")),
    "mat": ("wiki.mat", mat),
    "npz": ("bad.npz", lambda path: read_npz(path, ["a", "b"])),
    "weights": ("bad.safetensors", lambda path: weights_in(path, f"cannot take {path}")),
    "prepared": (ARRAYS, prepared),
    "parts": ("bad.npz", parts),
    "observation": ("bad.npz", lambda path: Observation.read(path).of("forget", "loss")),
}
#: Where the rows as a whole are wrong, the line names the folder, or what was asked.
ALSO_NAMED = {"labels": "raw", "ids": "chosen"}
