"""A small params.yaml as plain values, and changes of it."""

import copy

PLAIN = {
    "experiment": "tiny",
    "embedding": "glove",
    "embeddings": {"glove": {"url": "http://e", "member": "m", "dimension": 2}},
    "datasets": {
        "pairs": {
            "loader": "demo_pairs",
            "title": "Pairs",
            "model": {"name": "lstm"},
            "loss": "mse",
            "training": {"epochs": 2, "learning_rate": 0.1, "schedule": {"name": "plateau"}},
            "blindspot": {"epochs": 1, "learning_rate": 0.1},
            "forget_sets": {
                "low": {"title": "Low", "select": "band", "from": 0, "below": 2},
                "some": {"title": "Some", "select": "random", "rows": 5},
            },
            "methods": {
                "finetune": {"title": "FineTune", "epochs": 1, "learning_rate": 0.1},
                "blindspot": {"epochs": 1, "learning_rate": 0.1, "lambda": 50},
                "norm": {"method": "blindspot", "epochs": 1, "learning_rate": 1, "form": "norm"},
            },
        }
    },
    "measures": {"errors": {}, "membership": {"rows": 10}},
    "experiments": {
        "tiny": {
            "title": "Tiny",
            "seeds": [0, 1],
            "tables": {
                "t": {
                    "title": "T", "dataset": "pairs", "forget_sets": ["low"],
                    "methods": ["finetune"],
                }
            },
            "figures": {
                "f": {
                    "title": "F", "dataset": "pairs", "forget_sets": ["low", "some"],
                    "methods": ["norm"], "kind": "difference_densities",
                }
            },
        }
    },
}  # fmt: skip
GONE = object()


def changed(place, value):
    """The plain settings with one value replaced, added, or taken out."""
    values = copy.deepcopy(PLAIN)
    *way, last = place.split("/")
    section = values
    for part in way:
        section = section[part]
    if value is GONE:
        del section[last]
    else:
        section[last] = value
    return values


DATA = "datasets/pairs"
TABLE = "experiments/tiny/tables/t"
