"""The paper's printed numbers: spot checks, counts, and the gaps that the paper leaves."""

import pytest

from regression_unlearning.errors import UserError
from regression_unlearning.reporting.paper_values import paper_values

KEYS = ["dataset", "forget_set", "method", "measure"]


def value(table, *keys):
    frame = paper_values(table).set_index(KEYS)["value"]
    return frame[keys]


@pytest.mark.parametrize(
    ("table", "count"), [("table1", 88), ("table2", 66), ("table3", 38), ("table4", 20)]
)
def test_every_printed_number_is_there_once(table, count):
    frame = paper_values(table)
    assert len(frame) == count and not frame.duplicated(KEYS).any()
    assert (frame["value"].astype(float) >= 0).all()


def test_all_tables_together_have_no_double():
    frame = paper_values()
    assert len(frame) == 212 and not frame.duplicated(["table", *KEYS]).any()
    twice = frame[frame.duplicated(KEYS, keep=False)]
    assert set(twice["table"]) == {"table1", "table4"} and set(twice["method"]) == {"blindspot"}
    assert (twice.groupby(KEYS)["value"].nunique() == 1).all()


def test_spot_checks():
    assert (
        value("table1", "imdb_wiki", "age_60_100", "gaussian_amnesiac", "attack_label_rate")
        == "0.0005"
    )
    assert value("table1", "agedb", "age_0_30", "finetune", "error_forget_train") == "10.40"
    assert value("table2", "stsb", "score_0_2", "retrained", "attack_label_rate") == "0.002"
    assert value("table2", "stsb", "year_2015", "blindspot", "anamnesis") == "0.53"
    assert value("table3", "electricity", "load_low", "original", "wasserstein_train") == "15.43"
    assert value("table4", "agedb", "age_0_30", "blindspot_lambda_250", "anamnesis") == "1.33"


def test_dashes_are_absent():
    frame = paper_values()
    gold = frame[frame["method"] == "retrained"]
    assert not gold["measure"].isin(["wasserstein_train", "anamnesis"]).any()
    assert "anamnesis" not in set(frame.loc[frame["dataset"] == "electricity", "measure"])


def test_unknown_table_gets_a_hint():
    with pytest.raises(UserError, match="did you mean 'table2'"):
        paper_values("tabel2")
