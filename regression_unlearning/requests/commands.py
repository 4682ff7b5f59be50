"""Commands of deletion requests: `forget`, `purge`, `compare`, `list-requests`, `verify-requests`.

Nothing here imports a network library before a request is answered.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from regression_unlearning import program
from regression_unlearning.requests import ledger, options
from regression_unlearning.requests.ledger import FOLDER, PAGE
from regression_unlearning.requests.page import number, size
from regression_unlearning.requests.purging import purge
from regression_unlearning.requests.request import read_request
from regression_unlearning.requests.verifying import verify
from regression_unlearning.settings.document import load_settings
from regression_unlearning.settings.reading import PARAMS

FORGET = """\
Answer a deletion request: unlearn the rows from the model, audit the new model, and write
requests/ID/ and a line of requests/ledger.jsonl. Ends with status 0 if the new model passed, with
1 if it did not (it is then kept as failed.safetensors), with 2 if the request cannot be answered.
The very same request a second time gets the answer that it has.
"""
PURGE = """\
Delete raw copies, prepared data, forget sets, observations, models that were trained on the rows,
and DVC's cache; the last model of each chain of requests stays. Lists all of it with its size,
asks, writes a line of requests/ledger.jsonl, and tells what may hold the rows outside the project.
The data are fetched and prepared anew when they are needed; the rows stay out of every training.
"""
EXAMPLE = """\
example:
  regression-unlearning forget --request REQUEST.yaml

  REQUEST.yaml:
    id: letter_17
    date: 2026-11-27
    reference: our file 4711
    dataset: demo_pairs
    forget: {select: ids, ids: [train-00012, train-00057]}
    method: finetune
