"""The membership attacks on observed models of which it is known what an attack must find."""

from types import SimpleNamespace

import numpy as np
import pytest
from observed_models import observation
from sklearn.svm import SVC

from regression_unlearning.evaluation import draws, membership, representation
from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.observations import Observation

SETTINGS = membership.Settings()
ATTACKS = ("attack", "attack_matched", "attack_released", "attack_released_retain")


def rows_of(arrays, seed=0, **settings):
    own = SimpleNamespace(observations={seed: Observation(arrays)})
    given = Inputs("d", "f", "m", own, own)
    return membership.measure(given, membership.Settings(**settings))


def values(arrays, seed=0, **settings):
    return {row.quantity: row.value for row in rows_of(arrays, seed, **settings)}


def model(*, members=600, tests=600, forget=200, noise=(1.0, 1.0, 1.0), seed=0, label=None):
    """A model of the squared loss whose errors are normal, and smaller or larger on each part.

    `noise` is the deviation of errors on retain, forget, and test rows. `label` gives the targets
    of a part from a generator and a count; by default all parts have the same distribution.
    """
    arrays = observation(members=members, tests=tests, forget=forget, seed=seed, like=0.3)
    generator = np.random.default_rng(100 + seed)
    for part, deviation in zip(("retain", "forget", "test"), noise, strict=True):
        target = arrays[f"{part}/target"]
        if label is not None:
            target = label(part, generator, len(target)).astype(np.float32)
        error = (deviation * generator.normal(size=len(target))).astype(np.float32)
        arrays |= {
            f"{part}/target": target,
            f"{part}/prediction": target + error,
            f"{part}/loss": error**2,
            f"{part}/output_gradient": 2 * error[:, None],
        }
    return arrays


def deviation_of_auc(members, others, auc=0.5):
    """Standard deviation of an AUC (Hanley and McNeil, Radiology 143, 1982, equation 1)."""
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (members - 1) * (one - auc**2) + (others - 1) * (two - auc**2)
    return (variance / members / others) ** 0.5


# What an attack must find


def test_a_model_that_knows_its_rows_by_heart_is_told():
    found = values(model(noise=(0.0, 0.0, 1.0)))
    for name in ATTACKS:
        assert found[f"{name}_auc"] > 0.95, name
        assert found[f"{name}_label_rate"] > 0.95, name
    assert abs(found["attack_baseline_auc"] - 0.5) < 4 * deviation_of_auc(180, 180)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_retrained_model_that_errs_alike_on_all_rows_gives_nothing_away(seed):
    """The mean over draws errs no more than one draw; the fewest rows held out are of the match."""
    arrays = model(seed=seed)
    limit = 4 * deviation_of_auc(120, 120)
    found = values(arrays, seed)
    for name in (*ATTACKS, "attack_baseline"):
        assert abs(found[f"{name}_auc"] - 0.5) < limit, name
    told, _ = representation.attack(Observation(arrays), representation.Settings(iterations=50))
    assert all(abs(auc - 0.5) < 4 * deviation_of_auc(180, 180) for auc in told.values())


@pytest.mark.parametrize("noise", [(0.1, 0.1, 1.0), (0.1, 1.0, 1.0)])
def test_the_forget_rows_are_called_what_they_are_like(noise):
    """Forgotten rows on which a model errs as on test rows are no members; kept rows are."""
    found = values(model(noise=noise))
    for name in ("attack", "attack_released_retain"):
        assert (found[f"{name}_label_rate"] > 0.7) == (noise[1] == 0.1), name
        assert (found[f"{name}_label_rate"] < 0.3) == (noise[1] == 1.0), name


def band(part, generator, count):
    """Labels 0 to 2 are to forget: no retain row has one, 3 of 10 test rows have.

    The labels of other test rows crowd at 2.
    """
    share = generator.uniform(size=count)
    labels = 2 + 3 * (share if part == "retain" else share**3)
    low = {"retain": 0, "forget": count, "test": int(0.3 * count)}[part]
    labels[:low] = generator.uniform(0, 2, low)
    return labels


