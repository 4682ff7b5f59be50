"""Colour, dashes and marker of each method in all figures, from its key alone.

The key of a variant, such as ``blindspot_tuned``, is a method's key and a suffix: it keeps the
method's colour and marker, with other dashes and a hollow marker. References are grey.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, TypeVar

_T = TypeVar("_T")
Dashes = str | tuple[float, tuple[float, ...]]
#: Blue to sky blue: Okabe and Ito (2008); wine, indigo: Tol (2021). For any colour vision.
BLUE, VERMILLION, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, WINE, INDIGO = "#E69F00", "#56B4E9", "#882255", "#332288"
COLOURS = (BLUE, VERMILLION, GREEN, PINK, ORANGE, SKY, WINE, INDIGO)
SOLID, LONG, DASH_DOT = "-", (0, (7, 1.5)), (0, (6, 1.5, 1, 1.5))


@dataclass(frozen=True)
class Style:
    """Style of one model.

    Attributes
    ----------
    color : str
        Colour of line, marker and band.
    dashes : str or tuple
        A linestyle of matplotlib, which identifies the method in grey print.
    marker : str
        A marker of matplotlib.
    hollow : bool
        Whether the marker is white inside, as for variants.
    """

    color: str
    dashes: Dashes
    marker: str
    hollow: bool = False

    @property
    def line(self) -> dict[str, Any]:
        """Arguments of a line with markers."""
        return {"color": self.color, "linestyle": self.dashes, **self.points}

    @property
    def points(self) -> dict[str, Any]:
        """Arguments of markers alone."""
        return {
            "marker": self.marker,
            "markerfacecolor": "white" if self.hollow else self.color,
            "markeredgecolor": self.color,
            "markeredgewidth": 0.8,
        }


#: Methods of the project. Two of the same colour differ in dashes and marker.
METHODS = {
    "blindspot": Style(BLUE, SOLID, "o"),
    "finetune": Style(VERMILLION, LONG, "s"),
    "gaussian_amnesiac": Style(GREEN, DASH_DOT, "^"),
    "reg_amnesiac": Style(PINK, SOLID, "v"),
    "sure": Style(ORANGE, LONG, "D"),
    "neggrad": Style(SKY, DASH_DOT, "P"),
    "scrub": Style(WINE, SOLID, "X"),
    "bad_teacher": Style(INDIGO, LONG, "*"),
    "ssd": Style(BLUE, DASH_DOT, "<"),
    "lfssd": Style(VERMILLION, SOLID, ">"),
    "l1_sparse": Style(GREEN, LONG, "o"),
    "cf_k": Style(PINK, DASH_DOT, "s"),
    "eu_k": Style(ORANGE, SOLID, "^"),
    "salun": Style(SKY, LONG, "v"),
    "fisher_noise": Style(WINE, DASH_DOT, "D"),
    "influence": Style(INDIGO, SOLID, "P"),
    "gaussian_matching": Style(GREEN, SOLID, "<"),
    "noisy_finetune": Style(VERMILLION, DASH_DOT, "*"),
}
#: Models to compare with; the floor has the retrained model's style.
REFERENCES = {
    "original": Style("#8A8A8A", (0, (1, 1.3)), "o"),
    "retrained": Style("#222222", (0, (3, 1.5)), "s"),
    "short_retraining": Style("#555555", (0, (3, 1, 1, 1)), "d", hollow=True),
    "helper_alone": Style("#555555", (0, (1, 1, 1, 3)), "h", hollow=True),
}
#: Dashes of the project's variants by suffix, and of all others.
VARIANTS: dict[str, Dashes] = {
    "tuned": (0, (4, 1)),
    "faster": (0, (4, 1, 1, 1, 1, 1)),
    "norm": (0, (8, 1, 2.5, 1)),
    "lambda_0": (0, (1.5, 1)),
    "lambda_100": (0, (2.5, 1, 1, 1)),
    "lambda_250": (0, (2, 1, 2, 3)),
}
OTHERS: tuple[Dashes, ...] = (
    (0, (10, 1, 1, 1)),
    (0, (5, 1, 5, 3)),
    (0, (1, 1, 1, 1, 4, 1)),
    (0, (12, 2)),
)
_SUFFIX = re.compile(rf"_(?:{'|'.join(VARIANTS)}|lambda_\d+)$")


def style(key: str) -> Style:
    """The style of a model, the same in every figure.

    A plug-in's method gets one of 320 styles by the SHA-256 of its key. None of them is used by the
    project's methods; two plug-in methods may share a style.
    """
    if key in REFERENCES:
        return REFERENCES[key]
    base = max((name for name in METHODS if f"{key}_".startswith(f"{name}_")), key=len, default="")
    base = base or _SUFFIX.sub("", key)
    own = METHODS.get(base) or _by_hash(base)
    if key == base:
        return own
    suffix = key.removeprefix(f"{base}_")
    return replace(own, dashes=VARIANTS.get(suffix) or _chosen(OTHERS, suffix), hollow=True)


def _by_hash(key: str) -> Style:
    markers = dict.fromkeys(look.marker for look in METHODS.values())
    return Style(*_chosen(list(product(COLOURS, OTHERS, markers)), key))


def _chosen(among: Sequence[_T], key: str) -> _T:
    digest = hashlib.sha256(key.encode()).digest()
    return among[int.from_bytes(digest[:8], "big") % len(among)]
