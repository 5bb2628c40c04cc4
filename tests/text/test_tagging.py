"""The best path of tags: what follows what in training decides where the scores of single words are close."""

from __future__ import annotations

import numpy as np

from lingos.contracts import Example, Mark
from lingos.tasks.understand import Understand
from lingos.text.tagging import counted, marked, tags_at, transitions

SLOTS = ["artist", "room"]
OUT, ARTIST, ARTIST_ON, ROOM, ROOM_ON = range(5)


def scores(*tags: int, doubt: tuple[int, int] | None = None) -> np.ndarray:
    """Sure scores of these tags; `doubt` = (word, tag) is a little better there."""
    found = 4.0 * np.eye(5)[list(tags)]
    if doubt:
        found[doubt] = 4.3
    return found


def offsets(count: int) -> np.ndarray:
    return np.array([[4 * k, 4 * k + 3] for k in range(count)])


def rows(text: str, *marks: Mark) -> list[Example]:
    return [Example({"text": text}, "play", str(k), marks=marks) for k in range(20)]


def test_a_slot_does_not_change_inside_a_name() -> None:
    known = counted(rows("play the old blind boys now", Mark(5, 23, "artist")), SLOTS)
    between = transitions(known, 5)
    odd = scores(OUT, ARTIST, ARTIST_ON, ARTIST_ON, OUT, doubt=(2, ROOM_ON))
    assert marked(odd, offsets(5), SLOTS) == (Mark(4, 7, "artist"), Mark(8, 11, "room"), Mark(12, 15, "artist"))
    assert marked(odd, offsets(5), SLOTS, between) == (Mark(4, 15, "artist"),)


def test_what_was_never_seen_is_never_likelier_and_a_rare_slot_swallows_no_word() -> None:
    common = [Example({"text": "play the old band now"}, "play", "1", marks=(Mark(5, 17, "artist"),))] * 200
    rare = [Example({"text": "clean hall now"}, "clean", "2", marks=(Mark(6, 10, "room"),))] * 3
    seen = counted(common + rare, SLOTS)
    between = transitions(seen, 5)
    unseen = set(np.ndindex(5, 5)) - {(before, after) for before, after, _ in seen}
    assert (ROOM, ROOM_ON) in unseen and all(between[pair] <= 1e-9 for pair in unseen)
    close = np.array([[0.9, 0.02, 0.02, 0.03, 0.03], [0.03, 0.02, 0.02, 0.9, 0.03], [0.6, 0.01, 0.01, 0.01, 0.37]])
    assert marked(np.log(close), offsets(3), SLOTS, between) == (Mark(4, 7, "room"),)


def test_sure_scores_win_over_steps_that_were_never_seen() -> None:
    between = transitions(counted(rows("play it", Mark(5, 7, "artist")), SLOTS), 5)
    sure = 30.0 * np.eye(5)[[ROOM, OUT]]
    assert marked(sure, offsets(2), SLOTS, between) == (Mark(0, 3, "room"),)


def test_pieces_of_a_word_and_empty_ones_are_one_word_and_none() -> None:
    pieces = np.array([[0, 0], [0, 6], [0, 6], [7, 9], [0, 0]])
    tags = scores(ROOM, ARTIST, ROOM, OUT, ROOM)
    between = transitions(counted(rows("prince is", Mark(0, 6, "artist")), SLOTS), 5)
    assert marked(tags, pieces, SLOTS) == marked(tags, pieces, SLOTS, between) == (Mark(0, 6, "artist"),)
    assert marked(np.zeros((1, 5)), np.array([[0, 0]]), SLOTS, between) == ()


def test_tags_of_unknown_slots_are_outside() -> None:
    assert tags_at([Mark(0, 3, "lamp")], np.array([0]), np.array([3]), SLOTS).tolist() == [OUT]


def test_the_schema_counts_what_follows_what_and_a_schema_without_it_decodes_still() -> None:
    task = Understand()
    schema = task.schema(task.sample())
    assert sum(count for before, _, count in schema["transitions"] if before == -1) == len(task.sample())
    plain = {name: value for name, value in schema.items() if name != "transitions"}
    told = {
        "logits": np.zeros((1, 2)),
        "tags": 9.0 * np.eye(3)[[[0, 1]]],
        "values": np.zeros((1, 1, 3)),
        "offsets": np.array([[[0, 3], [4, 8]]]),
    }
    from lingos.contracts import Calibration

    found = [task.decode(told, one, Calibration(), 1)[0].marks for one in (schema, plain)]
    assert found[0] == found[1] == (Mark(4, 8, "room"),)