def test_an_attack_on_a_band_that_sees_nothing_but_the_label_is_its_baseline():
    arrays = model(label=band)
    for part in ("retain", "forget", "test"):
        labels = arrays[f"{part}/target"]
        arrays |= {
            f"{part}/loss": np.ones_like(labels),
            f"{part}/output_gradient": np.zeros((len(labels), 1), np.float32),
            f"{part}/activation": np.repeat(labels[:, None], 3, 1),
        }
    found = values(arrays)
    # The kernel is the baseline's up to rounding: at most a row on the boundary may turn.
    assert abs(found["attack_label_rate"] - found["attack_baseline_label_rate"]) < 1 / 200
    # Decisions of both are within the solver's tolerance, 0.001: some neighbours swap their ranks.
    assert abs(found["attack_auc"] - found["attack_baseline_auc"]) < 0.01
    assert found["attack_auc"] > 0.6 and found["attack_label_rate"] < 0.1  # "not members"
    assert abs(found["attack_matched_auc"] - 0.5) < 4 * deviation_of_auc(126, 126)


def test_the_baseline_knows_the_label_alone():
    """It is the same for every model of a training seed, also where the labels tell nothing."""
    one, other = (values(model(noise=noise)) for noise in ((1.0, 1.0, 1.0), (0.0, 0.0, 2.0)))
    names = [name for name in one if name.startswith("attack_baseline")]
    assert len(names) == 3 and all(one[name] == other[name] for name in names)
    on_a_band = values(model(noise=(0.0, 0.0, 1.0), label=band))
    assert on_a_band["attack_baseline_label_rate"] < 0.1 and on_a_band["attack_label_rate"] > 0.9


# The released code's


@pytest.mark.parametrize("reading", ["attack_released", "attack_released_retain"])
def test_the_released_attack_is_scikit_learn_s_on_the_errors_alone(reading):
    """Feature |prediction - target|, not standardised; class 1 of all of train, or of retain."""
    arrays = model(members=150, tests=120, forget=90, noise=(0.6, 0.8, 1.0))
    apart = {
        part: np.abs(arrays[f"{part}/prediction"] - arrays[f"{part}/target"].astype(float))
        for part in ("retain", "forget", "test")
    }
    members = apart["retain"]
    if reading == "attack_released":
        members = np.concatenate([members, apart["forget"]])
    rates = []
    for random in np.random.default_rng((0, 7)).spawn(10):
        drawn = draws.divide(draws.pairs(len(members), 120, random), 500, 0.3)
        one, other = drawn.fitted
        fitted = np.concatenate([members[one], apart["test"][other]])[:, None]
        machine = SVC(C=3, gamma="auto", kernel="rbf").fit(fitted, np.repeat([1, 0], 84))
        rates.append(machine.predict(apart["forget"][:, None]).mean())
    found = values(arrays, seed=7)
    # A row may turn whose decision is nearer to 0 than the solver's tolerance.
    assert found[f"{reading}_label_rate"] == pytest.approx(np.mean(rates), abs=1 / 90)
    assert found[f"{reading}_spread"] == pytest.approx(np.std(rates, ddof=1), abs=1 / 90)


def test_the_released_attack_looks_at_nothing_else():
    """Neither the dataset's loss, nor gradients and activations; the paper's attack does."""
    arrays = model(noise=(0.5, 0.5, 1.0))
    other = model(seed=9)
    changed = {
        name: other[name] if name.rpartition("/")[2] in {"loss", "activation"} else value
        for name, value in arrays.items()
    }
    found, again = values(arrays), values(changed)
    released = [name for name in found if name.startswith("attack_released")]
    assert len(released) == 6 and all(found[name] == again[name] for name in released)
    assert found["attack_auc"] != again["attack_auc"]


def test_both_readings_of_the_released_attack_differ_where_forget_rows_are_unlike_retain_rows():
    """Forget rows err most: in class 1 they are members, against retain rows they are not.

    So the former reading can call an original's forget rows members, and the latter cannot.
    """
    arrays = model(members=400, forget=400, tests=1000, noise=(0.1, 0.1, 1.0))
    arrays["forget/prediction"] = arrays["forget/prediction"] + np.float32(3)
    found = values(arrays)
    assert found["attack_released_label_rate"] > 0.9
    assert found["attack_released_retain_label_rate"] < 0.1


