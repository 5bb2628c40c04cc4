"""The refusal slider: the more in-scope texts may be refused, the fewer wrong answers are left."""

from __future__ import annotations

from pathlib import Path

import lingos

DATA = Path(__file__).parent / "data"


def main() -> None:
    """Three positions of the slider on the same rows; thresholds come from training rows, counts from test rows."""
    stray = (DATA / "off_topic_zh.txt").read_text("utf-8").splitlines()
    print("slider  refused  accuracy of the rest  off-topic refused")
    for share in (0.0, 0.05, 0.2):
        options = lingos.TuneOptions(
            name="tickets-zh", method="tfidf", test=str(DATA / "tickets_zh_test.csv"), refuse=share
        )
        found = lingos.tune(DATA / "tickets_zh.csv", options).evaluation.refusal
        caught = sum(answer.refused for answer in lingos.load("tickets-zh")(stray))
        print(f"{share:6.0%}  {found.refused:7.1%}  {found.answered.value:20.3f}  {caught} of {len(stray)}")


if __name__ == "__main__":
    main()
