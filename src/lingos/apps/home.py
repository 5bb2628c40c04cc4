"""The house: lights, heating, blinds, locks, the alarm, and rules that act when a sensor changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from lingos.apps.base import App, At, Plan, action
from lingos.assistant.slots import choice, name, number
from lingos.assistant.world.house import DOORS, ROOMS
from lingos.contracts import Value

__all__ = ["Home"]

Room = Annotated[str, name("Which room?", "哪个房间？")]
Door = Annotated[str, name("Which door?", "哪扇门？")]
Percent = Annotated[float, number(0, 100, ("How many percent?", "百分之多少？"))]
Switch = Annotated[str, choice({"on": ("on", "开"), "off": ("off", "关")}, ("On or off?", "开还是关？"))]
COLOURS: Mapping[str, tuple[str, ...]] = {
    "white": ("white", "白色"),
    "red": ("red", "红色"),
    "green": ("green", "绿色"),
    "blue": ("blue", "蓝色"),
    "yellow": ("yellow", "黄色"),
    "warm": ("warm", "warm white", "暖色", "暖白"),
}
Colour = Annotated[str, choice(COLOURS, ("Which colour?", "什么颜色？"))]
WORDS = {"on": "开", "off": "关", "locked": "锁", "unlocked": "未锁", "open": "开", "closed": "关"}


class Home(App):
    """Lights, heating, blinds, locks and the alarm of one house."""

    name = "home"
    place = "house"
    title = ("Home", "家")

    @action(
        "reversible",
        en=[
            "(turn|switch) {state} [the] {room} (light|lights|lamp)",
            "(turn|switch) [the] (light|lights|lamp) {state} in [the] {room}",
            "[the] {room} (light|lights) {state} [please]",
            "(light up|brighten) [the] {room} -> state=on",
            "make it dark in [the] {room} -> state=off",
        ],
        zh=[
            "[请]把{room}[的]灯{state}(|了|掉|上)",
            "(打开|开一下){room}[的]灯 -> state=on",
            "(关掉|关上|关闭){room}[的]灯 -> state=off",
            "{state}{room}[的]灯",
        ],
    )
    def light(self, at: At, room: Room, state: Switch) -> Plan:
        """Turn the light of a room on or off."""
        said = at.say(f"the light in the {room} is {state}", f"{_zh(room)}的灯：{WORDS[state]}")
        return Plan(said, {f"{room}.light": state}, _known(at, room))

    @action(
        "reversible",
        en=["(dim|set) [the] {room} (light|lights) to {percent} percent", "set [the] {room} brightness to {percent}"],
        zh=["把{room}[的]灯(调到|设为)百分之{percent}", "{room}[的]亮度(调到|设为){percent}"],
    )
    def brightness(self, at: At, room: Room, percent: Percent) -> Plan:
        """Set how bright the light of a room is; it is on afterwards."""
        said = at.say(f"the light in the {room} is at {percent:g} %", f"{_zh(room)}的灯亮度为{percent:g}%")
        return Plan(said, {f"{room}.brightness": percent, f"{room}.light": "on"}, _known(at, room))

    @action(
        "reversible",
        en=["(make|turn) [the] {room} (light|lights) {colour}", "{colour} light in [the] {room}"],
        zh=["把{room}[的]灯(变成|调成|换成){colour}"],
    )
    def colour(self, at: At, room: Room, colour: Colour) -> Plan:
        """Set the colour of a room's light."""
        said = at.say(f"the light in the {room} is {colour}", f"{_zh(room)}的灯：{COLOURS[colour][-1]}")
        return Plan(said, {f"{room}.colour": colour}, _known(at, room))

    @action(
        "reversible",
        en=["(set|turn) [the] [{room}] heating to {degrees} [degrees]", "make [the] {room} {degrees} degrees"],
        zh=["把{room}[的](暖气|温度)(调到|设为){degrees}度", "{room}(调到|设为){degrees}度"],
    )
    def heating(self, at: At, room: Room, degrees: Annotated[float, number(5, 30, ("How warm?", "多少度？"))]) -> Plan:
        """Set the heating of a room, in degrees Celsius."""
        said = at.say(f"the heating in the {room} is set to {degrees:g} °C", f"{_zh(room)}的暖气设为{degrees:g}℃")
        return Plan(said, {f"{room}.heating": degrees}, _known(at, room))

    @action(
        "reversible",
        en=["(open|raise) [the] {room} blinds -> percent=100", "(close|lower) [the] {room} blinds -> percent=0"],
        zh=["(打开|拉开){room}[的]窗帘 -> percent=100", "(关上|拉上){room}[的]窗帘 -> percent=0"],
    )
    def blinds(self, at: At, room: Room, percent: Percent) -> Plan:
        """Open or close the blinds of a room; 100 is open."""
        said = at.say(f"the blinds in the {room} are {percent:g} % open", f"{_zh(room)}的窗帘打开{percent:g}%")
        return Plan(said, {f"{room}.blinds": percent}, _known(at, room))

    @action(
        "recoverable",
        en=["lock [the] {door}", "(close|secure) [the] {door} [with the lock]"],
        zh=["(锁上|锁好|反锁){door}", "把{door}锁(上|好|了)"],
        undo="irreversible",
        look=("the door itself", "门"),
    )
    def lock(self, at: At, door: Door) -> Plan:
        """Lock a door."""
        return Plan(at.say(f"the {door} is locked", f"{_zh(door)}已上锁"), {f"{door}.lock": "locked"}, _known(at, door))

    @action(
        "irreversible",
        en=["unlock [the] {door}", "open [the] lock of [the] {door}"],
        zh=["(打开|解开){door}[的]锁", "把{door}解锁", "解锁{door}"],
        look=("the door itself", "门"),
    )
    def unlock(self, at: At, door: Door) -> Plan:
        """Unlock a door. Who came in meanwhile is in: that can not be brought back."""
        said = at.say(f"the {door} is unlocked", f"{_zh(door)}已解锁")
        return Plan(said, {f"{door}.lock": "unlocked"}, _known(at, door))

    @action(
        "irreversible",
        en=["(arm|set) the alarm -> state=on", "(disarm|switch off) the alarm -> state=off"],
        zh=["(打开|启动)(警报|报警器) -> state=on", "(关闭|解除)(警报|报警器) -> state=off"],
        look=("the alarm's panel", "报警器面板"),
    )
    def alarm(self, at: At, state: Switch) -> Plan:
        """Arm or disarm the alarm."""
        return Plan(at.say(f"the alarm is {state}", f"报警器：{WORDS[state]}"), {"alarm": state})

    @action(
        "read",
        en=["is [the] {door} locked", "did I lock [the] {door}"],
        zh=["{door}锁(了吗|好了吗|上了没有)"],
    )
    def locked(self, at: At, door: Door) -> Plan:
        """Tell whether a door is locked."""
        state = at.things.get(f"{door}.lock")
        said = at.say(f"the {door} is {state}", f"{_zh(door)}：{WORDS.get(str(state), str(state))}")
        return Plan(said, {}, _known(at, door), state)

    @action(
        "read",
        en=["how (warm|cold) is it in [the] {room}", "what is the temperature in [the] {room}"],
        zh=["{room}[现在]多少度", "{room}[的]温度是多少"],
    )
    def temperature(self, at: At, room: Room) -> Plan:
        """Tell the temperature of a room."""
        value = at.things.get(f"{room}.temperature")
        return Plan(at.say(f"it is {value} °C in the {room}", f"{_zh(room)}{value}℃"), {}, _known(at, room), value)

    def names(self, things: Mapping[str, Value]) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """Rooms and doors, each with what people call it."""
        return {"room": ROOMS, "door": DOORS}


def _zh(place: str) -> str:
    """What a room or door is called in Chinese; a person's own name stays as it is."""
    called = [one for one in {**ROOMS, **DOORS}.get(place, ()) if not one.isascii()]
    return called[0] if called else place


def _known(at: At, place: str) -> str:
    if any(thing.startswith(f"{place}.") for thing in at.things):
        return ""
    return at.say(f"there is no {place}", f"没有{place}")
