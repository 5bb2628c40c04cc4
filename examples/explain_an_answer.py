"""Why did the skill answer so? The words that count, and, where the method has vectors, the nearest training rows."""

from __future__ import annotations

from pathlib import Path

import lingos

DATA = Path(__file__).parent / "data"


def main() -> None:
    """A word's effect is how much the score falls when the word is left out."""
    lingos.tune(DATA / "tickets_en.csv", lingos.TuneOptions(name="tickets", method="tfidf", base="none"))
    found = lingos.explain("tickets", "Please send the invoice for order 118 to our accountant")
    print(f"{found['label']} {found['score']:.2f}")
    for word in found["words"][:3]:
        print(f"  {word['effect']:+.3f}  {word['text']}")
    for row in found["neighbours"]:
        print(f"  {row['similarity']:.2f}  {row['label']}  {row['where']}  {row['text']}")


if __name__ == "__main__":
    main()
