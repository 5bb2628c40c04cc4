"""From a call to its effect: allowed, asked, refused, carried out once, taken back, found again after a crash."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.assistant.made import Made, call

from lingos.assistant.policy.approvals import ApprovalError, waiting, written
from lingos.assistant.policy.grants import granted
from lingos.contracts import Call, Effect, World
from lingos.errors import LingosError


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path)


def test_what_can_be_undone_runs_at_once(made: Made) -> None:
    wish = call("light", room="kitchen", state="on")
    found = made.runner.propose(wish, command="c")
    assert (found.kind, found.said) == ("done", "the light in the kitchen is on")
    assert made.house.read()["kitchen.light"] == "on"
    assert made.kinds(wish.id) == ["decision", "call", "effect"]


def test_what_is_so_already_is_told(made: Made) -> None:
    assert made.runner.propose(call("light", room="kitchen", state="off"), command="c").kind == "already"
    assert not list(made.journal.entries(kinds=("call",)))


def test_a_device_that_does_not_answer_is_not_done(made: Made) -> None:
    made.house.broken.add("kitchen.light")
    found = made.runner.propose(call("light", room="kitchen", state="on"), command="c")
    assert (found.kind, found.said) == ("failed", "no answer from kitchen.light")


def test_a_room_that_is_not_there(made: Made) -> None:
    found = made.runner.propose(call("light", room="attic", state="on"), command="c")
    assert (found.kind, found.said) == ("refused", "it can not be done: there is no attic")


@pytest.mark.parametrize("action", ["lock", "unlock", "alarm"])
def test_locks_and_the_alarm_ask_first(made: Made, action: str) -> None:
    made.house.apply({"front door.lock": "unlocked" if action == "lock" else "locked"}, "before")
    wish = call(action, **({"state": "on"} if action == "alarm" else {"door": "front door"}))
    before = made.house.read()
    found = made.runner.propose(wish, command="c")
    assert found.kind == "ask" and found.preview is not None and found.preview.changes
    assert made.house.read() == before
    assert [one.call for one in waiting(made.journal, made.clock())] == [wish.id]
    assert made.runner.answer(wish.id, "ana", yes=True).kind == "done"
    assert made.house.read() != before and not waiting(made.journal, made.clock())


def test_no_means_no(made: Made) -> None:
    wish = call("unlock", door="front door")
    made.runner.propose(wish, command="c")
    assert made.runner.answer(wish.id, "ana", yes=False).kind == "declined"
    with pytest.raises(ApprovalError, match="answered before"):
        made.runner.answer(wish.id, "ana", yes=True)
    assert made.house.read()["front door.lock"] == "locked"


def test_a_yes_works_once(made: Made) -> None:
    wish = call("unlock", door="front door")
    made.runner.propose(wish, command="c")
    made.runner.answer(wish.id, "ana", yes=True)
    made.house.apply({"front door.lock": "locked"}, "somebody")
    with pytest.raises(ApprovalError, match="answered before"):
        made.runner.answer(wish.id, "ana", yes=True)
    assert made.house.read()["front door.lock"] == "locked"


def test_a_yes_is_the_persons_own_in_time_and_a_persons(made: Made) -> None:
    wish = call("unlock", door="front door")
    made.runner.propose(wish, command="c")
    with pytest.raises(ApprovalError, match="waits for ana"):
        made.runner.answer(wish.id, "kid", yes=True)
    with pytest.raises(ApprovalError, match="only a person"):
        made.runner.answer(wish.id, "ana", yes=True, source="a mail")
    with pytest.raises(ApprovalError, match="nothing waits"):
        made.runner.answer("another", "ana", yes=True)
    made.clock.later(minutes=10)
    with pytest.raises(ApprovalError, match="too old"):
        made.runner.answer(wish.id, "ana", yes=True)
    assert made.house.read()["front door.lock"] == "locked"


def test_the_world_may_have_changed_before_the_yes(made: Made) -> None:
    wish = call("unlock", door="front door")
    made.runner.propose(wish, command="c")
    made.journal.append(granted("ana", "home", "read", "bob"))
    found = made.runner.answer(wish.id, "ana", yes=True)
    assert (found.kind, found.said) == ("refused", "ana may not do that in home")


def test_who_has_no_right_is_refused(made: Made) -> None:
    assert made.runner.propose(call("unlock", "kid", door="front door"), command="c").kind == "refused"
    assert made.runner.propose(call("light", "eve", room="kitchen", state="on"), command="c").kind == "refused"
    assert made.runner.propose(call("light", "kid", room="kitchen", state="on"), command="c").kind == "done"


def test_a_text_starts_nothing_and_fills_nothing_unasked(made: Made) -> None:
    wish = call("light", room="kitchen", state="on")
    assert made.runner.propose(wish, command="c", source="a mail").kind == "refused"
    wish = call("light", room="kitchen", state="on", origins={"room": "foreign"})
    found = made.runner.propose(wish, command="c")
    assert (found.kind, found.said) == ("ask", "room came from a text that nobody has confirmed")
    assert made.house.read()["kitchen.light"] == "off"


def test_wrong_arguments_change_nothing(made: Made) -> None:
    for wrong in ({"room": "kitchen", "state": "blue"}, {"room": "kitchen"}, {"rom": "kitchen", "state": "on"}):
        with pytest.raises(LingosError):
            made.runner.propose(call("light", **wrong), command="c")
    assert not list(made.journal.entries(kinds=("call",)))


def test_undo_goes_back_step_by_step(made: Made) -> None:
    made.runner.propose(call("light", room="kitchen", state="on"), command="c1")
    made.runner.propose(call("heating", room="study", degrees=22), command="c2")
    assert made.runner.undo("kid", command="c3") is None
    for thing, value in (("study.heating", 19), ("kitchen.light", "off")):
        found = made.runner.undo("ana", command="c")
        assert found is not None and found.kind == "done"
        assert made.house.read()[thing] == value
    assert made.runner.undo("ana", command="c") is None


def test_undo_does_not_overwrite_what_somebody_did_since(made: Made) -> None:
    made.runner.propose(call("heating", room="study", degrees=22), command="c")
    made.runner.propose(call("heating", "kid", room="study", degrees=25), command="c")
    found = made.runner.undo("ana", command="c")
    assert found is not None and (found.kind, found.said) == (
        "refused",
        "it can not be done: changed since: study.heating",
    )


def test_to_undo_locking_is_to_unlock_and_asks(made: Made) -> None:
    made.house.apply({"front door.lock": "unlocked"}, "before")
    wish = call("lock", door="front door")
    made.runner.propose(wish, command="c")
    made.runner.answer(wish.id, "ana", yes=True)
    found = made.runner.undo("ana", command="c")
    assert found is not None and found.kind == "ask"
    assert made.house.read()["front door.lock"] == "locked"
    assert made.runner.answer(found.call.id, "ana", yes=True).kind == "done"
    assert made.house.read()["front door.lock"] == "unlocked"


class Push:
    """An action whose effect takes no key."""

    app, name, risk, once, look = "bell", "push", "reversible", False, "the bell"

    def __init__(self) -> None:
        self.count = 0

    def preview(self, call: Call, world: World) -> object:
        raise NotImplementedError

    def run(self, call: Call, world: World) -> Effect:
        self.count += 1
        return Effect("done", "pushed")

    def inverse(self, call: Call, effect: Effect) -> None:
        return None


def test_a_call_that_was_cut_off_is_repeated_where_it_can_be(made: Made) -> None:
    before, cut = call("light", room="kitchen", state="on"), call("light", room="hall", state="on")
    for wish in (before, cut):
        made.journal.append(written(wish, "call", "c"))
    made.house.apply({"hall.light": "on"}, cut.id)  # it died between the effect and the entry
    made.house.apply({"hall.light": "off"}, "somebody")
    assert [one.kind for one in made.runner.recover()] == ["done", "done"]
    things = made.house.read()
    assert (things["kitchen.light"], things["hall.light"]) == ("on", "off"), "nothing happens twice"
    assert made.runner.recover() == [] and made.journal.verify()[2] == []


def test_else_nobody_knows(made: Made) -> None:
    push = Push()
    made.runner.actions = {**made.runner.actions, ("bell", "push"): push}  # type: ignore[dict-item]
    for app, action in (("bell", "push"), ("gone", "away")):
        made.journal.append(written(Call(app, app, action, {}, "ana"), "call", "c"))
    told = [(one.kind, one.said) for one in made.runner.recover()]
    assert told == [
        ("unknown", "nobody knows whether it happened; check the bell"),
        ("unknown", "gone.away is no longer installed"),
    ]
    assert push.count == 0


def test_a_faulty_app_is_unknown_not_a_crash(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    deed = made.runner.actions["home", "light"]
    monkeypatch.setattr(deed, "run", lambda call, world: 1 / 0)
    found = made.runner.propose(call("light", room="kitchen", state="on"), command="c")
    assert found.kind == "unknown"
    assert not made.journal.open("call", ("effect",))


def test_in_chinese(tmp_path: Path) -> None:
    made = Made(tmp_path, "zh")
    assert made.runner.propose(call("light", room="kitchen", state="on"), command="c").said == "厨房的灯：开"
    assert made.runner.propose(call("unlock", door="front door"), command="c").said == "无法恢复"


def test_forgotten_calls_can_not_be_undone(made: Made) -> None:
    made.runner.propose(call("light", room="kitchen", state="on"), command="c")
    made.journal.forget("ana")
    told = made.runner.undo("ana", command="c")
    assert told is not None and told.kind == "refused"
    assert made.journal.verify()[2] == []


def test_undo_does_not_pass_over_what_can_not_be_taken_back(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.runner.propose(call("light", room="kitchen", state="on"), command="c")
    ask = made.runner.propose(call("unlock", door="back door"), command="c")
    made.runner.answer(ask.call.id, "ana", yes=True)
    made.runner.propose(call("locked", door="back door"), command="c")  # only looks
    told = made.runner.undo("ana", command="c")
    assert told is not None and told.kind == "refused"
    assert made.house.read()["kitchen.light"] == "on"
