"""Draw one figure from observations: PNG and PDF."""

from collections import defaultdict
from pathlib import Path

from regression_unlearning import program
from regression_unlearning.reporting.absent import notice
from regression_unlearning.reporting.differences import panel
from regression_unlearning.reporting.figures import difference_densities


def main() -> None:
    """Read the arguments, draw, write."""
    parser = program.parser(__doc__)
    parser.add_argument(
        "--observations",
        type=Path,
        nargs="*",
        default=[],
        help="files .../{forget_set}/{method}/seed_{seed}.npz",
    )
    parser.add_argument(
        "--settings", type=program.settings_argument, required=True, help="JSON: the layout"
    )
    parser.add_argument("--output", type=Path, required=True, help="path without its ending")
    arguments = parser.parse_args()
    layout = arguments.settings
    if layout["absent"]:
        notice(arguments.output, layout["title"], layout["absent"])
        return
    seen: dict[tuple[str, str], dict[int, Path]] = defaultdict(dict)
    for path in arguments.observations:
        seed = int(path.stem.removeprefix("seed_"))
        seen[path.parts[-3], path.parts[-2]][seed] = path
    panels = [
        panel(
            title,
            {
                name: seen[forget_set, method]
                for method, name in layout["methods"]
                if method != "retrained"
            },
            seen[forget_set, "retrained"],
        )
        for forget_set, title in layout["forget_sets"]
    ]
    difference_densities(
        panels,
        arguments.output,
        title=f"{layout['title']} ({layout['dataset_title']})",
        unit=layout["unit"],
        embedded=layout["embedded"],
    )


if __name__ == "__main__":
    program.run(main)
