"""`make loop`: a sentence becomes a skill's decision, an action, an entry, a label, a better skill. In two languages.

Everything lies in build/loop. `--sentences FILE` plays other sentences through the trained assistant: JSON Lines of
{"text", "lang", "expect": {"intent", "slots"} | "no-act" | "ask"}. `--quick` trains less, for a look and for tests.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "build" / "loop"
SENTENCES = ROOT / "examples" / "loop"
NOW = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
REVIEWED = 150  # sentences of the new style that a person labels; the others judge
TWENTY = (
    "turn on the kitchen light",
    "打开客厅的灯",
    "make it a bit brighter in the living room",
    "把客厅的灯调暗一点，十分钟后提醒我关窗",
    "set the study to 22 degrees",
    "卧室调到20度",
    "and the bathroom too",
    "no, 23",
    "close the blinds in the bedroom",
    "锁上前门",
    "好的",
    "unlock the back door",
    "never mind",
    "remind me at 9 pm to call Jo and Ann",
    "set a timer for 20 minutes",
    "3公里是多少英里",
    "don't turn off the kitchen light",
    "他说把厨房的灯关了",
    "when the kitchen window opens, turn off the kitchen light",
    "undo that",
)


def main(given: Sequence[str] | None = None) -> int:
    """Play the loop; 1 = the new version is not better, or a sentence changed what it must not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=Path, help="play these and stop")
    parser.add_argument("--home", type=Path, default=HOME, help="where everything lies")
    parser.add_argument("--base", default="lingos-base-zh-en", help="pretrained model")
    parser.add_argument("--json", action="store_true", help="one JSON document; the talk goes to standard error")
    parser.add_argument("--quick", action="store_true", help="train on fewer sentences")
    options = parser.parse_args(given)
    if not options.sentences:
        shutil.rmtree(options.home, ignore_errors=True)
    os.environ["LINGOS_HOME"] = str(options.home)
    from lingos.cli.household import Household  # after LINGOS_HOME is set
    from lingos.cli.options import TrainOptions

    own = Household(options.home, clock=lambda: NOW)
    train_options = TrainOptions(base=options.base, each=2 if options.quick else TrainOptions().each)
    if options.sentences:
        if not own.store.versions("understanding"):
            _trained(own, train_options)
        return _played(own, options.sentences)
    with contextlib.redirect_stdout(sys.stderr) if options.json else contextlib.nullcontext():
        code, found = _loop(own, train_options)
    if options.json:
        json.dump(found, sys.stdout)
    return code


def _loop(own: Any, options: Any) -> tuple[int, dict[str, Any]]:
    from lingos.cli.training import review_of

    _title("a skill from the phrases of the apps")
    _trained(own, options)
    _title("twenty sentences")
    for text in TWENTY:
        reply = own.assistant.do(text, _me())
        print(f"> {text}\n" + "\n".join(f"  [{part.kind}] {part.said}" for part in reply.parts))
    style = _read(SENTENCES / "new_style.jsonl")
    learned, held = style[:REVIEWED], style[REVIEWED:]
    others = _read(SENTENCES / "dev_commands.jsonl") + _read(SENTENCES / "dev_no_act.jsonl")
    _title(f"{len(learned)} sentences of a style that no phrase has; what is unclear waits for a label")
    before, kept = _rights(own, held), _rights(own, others)
    _rights(own, learned)
    review = review_of(own)
    print(f"  {len(review.queue(limit=10_000))} sentences in the queue")
    labels = {row["text"]: row["expect"] for row in learned}
    for command, text in review.unlabelled().items():
        if text in labels:
            review.label(command, labels[text]["intent"], labels[text]["slots"], by="a file")
    _title("the next version, if the gate takes it")
    promoted = _trained(own, options)
    _title("what it gained")
    after, still = _rights(own, held), _rights(own, others)
    gain = _difference("that style, held back", before, after)
    rest = _difference("everything else", kept, still)
    _title("and back")
    print(f"  {own.store.rollback('understanding')} answers again" if promoted else "  nothing to roll back")
    entries, digest, faults = own.journal.verify()
    print(f"  journal: {entries} entries, {digest[:16]}..., {len(faults)} faults")
    told = {"gain": 100 * gain.value, "low": 100 * gain.low, "high": 100 * gain.high, "elsewhere": 100 * rest.value}
    fine = promoted and gain.low > 0 and not (rest.real and rest.value < 0) and not faults
    return 0 if fine else 1, {**told, "promoted": promoted}


def _trained(own: Any, options: Any) -> bool:
    from lingos.cli.training import train

    found = train(own, options, say=lambda text: print(f"  {text}", flush=True))
    print(f"  {found.sentence()}", flush=True)
    return bool(found.promoted)


def _rights(own: Any, rows: list[dict[str, Any]]) -> list[bool]:
    """Which sentences lead to what they should."""
    from lingos.assistant.play import play

    return [one.result in ("right", "quiet", "guarded") for one in play(own.assistant, rows, _me())]


def _difference(what: str, before: list[bool], after: list[bool]) -> Any:
    import numpy as np

    from lingos.evaluation.comparison import paired

    first, second = (np.array(one, dtype=int) for one in (before, after))
    found = paired(np.ones(len(first), dtype=int), first, second, 2)
    points = f"{100 * found.first:.1f} -> {100 * found.second:.1f} % right"
    interval = f"[{100 * found.low:.1f}, {100 * found.high:.1f}]"
    print(f"  {what}, {len(first)} sentences: {points}; {100 * found.value:+.1f} points {interval}")
    return found


def _played(own: Any, file: Path) -> int:
    """Play a file and print per kind what came of its sentences; every false actuation is shown."""
    from lingos.assistant.play import counted, play

    found = play(own.assistant, _read(file), _me())
    for language, kinds in counted(found).items():
        for kind, results in sorted(kinds.items()):
            print(f"{language} {kind}: " + ", ".join(f"{name} {count}" for name, count in results.most_common()))
    wrong = [one for one in found if one.result == "false"]
    for one in wrong:
        print(f"false actuation: {one.text} -> {', '.join(one.intents)}: {one.said}")
    return 1 if wrong else 0


def _read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


def _me() -> str:
    from lingos.cli.household import owner

    return str(owner())


def _title(text: str) -> None:
    print(f"\n== {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
