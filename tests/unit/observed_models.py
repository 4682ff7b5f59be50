"""Observed models, made from a seed."""

import numpy as np


def observation(
    *, loss="mse", seed=0, members=60, tests=60, forget=20, like=0.5, shift=0.0, width=3, **over
):
    """An observed model; `shift` is what sets the losses of training rows apart from test rows."""
    generator = np.random.default_rng(seed)
    arrays = {"loss": np.array(loss)}
    counts = {"retain": members, "forget": forget, "validation": 10, "test": tests}
    for part, count in counts.items():
        own = shift if part in ("retain", "forget") else 0.0
        arrays |= {
            f"{part}/row_id": np.arange(count, dtype=np.int32),
            f"{part}/target": generator.uniform(0, 5, count).astype(np.float32),
            f"{part}/prediction": generator.normal(size=count).astype(np.float32),
            f"{part}/loss": (generator.uniform(1, 2, count) - own).astype(np.float32),
            f"{part}/output_gradient": generator.normal(size=(count, 1)).astype(np.float32),
            f"{part}/activation_index": np.arange(count, dtype=np.int32),
            f"{part}/activation": generator.normal(size=(count, width)).astype(np.float32),
        }
    for part, count in (("validation", 10), ("test", tests)):
        arrays[f"{part}/like_forget"] = np.arange(count) < like * count
    arrays["last_layer/weight"] = generator.normal(size=(1, width)).astype(np.float32)
    arrays["last_layer/bias"] = np.zeros(1, np.float32)
    return {**arrays, **{name.replace("__", "/"): value for name, value in over.items()}}
