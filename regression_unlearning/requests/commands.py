"""Commands of deletion requests: `forget`, `purge`, `list-requests`, `verify-requests`.

Nothing here imports a network library before a request is answered.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from regression_unlearning import program
from regression_unlearning.errors import UserError
from regression_unlearning.requests import ledger
from regression_unlearning.requests.ledger import FOLDER, PAGE
from regression_unlearning.requests.page import size
from regression_unlearning.requests.purging import purge
from regression_unlearning.requests.request import read_request
from regression_unlearning.requests.verifying import verify
from regression_unlearning.settings.document import load_settings
from regression_unlearning.settings.reading import PARAMS

FORGET = """\
Answer a deletion request: unlearn the rows from the model, audit the new model, and write
requests/ID/ and a line of requests/ledger.jsonl. Ends with status 0 if the new model passed, with
1 if it did not (it is then kept as failed.safetensors), with 2 if the request cannot be answered.
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
    rows = one.add_argument_group("whose rows", "one of these, or `forget` in the file")
    rows.add_argument("--ids", nargs="+", metavar="ID", help="the ids to forget")
    rows.add_argument("--ids-file", metavar="FILE", help="a text file with one id a line")
    rows.add_argument(
        "--where",
        nargs="+",
        metavar=("COLUMN", "VALUE"),
        help="rows of a person, a customer: `--where customer MT_001`",
    )
    rows.add_argument(
        "--band",
        nargs=2,
        metavar=("FROM", "BELOW"),
        help="rows whose target lies in a band; - leaves an end open",
    )
    rows.add_argument(
        "--dates", nargs=2, metavar=("FIRST", "LAST"), help="rows of days, both ends included"
    )
    rows.add_argument("--column", help="the column of --band or --dates")
    one.add_argument("--method", help="one of the dataset's methods, auto, or retrain")
    one.add_argument(
        "--configfile", nargs="+", default=[], help="settings of your own, over params.yaml"
    )
    one.add_argument(
        "--with-gold",
        action="store_true",
        help="retrain a model without the rows, and compare: costs a training",
    )
    one.add_argument("--device", default="auto", help="auto, cpu or cuda (default: auto)")
    one.add_argument("--threads", type=int, default=1, help="CPU threads (default: 1)")
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
    for command in (one, two, three, four):
        command.add_argument("--json", action="store_true", help="print JSON")


def _forget(given: argparse.Namespace) -> None:
    keys = ("id", "date", "reference", "dataset", "seed", "checkpoint", "method")
    options = {key: getattr(given, key) for key in keys if getattr(given, key) is not None}
    if forget := _chosen(given):
        options["forget"] = forget
    request = read_request(*given.request, **options)
    settings = load_settings(PARAMS, *given.configfile)
    from regression_unlearning.requests.answering import forget
    from regression_unlearning.training import interruption

    interruption.listen()
    answer = forget(
        settings,
        request,
        with_gold=given.with_gold,
        device=given.device,
        threads=given.threads,
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


def _chosen(given: argparse.Namespace) -> dict[str, Any] | None:
    """Whose rows the options ask for, as a request has it."""
    found: dict[str, dict[str, Any]] = {}
    if given.ids or given.ids_file:
        found["ids"] = {"ids": given.ids, "file": given.ids_file}
    if given.where:
        column, *values = given.where
        found["where"] = {"column": column, "equals": values}
    if given.band:
        edges = (None if one == "-" else _number(one) for one in given.band)
        found["band"] = dict(zip(("from", "below"), edges, strict=True)) | {"column": given.column}
    if given.dates:
        found["dates"] = {"first": given.dates[0], "last": given.dates[1], "column": given.column}
    if len(found) > 1:
        raise UserError(f"--{' and --'.join(found)} choose rows in two ways; give one of them.")
    for select, values in found.items():
        return {"select": select, **{key: one for key, one in values.items() if one is not None}}
    return None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UserError(f"--band: {text!r} is no number; give one, or - for no end.") from None


def _list(given: argparse.Namespace) -> None:
    lines = ledger.read(FOLDER)
    found = [line.plain() for line in lines]
    text = "\n".join(
        f"{' + '.join((line.id, *line.together))}: {line.dataset}, seed {line.seed}: "
        f"{'passed' if line.passed else 'not passed'}"
        for line in lines
    )
    _say(given, {"requests": found, "head": ledger.head(FOLDER)}, text or "no request yet")


def _verify(given: argparse.Namespace) -> None:
    wrong = verify(FOLDER, given.head)
    count = 0 if wrong else len(ledger.read(FOLDER))
    said = f"{count} request{'' if count == 1 else 's'}: all is as it was written"
    _say(given, {"wrong": wrong}, "\n".join(wrong) or said)
    if wrong:
        sys.exit(1)


def _purge(given: argparse.Namespace) -> None:
    told = purge(given.request, agree=(lambda _: True) if given.yes else _agreed)
    done = "taken" if told["purged"] else "nothing was taken"
    text = _listed(told) + f"\n{done}"
    if told["purged"]:
        text += f"\nhead of the ledger, to keep elsewhere: {told['head']}"
    _say(given, told, text)
    if told["taken"] and not told["purged"]:
        sys.exit(1)


def _agreed(told: dict[str, Any]) -> bool:
    text = program.plain(_listed(told))
    sys.stderr.write(f"{text}\ntake all of this away? (yes/no) ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _listed(told: dict[str, Any]) -> str:
    return "\n".join(
        [
            *(f"{one['place']}: {one['what']}, {size(one['bytes'])}" for one in told["taken"]),
            *(f"stays: {one['place']}: {one['what']}" for one in told["left"]),
            *(f"outside: {one}" for one in told["outside"]),
        ]
    )


def _say(given: argparse.Namespace, values: Any, text: str) -> None:
    shown = json.dumps(values, indent=2, ensure_ascii=False) if given.json else program.plain(text)
    program.say(shown)
