"""A simulated house: rooms with lamps, heating and blinds, doors with locks, an alarm, sensors; devices that can fail.

Each device or sensor is one thing, "place.what": "kitchen.light" is "on" or "off". The house keeps its state in the
database, so that it is the same house after a restart.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import Engine

from lingos.assistant.world.kept import Kept
from lingos.contracts import Value
from lingos.errors import LingosError, unknown

__all__ = ["DOORS", "NOTICED", "ROOMS", "SENSORS", "House"]

ROOMS: Mapping[str, Sequence[str]] = {  # the name that things carry -> what people call it
    "kitchen": ("kitchen", "厨房"),
    "living room": ("living room", "lounge", "sitting room", "客厅", "起居室"),
    "bedroom": ("bedroom", "卧室", "睡房"),
    "bathroom": ("bathroom", "浴室", "卫生间", "洗手间"),
    "study": ("study", "office", "书房"),
    "hall": ("hall", "hallway", "corridor", "走廊", "玄关"),
}
DOORS: Mapping[str, Sequence[str]] = {
    "front door": ("front door", "main door", "前门", "大门"),
    "back door": ("back door", "后门"),
    "garage door": ("garage door", "garage", "车库门", "车库"),
}
IN_EACH_ROOM: Mapping[str, Value] = {
    "light": "off",
    "brightness": 100,
    "colour": "white",
    "heating": 19,
    "blinds": 100,  # percent open
    "window": "closed",  # a sensor
    "temperature": 19.5,  # a sensor
}
AT_FIRST: Mapping[str, Value] = {
    **{f"{room}.{what}": value for room in ROOMS for what, value in IN_EACH_ROOM.items()},
    **{f"{door}.lock": "locked" for door in DOORS},
    "alarm": "off",
}
SENSORS: Mapping[str, Sequence[Value]] = {  # what moves without being told -> its values; any number where none stands
    **{f"{room}.window": ("open", "closed") for room in ROOMS},
    **{f"{room}.temperature": () for room in ROOMS},
}
OPENS = "(opens|is opened|is open|gets opened|has been opened)"
CLOSES = "(closes|is closed|is shut|gets closed|has been closed)"
WHO = "(I|you|we|somebody|someone)"
# What its sensors notice: a name -> English, Chinese, the thing, what it becomes. Told in the grammar of phrases.
NOTICED: Mapping[str, tuple[Sequence[str], Sequence[str], str, Value]] = {
    "window_opens": (
        ["the {room} window opens", f"[the] {{room}} window {OPENS}", f"[the|a] window (in|of) [the] {{room}} {OPENS}",
         f"{WHO} (open|opens) the window in [the] {{room}}", f"{WHO} (open|opens) [the] {{room}} window"],
        ["{room}的窗户打开", "{room}[的|里的](窗户|窗子|窗)[一|被](打开|开)[着]",
         "(我|有人|谁)[一](打开|开){room}[的|里的](窗户|窗子|窗)"],
        "{room}.window", "open",
    ),
    "window_closes": (
        ["the {room} window closes", f"[the] {{room}} window {CLOSES}",
         f"[the|a] window (in|of) [the] {{room}} {CLOSES}",
         f"{WHO} (close|closes|shut|shuts) the window in [the] {{room}}",
         f"{WHO} (close|closes|shut|shuts) [the] {{room}} window"],
        ["{room}的窗户关上", "{room}[的|里的](窗户|窗子|窗)[一|被](关上|关好|关闭|关)[着]",
         "(我|有人|谁)[一](关上|关好|关){room}[的|里的](窗户|窗子|窗)"],
        "{room}.window", "closed",
    ),
}  # fmt: skip
BUILT = "the house was built"


class House(Kept):
    """Things that do what they are told, but for those that are broken: they stay as they are and answer nothing."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, "house")
        self.broken: set[str] = set()
        self._sensing = threading.Lock()
        super().apply(AT_FIRST, BUILT)

    def apply(self, changes: Mapping[str, Value], key: str) -> bool:
        """Tell the devices. Who wants to know whether they did it reads them afterwards."""
        return super().apply({thing: to for thing, to in changes.items() if thing not in self.broken}, key)

    def sense(self, changes: Mapping[str, Value]) -> Mapping[str, Value]:
        """Sensors change: a window is opened, it gets warmer. Returns what is now other than before.

        Raises:
            LingosError: no such sensor, or no value of it; then nothing changes.
        """
        for thing, to in changes.items():
            _checked(thing, to)
        with self._sensing:  # two who tell the same change it once
            before = self.read()
            self.apply(changes, f"sensed {uuid.uuid4().hex}")
            after = self.read()
        return {thing: to for thing, to in changes.items() if before.get(thing) != to == after.get(thing)}


def _checked(thing: str, to: Value) -> None:
    if thing not in SENSORS:
        raise unknown("sensor", thing, SENSORS)
    number = isinstance(to, int | float) and not isinstance(to, bool)
    if to not in SENSORS[thing] if SENSORS[thing] else not number:
        expected = " or ".join(map(str, SENSORS[thing])) or "a number"
        raise LingosError(f"{thing} can not be {to!r}", expected=expected, cure="tell another value")
