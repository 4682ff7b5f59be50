"""What deletion requests cost, and what ten of them one after the other do to a model.

``cost`` answers one request by each of some methods, from the original on, and retrains for the
same rows: seconds of each, and their share of retraining's, go to results/requests/cost.csv.

``ten`` answers ten requests one after the other for each training seed, and retrains once without
the rows of all ten: the error on never-seen rows to keep goes to results/requests/ten.csv, and
ten.png shows it. It does so with thresholds that every model keeps to, so that each request goes on
from the one before; whether it would have passed by the usual ones is in the file.

Run in the project's folder, where the dataset is prepared and its originals are trained. Whatever
was answered is not answered again: cut off, the same command goes on. Answers lie under
checkpoints/benchmark_requests; the project's own requests are not touched.
"""

import argparse
import csv
import time
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from deletion_requests_drawn import RESULTS, TIMES, draw, read

from regression_unlearning import provenance
from regression_unlearning.data.dataset import made_ready
from regression_unlearning.data.prepared import read_rows
from regression_unlearning.errors import UserError
from regression_unlearning.pipeline import paths
from regression_unlearning.program import run
from regression_unlearning.requests.answering import Answer, forget
from regression_unlearning.requests.request import RETRAIN, Request, Thresholds, read_request
from regression_unlearning.settings.document import Settings, load_settings

WORK = Path("checkpoints/benchmark_requests")
#: Every model that puts out numbers keeps to them.
LENIENT = {"error_rise": 1e9, "auc": 0.999, "confidence": 0.999}
DATE = "2026-11-28"


def project(name: str, dataset: str) -> Path:
    """A folder for requests of their own, with the project's data and originals."""
    made = WORK / dataset / name
    for place in ("data", f"checkpoints/original/{dataset}"):
        link = made / place
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(Path(place).absolute())
    return made


def drawn(settings: Settings, dataset: str, count: int, seed: int = 0) -> list[str]:
    """Ids of training rows, drawn at random."""
    rows = read_rows(made_ready(settings, dataset))
    ids = rows["id"][rows["split"] == "train"].astype(str).to_numpy()
    return np.random.default_rng(seed).choice(ids, count, replace=False).tolist()


def letter(name: str, ids: Iterable[str]) -> dict[str, Any]:
    """What a letter says of itself."""
    return {"id": name, "date": DATE, "forget": {"select": "ids", "ids": list(ids)}}


def said(answer: Answer) -> dict[str, Any]:
    """Error, attack, costs and machine of an answer."""
    audit = answer.audit
    kept, (attack, *_) = audit["errors"][0], audit["attacks"]
    usual = Thresholds()
    inside = all(
        one["after"]["low"] <= usual.auc and one["after"]["high"] >= 1 - usual.auc
        for one in audit["attacks"]
    )
    found = {
        "rows": audit["rows"]["rows_forgotten"],
        "error": kept["after"],
        "auc": attack["after"]["auc"],
        "auc_low": attack["after"]["low"],
        "auc_high": attack["after"]["high"],
        "passes": inside and kept["after"] <= kept["before"] * (1 + usual.error_rise),
        "unlearning_seconds": audit["cost"]["unlearning_seconds"],
        "helper_seconds": audit["cost"]["helper_seconds"],
        "auditing_seconds": audit["cost"]["auditing_seconds"],
    }
    return found | in_words()


def in_words() -> dict[str, str]:
    """The machine that this runs on."""
    machine = provenance.machine()
    threads = machine["threads"]
    return {"machine": f"{machine['device']}, {threads} thread{'s' if threads > 1 else ''}"}


def add(path: Path, line: Mapping[str, Any], keys: int) -> None:
    """Put a line into a CSV file, in the place of one with the same first `keys` values."""
    text = {key: f"{one:.6g}" if isinstance(one, float) else str(one) for key, one in line.items()}
    same = list(text.values())[:keys]
    lines = [one for one in read(path) if list(one.values())[:keys] != same]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, text, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*lines, text])


