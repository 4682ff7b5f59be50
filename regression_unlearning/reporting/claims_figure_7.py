"""Claims on Figure 7, three requests in succession: Supplement A (AgeDB)."""

from regression_unlearning.reporting.claim import RETAIN, Claim, kept, like_retrained

REQUESTS = tuple(("agedb", name) for name in ("age_0_10", "age_10_20", "age_20_30"))
TEXT = "Supplement A; Figure 7"

CLAIMS = (
    Claim(
        "requests_keep_retain_error",
        "After each request Blindspot keeps the error on the retain set: it is no higher than the "
        "original's on the same rows.",
        TEXT,
        kept(RETAIN, "blindspot"),
        REQUESTS,
    ),
    Claim(
        "requests_like_retrained",
        "After the third request Blindspot's error on the retain set is similar to the retrained "
        "model's.",
        TEXT,
        like_retrained(RETAIN, "blindspot"),
        REQUESTS[-1:],
    ),
)
