"""What a change reruns: exactly what depends on it."""

import ast
import os
import time
from itertools import product

import pytest
from projects import Job, slow

FORGET_SETS = ("score_0_2", "random_1000", "year_2015")
METHODS = ("finetune", "gaussian_amnesiac", "reg_amnesiac", "blindspot", "blindspot_norm")
LIBRARY = "regression_unlearning"
TABLES = {
    Job("table", "results/paper/table2.csv"),
    Job("metrics", "results/paper/metrics.json"),
}
#: What is made of the measured values alone.
VALUES = {
    Job("values", "results/paper/values.csv"),
    Job("claims", "results/paper/claims.csv"),
}
#: Every change of numbers reaches these.
REPORTED = (
    TABLES
    | VALUES
    | {
        Job("figure", "results/paper/figure4.png"),
        Job("report", "results/paper/report.html"),
        Job("all_tables", "all_tables"),
    }
)


def originals(seed=0):
    return {Job("train_original", f"checkpoints/original/stsb/seed_{seed}.safetensors")}


def trained(role, forget_sets=FORGET_SETS, seed=0):
    return {
        Job(f"train_{role}", f"checkpoints/{role}/stsb/{f}/seed_{seed}.safetensors")
        for f in forget_sets
    }


def unlearned(methods=METHODS, forget_sets=FORGET_SETS, seed=0):
    return {
        Job("unlearn", f"checkpoints/unlearned/stsb/{f}/{m}/seed_{seed}.safetensors")
        for f, m in product(forget_sets, methods)
    }


def observed(forget_sets=FORGET_SETS, seed=0):
    return {Job("observe", f"observations/stsb/{f}/original/seed_{seed}.npz") for f in forget_sets}


def measured(forget_sets=FORGET_SETS):
    return {Job("measure", f"measures/paper/stsb/{f}.csv") for f in forget_sets}


def of_methods(methods, forget_sets=FORGET_SETS):
    """A method's jobs and all that comes after them."""
    return unlearned(methods, forget_sets) | measured(forget_sets) | REPORTED


def from_training(forget_sets=FORGET_SETS, seed=0):
    """All jobs of some forget sets that hang on their own trainings."""
    return (
        trained("retrained", forget_sets, seed)
        | trained("blindspot", forget_sets, seed)
        | observed(forget_sets, seed)
        | unlearned(METHODS, forget_sets, seed)
        | measured(forget_sets)
        | REPORTED
    )


EVERYTHING = originals() | from_training()


def append(project, path, text="\n# a comment\n"):
    with (project.root / path).open("a", encoding="utf-8") as file:
        file.write(text)


def edit(project, path, old, new):
    """Replace a text that stands in a file, once at least."""
    file = project.root / path
    text = file.read_text(encoding="utf-8")
    assert old in text, (path, old)
    file.write_text(text.replace(old, new), encoding="utf-8")


def same(found, expected):
    found, expected = list(found), set(expected)
    assert len(found) == len(set(found))
    assert set(found) - expected == set(), "ran without need"
    assert expected - set(found) == set(), "was not rerun"


def test_nothing_to_do(built):
    same(built.jobs(), [])


def touch_every_file(project):
    later = time.time() + 60
    for number, path in enumerate(sorted(project.root.rglob("*"))):
        if path.is_file() and ".snakemake" not in path.parts:
            os.utime(path, (later + number % 7, later + number % 7))


@pytest.mark.slow
def test_touching_every_file_reruns_nothing(built):
    touch_every_file(built)
    same(built.jobs(), [])


# Settings


@pytest.mark.slow
@pytest.mark.parametrize(
    "method", ["blindspot_norm", *slow([("finetune",), ("gaussian_amnesiac",)])]
)
def test_learning_rate_of_a_method(built, method):
    def change(values):
        values["datasets"]["stsb"]["methods"][method]["learning_rate"] = 0.002

    built.edit_params(change)
    same(built.jobs(), of_methods([method]))


@pytest.mark.slow
def test_a_new_seed_trains_that_seed_only(built):
    built.edit_params(lambda values: values["experiments"]["paper"]["seeds"].append(2))
    same(built.jobs(), originals(2) | from_training(seed=2))


def test_a_seed_less_trains_nothing(built):
    """The jobs of the two seeds are jobs of one now: what is finished is not made again."""
    built.edit_params(lambda values: values["experiments"]["paper"]["seeds"].pop())
    jobs = set(built.jobs())
    assert jobs >= measured() | REPORTED
    assert {job.rule for job in jobs} <= {job.rule for job in EVERYTHING}


