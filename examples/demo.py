"""`make demo`: tune a skill from the example tickets, English and Chinese, ask it, and say what to try next.

Everything lies in build/demo, so it can be deleted without loss.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "build" / "demo"
DATA = Path("examples/data")

ENGLISH = ("I was charged twice for one order", "my parcel is still not here", "How do I bake sourdough bread?")
CHINESE = ("同一笔订单扣了我两次钱", "包裹怎么还没到", "明天北京会下雨吗？")

NEXT = f"""
What to try next (with LINGOS_HOME={HOME.relative_to(ROOT)} in front, or with your own file instead of the example):
  lingos check your.csv                     what is wrong with the file, at which line
  lingos tune your.csv --effort normal      also tunes the upper layers; minutes instead of seconds
  lingos tune zh.csv --base bge-small-zh-v1.5   Chinese: a base that reads it (downloaded once)
  lingos explain tickets "..."              which words count, which training rows are nearest
  lingos serve tickets                      HTTP on this machine, with a key
  open {{report}}
"""


def main() -> int:
    """Tune both skills, ask each three times; the exit code of the first command that fails."""
    os.chdir(ROOT)
    os.environ["LINGOS_HOME"] = str(HOME)
    from lingos.cli.main import run  # after LINGOS_HOME is set
    from lingos.store.store import Store

    for name, language, base, texts in (("tickets", "en", "default", ENGLISH), ("tickets-zh", "zh", "none", CHINESE)):
        train, test = DATA / f"tickets_{language}.csv", DATA / f"tickets_{language}_test.csv"
        tune = ["tune", str(train), "--test", str(test), "--name", name, "--effort", "quick", "--refuse", "5%"]
        for command in (tune + (["--base", base] if base != "default" else []), ["predict", name, *texts]):
            print(f"\n$ lingos {shlex.join(command)}", flush=True)
            code = run(command)
            sys.stdout.flush()
            if code:
                return code
        _off_topic(name, DATA / f"off_topic_{language}.txt")
    print(NEXT.format(report=Store().get("tickets").folder / "report.html"))
    return 0


def _off_topic(name: str, file: Path) -> None:
    """How many sentences that belong to no intent are refused."""
    import lingos

    answers = lingos.load(name)(file.read_text("utf-8").splitlines())
    print(f"\nof {len(answers)} off-topic sentences ({file}) {sum(one.refused for one in answers)} are refused")


if __name__ == "__main__":
    sys.exit(main())
