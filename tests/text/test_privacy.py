from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.text.privacy import HINT, find, mask


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("mail jane.doe+x@mail.example.co.uk now", "email", "jane.doe+x@mail.example.co.uk"),
        ("电话13812345678，谢谢", "phone", "13812345678"),
        ("ring +86 138 1234 5678", "phone", "+86 138 1234 5678"),
        ("电话010-62345678", "phone", "010-62345678"),
        ("call (555) 123-4567.", "phone", "(555) 123-4567"),
        ("call 555-123-4567", "phone", "555-123-4567"),
        ("call +44 20 7946 0958 now", "phone", "+44 20 7946 0958"),
        ("身份证11010519491231002X。", "id-card", "11010519491231002X"),
        ("card 4111 1111 1111 1111", "bank-card", "4111 1111 1111 1111"),
        ("card 5500-0000-0000-0004", "bank-card", "5500-0000-0000-0004"),
        ("IBAN DE89 3704 0044 0532 0130 00", "iban", "DE89 3704 0044 0532 0130 00"),
        ("from 203.113.42.117 today", "ip", "203.113.42.117"),
        ("from 2001:db8::8a2e:370:7334 today", "ip", "2001:db8::8a2e:370:7334"),
    ],
)
def test_found(text: str, kind: str, value: str) -> None:
    assert [(span.kind, text[span.start : span.end]) for span in find(text)] == [(kind, value)]
    assert re.search(HINT, text)


@pytest.mark.parametrize(
    "text",
    [
        "order 20240817123456 is late",
        "order number 4111111111111112",  # fails the checksum
        "ticket ORD-555-123-4567",
        "version 1.2.3.4 of the app",
        "at 12:30:45 on 2024-08-17",
        "it costs 1,234,567.89 EUR",
        "订单号202408171234567890",
        "id 110105194912310021",  # wrong check digit
        "local host 127.0.0.1",
        "sam@gmail dot com",
        "room 1234567",
        "pi is 3.14159265358979",
        "ISBN 978-3-16-148410-0",
        "2019-2020 2021-2022",
    ],
)
def test_no_false_alarm(text: str) -> None:
    assert find(text) == []


@given(st.text(alphabet="0123456789 -+()@.abcXYZ:[]", max_size=60))
def test_mask_leaves_nothing_and_never_raises(text: str) -> None:
    spans = find(text)
    assert all(one.end <= two.start for one, two in itertools.pairwise(spans))
    assert (mask(text) == text) == (not spans)
    assert not spans or re.search(HINT, text)


def test_masked_twice_is_masked_once() -> None:
    text = "a@example.org, 13812345678 and 203.113.42.117"
    assert mask(mask(text)) == mask(text) == "[email], [phone] and [ip]"
