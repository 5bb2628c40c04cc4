"""Moments, durations and numbers in both languages, each where it stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import isfinite
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("recognizers_date_time", reason="pip install 'lingos[assistant]'")

from lingos.assistant.understanding import values
from lingos.assistant.understanding.values import durations, moments, numbers

NOW = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)  # a Wednesday
MOMENTS = {  # what stands in > < is the moment, else all of it; * is a whole day
    "en": """
        remind me >in ten minutes< to close the window = 11-25T20:10
        in half an hour = 11-25T20:30
        in an hour and a half = 11-25T21:30
        in one and a half hours = 11-25T21:30
        in a quarter of an hour = 11-25T20:15
        in an hour and ten minutes = 11-25T21:10
        in 2 hours 30 minutes = 11-25T22:30
        in two hours and ten minutes = 11-25T22:10
        ten minutes from now = 11-25T20:10
        in a week = 12-02*
        in two days at 9 = 11-27T09:00
        in a month = 12-25*
        tonight = 11-25T20:00
        tonight at nine = 11-25T21:00
        tonight at 12 = 11-26T00:00
        this afternoon = 11-25T15:00
        this evening at 9 = 11-25T21:00
        tomorrow = 11-26*
        tomorrow morning = 11-26T09:00
        tomorrow noon = 11-26T12:00
        tomorrow afternoon = 11-26T15:00
        tomorrow evening = 11-26T19:00
        tomorrow morning at 8 = 11-26T08:00
        tomorrow at 3 = 11-26T15:00
        the day after tomorrow at 7:30 = 11-27T07:30
        at >ten past six< = 11-26T06:10
        quarter to seven = 11-26T06:45
        wake me at >half past six< = 11-26T06:30
        at >ten to six< = 11-26T05:50
        at >1 thirty< = 11-26T01:30
        at >six thirty< = 11-26T06:30
        at >7< = 11-26T07:00
        at >9 pm< = 11-25T21:00
        at >7pm< = 11-26T19:00
        at >noon< = 11-26T12:00
        at >midnight< = 11-26T00:00
        set an alarm for >7< = 11-26T07:00
        book a table for four at >8< = 11-26T08:00
        7 = 11-26T07:00
        eight in the evening = 11-26T20:00
        at >six in the morning< to run = 11-26T06:00
        on >monday< = 11-30*
        on >friday< = 11-27*
        on >wednesday< = 12-02*
        on >wednesday at 9 pm< = 11-25T21:00
        next monday at 3 = 11-30T15:00
        next friday at 3pm = 12-04T15:00
        on >saturday morning at 9< = 11-28T09:00
        december 3rd = 12-03*
        call them on >december 3rd at noon< = 12-03T12:00
        the third of december = 12-03*
        on >the 5th at five< = 12-05T17:00
        on >christmas at 9< = 12-25T09:00
        turn it on for two hours at >9 pm< = 11-25T21:00""",
    "zh": """
        >十分钟后<提醒我关窗 = 11-25T20:10
        十分钟以后 = 11-25T20:10
        十分钟之后 = 11-25T20:10
        过十分钟 = 11-25T20:10
        再过十分钟 = 11-25T20:10
        一刻钟后 = 11-25T20:15
        五分半钟后 = 11-25T20:05
        >半小时后<提醒我 = 11-25T20:30
        一个半小时后 = 11-25T21:30
        请在>两个半小时后<提醒我 = 11-25T22:30
        一小时二十分钟后 = 11-25T21:20
        两天后 = 11-27*
        三天后下午五点 = 11-28T17:00
        一周后 = 12-02*
        明早 = 11-26T09:00
        明天早上 = 11-26T09:00
        >明天早上七点半<叫我起床 = 11-26T07:30
        今晚 = 11-25T20:00
        今晚九点 = 11-25T21:00
        今晚一点 = 11-26T01:00
        后天下午三点 = 11-27T15:00
        后天晚上八点一刻 = 11-27T20:15
        半夜十二点 = 11-26T00:00
        夜里两点 = 11-26T02:00
        中午十二点 = 11-26T12:00
        下午三点半 = 11-26T15:30
        晚上八点一刻 = 11-25T20:15
        周五 = 11-27*
        周五五点 = 11-27T17:00
        周一十点半 = 11-30T10:30
        下周一 = 11-30*
        下周五下午三点 = 12-04T15:00
        周四下午六点 = 11-26T18:00
        12月3号 = 12-03*
        十二月二十四号晚上八点 = 12-24T20:00
        5号下午三点 = 12-05T15:00
        17点45 = 11-26T17:45
        差五分八点 = 11-26T07:55
        >八点<叫我 = 11-26T08:00
        >一点<叫我 = 11-26T01:00
        十点 = 11-25T22:00""",
}
DURATIONS = {
    "en": """
        set a timer for >an hour and ten minutes< = 4200
        set a timer for >an hour and a half< = 5400
        half an hour = 1800
        one and a half hours = 5400
        a quarter of an hour = 900
        three quarters of an hour = 2700
        two hours and a half = 9000
        2h 30min = 9000
        a timer for >forty-five seconds< = 45""",
    "zh": """
        定一个>一个半小时<的计时器 = 5400
        一小时二十分钟 = 4800
        一小时半 = 5400
        一刻钟 = 900
        五分半钟 = 330
        两分三十秒 = 150
        半分钟 = 30
        一个半月 = 3888000
        >三十秒<的计时器 = 30""",
}
NUMBERS = {
    "en": """
        dim to >forty-five percent< = 45
        twenty-five = 25
        a half = 0.5
        open the blinds >half way< = 0.5
        >halfway< = 0.5
        one and a half = 1.5
        three quarters = 0.75
        set it to >twenty one and a half< degrees = 21.5
        two hundred and six = 206
        one point five million = 1500000
        1,000 = 1000
        -3 = -3
        set it to >minus five< degrees = -5
        about >10<kg = 10
        1e3 = 1000
        3 1/2 = 3.5""",
    "zh": """
        十六 = 16
        调到>十八<度 = 18
        调到>二十三点五<度 = 23.5
        把灯调到>百分之四十五< = 45
        把灯调到>forty-five< = 45
        两百 = 200
        两百五 = 250
        一百二十万零五百 = 1200500
        >3<公里 = 3
        >3< 公里 = 3
        调到>-3<度 = -3
        >零下五<度 = -5
        三分之一 = 0.333333
        一半 = 0.5
        >三个半<苹果 = 3.5
        五成 = 50
        亮度>30< = 30""",
}
NO_MOMENTS = """turn off the light; what time is it; at 99:99; february 30; every monday at 8; mondays; monday's meeting
    dim to 5; at 20 degrees; book a table for four; good morning; in a million years; the second lamp; on the 5th floor
    25点; 二月三十号; 每天八点; 调到二十三点五度; 亮一点; 晚一点; 5号房间; 早上好; 把灯关了"""
NO_NUMBERS = """turn off half the lights; half an hour; half past; the other one; room2; 15pm; the 25th; 1e999
    an hour and a half; 亮一点; 等一下; 周一; 星期三; 十分漂亮; 万一; 两三个; 几个"""


def rows(table: dict[str, str]) -> list[tuple[str, str, str]]:
    """Text, the words of the value, the value."""
    told = [line.strip().rsplit(" = ", 1) for text in table.values() for line in text.strip().split("\n")]
    parts = [(text.replace(">", "").replace("<", ""), text, value) for text, value in told]
    return [(text, marked.split(">")[-1].split("<")[0], value) for text, marked, value in parts]


@pytest.mark.parametrize(("text", "words", "value"), rows(MOMENTS))
def test_moments(text: str, words: str, value: str) -> None:
    [found] = moments(text, NOW)
    told = str(found.value).removeprefix("2026-")
    assert (text[found.start : found.end], told[:5] + "*" if found.whole_day else told[:11]) == (words, value)
    assert told.endswith("+00:00") and (not found.whole_day or "T00:00:00" in told)


@pytest.mark.parametrize(("text", "words", "value"), rows(DURATIONS))
def test_durations(text: str, words: str, value: str) -> None:
    [found] = durations(text)
    assert (text[found.start : found.end], found.value) == (words, float(value))
    assert moments(text, NOW) == []


@pytest.mark.parametrize(("text", "words", "value"), rows(NUMBERS))
def test_numbers(text: str, words: str, value: str) -> None:
    [found] = numbers(text)
    assert text[found.start : found.end] == words and found.value == pytest.approx(float(value), abs=1e-5)


@pytest.mark.parametrize("text", ["turn off the light", "把灯关了", "", "what time is it"])
def test_nothing_there(text: str) -> None:
    assert moments(text, NOW) == durations(text) == numbers(text) == []


@pytest.mark.parametrize("text", NO_MOMENTS.replace("\n    ", "; ").split("; "))
def test_no_moment(text: str) -> None:
    assert moments(text, NOW) == []


@pytest.mark.parametrize("text", NO_NUMBERS.replace("\n    ", "; ").split("; "))
def test_no_number(text: str) -> None:
    assert numbers(text) == []


@pytest.mark.parametrize("text", "in a day; ten minutes ago; every hour; 十分钟后; 第三天; 几分钟; 一月".split("; "))
def test_no_duration(text: str) -> None:
    assert durations(text) == []


def test_several() -> None:
    assert [one.value for one in numbers("add 5, 6 and seven")] == [5, 6, 7]
    assert [one.value for one in numbers("5-3, five minus three, 二十五-7")] == [5, 3, 5, 3, 25, 7]
    assert [one.value for one in durations("an hour or ten minutes")] == [3600, 600]
    assert len(moments("tomorrow at 8 or friday", NOW)) == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yesterday", "2026-11-24"), ("last friday", "2026-11-20"), ("下个月三号", "2026-12-03"),
        ("3/12/2027 at 9", "2027-03-12T09"),
    ],
)  # fmt: skip
def test_days_that_the_library_knows(text: str, value: str) -> None:
    [found] = moments(text, NOW)
    assert str(found.value).startswith(value) and text[found.start : found.end] == text


def test_an_hour_is_sixty_minutes_when_clocks_change() -> None:
    night = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    [found] = moments("in an hour", night)
    assert datetime.fromisoformat(str(found.value)) - night.astimezone(UTC) == timedelta(hours=1)


def test_the_library_waits_until_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "_library", None)
    for text, _, _ in [*rows(MOMENTS), *rows(DURATIONS), *rows(NUMBERS)]:
        assert moments(text, NOW) or durations(text) or numbers(text)
    assert moments("two hours ago", NOW) == []  # it fails, which is no one's fault


WORDS = (
    "at in on for to half past quarter an a hour and two ten minutes pm monday next tomorrow evening the third of may "
    "ago - . , : / % 25 7 1e9 99 ３ ² ٣ "
    "点 分 时 半 一 二 十 百 万 亿 刻 钟 周 天 月 号 日 年 前 后 过 今 明 早 晚上 下 "
    "每 零 两 个 小时 成 分之"
).split()
SPOKEN = st.lists(st.sampled_from(WORDS), max_size=12)


@given(st.one_of(st.text(), SPOKEN.map("".join), SPOKEN.map(" ".join)), st.datetimes(timezones=st.just(UTC)))
@settings(deadline=None)
def test_it_never_fails(text: str, now: datetime) -> None:
    for found in (moments(text, now), durations(text), numbers(text)):
        assert all(a.end <= b.start for a, b in pairwise(found))
        for one in found:
            assert 0 <= one.start < one.end <= len(text)
            assert datetime.fromisoformat(one.value) if isinstance(one.value, str) else isfinite(one.value)
