"""Moments, durations and numbers in both languages, each where it stands."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

pytest.importorskip("recognizers_date_time", reason="pip install 'lingos[assistant]'")

from lingos.assistant.understanding.values import durations, moments, numbers

NOW = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)  # a Wednesday
MOMENTS = {
    "remind me in ten minutes to close the window": ("in ten minutes", "2026-11-25T20:10"),
    "wake me at half past six": ("half past six", "2026-11-26T06:30"),
    "next friday at 3pm": ("next friday at 3pm", "2026-12-04T15:00"),
    "in 2 hours 30 minutes": ("in 2 hours 30 minutes", "2026-11-25T22:30"),
    "in two hours and ten minutes": ("in two hours and ten minutes", "2026-11-25T22:10"),
    "call them on december 3rd at noon": ("december 3rd at noon", "2026-12-03T12:00"),
    "tomorrow": ("tomorrow", "2026-11-26T00:00"),
    "十分钟后提醒我关窗": ("十分钟后", "2026-11-25T20:10"),
    "明天早上七点半叫我起床": ("明天早上七点半", "2026-11-26T07:30"),
    "半小时后提醒我": ("半小时后", "2026-11-25T20:30"),
    "请在两个半小时后提醒我": ("两个半小时后", "2026-11-25T22:30"),
    "下周五下午三点": ("下周五下午三点", "2026-12-04T15:00"),
    "后天晚上八点一刻": ("后天晚上八点一刻", "2026-11-27T20:15"),
    "八点叫我": ("八点", "2026-11-26T08:00"),
}
DURATIONS = {
    "set a timer for an hour and a half": ("an hour and a half", 5400),
    "a timer for forty five seconds": ("forty five seconds", 45),
    "定一个一个半小时的计时器": ("一个半小时", 5400),
    "三十秒的计时器": ("三十秒", 30),
}
NUMBERS = {
    "dim to twenty five percent": ("twenty five percent", 25),
    "set it to twenty one and a half degrees": ("twenty one and a half", 21.5),
    "minus five degrees": ("minus five", -5),
    "把灯调到百分之二十五": ("百分之二十五", 25),
    "调到二十三点五度": ("二十三点五", 23.5),
    "亮度30": ("30", 30),
}


@pytest.mark.parametrize("text", MOMENTS)
def test_moments(text: str) -> None:
    [found] = moments(text, NOW)
    assert (text[found.start : found.end], str(found.value)[:16]) == MOMENTS[text]
    assert found.whole_day == (text == "tomorrow")


@pytest.mark.parametrize("text", DURATIONS)
def test_durations(text: str) -> None:
    [found] = durations(text)
    assert (text[found.start : found.end], found.value) == DURATIONS[text]


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers(text: str) -> None:
    [found] = numbers(text)
    assert (text[found.start : found.end], found.value) == NUMBERS[text]


@pytest.mark.parametrize("text", ["turn off the light", "把灯关了", "", "what time is it"])
def test_nothing_there(text: str) -> None:
    assert moments(text, NOW) == durations(text) == numbers(text) == []


def test_a_time_that_is_over_means_tomorrow() -> None:
    assert str(moments("at 7pm", NOW)[0].value).startswith("2026-11-26T19:00")