# Draws


def test_an_average_over_draws_moves_less_than_one_draw():
    """Of one model: the mean of 10 draws moves about a third as much as one draw does."""
    arrays = model(noise=(0.9, 0.9, 1.0))
    takes = [values(arrays, seed=seed, draws=10, rows=60) for seed in range(8)]
    for name in ("attack", "attack_released"):
        moved = np.std([one[f"{name}_label_rate"] for one in takes], ddof=1)
        spread = np.mean([one[f"{name}_spread"] for one in takes])
        assert 0 < moved < 0.7 * spread, name


def test_same_seed_same_bits_and_each_seed_its_own_rows():
    arrays = model()
    first, again = (rows_of(arrays, rows=20, draws=3) for _ in range(2))
    assert first == again
    assert values(arrays, rows=20, draws=3) != values(arrays, rows=20, draws=3, seed=1)
    own = [row.note for row in first if row.quantity == "attack_label_rate"]
    assert own == ["3 draws of 20 rows a class"]


def test_the_seed_of_the_settings_draws_other_rows():
    arrays, own = model(), SimpleNamespace
    given = Inputs("d", "f", "m", own(observations={0: Observation(arrays)}), own(observations={}))
    one, other = (
        membership.measure(given, membership.Settings(rows=20, seed=seed)) for seed in (0, 1)
    )
    assert one != other


def test_members_are_held_against_rows_of_the_training_period_where_there_are_some():
    arrays = model(noise=(0.0, 0.0, 1.0))
    late = {name: value for name, value in arrays.items() if name.startswith("test/")}
    unseen = arrays | {f"unseen_{name}": value for name, value in late.items()}
    found = values(unseen)
    for name in ("target", "prediction", "loss", "activation"):
        unseen[f"test/{name}"] = unseen[f"test/{name}"] + np.float32(50)
    assert values(unseen) == found != values(arrays | {"test/loss": unseen["test/loss"]})


# What is said

#: Without those of classes alone, which `test_measures_of_classes` looks at.
OF_NUMBERS = [one for one in membership.QUANTITIES if membership.OUTPUTS not in one.key]


@pytest.mark.parametrize(
    ("tests", "said"), [(4, "4 rows a class"), (1, "1 row a class"), (6, "6 rows a class")]
)
def test_too_few_rows_are_said_of_every_quantity(tests, said):
    few = rows_of(observation(tests=tests, like=0))
    assert {row.quantity for row in few} == {one.key for one in OF_NUMBERS}
    assert len(few) == len(OF_NUMBERS)
    note = f"{said}, too few for an attack: it is fitted to 3 at least, and 3 are held out"
    assert all(row.value is None and row.note == note for row in few)


def test_an_attack_that_cannot_be_matched_is_said_of_it_alone():
    rows = rows_of(observation(like=1))  # no never-seen row is unlike the forget set
    absent = {row.quantity for row in rows if row.value is None}
    assert absent == {f"attack_matched_{part}" for part in ("label_rate", "spread", "auc")}
    assert all("0 rows a class" in row.note for row in rows if row.value is None)


def test_every_quantity_is_a_share_or_an_auc_in_its_range():
    found = values(model(noise=(0.5, 0.8, 1.0)))
    assert set(found) == {one.key for one in OF_NUMBERS}
    for one in OF_NUMBERS:
        assert (one.least, one.most) == (0, 1) and 0 <= found[one.key] <= 1


@pytest.mark.parametrize(("forget", "said"), [(1, "1 forget row,"), (2, "2 forget rows,"), (3, "")])
def test_of_fewer_rows_than_an_attack_needs_there_is_no_share(forget, said):
    """What the attack tells of its own two classes is of other rows, and stays."""
    for row in rows_of(observation(forget=forget), draws=2, rows=10):
        if said and not row.quantity.endswith("_auc"):
            assert (row.value, row.note) == (None, f"{said} too few for a share: it takes 3")
        else:
            assert row.value is not None and row.note.startswith("2 draws of 10 rows a class")
