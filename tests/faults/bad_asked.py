"""Wrong requests: what is asked to be forgotten, names, and the programs' own arguments."""

#: A selector, and what the line says of it.
SELECTORS = [
    ({}, "select"),
    ({"select": "bands"}, "'band'"),
    ({"select": 3}, "select"),
    ({"select": "band"}, "an edge"),
    ({"select": "band", "from": "low"}, "from"),
    ({"select": "band", "from": float("nan")}, "from"),
    ({"select": "band", "from": 3, "below": 3}, "no number"),
    ({"select": "band", "above": 3, "up_to": 2}, "no number"),
    ({"select": "band", "form": 3}, "'from'"),
    ({"select": "random"}, "rows"),
    ({"select": "random", "rows": 0}, "rows"),
    ({"select": "random", "rows": -5}, "rows"),
    ({"select": "random", "rows": 1.5}, "rows"),
    ({"select": "random", "rows": "all"}, "rows"),
    ({"select": "random", "rows": 3, "seed": -1}, "seed"),
    ({"select": "where", "equals": ["a"]}, "column"),
    ({"select": "where", "column": "year"}, "equals"),
    ({"select": "where", "column": "year", "equals": []}, "equals"),
    ({"select": "where", "column": "year", "equals": [True]}, "equals"),
    ({"select": "where", "column": 3, "equals": ["a"]}, "column"),
    ({"select": "ids"}, "no row is named"),
    ({"select": "ids", "ids": [12]}, "ids"),
    ({"select": "ids", "ids": 12}, "ids"),
    ({"select": "ids", "file": 3}, "file"),
    ({"select": "band", "from": 0, "title": 3}, "title"),
    ({"select": "band", "from": 0, "overlap": "maybe"}, "overlap"),
    ([], ""),
    ("band", ""),
    (None, ""),
]
#: A selector that is one, and why these rows cannot be divided by it.
DIVISIONS = [
    ({"select": "band", "from": 9}, "is empty"),
    ({"select": "band", "from": -9}, "whole training set"),
    ({"select": "random", "rows": 3}, "ask for fewer"),
    ({"select": "random", "rows": 99}, "ask for fewer"),
    ({"select": "where", "column": "genre", "equals": ["a"]}, "unknown column 'genre'"),
    ({"select": "where", "column": "target", "equals": ["1"]}, "unknown column 'target'"),
    ({"select": "where", "column": "year", "equals": ["1999"]}, "'1999'"),
    ({"select": "where", "column": "year", "equals": ["2017"]}, "held-out"),
    ({"select": "ids", "ids": ["none-1"]}, "'none-1'"),
    ({"select": "ids", "ids": ["test-3"]}, "held out"),
    ({"select": "ids", "ids": ["train-0", "train-1", "train-2"]}, "whole training set"),
    ({"select": "ids", "file": "no_such.txt"}, "no_such.txt"),
]
#: Names that cannot be part of a path.
NAMES = ["", "Upper", "a b", "a/b", "../a", ".", "a.b", "ä", "-a", "a\nb", 3, None, True, ["a"]]
NETWORK = '{"family": "sentence_pairs", "model": {"name": "lstm"}, "loss": "mse"}'
#: Programs with a wrong argument, and what the line says.
ARGUMENTS = [
    ("train", ["--seed", "0", "0", "--output", "a.safetensors", "b.safetensors"], "twice"),
    ("train", ["--seed", "0", "1", "--output", "a.safetensors"], "2 seeds"),
    ("train", ["--seed", "0", "--output", "a.safetensors", "--parts", "none.npz"], "none.npz"),
    ("train", ["--seed", "0", "--output", "a.safetensors", "--prepared", "none"], "none"),
    ("train", ["--seed", "0", "--output", "a.safetensors", "--code", "train=none.txt"], "none.txt"),
    ("train", ["--seed", "0", "--output", "a.safetensors", "--device", "gpu"], "gpu"),
    ("train", ["--seed", "0", "--output", "a.safetensors", "--gpus", "9"], "GPU"),
    ("train", ["--seed", "0", "--output", "a.safetensors", "--threads", "0"], "threads"),
    ("train", ["--seed", "0", "--output", "a.safetensors", "--settings", NETWORK], "training"),
    ("train", ["--seed", "0", "--output", "a.safetensors", "--settings", "[]"], "settings"),
    ("train", ["--seed", "0", "--output", "a.safetensors", "--settings", "none.json"], "none.json"),
    ("train", ["--seed", "-1", "--output", "a.safetensors"], "seed"),
    ("train", ["--seed", "zero", "--output", "a.safetensors"], "seed"),
]
