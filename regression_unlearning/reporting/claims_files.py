"""Claims as files: CSV in full precision, and Markdown."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from regression_unlearning.reporting.claims import Checked
from regression_unlearning.reporting.layout import CLAIMS_ENDINGS
from regression_unlearning.reporting.numerals import brief

COLUMNS = (
    *("claim", "sentence", "where", "dataset", "forget_set", "data", "verdict", "figures"),
    *("difference", "ci_low", "ci_high", "p", "seeds", "seeds_needed"),
)
READING = (
    "Each claim is judged by paired comparisons over training seeds: a difference counts beyond "
    "the floor (what retrained models of different seeds differ by) and by a two-sided t test, a "
    "likeness by two one-sided tests against the floor; p values are corrected by Holm's rule over "
    "all comparisons of all claims here. Where a claim has parts, one that fails refutes it. In "
    "brackets the 95 % interval of a difference, not corrected. With fewer than three seeds "
    "nothing is decided; where it cannot be told, the seeds are given that would tell with a power "
    "of 80 %."
)


def files(claims: Sequence[Checked], title: str) -> dict[str, str]:
    """Text of each file by its ending."""
    return dict(zip(CLAIMS_ENDINGS, (as_csv(claims), as_markdown(claims, title)), strict=True))


def data(claim: Checked) -> str:
    """Whether a claim is judged on the paper's data."""
    return f"stand-in for {claim.stands_for}" if claim.stands_for else "the paper's"


def as_csv(claims: Iterable[Checked]) -> str:
    """Claims as CSV, a row for each claim, dataset and forget set."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for claim in claims:
        description = (
            claim.id,
            claim.sentence,
            claim.where,
            claim.dataset,
            claim.forget_set,
            data(claim),
        )
        numbers = (claim.difference, claim.low, claim.high, claim.p, claim.seeds, claim.needed)
        writer.writerow([*description, claim.verdict, "; ".join(claim.figures), *numbers])
    return text.getvalue()


def as_markdown(claims: Sequence[Checked], title: str) -> str:
    """Claims as Markdown, one table for each table or figure of the experiment."""
    count = Counter(claim.verdict for claim in claims)
    tally = ", ".join(f"{number} {verdict}" for verdict, number in sorted(count.items()))
    parts = [f"# {title}: claims", READING, f"Claims and places: {tally or 'none'}."]
    for heading, rows in groupby(claims, lambda claim: claim.heading):
        lines = [
            "| Claim | Where | Data | Verdict | p | Seeds | Seeds needed | Figures |",
            "|:--|:--|:--|:--|--:|--:|--:|:--|",
        ]
        lines += [_row(claim) for claim in rows]
        parts += [f"## {heading}", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def _row(claim: Checked) -> str:
    place = f"{claim.place} ({data(claim)})"
    p = brief(claim.p, 2)
    needed = "" if claim.needed is None else str(claim.needed)
    figures = "<br>".join(claim.figures)
    cells = (
        claim.sentence,
        claim.where,
        place,
        claim.verdict,
        p,
        str(claim.seeds),
        needed,
        figures,
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
