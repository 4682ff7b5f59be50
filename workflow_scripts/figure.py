"""Draw one figure from observations, or from measured values: PNG and PDF."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from regression_unlearning import program
from regression_unlearning.reporting import closeness_and_cost, requests
from regression_unlearning.reporting.absent import notice
from regression_unlearning.reporting.differences import panel
from regression_unlearning.reporting.figures import difference_densities
from regression_unlearning.reporting.results import layout_of, printed, read_measures
from regression_unlearning.reporting.summary import tidy

#: Kinds of figure that are drawn from measured values, not from observations.
FROM_MEASURES = {"requests": requests.draw, "closeness_and_cost": closeness_and_cost.draw}


def densities(observations: Iterable[Path], settings: Mapping[str, Any], stem: Path) -> None:
    """Draw differences from the retrained model, a panel each forget set."""
    layout, relative = layout_of(settings), settings["kind"] == "relative_densities"
    seen: dict[tuple[str, ...], dict[int, Path]] = defaultdict(dict)
    for path in observations:
        seen[path.parts[-4:-1]][int(path.stem.removeprefix("seed_"))] = path
    panels = [
        panel(
            title,
            {
                name: seen[*group, method]
                for method, name in layout.methods.items()
                if method != "retrained"
            },
            seen[*group, "retrained"],
            relative,
        )
        for group, title in layout.groups.items()
    ]
    difference_densities(
        panels,
        stem,
        title=f"{layout.title} ({layout.dataset_title})",
        unit=settings["datasets"][0]["unit"],
        embedded=layout.embedded,
        relative=relative,
    )


def main() -> None:
    """Read the arguments, draw, write."""
    parser = program.parser(__doc__)
    parser.add_argument(
        "--observations",
        type=Path,
        nargs="*",
        default=[],
        help="files .../{dataset}/{forget_set}/{method}/seed_{seed}.npz",
    )
    parser.add_argument("--measures", type=Path, nargs="*", default=[], help="measured values")
    parser.add_argument(
        "--settings", type=program.settings_argument, required=True, help="JSON: the layout"
    )
    parser.add_argument("--output", type=Path, required=True, help="path without its ending")
    arguments = parser.parse_args()
    settings = arguments.settings
    reasons = [one["absent"] for one in settings["datasets"] if one["absent"]]
    if reasons:
        notice(arguments.output, settings["title"], " ".join(reasons))
    elif settings["kind"] in FROM_MEASURES:
        frame = tidy(read_measures(arguments.measures), printed(settings))
        unit = settings["datasets"][0]["unit"]
        draw = FROM_MEASURES[settings["kind"]]
        draw(frame, layout_of(settings), arguments.output, unit)
    else:
        densities(arguments.observations, settings, arguments.output)


if __name__ == "__main__":
    program.run(main)