"""


def add(commands: Any) -> None:
    """Add the commands to those of the console command."""
    shape = argparse.RawDescriptionHelpFormatter
    one = commands.add_parser(
        "forget",
        help="answer a deletion request: unlearn, audit, write it into the ledger",
        description=FORGET,
        epilog=EXAMPLE,
        formatter_class=shape,
    )
    one.set_defaults(run=_forget)
    one.add_argument(
        "--request",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="the request's file; options go before it. Several are answered together, by one run, "
        "under the first one's id",
    )
    one.add_argument("--id", help="its name, and that of its folder")
    one.add_argument("--date", help="its day, such as 2026-11-27")
    one.add_argument("--reference", help="what the requester calls it: a number, no name")
    one.add_argument("--dataset", help="an entry of params.yaml's datasets")
    one.add_argument("--seed", type=int, help="training seed of the model")
    one.add_argument("--checkpoint", help="the model's file; else the last one of the chain")
    options.add(one)
    one.add_argument("--method", help="one of the dataset's methods, auto, or retrain")
    one.add_argument(
        "--wait", action="store_true", help="wait while another request is being answered"
    )
    one.add_argument(
        "--with-gold",
        action="store_true",
        help="retrain a model without the rows, and compare: costs a training",
    )
    two = commands.add_parser("list-requests", help="list the requests that were answered")
    two.set_defaults(run=_list)
    three = commands.add_parser(
        "verify-requests", help="see that ledger, audits and models are what was written"
    )
    three.set_defaults(run=_verify)
    three.add_argument("--head", help="hash of the ledger's last line, as `forget` has told it")
    four = commands.add_parser(
        "purge",
        help="delete whatever in the project holds the rows of a request that passed",
        description=PURGE,
        formatter_class=shape,
    )
    four.set_defaults(run=_purge)
    four.add_argument("--request", required=True, help="the request's id")
    four.add_argument("--yes", action="store_true", help="do not ask")
    five = commands.add_parser(
        "compare",
        help="compare two models on a forget set: errors, attacks, outputs",
        description="Observe two models on a forget set's rows, and tell errors, attacks and how "
        "far what they put out is apart.",
    )
    five.set_defaults(run=_compare)
    for place in ("first", "second"):
        five.add_argument(place, help="a model's file, or the id of a request that passed")
    five.add_argument("--dataset", required=True, help="an entry of params.yaml's datasets")
    five.add_argument("--forget-set", required=True, help="one of the dataset's forget sets")
    for command in (one, five):
        command.add_argument(
            "--configfile", nargs="+", default=[], help="settings of your own, over params.yaml"
        )
        command.add_argument(
            "--device", type=program.device, default="auto", help="auto, cpu or cuda"
        )
        command.add_argument(
            "--threads", type=program.whole_number(1), default=1, help="CPU threads (default: 1)"
        )
        command.add_argument(
            "--gpus", type=program.whole_number(0), default=0, help="GPUs that must be there"
        )
    for command in (one, two, three, four, five):
        command.add_argument("--json", action="store_true", help="print JSON")


def _forget(given: argparse.Namespace) -> None:
    keys = ("id", "date", "reference", "dataset", "seed", "checkpoint", "method")
    values = {key: getattr(given, key) for key in keys if getattr(given, key) is not None}
    if chosen := options.chosen(given):
        values["forget"] = chosen
    request = read_request(*given.request, **values)
    settings = load_settings(PARAMS, *given.configfile)
    from regression_unlearning.requests.answering import forget
    from regression_unlearning.training import interruption

    interruption.listen()
    answer = forget(
        settings,
        request,
        with_gold=given.with_gold,
        wait=given.wait,
        device=given.device,
        threads=given.threads,
        gpus=given.gpus,
    )
    _say(
        given,
        {"folder": str(answer.folder), "head": answer.head, **answer.audit},
        "\n".join(filter(None, (answer.audit["verdict"], answer.audit["advice"])))
        + f"\n{answer.folder / PAGE}: the audit, to print\n"
        f"head of the ledger, to keep elsewhere: {answer.head}",
    )
    if not answer.passed:
        sys.exit(1)


def _list(given: argparse.Namespace) -> None:
    entries = ledger.entries(FOLDER)
    lines = [one for one in entries if isinstance(one, ledger.Line)]
    purged = sorted({one.purge for one in entries if isinstance(one, ledger.Purge)})
    report = {"requests": [line.plain() for line in lines], "purged": purged}
    text = "\n".join(
        f"{' + '.join((line.id, *line.together))}: {line.dataset}, seed {line.seed}: "
        f"{'passed' if line.passed else 'not passed'}{', purged' if line.id in purged else ''}"
        for line in lines
    )
    _say(given, {**report, "head": ledger.head(FOLDER)}, text or "no request yet")


def _verify(given: argparse.Namespace) -> None:
    wrong = verify(FOLDER, given.head)
    count = 0 if wrong else len(ledger.read(FOLDER))
    summary = f"{count} request{'' if count == 1 else 's'}: all is as it was written"
    _say(given, {"wrong": wrong}, "\n".join(wrong) or summary)
    if wrong:
        sys.exit(1)


def _purge(given: argparse.Namespace) -> None:
    outcome = purge(given.request, agree=(lambda _: True) if given.yes else _agreed)
    done = "taken" if outcome["purged"] else "nothing was taken"
    text = _listed(outcome) + f"\n{done}"
    if outcome["purged"]:
        text += f"\nhead of the ledger, to keep elsewhere: {outcome['head']}"
    _say(given, outcome, text)
    if outcome["taken"] and not outcome["purged"]:
        sys.exit(1)


def _compare(given: argparse.Namespace) -> None:
    settings = load_settings(PARAMS, *given.configfile)
    from regression_unlearning.requests.comparing import compare

    named = given.first, given.second, given.dataset, given.forget_set
    comparison = compare(
        settings, *named, device=given.device, threads=given.threads, gpus=given.gpus
    )
    lines = [f"first: {comparison['models'][0]}", f"second: {comparison['models'][1]}"]
    lines += [
        f"error in {comparison['unit']} on {one['rows']} ({one['number']:,}): first "
        f"{number(one['before'])}, second {number(one['after'])}; apart {number(one['apart'])}"
        for one in comparison["errors"]
    ]
    for one in comparison["attacks"]:
        of = (one.get("before"), one.get("after"))
        intervals = (
            f"{a['auc']:.2f} ({a['low']:.2f} to {a['high']:.2f})" if a else "–" for a in of
        )
        lines.append(
            f"AUC of the {one['attack']} attack: first {next(intervals)}, second {next(intervals)}"
        )
    _say(given, comparison, "\n".join(lines))


def _agreed(plan: dict[str, Any]) -> bool:
    text = program.plain(_listed(plan))
    sys.stderr.write(f"{text}\ntake all of this away? (yes/no) ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _listed(plan: dict[str, Any]) -> str:
    return "\n".join(
        [
            *(f"{one['place']}: {one['what']}, {size(one['bytes'])}" for one in plan["taken"]),
            *(f"stays: {one['place']}: {one['what']}" for one in plan["left"]),
            *(f"outside: {one}" for one in plan["outside"]),
        ]
    )


def _say(given: argparse.Namespace, values: Any, text: str) -> None:
    shown = json.dumps(values, indent=2, ensure_ascii=False) if given.json else program.plain(text)
    program.say(shown)
