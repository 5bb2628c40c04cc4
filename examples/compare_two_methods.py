"""Is one method really better than another on these rows, or is it luck? The paired difference tells."""

from __future__ import annotations

from pathlib import Path

import lingos

DATA = Path(__file__).parent / "data"
TEST = str(DATA / "tickets_zh_test.csv")


def main() -> None:
    """TF-IDF with all features against 150 of them. Versions compare the same way: "words@1"."""
    for name, features in (("few-words", 150), ("words", 80_000)):
        options = lingos.TuneOptions(name=name, method="tfidf", test=TEST, base="none", set=[f"features={features}"])
        lingos.tune(DATA / "tickets_zh.csv", options)
    print(lingos.compare("few-words", "words", TEST)["sentence"])


if __name__ == "__main__":
    main()
