"""What the prepared data are known by reaches the subtitle of every table, figure and report."""

import pytest

from regression_unlearning.files import write_record
from regression_unlearning.pipeline import paths
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.reporting.results import layout_of, with_facts
from regression_unlearning.reporting.tabling import Tabling
from regression_unlearning.settings.document import check
from regression_unlearning.settings.reading import read_yaml


def grid(experiment, **more):
    return Grid(check({**read_yaml("params.yaml"), "experiment": experiment, **more}))


def facts(folder, **shares):
    """Files of facts, as preparing writes them."""
    for name, share in shares.items():
        write_record(folder / name / "facts.json", {"words_with_vector": share})
    return [folder / name / "facts.json" for name in shares]


def test_the_share_stands_after_the_dataset_s_title(tmp_path):
    chosen = grid("stsb", embedding="glove_6b_50d")
    said = "81 % of the words have a vector (glove_6b_50d)"
    for name in chosen.layouts:
        known = with_facts(chosen.layout_settings(name), facts(tmp_path, stsb=0.8121))
        layout = layout_of(known)
        assert layout.disclosed[-1] == said
        assert layout.subtitle.endswith(f"; {said}") and said in layout.line
        assert Tabling([], known).layout.subtitle == layout.subtitle
    unknown = layout_of(chosen.layout_settings(name))
    assert not any("vector" in one for one in unknown.disclosed)


@pytest.mark.parametrize(
    ("share", "said"),
    [(1, "100 %"), (0.9999, "more than 99 %"), (0.994, "99 %"), (0, "0 %")],
)
def test_nothing_is_called_all_that_is_not_all(tmp_path, share, said):
    settings = grid("demo").layout_settings("table2")
    layout = layout_of(with_facts(settings, facts(tmp_path, demo_pairs=share)))
    # its vectors are its own: there is nothing to name
    assert layout.disclosed[-1] == f"{said} of the words have a vector"


def test_of_several_datasets_each_is_named_and_one_without_words_says_nothing(tmp_path):
    settings = grid("demo").layout_settings("table2")
    one = settings["datasets"][0]
    several = {**settings, "datasets": [one, {**one, "name": "b", "title": "B"},
                                        {**one, "name": "c", "title": "C"}]}  # fmt: skip
    write_record(tmp_path / "c" / "facts.json", {})
    files = [*facts(tmp_path, demo_pairs=0.5, b=0.7), tmp_path / "c" / "facts.json"]
    words = [said for said in layout_of(with_facts(several, files)).disclosed if "vector" in said]
    assert words == [
        "Made-up sentence pairs: 50 % of the words have a vector",
        "B: 70 % of the words have a vector",
    ]


def test_what_is_reported_reads_the_facts_of_the_data_that_it_shows():
    chosen = grid("demo")
    assert chosen.layout_facts("table2") == [paths.facts("demo_pairs")]
    assert paths.facts("demo_load") in chosen.facts and set(chosen.facts) <= set(chosen.prepared)


def test_people_in_several_parts_stand_after_the_title(tmp_path):
    path = tmp_path / "demo_images/facts.json"
    write_record(path, {"torn": {"person": [1200, 1300], "user": [1, 2]}})
    settings = grid("demo").layout_settings("table1")
    layout = layout_of(with_facts(settings, [path]))
    said = [
        f"{both} by {of} are in training and elsewhere"
        for both, of in (("1,200 of 1,300", "person"), ("1 of 2", "user"))
    ]
    assert list(layout.disclosed[-2:]) == said
