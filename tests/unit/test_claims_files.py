"""Claims from values and settings to files: figures, stand-ins, and what verify finds."""

import csv
import io
import json

import pytest
from made_values import around, by_seed, floor, wobbling

from regression_unlearning.evaluation import values
from regression_unlearning.files import sha256
from regression_unlearning.reporting import claims_files, provenance
from regression_unlearning.reporting.claims import claims_of

HERE = ("faces", "young")
MODELS = {"retrained": 0.1, "finetune": 0.5, "gaussian_amnesiac": 0.4, "blindspot": 0.2}
VALUES = by_seed(
    "attack_label_rate",
    HERE,
    **{
        name: (wobbling if name == "blindspot" else around)(middle)
        for name, middle in MODELS.items()
    },
) + floor("wasserstein_train", 0.05, place=HERE)


def settings(own=False, about="table1"):
    layout = {
        "about": about,
        "title": "Faces | Table 1",
        "places": [[*HERE, "Young faces", [["agedb", "age_0_30"]], own]],
        "methods": [["retrained", "Retrained"], ["finetune", "FineTune"], ["blindspot", "Blind"]],
        "measures": ["membership", "wasserstein", "errors", "tow", "representation"],
    }
    return {"title": "T", "claims": [layout]}


def claim_of(found, name):
    return next(one for one in found if one.id == name)


def test_figures_name_what_was_compared():
    one = claim_of(claims_of(VALUES, settings()), "attack_lowest")
    assert one.verdict == "holds" and one.place == "Young faces"
    first, second = one.figures
    assert first.startswith(
        "Attack: called members: Blind 0.2 against FineTune 0.5, difference -0.3 ["
    )
    assert "], corrected p " in first and first.endswith(", floor 0.02, 5 seeds: holds")
    assert "Blind 0.2 against gaussian_amnesiac 0.4" in second  # it has no title in this layout
    assert one.low < one.difference < one.high < 0 and one.seeds == 5 and 0 < one.p < 0.05


def test_what_a_score_is_a_distance_from_is_said():
    found = claims_of(VALUES, settings())
    error = claim_of(found, "forget_error_finetune")
    assert error.verdict == "not measured"
    assert error.figures[0] == (
        "Forget error, train, distance from retrained: gaussian_amnesiac against FineTune, "
        "no value: not measured"
    )


@pytest.mark.parametrize(
    ("own", "data"), [(True, "the paper's"), (False, "stand-in for agedb, age_0_30")]
)
def test_stand_ins_are_judged_and_marked(own, data):
    found = claims_of(VALUES, settings(own))
    rows = list(csv.DictReader(io.StringIO(claims_files.as_csv(found))))
    assert [row["data"] for row in rows] == [data] * len(found)
    (row,) = (row for row in rows if row["claim"] == "attack_lowest")
    assert (row["dataset"], row["forget_set"], row["verdict"]) == (*HERE, "holds")
    assert float(row["p"]) == claim_of(found, "attack_lowest").p and row["seeds_needed"] == ""
    assert data in claims_files.as_markdown(found, "T")
    # said of all but the young, so not asked here
    assert "wasserstein_gaussian_amnesiac" not in [row["claim"] for row in rows]


def test_sure_s_claims_are_about_other_data_and_every_rival_that_is_shown():
    found = claims_of(VALUES, settings(True, "sure"))
    assert {one.stands_for for one in found} == {"data for classification"}
    rivals = claim_of(found, "sure_trade_off").figures
    assert [("FineTune" in one, "Blind" in one) for one in rivals] == [(True, False), (False, True)]


def test_without_claims_or_values_there_is_nothing_to_say():
    assert claims_of(VALUES, {"claims": []}) == []
    assert claims_of(by_seed("tow", ("other", "place"), sure=[1.0]), settings()) == []
    text = claims_files.as_markdown([], "T")
    assert "Claims and places: none." in text


def test_markdown_is_a_table_a_heading():
    found = claims_of(VALUES, settings())
    text = claims_files.as_markdown(found, "T")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == len(found) + 2 and {line.count("|") for line in lines} == {9}
    assert "## Faces | Table 1" in text


def test_verify_makes_claims_anew(tmp_path):
    (tmp_path / "values.csv").write_text(values.as_text(VALUES))
    told = {**settings(), "tables": {}, "values_sha256": sha256(tmp_path / "values.csv")}
    (tmp_path / "provenance.json").write_text(json.dumps(told))
    texts = claims_files.files(claims_of(VALUES, told), "T")
    for ending, text in texts.items():
        (tmp_path / f"claims{ending}").write_text(text)
    assert provenance.verify(tmp_path) == {"claims.csv": "", "claims.md": ""}
    (tmp_path / "claims.csv").write_text(texts[".csv"].replace(",holds,", ",does not hold,"))
    assert "the values say" in provenance.verify(tmp_path)["claims.csv"]
