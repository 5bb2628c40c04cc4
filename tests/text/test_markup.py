from __future__ import annotations

import re

import pytest

from lingos.text.markup import HTML, plain


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("one<br/>two", "one two"),
        ("<p class='x'>hi <b>you</b></p>", " hi you "),
        ("rock &amp; roll &#39;n&#39; more", "rock & roll 'n' more"),
        ("it #39;s", "it 's"),
        ("<script>alert(1)</script>text<!-- no -->", " text "),
    ],
)
def test_html_is_seen_and_removed(text: str, wanted: str) -> None:
    assert re.search(HTML, text)
    assert plain(text) == wanted


@pytest.mark.parametrize(
    "text", ["a < b and c > d", "if x<y: z", "R&D", "AT&T; ok", "issue #39", "<3", "<unk> token", "x <- 5"]
)
def test_no_false_alarm(text: str) -> None:
    assert not re.search(HTML, text)
    assert plain(text) == text
