"""What a run needs is asked for before any job: files that it reads, names of the engine."""

import logging
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from regression_unlearning.errors import UserError
from regression_unlearning.pipeline import failures
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.pipeline.needs import check_engine, check_needs
from regression_unlearning.settings import document
from regression_unlearning.settings.complete import resolved
from regression_unlearning.settings.reading import read_yaml

ROOT = Path(__file__).parents[2]
check = partial(document.check, folder=ROOT)
IDS = {"title": "Jane", "select": "ids", "file": "jane.txt"}
SHOWN = {"title": "T", "methods": ["finetune"]}


@pytest.fixture
def needs(monkeypatch, tmp_path):
    """Check the needs of an experiment that shows some datasets; gives what is said."""
    monkeypatch.delenv("REGRESSION_UNLEARNING_DATA_MIRROR", raising=False)
    monkeypatch.chdir(tmp_path)

    def go(*datasets, change=lambda values: None, **more):
        values = resolved(read_yaml(ROOT / "params.yaml"), ROOT)
        tables = {f"t_{name}": {**SHOWN, "dataset": name} for name in datasets}
        for table in tables.values():
            own = values["datasets"][table["dataset"]]
            own["forget_sets"] = {"first": own["forget_sets"].popitem()[1] | {"after": None}}
            own.pop("stands_for", None)
            own.pop("tuning", None)
            table["forget_sets"] = ["first"]
        values["experiments"] = {"own": {"title": "Own", "seeds": [0], "tables": tables}}
        change(values)
        settings = check({**values, "experiment": "own", **more})
        try:
            check_needs(Grid(settings))
        except UserError as error:
            return str(error)
        return ""

    return go


def of(dataset, *keys, **to):
    def change(values):
        section = values["datasets"][dataset]
        for key in keys:
            section = section.setdefault(key, {})
        section.update(to)

    return change


def test_ids_of_a_shown_forget_set_must_be_there(needs):
    ids = of("demo_pairs", "forget_sets", first=IDS)
    said = needs("demo_pairs", change=ids)
    assert said == (
        "params.yaml: datasets.demo_pairs.forget_sets.first.file: jane.txt does not exist (paths "
        "are relative to the project's folder)."
    )
    Path("jane.txt").mkdir()
    assert "jane.txt is no file; name a file." in needs("demo_pairs", change=ids)
    Path("jane.txt").rmdir()
    Path("jane.txt").write_text("train-00001\n", encoding="utf-8")
    assert needs("demo_pairs", change=ids) == ""


def test_ids_of_the_forget_set_before_must_be_there_and_no_others(needs):
    def change(values):
        sets = values["datasets"]["demo_pairs"]["forget_sets"]
        sets["before"] = IDS
        sets["first"]["after"] = "before"

    assert "forget_sets.before.file: jane.txt" in needs("demo_pairs", change=change)
    assert needs("demo_pairs", change=of("demo_pairs", "forget_sets", other=IDS)) == ""
    assert needs("demo_pairs", change=of("demo_images", "forget_sets", other=IDS)) == ""


def test_images_must_have_a_place_to_come_from(needs, tmp_path):
    said = needs("utkface_short")
    for part in ("datasets.utkface_short.source", "images_64px.zip", "labels.csv", "data_mirror"):
        assert part in said
    assert len(said.splitlines()) == 1
    said = needs("utkface_short", data_mirror="nosuch")
    assert said.startswith("params.yaml: data_mirror: nosuch does not exist (paths are relative")
    mirror = tmp_path / "mirror"
    (mirror / "utkface").mkdir(parents=True)
    (mirror / "utkface/labels.csv").touch()
    said = needs("utkface_short", data_mirror="mirror")
    assert "source.images: the data mirror mirror does not hold utkface/images_64px.zip;" in said
    assert "labels.csv" not in said
    (mirror / "utkface/images_64px.zip").touch()
    assert needs("utkface_short", data_mirror="mirror") == ""


def test_the_variable_goes_before_the_key_and_is_named(needs, monkeypatch):
    monkeypatch.setenv("REGRESSION_UNLEARNING_DATA_MIRROR", "gone")
    said = needs("stsb", data_mirror=".")
    assert "variable REGRESSION_UNLEARNING_DATA_MIRROR: gone does not exist" in said
    assert needs("demo_pairs") == ""  # it is made, and asks for no mirror


