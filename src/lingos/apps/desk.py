"""The desk: reminders and timers, notes, sums and units."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, cast

from lingos.apps.base import App, At, Plan, action
from lingos.assistant.slots import duration, free, name, number, when
from lingos.contracts import Value

__all__ = ["Desk"]

When = Annotated[str, when()]
Length = Annotated[float, duration()]
What = Annotated[str, free("Of what shall I remind you?", "提醒您什么？")]
Words = Annotated[str, free("What shall I write?", "写什么？")]
Note = Annotated[str, name("Which note?", "哪条笔记？")]
SIGNS = {
    **dict.fromkeys(("×", "乘以", "乘", "times"), "*"),
    **dict.fromkeys(("÷", "除以", "divided by"), "/"),
    **dict.fromkeys(("加上", "加", "plus"), "+"),
    **dict.fromkeys(("减去", "减", "minus"), "-"),
}
UNITS = {
    "公里": "kilometer",
    "千米": "kilometer",
    "米": "meter",
    "厘米": "centimeter",
    "英里": "mile",
    "英尺": "foot",
    "英寸": "inch",
    "里": "500 meter",
    "公斤": "kilogram",
    "千克": "kilogram",
    "克": "gram",
    "斤": "500 gram",
    "磅": "pound",
    "盎司": "ounce",
    "升": "liter",
    "毫升": "milliliter",
    "摄氏度": "degC",
    "华氏度": "degF",
    "celsius": "degC",
    "fahrenheit": "degF",
}


class Desk(App):
    """Reminders, timers, notes, sums and units of one person."""

    name = "desk"
    title = ("Desk", "办公桌")

    @action(
        "reversible",
        en=["remind me {at_time} to {text}", "remind me to {text} {at_time}", "{at_time} remind me to {text}"],
        zh=["{at_time}提醒我{text}", "提醒我{at_time}{text}"],
    )
    def remind(self, at: At, at_time: When, text: What) -> Plan:
        """Remind of something at a time."""
        moment = datetime.fromisoformat(at_time)
        if moment <= at.now:
            return Plan("", blocked=at.say("that time is over", "那个时间已经过去了"))
        said = at.say(f"I remind you {_clock(moment, at)}: {text}", f"{_clock(moment, at)}提醒您：{text}")
        return Plan(said, {f"reminder {at.id}": {"at": at_time, "text": text}})

    @action(
        "reversible",
        en=["[set|start] [a] timer for {length}", "(wake|call) me in {length}"],
        zh=["[定|设]一个{length}的(计时器|闹钟|倒计时)", "(倒计时|计时){length}"],
    )
    def timer(self, at: At, length: Length) -> Plan:
        """Ring after a while."""
        moment = at.now + timedelta(seconds=length)
        said = at.say(f"the timer rings {_clock(moment, at)}", f"计时器{_clock(moment, at)}响")
        text = at.say("the timer is over", "计时结束")
        return Plan(said, {f"reminder {at.id}": {"at": moment.isoformat(), "text": text}})

    @action(
        "read",
        en=["what (reminders|timers) do I have", "(show|list) my reminders"],
        zh=["我有(什么|哪些)提醒", "(列出|看看)[我的]提醒"],
    )
    def reminders(self, at: At) -> Plan:
        """List what is to come."""
        coming = sorted((one["at"], one["text"]) for one in _each(at.things, "reminder"))
        lines = [f"{_clock(datetime.fromisoformat(moment), at)}: {text}" for moment, text in coming]
        return Plan("; ".join(lines) or at.say("no reminders", "没有提醒"), value=cast(Value, coming))

    @action(
        "reversible",
        en=["(note|write down) [that] {text}", "(make|take) a note: {text}"],
        zh=["(记下|记一下|记录){text}", "写一条笔记：{text}"],
    )
    def note(self, at: At, text: Words) -> Plan:
        """Write a note."""
        return Plan(at.say(f"noted: {text}", f"已记下：{text}"), {f"note {at.id}": {"text": text}})

    @action(
        "read",
        en=["(find|search) [my] notes (about|for) {text}", "what did I (note|write) about {text}"],
        zh=["(查找|搜索|找)[关于]{text}的笔记", "我记过{text}吗"],
    )
    def search(self, at: At, text: Words) -> Plan:
        """Search in notes."""
        found = [one["text"] for one in _each(at.things, "note") if text.lower() in one["text"].lower()]
        return Plan("; ".join(found) or at.say("no note of that", "没有这样的笔记"), value=cast(Value, found))

    @action(
        "recoverable",
        en=["delete [the] note [about] {note}", "throw away [the] note [about] {note}"],
        zh=["删除[关于]{note}的笔记", "把{note}的笔记删了"],
    )
    def delete(self, at: At, note: Note) -> Plan:
        """Delete a note."""
        found = [key for key, one in at.things.items() if _is(key, "note") and note.lower() in str(one).lower()]
        if len(found) != 1:
            why = at.say(f"{len(found)} notes are about that", f"有{len(found)}条这样的笔记")
            return Plan("", blocked=why)
        return Plan(at.say(f"deleted: {note}", f"已删除：{note}"), {found[0]: None})

    @action(
        "read",
        en=["(what is|calculate|compute) {text}", "how much is {text}"],
        zh=["{text}(等于多少|是多少)", "(计算|算一下){text}"],
    )
    def calculate(self, at: At, text: Annotated[str, free("Calculate what?", "算什么？", "sum")]) -> Plan:
        """Do a sum."""
        from simpleeval import InvalidExpression, simple_eval  # an eighth of a second that other actions do without

        told = text
        for word, sign in SIGNS.items():
            told = told.replace(word, sign)
        try:
            value = simple_eval(told)
        except (InvalidExpression, SyntaxError, ArithmeticError, TypeError):
            return Plan("", blocked=at.say(f"'{text}' is no sum that I can do", f"我算不了“{text}”"))
        return Plan(f"{text} = {value:.12g}", value=value)

    @action(
        "read",
        en=["(convert|how much is|what is) {amount} {unit} (in|to) {into}", "how many {into} are {amount} {unit}"],
        zh=["{amount}{unit}(是|等于)多少{into}", "把{amount}{unit}换算成{into}"],
    )
    def convert(
        self,
        at: At,
        amount: Annotated[float, number(-1e15, 1e15)],
        unit: Annotated[str, free("Of which unit?", "什么单位？", "unit")],
        into: Annotated[str, free("Into which unit?", "换成什么单位？", "unit")],
    ) -> Plan:
        """Convert units."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pint  # a third of a second that other actions do without

            units = pint.UnitRegistry()
        try:
            one, to = (units.Quantity(UNITS.get(told.lower(), told)) for told in (unit, into))
            value = float(units.Quantity(amount * one.magnitude, one.units).to(to.units).magnitude / to.magnitude)
        except (pint.errors.PintError, ValueError, AttributeError, TypeError):
            return Plan("", blocked=at.say(f"{unit} does not become {into}", f"{unit}不能换算成{into}"))
        return Plan(f"{amount:g} {unit} = {value:.6g} {into}", value=value)

    def names(self, things: Mapping[str, Value]) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """Notes, by their first words."""
        texts = [str(one["text"]) for one in _each(things, "note")]
        return {"note": {text: (text,) for text in texts}}


def _is(key: str, kind: str) -> bool:
    return key.startswith(f"{kind} ")


def _each(things: Mapping[str, Value], kind: str) -> list[dict[str, Any]]:
    return [cast(dict[str, Any], one) for key, one in things.items() if _is(key, kind)]


def _clock(moment: datetime, at: At) -> str:
    """The time for a person: without the day if it is today."""
    if moment.date() == at.now.date():
        return at.say(f"at {moment:%H:%M}", f"{moment:%H:%M}")
    return at.say(f"on {moment:%Y-%m-%d} at {moment:%H:%M}", f"{moment:%m月%d日%H:%M}")
