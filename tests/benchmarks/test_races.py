"""What the races make of their records. The records are made up here; the sides run in test_peers.py."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers import common, race, setfit_race, trainer_race
from benchmarks.peers.race import Record, Turn


def _record(side: str, began: int, **facts: Any) -> Record:
    cost = {"cpu": 100.0, "wall": 50.0, "peak_mib": 900.0, "rows_per_cpu_second": 90.0, "rows_per_wall_second": 180.0}
    origin = {"began": f"2026-11-24T10:{began:02d}:00Z", "command": f"run {side}", "load_at_start": 0.5}
    told = {"side": side, "fingerprints": {"train": "x"}, "rows": {"train": 8, "validation": 4, "test": 4}, "epochs": 8}
    return told | {"cost": cost, "provenance": origin | {"versions": {"setfit": "1.2.0"}}} | facts


def _curve(*points: tuple[float, float]) -> dict[str, Any]:
    """(processor seconds, accuracy); wall seconds are half of them."""
    curve = [{"step": k, "epoch": k / 2, "cpu": c, "wall": c / 2, "accuracy": a} for k, (c, a) in enumerate(points)]
    best = max(curve, key=lambda point: point["accuracy"])
    return {"curve": curve, "best": best, "precision": "bf16"}


# -- machinery -------------------------------------------------------------------------------------------------------
def _script(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Turn:
    """A turn whose script counts its runs."""
    for module in (race, common):
        monkeypatch.setattr(module, "ROOT", folder)
    monkeypatch.setattr(race, "SCRATCH", folder / "kept")
    (folder / "benchmarks" / "peers").mkdir(parents=True)
    for name in race.COMMON:
        (folder / name).write_text("")
    path = folder / "benchmarks" / "peers" / "fake.py"
    path.write_text("import sys; open('count', 'a').write('x'); print('{}' if len(sys.argv) < 3 else exit(3))")
    return Turn("fake", "fake", ("--seed",), 1)


def test_a_turn_is_kept_until_its_files_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turn = _script(tmp_path, monkeypatch)
    for _ in range(2):
        assert race.run(turn) == {}
    assert (tmp_path / "count").read_text() == "x"
    race.run(turn, fresh=True)
    (tmp_path / "constraints.txt").write_text("torch==9")
    race.run(turn)
    assert (tmp_path / "count").read_text() == "xxx"


def test_only_turns_of_lingos_hang_on_its_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turn = _script(tmp_path, monkeypatch)
    (tmp_path / "src" / "lingos").mkdir(parents=True)
    (tmp_path / "benchmarks" / "peers" / "lingos_side.py").write_text("")
    own = Turn("LingOS", "lingos_side", (), 1)
    before = (turn.place, own.place)
    (tmp_path / "src" / "lingos" / "a.py").write_text("x = 1")
    assert turn.place == before[0]
    assert own.place != before[1]


def test_a_failed_turn_stops_the_race_and_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _script(tmp_path, monkeypatch)
    turn = Turn("fake", "fake", ("--seed", "0"), 1)
    with pytest.raises(SystemExit, match="code 3"):
        race.run(turn)
    assert not turn.place.exists()


def test_sides_that_learned_from_other_rows_are_refused() -> None:
    race.check_rows([_record("a", 0), _record("b", 1)])
    with pytest.raises(SystemExit, match="different rows"):
        race.check_rows([_record("a", 0), _record("b", 1, fingerprints={"train": "y"})])


def test_results_kept_from_an_earlier_race_are_told() -> None:
    assert race.in_turn([[_record("a", 0), _record("b", 1)], [_record("a", 2), _record("b", 3)]])
    assert not race.in_turn([[_record("a", 0), _record("b", 2)], [_record("a", 1), _record("b", 3)]])


def test_a_quick_result_is_never_shown_in_the_docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(race, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(race, "SCRATCH", tmp_path / "scratch")
    assert race.publish("a", {}, quick=True).is_relative_to(tmp_path / "scratch")
    assert race.publish("a", {}, quick=False) == tmp_path / "results" / "a.json"


# -- against the Trainer ---------------------------------------------------------------------------------------------
class Fake:
    """Answers a turn with a made-up record and remembers the order."""

    def __init__(self, answers: dict[str, dict[str, Any]]) -> None:
        self.answers = answers
        self.turns: list[Turn] = []

    def __call__(self, turn: Turn, fresh: bool = False) -> Record:
        if turn not in self.turns:
            self.turns.append(turn)
        name = next(name for name in self.answers if all(part in " ".join(turn.arguments) for part in name.split()))
        facts = dict(self.answers[name])
        cost = {"cost": _record("", 0)["cost"] | facts.pop("cost", {})}
        return _record(turn.side, self.turns.index(turn), **facts, **cost)


TRAINER = {
    "--steps --precision bf16": {"cost": {"training_rows_per_cpu_second": 120.0}},
    "--steps --precision fp32": {"cost": {"training_rows_per_cpu_second": 60.0}},
    "--rate 0.0002 --precision fp32": _curve((90, 0.92), (200, 0.939)) | {"test": {"at_best_validation": 0.93}},
    "--rate 0.0001": _curve((50, 0.80), (100, 0.90)) | {"test": {"at_best_validation": 0.89, "last": 0.5}},
    "--rate 0.0002": _curve((40, 0.92), (80, 0.935), (100, 0.94)) | {"test": {"at_best_validation": 0.93, "last": 0.5}},
    "--rate 0.0004": _curve((50, 0.93), (100, 0.80)) | {"test": {"at_best_validation": 0.92, "last": 0.5}},
    "--method top --epochs": {"cost": {"rows_per_cpu_second": 300.0}} | _curve((9, 0.94)) | {"test": 0.1},
    "--method head --epochs": {"cost": {"rows_per_cpu_second": 900.0}} | _curve((9, 0.94)) | {"test": 0.1},
    "--method top": _curve((10, 0.90), (20, 0.94), (30, 0.95)) | {"test": 0.94},
    "--method head": _curve((5, 0.90), (6, 0.93)) | {"test": 0.925},
}


def _trainer(monkeypatch: pytest.MonkeyPatch, **changed: dict[str, Any]) -> tuple[Fake, dict[str, Any]]:
    fake = Fake(TRAINER | {name.replace("_", " "): facts for name, facts in changed.items()})
    monkeypatch.setattr(trainer_race, "run", fake)
    monkeypatch.setattr(common, "has_bf16", lambda: True)
    return fake, trainer_race.race(trainer_race.arguments(["--rounds", "2"]))


def test_the_target_is_the_trainers_best_less_a_third_and_the_first_point_above_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake, found = _trainer(monkeypatch)
    assert (found["best_rate"], found["target"]) == (2e-4, 0.937)
    by_what = {(told["what"].split("`")[1], told["what"].split()[2]): told for told in found["claims"]}
    assert (by_what["top", "processor"]["value"], by_what["top", "wall"]["value"]) == (5.0, 5.0)  # 100 s by 20 s
    assert by_what["top", "processor"]["holds"] and by_what["top", "processor"]["limit"] == ">= 4"
    assert by_what["head", "processor"]["value"] is None  # 0.93 is below the target
    assert _precisions(fake) == ["bf16", "bf16", "bf16", "fp32", "bf16"]  # rates, the other precision, second round


def _precisions(fake: Fake) -> list[str]:
    """Of the Trainer's whole runs, in their order."""
    found = [turn.arguments for turn in fake.turns if turn.side == "Trainer" and "--steps" not in turn.arguments]
    return [arguments[arguments.index("--precision") + 1] for arguments in found]