def cost(settings: Settings, given: argparse.Namespace) -> None:
    """Measure one request by each method, and retraining for it."""
    ids = drawn(settings, given.dataset, given.ids)
    asked = {**letter("one", ids), "dataset": given.dataset, "seed": given.seeds[0]}
    how = {"device": given.device, "threads": given.threads}
    path = RESULTS / "cost.csv"
    retraining = forget(
        settings,
        read_request(**asked, method=RETRAIN),
        project=project(f"cost_{given.ids}_{given.seeds[0]}_{RETRAIN}", given.dataset),
        **how,
    )
    seconds = retraining.audit["cost"]["unlearning_seconds"]
    for method in given.methods:
        place = project(f"cost_{given.ids}_{given.seeds[0]}_{method}", given.dataset)
        key = [given.dataset, method, str(given.ids), str(given.seeds[0])]
        if (place / "requests/one").exists() and any(
            list(one.values())[:4] == key for one in read(path)
        ):
            continue
        begun = time.perf_counter()
        answer = forget(settings, read_request(**asked, method=method), project=place, **how)
        taken = time.perf_counter() - begun
        told = said(answer)
        line = {
            **dict(zip(("dataset", "method", "ids", "seed"), key, strict=True)),
            "answer_seconds": taken,
            "retraining_seconds": seconds,
            "share": taken / seconds,
            "passed": answer.passed,
            **told,
        }
        add(path, line, 4)
    for one in read(path):
        if one["dataset"] == given.dataset:
            print(
                f"{one['dataset']}, {one['ids']} ids by {one['method']}: answered and audited in "
                f"{one['answer_seconds']} s, retraining {one['retraining_seconds']} s: "
                f"{float(one['share']):.1%}; passed: {one['passed']}; {one['machine']}"
            )


def ten(settings: Settings, given: argparse.Namespace) -> None:
    """Answer ten requests for each seed, retrain without all of them, and draw."""
    ids = drawn(settings, given.dataset, TIMES * given.ids)
    groups = [ids[start:end] for start, end in pairwise(range(0, len(ids) + 1, given.ids))]
    how = {"device": given.device, "threads": given.threads}
    (method,) = given.methods
    path, head = RESULTS / "ten.csv", {"dataset": given.dataset, "ids": given.ids}
    for seed in given.seeds:
        model = {"dataset": given.dataset, "seed": seed, "thresholds": LENIENT}
        letters = [letter(f"request_{number}", of) for number, of in enumerate(groups, 1)]
        place = project(f"ten_{given.ids}_{method}_{seed}", given.dataset)
        for number, one in enumerate(letters, 1):
            asked = read_request(**one, **model, method=method)
            answer = forget(settings, asked, project=place, **how)
            if number == 1:
                start = {"error": answer.audit["errors"][0]["before"]}
                nothing = dict.fromkeys(said(answer), "") | start | in_words()
                add(path, {**head, "model": method, "seed": seed, "request": 0, **nothing}, 5)
            line = {**head, "model": method, "seed": seed, "request": number, **said(answer)}
            add(path, line, 5)
            print(f"seed {seed}, request {number} of {TIMES}: error {line['error']:.4g}")
        first, *others = letters
        together: Request = read_request(**first, together=others, **model, method=RETRAIN)
        place = project(f"ten_{given.ids}_{RETRAIN}_{seed}", given.dataset)
        answer = forget(settings, together, project=place, **how)
        line = {**head, "model": RETRAIN, "seed": seed, "request": TIMES, **said(answer)}
        add(path, line, 5)
        print(f"seed {seed}, retrained without all {TIMES}: error {line['error']:.4g}")
    draw(settings)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("cost", "ten", "draw"))
    parser.add_argument("--dataset", help="an entry of params.yaml's datasets")
    parser.add_argument("--methods", nargs="+", default=["finetune"], help="for ten: one")
    parser.add_argument("--ids", type=int, default=100, help="rows of a request")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="for cost: the first")
    parser.add_argument("--configfile", nargs="+", default=[])
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    settings = load_settings("params.yaml", *given.configfile)
    if given.what == "draw":
        draw(settings)
        return
    for seed in given.seeds:
        if not Path(paths.original(given.dataset, seed)).is_file():
            raise UserError(
                f"first: snakemake --cores 2 {paths.original(given.dataset, seed)} "
                f"(with --config experiment=..., if no other experiment asks for it)"
            )
    (cost if given.what == "cost" else ten)(settings, given)


if __name__ == "__main__":
    run(main)
