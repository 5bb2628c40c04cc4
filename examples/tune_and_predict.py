"""Make a skill from a labelled file and ask it. The skill stays in the store (LINGOS_HOME, else ~/.lingos)."""

from __future__ import annotations

from pathlib import Path

import lingos

DATA = Path(__file__).parent / "data"


def main() -> None:
    """TF-IDF needs no base and takes seconds; leave `method` out to climb the whole ladder."""
    options = lingos.TuneOptions(name="tickets", method="tfidf", test=str(DATA / "tickets_en_test.csv"), refuse=0.05)
    tuned = lingos.tune(DATA / "tickets_en.csv", options, say=print)
    score = tuned.evaluation.test.primary
    print(f"{tuned.skill}: {score.name} {score.value:.3f} [{score.low:.3f}, {score.high:.3f}]")

    ask = lingos.load("tickets")
    for text in ("I was charged twice", "where is my parcel?", "how tall is Mount Everest?"):
        [answer] = ask([text])
        shown = "not sure" if answer.refused else answer.value
        print(f"{shown:16} {answer.score:.2f}  {text}")


if __name__ == "__main__":
    main()