@pytest.mark.slow
def test_band_of_a_forget_set(built):
    def change(values):
        values["datasets"]["stsb"]["forget_sets"]["score_0_2"]["below"] = 1.5

    built.edit_params(change)
    chosen = {Job("select_forget_set", "data/prepared/stsb/forget_sets/score_0_2.npz")}
    same(built.jobs(), chosen | from_training(["score_0_2"]))


@pytest.mark.slow
def test_a_forget_set_less_hides_no_other_change(built):
    """The jobs of the others are judged by themselves, in the same call."""

    def change(values):
        values["datasets"]["stsb"]["methods"]["finetune"]["learning_rate"] = 0.0005
        paper = values["experiments"]["paper"]
        for layout in (*paper["tables"].values(), *paper["figures"].values()):
            layout["forget_sets"] = list(FORGET_SETS[1:])

    built.edit_params(change)
    same(built.jobs(), of_methods(["finetune"], FORGET_SETS[1:]))


@pytest.mark.slow
def test_learning_rate_of_the_blindspot_helper(built):
    def change(values):
        values["datasets"]["stsb"]["blindspot"]["learning_rate"] = 0.02

    built.edit_params(change)
    same(built.jobs(), trained("blindspot") | of_methods(["blindspot", "blindspot_norm"]))


@pytest.mark.slow
def test_another_relearning_runs_what_relearns(built):
    def change(values):
        values["datasets"]["stsb"]["relearning"]["alpha"] = 0.1

    built.edit_params(change)
    same(built.jobs(), observed() | unlearned() | measured() | REPORTED)


@pytest.mark.parametrize(
    "what", ["dataset, method, forget set", *slow([("dataset",), ("method",), ("forget set",)])]
)
def test_titles_reach_tables_and_figures_alone(built, what):
    def change(values):
        dataset = values["datasets"]["stsb"]
        if "dataset" in what:
            dataset["title"] = "STS"
        if "method" in what:
            dataset["methods"]["finetune"]["title"] = "Fine-tuning"
        if "forget set" in what:
            dataset["forget_sets"]["score_0_2"]["title"] = "Low scores"

    built.edit_params(change)
    same(built.jobs(), REPORTED)


@pytest.mark.slow
def test_another_experiment_is_not_disturbed(built):
    assert built.jobs("--config", "experiment=demo")
    same(built.jobs(), [])


@pytest.mark.slow
def test_facts_of_the_data_reach_tables_and_figures_alone(built):
    """No training reads them: a new share of words with a vector is a new subtitle."""
    (built.root / "data/prepared/stsb/facts.json").write_text('{"words_with_vector": 0.8}\n')
    same(built.jobs(), REPORTED)


@pytest.mark.slow
def test_a_lost_result_alone_is_made_again(built):
    (built.root / "results/paper/figure4.pdf").unlink()
    same(built.jobs(), REPORTED - TABLES - VALUES)


# Code


#: Files to which a comment is added.
COMMENTED = (
    "README.md",
    "params.yaml",
    f"{LIBRARY}/files.py",
    f"{LIBRARY}/errors.py",
    f"{LIBRARY}/program/__init__.py",
    f"{LIBRARY}/settings/wording.py",
    f"{LIBRARY}/training/fit.py",
    f"{LIBRARY}/methods/finetune.py",
    f"{LIBRARY}/data/sources/demo_pairs.py",
    "workflow_scripts/unlearn.py",
)


@pytest.mark.slow
@pytest.mark.parametrize("path", COMMENTED)
def test_a_comment_reruns_nothing(built, path):
    append(built, path)
    same(built.jobs(), [])


#: A kind of edit, a file, what stands there, what stands there then.
WORDS = {
    "docstring": ("training/fit.py", "The one training loop", "The single training loop"),
    "message of files": ("files.py", "make the folder", "build the folder"),
    "message of errors": ("errors.py", "did you mean", "perhaps you meant"),
    "wording": ("settings/wording.py", "must be a whole number", "must be an integer"),
    "function of wording": ("settings/wording.py", "more likewise", "more of the kind"),
    "log": ("training/fit.py", "going on after epoch", "continuing after epoch"),
    "error of a loop": ("training/fit.py", "lower the learning rate or set clip", "be careful"),
    "help": ("training/session.py", "CPU threads of this program", "threads"),
    "message of registry": ("registry.py", "cannot serve as a", "is no"),
    "name of an argument's type": ("training/session.py", "path: Path)", 'path: "Path")'),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", WORDS)
def test_words_rerun_nothing(built, kind):
    path, old, new = WORDS[kind]
    edit(built, f"{LIBRARY}/{path}", old, new)
    same(built.jobs(), [])


def lay_out_anew(project):
    """Write code as another formatter would: without comments, in other lines."""
    for path in (f"{LIBRARY}/training/fit.py", f"{LIBRARY}/files.py", "workflow_scripts/train.py"):
        file = project.root / path
        tree = ast.parse(file.read_text(encoding="utf-8"))
        file.write_text(ast.unparse(tree) + "\n", encoding="utf-8")


@pytest.mark.slow
def test_another_layout_of_the_same_code_reruns_nothing(built):
    lay_out_anew(built)
    same(built.jobs(), [])


def test_what_changes_no_number_reruns_nothing(built):
    """All at once; the slow tests tell them apart."""
    for path, old, new in WORDS.values():
        edit(built, f"{LIBRARY}/{path}", old, new)
    for path, old, new in NOT_READ.values():
        edit(built, f"{LIBRARY}/{path}", old, new)
    lay_out_anew(built)
    for path in COMMENTED:
        append(built, path)
    touch_every_file(built)
    same(built.jobs(), [])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["method", "measure", "network", "source", "figure"])
