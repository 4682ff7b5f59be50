"""A local source that changes: the next run makes its data anew, without a deletion by hand."""

import os

import pytest
from image_files import folder, labels, picture
from projects import checked

FILES = {f"{number}.png": picture(number) for number in range(20)}
ROWS = "data/prepared/demo_images/rows.csv"


def own_images(values):
    dataset = values["datasets"]["demo_images"]
    del dataset["stands_for"]
    dataset["loader"] = "image_folder"
    dataset["source"] = {
        "size": 12, "channels": 1, "folder": "own", "images": "faces", "labels": "labels.csv",
        "target": "age",
    }  # fmt: skip


@pytest.mark.slow
def test_a_person_taken_out_of_the_labels_leaves_the_prepared_data(project):
    project.edit_params(own_images)
    folder(project.root / "own/faces", FILES)
    path = labels(project.root / "own/labels.csv", FILES)
    checked(project.snakemake(ROWS))
    assert "13.png" in (project.root / ROWS).read_text(encoding="utf-8")
    assert project.jobs(ROWS) == []
    os.utime(path)
    os.utime(project.root / "own/faces/13.png")
    assert project.jobs(ROWS) == []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "13.png" not in line), encoding="utf-8")
    done = checked(project.snakemake(ROWS))
    (said,) = [one for one in (done.stdout + done.stderr).splitlines() if "has changed" in one]
    assert "datasets.demo_images: own/labels.csv has changed" in said
    left = (project.root / ROWS).read_text(encoding="utf-8")
    assert "13.png" not in left and "12.png" in left
    assert project.jobs(ROWS) == []