def test_the_trainer_races_in_the_precision_that_reaches_the_target_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    better = _curve((90, 0.93), (200, 0.96)) | {"test": {"at_best_validation": 0.95}}
    fake, found = _trainer(monkeypatch, **{"--rate 0.0002 --precision fp32": better})
    assert found["target"] == 0.957  # of the best run, in whichever precision
    assert _precisions(fake) == ["bf16", "bf16", "bf16", "fp32", "fp32"]


def test_without_bf16_there_is_no_search_for_a_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake(TRAINER)
    monkeypatch.setattr(trainer_race, "run", fake)
    monkeypatch.setattr(common, "has_bf16", lambda: False)
    found = trainer_race.race(trainer_race.arguments(["--rounds", "1", "--rates", "2e-4"]))
    assert _precisions(fake) == ["fp32"]
    assert (found["target"], found["precision_probe"]) == (0.936, {})


def test_rounds_run_in_turn_and_the_search_is_the_first_rounds_trainer(monkeypatch: pytest.MonkeyPatch) -> None:
    fake, found = _trainer(monkeypatch)
    seeds = [(turn.side, turn.arguments[turn.arguments.index("--seed") + 1]) for turn in fake.turns]
    sides = ["LingOS top", "LingOS head", "LingOS top", "LingOS head"]
    assert seeds[6:] == [*((side, "0") for side in sides), ("Trainer", "1"), *((side, "1") for side in sides)]
    assert not any("did not run in turn" in note for note in found["notes"])


