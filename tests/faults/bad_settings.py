"""Wrong values of params.yaml: each kind of key with each kind of value that it cannot have."""

import copy

NAN, INFINITE = float("nan"), float("inf")
#: Kind of key to what stands for none of its values.
WRONG = {
    "count": [0, -1, 1.5, "many", True, [1], {"a": 1}, NAN, INFINITE],
    "positive": [0, -0.1, "fast", True, [1], {"a": 1}, NAN, INFINITE],
    "name": ["no_such_name", 3, {"a": 1}, "", "../up", "Upper Case"],
    "choice": ["no_such_choice", 3, True, [], {"a": 1}],
    "text": [5, True, [], {"a": 1}],
    "section": [5, "words", [1], True],
}
DATA, TABLE = "datasets/pairs", "experiments/tiny/tables/t"
#: Kind to keys of `plain_settings.PLAIN`.
KEYS = {
    "count": [
        "seeds_per_job", "jobs_per_gpu", "embeddings/glove/dimension", f"{DATA}/training/epochs",
        f"{DATA}/training/batch_size", f"{DATA}/blindspot/epochs", f"{DATA}/model/hidden",
        f"{DATA}/forget_sets/some/rows", f"{DATA}/methods/finetune/epochs",
        f"{DATA}/observation/max_rows", f"{DATA}/relearning/orders", f"{DATA}/relearning/cap",
        f"{DATA}/resources/threads", f"{DATA}/training/schedule/patience",
        f"{DATA}/source/train", "measures/membership/rows",
    ],
    "positive": [
        f"{DATA}/training/learning_rate", f"{DATA}/training/save_every", f"{DATA}/training/clip",
        f"{DATA}/training/schedule/factor", f"{DATA}/relearning/alpha",
        f"{DATA}/methods/finetune/learning_rate",
    ],
    "name": [
        "experiment", "embedding", f"{DATA}/loader", f"{DATA}/embedding", f"{DATA}/model/name",
        f"{TABLE}/dataset", f"{TABLE}/forget_sets/0", f"{TABLE}/methods/0",
        "experiments/tiny/figures/f/kind",
    ],
    "choice": [
        "without_gpu", f"{DATA}/loss", f"{DATA}/training/keep", f"{DATA}/training/precision",
        f"{DATA}/forget_sets/low/select", f"{DATA}/training/schedule/name",
        f"{DATA}/relearning/rows", f"{TABLE}/kind",
    ],
    "text": [
        f"{DATA}/title", f"{DATA}/unit", f"{TABLE}/title", "embeddings/glove/url",
        f"{DATA}/forget_sets/low/title",
    ],
    "section": [
        "datasets", "experiments", "measures", "embeddings", DATA, f"{DATA}/training",
        f"{DATA}/model", f"{DATA}/forget_sets", f"{DATA}/forget_sets/low", f"{DATA}/methods",
        f"{DATA}/methods/finetune", "experiments/tiny", "experiments/tiny/tables", TABLE,
        "measures/errors",
    ],
}  # fmt: skip
#: Single slips: key, value, and what the line names beside the key.
SLIPS = [
    (f"{DATA}/forget_sets/low/from", NAN, "finite"),
    (f"{DATA}/forget_sets/low/from", 3, "no number lies in the band"),
    (f"{DATA}/forget_sets/low/select", "where", "column"),
    (f"{DATA}/forget_sets/low/after", "none_such", "none_such"),
    (f"{DATA}/forget_sets/low/after", "low", "comes after itself"),
    (f"{DATA}/quantiles", [0.5], "quantile"),
    (f"{DATA}/original", "{sed}.safetensors", "{seed}"),
    (f"{DATA}/methods/original", {"method": "finetune"}, "taken"),
    (f"{DATA}/methods/finetune/lamda", 1, "lamda"),
    (f"{DATA}/methods/new", {}, "new"),
    (f"{DATA}/methods/finetune/tuned", "pairs", "finetune"),
    (f"{DATA}/training/epoch", 1, "'epochs'"),
    (f"{DATA}/tuning", {"forget_sets": ["low", "low"]}, "twice"),
    (f"{DATA}/tuning", {"forget_sets": ["none_such"]}, "none_such"),
    (f"{DATA}/stands_for", {"dataset": "stsb", "forget_sets": {"x": "y"}}, "'x'"),
    (f"{DATA}/measures/erors", {}, "'errors'"),
    (f"{DATA}/measures/membership", {"rows": 0}, "rows"),
    (f"{DATA}/like", "none_such", "none_such"),
    (f"{DATA}/like", "pairs", "pairs"),
    ("experiments/tiny/seeds", [], "seeds"),
    ("experiments/tiny/seeds", [1, 1], "twice"),
    ("experiments/tiny/seeds", [-1], "seeds"),
    ("experiments/tiny/seeds", [True], "seeds"),
    ("experiments/tiny/seeds", ["a"], "seeds"),
    ("experiments/tiny/seeds", [1.5], "seeds"),
    ("experiments/tiny/seeds", 7, "seeds"),
    ("experiments/tiny/figures/t", {"like": "f"}, "'t'"),
    (f"{TABLE}/titles", {"norm": "N"}, "norm"),
    (f"{TABLE}/measures", ["tow"], "tow"),
    (f"{TABLE}/methods", ["finetune", "finetune"], "twice"),
    (f"{TABLE}/paper", "table9", "table9"),
    (f"{TABLE}/like", "tiny.none", "none"),
    ("measures/erors", {}, "'errors'"),
    ("experimnts", {}, "'experiments'"),
    (3, {}, "3"),
]


def changed(plain: dict, place: object, value: object) -> dict:
    """Values with one of them replaced or added; a number in the place counts along a list."""
    values = copy.deepcopy(plain)
    *way, last = place.split("/") if isinstance(place, str) else [place]
    section = values
    for part in way:
        section = section[int(part)] if isinstance(section, list) else section.setdefault(part, {})
    section[int(last) if isinstance(section, list) else last] = value
    return values


def rows() -> list[tuple[object, object, str]]:
    """Place, value, and a word of the line that names it."""
    found = [
        (place, value, last_word(place))
        for kind, places in KEYS.items()
        for place in places
        for value in WRONG[kind]
    ]
    return [*found, *SLIPS]


def last_word(place: str) -> str:
    """What a line names of a place: its last part, or what holds it where that has no name."""
    if place.endswith("/model/name"):
        return ".model"
    return "tables.t" if place[-1].isdigit() else place.rpartition("/")[2]