@pytest.mark.parametrize("place", ["data/raw/utkface_short/manifest.json",
                                   "data/prepared/utkface_short/arrays.safetensors"])  # fmt: skip
def test_nothing_is_asked_of_what_is_here_already(needs, place):
    Path(place).parent.mkdir(parents=True)
    Path(place).touch()
    assert needs("utkface_short") == ""


def test_downloads_need_no_folder(needs):
    addresses = {"images_url": "https://example.org/i.tar", "labels_url": "https://example.org/l"}
    assert needs("utkface_short", change=of("utkface_short", "source", **addresses)) == ""
    assert needs("stsb", "electricity") == ""
    url = {"url": "https://example.org/load.csv"}
    assert needs("electricity203", change=of("electricity203", "source", **url)) == ""


@pytest.mark.parametrize("dataset", ["utkface_short", "agedb"])
def test_a_folder_of_one_s_own_must_exist(needs, dataset):
    said = needs("demo_pairs", dataset, change=of(dataset, "source", folder="faces"))
    assert said == (
        f"params.yaml: datasets.{dataset}.source.folder: faces does not exist (paths are relative "
        "to the project's folder)."
    )
    Path("faces").touch()
    said = needs("demo_pairs", dataset, change=of(dataset, "source", folder="faces"))
    assert "faces is no folder; name a folder." in said


def test_a_table_of_load_must_have_a_place_to_come_from(needs):
    said = needs("electricity203")
    assert "datasets.electricity203.source: electricity/ecl_hourly_1000x203.csv cannot be" in said
    assert "data_mirror" in said and len(said.splitlines()) == 1
    said = needs("electricity203", data_mirror=".")
    assert "source.mirror: the data mirror . does not hold electricity/ecl_hourly" in said
    own = of("electricity203", source={"path": "mine.csv"})
    said = needs("electricity203", change=own)
    assert "datasets.electricity203.source.path: mine.csv does not exist" in said
    Path("mine.csv").touch()
    assert needs("electricity203", change=own) == ""


def test_an_experiment_goes_on_without_agedb_but_not_with_nothing(needs):
    assert needs("agedb", "demo_images") == ""
    said = needs("agedb")
    assert said.startswith("params.yaml: experiments.own: nothing in it can be run. AgeDB's images")


def test_all_that_is_missing_is_listed_at_once(needs):
    said = needs("utkface_short", "demo_pairs", change=of("demo_pairs", "forget_sets", first=IDS))
    assert len(said.splitlines()) == 2


def engine(**changes):
    resources = SimpleNamespace(default_resources=None)
    known = {"is_main_process": True, "dryrun": False, "configfiles": []}
    known["config_settings"] = SimpleNamespace(config={}, overwrite_config={})
    return SimpleNamespace(**{**known, "resource_settings": resources, **changes})


def test_an_engine_that_has_renamed_what_the_rules_read():
    check_engine(engine())
    changed = engine(resource_settings=SimpleNamespace(defaults={}))
    with pytest.raises(UserError, match=r"no workflow\.resource_settings\.default_resources"):
        check_engine(changed)


def test_a_failed_job_whose_record_names_no_log(capsys):
    record = logging.makeLogRecord({"event": SimpleNamespace(name="JOB_ERROR")})
    failures.Failures().emit(record)
    assert capsys.readouterr().err == ""


def test_the_warnings_of_a_job_that_ended_well_are_shown_once(tmp_path, capsys):
    path, shown = tmp_path / "job.log", failures.Failures()
    path.write_text(
        "12:00:00 read\n12:00:01 warning: half is torn\n12:00:02 warning: half is torn\n"
    )

    def tell(name, **more):
        shown.emit(logging.makeLogRecord({"event": SimpleNamespace(name=name), **more}))

    for job in (1, 2):
        tell("JOB_INFO", jobid=job, log=[str(path), "gone.log"])
        assert capsys.readouterr().err == ""
        tell("JOB_FINISHED", job_id=job)
        said = f"Warning, says {path}: half is torn\n" if job == 1 else ""
        assert capsys.readouterr().err == said
    tell("JOB_FINISHED", job_id=3)
