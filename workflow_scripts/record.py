"""After a plain Snakemake run: tell DVC that the files here are what the settings and code make.

It refuses while Snakemake has something to do. Files of methods, seeds or forget sets that no
experiment of params.yaml names any more are removed first (--keep leaves them), as DVC records
whole folders; raw data stay.
"""

from itertools import product
from pathlib import Path

from adopt import NOTHING, dvc, snakemake

from regression_unlearning import program
from regression_unlearning.errors import UserError
from regression_unlearning.pipeline import paths
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.pipeline.stages import MADE
from regression_unlearning.settings.document import Settings, load_settings


def known(settings: Settings) -> set[str]:
    """Files that some experiment makes, raw data left out."""
    files = set()
    for name in settings.experiments:
        grid = Grid(settings.model_copy(update={"experiment": name}))
        models = [*grid.originals, *grid.retrained, *grid.blindspots, *grid.unlearned]
        files |= {path.replace(".safetensors", ".json") for path in models}
        files |= {*grid.precisions}
        files |= {*models, *grid.prepared, *grid.observed, *grid.relearnt, *grid.measured}
        files |= {
            *grid.tables,
            *grid.values,
            *grid.claims,
            *grid.figures,
            *grid.metrics,
            grid.report,
        }
    return files


def known_cells(settings: Settings) -> set[tuple[str, ...]]:
    """Dataset, forget set, method and measure of each value that some experiment takes."""
    cells = set()
    for name in settings.experiments:
        grid = Grid(settings.model_copy(update={"experiment": name}))
        for dataset, forget_set in grid.measured_groups:
            measuring = grid.measuring(dataset, forget_set)
            place = (dataset, forget_set)
            cells |= {
                (*place, *cell)
                for cell in product(measuring["models"], measuring.get("measures", ()))
            }
    return cells


def leftovers(settings: Settings) -> list[Path]:
    """Files in the recorded folders that no experiment makes."""
    folders = [folder for folder in MADE if folder != "data/raw"]
    folders.append(f"results/{settings.experiment}")
    kept, cells = known(settings), known_cells(settings)
    files = [
        path for folder in folders for path in sorted(Path(folder).rglob("*")) if path.is_file()
    ]
    return [path for path in files if str(path) not in kept and paths.cell(path) not in cells]


def prune(paths: list[Path]) -> None:
    """Remove files, and the folders that are empty then."""
    for path in paths:
        program.say(f"removed {path}")
        path.unlink()
        for folder in path.parents:
            if str(folder) in MADE or any(folder.iterdir()):
                break
            folder.rmdir()


def main() -> None:
    """Read the arguments, ask Snakemake, prune, record."""
    parser = program.parser(__doc__)
    parser.add_argument("--keep", action="store_true", help="leave files that no experiment names")
    arguments = parser.parse_args()
    output = snakemake("--dry-run", "all_tables")
    if NOTHING not in output:
        raise UserError(
            "Snakemake has something to do, so nothing was recorded. Run "
            f"`snakemake --cores all all_tables`, then this again. It says:\n{output}"
        )
    for folder in MADE:
        Path(folder).mkdir(parents=True, exist_ok=True)
    if not arguments.keep:
        prune(leftovers(load_settings()))
    done = dvc("commit", "--force")
    if done.returncode or dvc("status", "-q").returncode:
        raise UserError(f"DVC could not record:\n{done.stderr}{dvc('status').stdout}")
    program.say("Recorded in dvc.lock: commit it; `dvc push` sends the files.")


if __name__ == "__main__":
    program.run(main)
