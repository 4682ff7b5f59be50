"""Search a method's settings on rows and a seed that no table reports, and record every trial.

The settings as they stand are read from --params, and are the first trial. The best trial is
compared with them on fresh rows; where it is no better they are kept, and the record says so. An
entry that says `tuned: DATASET` takes what was chosen from here. The models come from the workflow:
`snakemake tuning/DATASET/METHOD.json` makes them and runs this program.
"""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.errors import UserError, unknown
from regression_unlearning.files import write_json
from regression_unlearning.pipeline import paths
from regression_unlearning.settings.document import check
from regression_unlearning.settings.methods import with_changes
from regression_unlearning.settings.reading import PARAMS, Origins, overlaid, read_yaml
from regression_unlearning.settings.records import ENDED, FORM, Searched
from regression_unlearning.settings.section import validated
from regression_unlearning.settings.tuning import Tuning, record_path
from regression_unlearning.training.device import set_up
from regression_unlearning.training.precision_record import as_recorded
from regression_unlearning.tuning.cases import open_cases
from regression_unlearning.tuning.choice import Nothing, as_record, choose
from regression_unlearning.tuning.search import Trial, search, space_of


def main() -> None:
    """Read the arguments, search, write the record."""
    parser = program.parser(__doc__)
    parser.add_argument(
        "--params", type=Path, nargs="+", default=[Path(PARAMS)], help="files of settings, in order"
    )
    parser.add_argument("--dataset", required=True, help="key of the dataset")
    parser.add_argument("--method", required=True, help="key of the method's entry")
    for name, kind in (("--budget", float), ("--most", float), ("--seed", int)):
        parser.add_argument(name, type=kind, help="in place of the dataset's own (see `tuning`)")
    parser.add_argument("--forget-set", nargs="+", help="in place of the dataset's own")
    parser.add_argument(
        "--threads", type=program.whole_number(1), default=1, help="CPU threads of this program"
    )
    parser.add_argument("--device", type=program.device, default="auto", help="auto, cpu or cuda")
    parser.add_argument(
        "--gpus", type=program.whole_number(0), default=0, help="GPUs that this job asked for"
    )
    parser.add_argument("--output", type=Path, help="tuning/DATASET/METHOD.json if not given")
    given = parser.parse_args()
    origins = Origins([(str(path), read_yaml(path)) for path in given.params])
    folder = given.params[0].parent
    settings = check(origins.merged, origins, folder)
    if given.dataset not in settings.datasets:
        raise unknown("dataset", given.dataset, settings.datasets)
    dataset = settings.datasets[given.dataset]
    method = dataset.method(given.method)
    space_of(method.method)
    if dataset.tuning is None and not given.forget_set:
        place = settings.at(f"datasets.{given.dataset}")
        raise UserError(f"{place} has no `tuning`; name a --forget-set.")
    own = dataset.tuning.plain() if dataset.tuning else {}
    asked = {key: getattr(given, key) for key in ("budget", "most", "seed")}
    asked["forget_sets"] = given.forget_set
    changes = {key: value for key, value in asked.items() if value is not None}
    chosen = validated(Tuning, {**own, **changes})
    asked = {"datasets": {given.dataset: {"tuning": chosen.plain()}}}
    values = overlaid(origins.merged, asked)
    settings = check(values, origins, folder)  # against what the tables report
    device = set_up(given.device, given.threads, given.gpus)
    dataset = as_recorded(dataset, Path(paths.precision(given.dataset)))
    cases = open_cases(settings, given.dataset, given.method, chosen, device)
    nothing = Nothing.of(cases)
    trials = search(
        cases,
        method.method,
        dataset.method(given.method).options,
        budget=chosen.budget,
        most=chosen.most,
        epochs=dataset.training.epochs,
        seed=chosen.seed,
    )
    choice = choose(trials, chosen.most, nothing)
    start_found = isinstance(method.tuned, Searched) and method.tuned.found
    record = {
        "form": FORM,
        "dataset": given.dataset,
        "method": given.method,
        "seed": chosen.seed,
        "budget_s": chosen.budget,
        "most": chosen.most,
        "forget_sets": list(chosen.forget_sets),
        **with_changes(method, choice.kept.changed),
        **as_record(trials, choice, nothing, start_found),
        "rows": {name: case.rows for name, case in zip(chosen.forget_sets, cases, strict=True)},
    }
    write_json(given.output or Path(record_path(given.dataset, given.method)), record)
    program.say(
        f"{given.dataset}/{given.method}: {ENDED[choice.outcome]}; {len(trials)} trials; on fresh "
        f"rows best {_shown(choice.best)}, start {_shown(choice.start)}, doing nothing "
        f"{nothing.confirmed:.4f}; {choice.kept.changed or 'no change'}"
    )


def _shown(trial: Trial) -> str:
    return "failed" if trial.confirmed is None else f"{trial.confirmed:.4f}"


if __name__ == "__main__":
    program.run(main)