def test_a_new_file_reruns_nothing(built, kind):
    like = {
        "method": "methods/finetune.py",
        "measure": "evaluation/wasserstein.py",
        "network": "models/lstm.py",
        "source": "data/sources/stsb.py",
        "figure": "reporting/figures/requests.py",
    }[kind]
    old = built.root / LIBRARY / like
    text = old.read_text(encoding="utf-8").replace('"wasserstein', '"another')
    old.with_name("another.py").write_text(text, encoding="utf-8")
    same(built.jobs(), [])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "labels"),
    [
        ("blindspot", ["blindspot", "blindspot_norm"]),
        *slow([("reg_amnesiac", ["reg_amnesiac"])]),
    ],
)
def test_code_of_a_method(built, source, labels):
    edit(built, f"{LIBRARY}/methods/{source}.py", "task.fit(", "1 + 1\n    task.fit(")
    same(built.jobs(), of_methods(labels))


#: Code that no job of the experiment reads: a file, what stands there, what stands there then.
NOT_READ = {
    "what a search tries": ("methods/blindspot.py", "Log(1, 300)", "Log(1, 400)"),
    "another network": ("models/modules/stack.py", "mean((2, 3))", "mean((2, 3)) + 0"),
    "decoding": ("data/families/images/decoding.py", "import hashlib", "import hashlib\n\nX = 1"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", NOT_READ)
def test_code_that_no_job_reads(built, kind):
    path, old, new = NOT_READ[kind]
    edit(built, f"{LIBRARY}/{path}", old, new)
    same(built.jobs(), [])


@pytest.mark.slow
def test_code_of_the_network(built):
    path = f"{LIBRARY}/models/modules/sentence_pair_lstm.py"
    edit(built, path, "return self.output(hidden)", "return self.output(hidden) + 0")
    same(built.jobs(), EVERYTHING)


def test_code_of_the_training_loop(built):
    edit(built, f"{LIBRARY}/training/step.py", "optimiser.step()", "optimiser.step() or None")
    same(built.jobs(), EVERYTHING)


@pytest.mark.slow
def test_code_of_observing(built):
    """What unlearns sees what it makes: its jobs run, and `training.runs` keeps their models."""
    path = f"{LIBRARY}/training/observe.py"
    edit(built, path, 'arrays["last_layer/bias"]', 'arrays["last" + "_layer/bias"]')
    same(built.jobs(), observed() | unlearned() | measured() | REPORTED)


def test_code_of_a_measure(built):
    edit(
        built,
        f"{LIBRARY}/evaluation/wasserstein.py",
        "wasserstein_distance(first",
        "0 + wasserstein_distance(first",
    )
    same(built.jobs(), measured() | (REPORTED - {Job("figure", "results/paper/figure4.png")}))


@pytest.mark.slow
def test_preparing_sentences_runs_preparing(built):
    """All that follows is listed: a dry run cannot know that the arrays come out the same."""
    path = f"{LIBRARY}/data/families/sentence_pairs/prepare.py"
    edit(built, path, "TOKENS = 10", "TOKENS = 5 + 5")
    assert Job("prepare", "data/prepared/stsb/arrays.safetensors") in built.jobs()


@pytest.mark.slow
def test_code_of_a_table(built):
    edit(built, f"{LIBRARY}/reporting/tables.py", "def main_table(", "def main_table(_=0, *, ")
    same(built.jobs(), REPORTED - VALUES - {Job("figure", "results/paper/figure4.png")})


@pytest.mark.slow
def test_code_of_a_figure(built):
    path = f"{LIBRARY}/reporting/figures/difference_densities.py"
    append(built, path, "\n\nANOTHER = 1\n")
    same(built.jobs(), REPORTED - TABLES - VALUES)