def test_a_target_that_lingos_misses_is_a_bar_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    _, found = _trainer(monkeypatch, **{"--method top": _curve((10, 0.90), (30, 0.936)) | {"test": 0.93}})
    assert [(told["value"], told["holds"]) for told in found["claims"][:2]] == [(None, False)] * 2


def test_the_table_stands_on_what_was_kept_and_on_equal_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    _, found = _trainer(monkeypatch)
    rows = {row[0]: row[1:] for row in found["tables"][0]["rows"]}
    assert rows["processor seconds to 93.70 on validation"] == [100.0, 20.0, None]
    assert rows["rows a processor second, 8 epochs each"] == [90.0, 300.0, 900.0]
    assert [cell.split()[0] for cell in rows["test accuracy at the end"]] == ["93.0", "94.0", "92.5"]
    assert json.loads(json.dumps(found)) == found


def test_a_busy_machine_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TRAINER, "--method head", TRAINER["--method head"] | {"provenance": _busy()})
    _, found = _trainer(monkeypatch)
    assert any("busy (load up to 9)" in note for note in found["notes"])


def _busy() -> dict[str, Any]:
    return {**_record("", 9)["provenance"], "load_at_start": 9.0}


# -- against SetFit --------------------------------------------------------------------------------------------------
SETFIT = {
    "--max-steps 12 --precision bf16": {"cost": {"cpu": 7.0, "head_cpu": 2.0, "setup_cpu": 1.0}},
    "--max-steps 12 --precision fp32": {"cost": {"cpu": 9.0, "head_cpu": 2.0, "setup_cpu": 1.0}},
    "--sampling iterations": {"test": 0.86, "cost": {"cpu": 800.0, "wall": 400.0}},
    "--sampling undersampling": {"test": 0.87, "cost": {"cpu": 200.0, "wall": 100.0}},
    "--method top": {"test": 0.875, "precision": "bf16", "settings": {"label_names": True}, "cost": {"cpu": 20.0}},
    "--method head": {"test": 0.80, "precision": "bf16", "cost": {"cpu": 2.0}},
}


def _setfit(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[Fake, dict[str, Any]]:
    fake = Fake(SETFIT)
    monkeypatch.setattr(setfit_race, "run", fake)
    monkeypatch.setattr(common, "has_bf16", lambda: True)
    given = ["--seeds", "2", "--setfit-python", sys.executable, *arguments]
    return fake, setfit_race.race(setfit_race.arguments(given))


def test_setfit_is_taken_by_its_strongest_sampling(monkeypatch: pytest.MonkeyPatch) -> None:
    _, found = _setfit(monkeypatch)
    told = {each["what"]: each for each in found["claims"]}
    assert told["10 a class: test accuracy of `top` above SetFit's (undersampling)"]["value"] == 0.5
    ten = told["10 a class: SetFit's processor seconds (undersampling) by those of `top`"]
    assert (ten["value"], ten["limit"], ten["holds"]) == (10.0, ">= 8", True)
    five = told["5 a class: SetFit's wall seconds (undersampling) by those of `top`"]
    assert (five["value"], five["limit"]) == (2.0, "")
    assert [table["columns"][0] for table in found["tables"]] == ["10 a class", "5 a class"]
    assert any("name of each label" in note for note in found["notes"])
    assert "SetFit 1.2.0: contrastive phase in bf16" in found["notes"][0]
    assert json.loads(json.dumps(found)) == found


def test_every_side_of_a_draw_is_told_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    fake, _ = _setfit(monkeypatch, "--shots", "5")
    for seed in ("0", "1"):
        drawn = [turn for turn in fake.turns if turn.arguments[5] == seed and "--max-steps" not in turn.arguments]
        assert len(drawn) == 4
        assert len({turn.arguments[:8] for turn in drawn}) == 1


def test_a_shortened_setfit_is_told_and_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = SETFIT["--sampling iterations"] | {"steps": {"cut": True}}
    monkeypatch.setitem(SETFIT, "--sampling iterations", cut)
    options = setfit_race.arguments(["--setfit-python", sys.executable, "--steps", "100"])
    _, found = _setfit(monkeypatch, "--steps", "100")
    assert setfit_race.suffix(options) == "_100_steps"
    assert any("cut short" in note for note in found["notes"])
    assert found["claims"][0]["command"].endswith("--seeds 2 --steps 100")


def test_without_setfits_environment_the_cure_is_told(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"run\.sh"):
        setfit_race.arguments(["--setfit-python", str(tmp_path / "python")])
