"""A talk as HTML: what the person said, and one card for each part of the answer, with the buttons that it has now."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from lingos.assistant.reply import Part
from lingos.contracts import Change
from lingos.studio.chat import Exchange, State
from lingos.studio.telling import thing, value
from lingos.words.said import phrase

__all__ = ["button", "buttons_of", "changes_list", "talk_log"]

# A sign beside the word for each kind, so that no kind is told by its colour alone.
SIGNS = {
    "done": "✓",
    "already": "=",
    "told": "i",
    "failed": "✗",
    "unknown": "≈",
    "ask": "!",
    "refused": "⊘",
    "declined": "–",
    "question": "?",
    "sorry": "…",
}
CARD = Markup("""<article class="card {kind}"><p class="kind"><span class="sign" aria-hidden="true">{sign}</span>
{word}</p><p class="said">{said}</p>{changes}{understood}{buttons}</article>""")
CHANGE = Markup(
    '<li><span class="thing">{thing}</span> <span class="from">{before}</span> '
    '<span aria-hidden="true">→</span> <strong>{after}</strong><span class="hidden"> ({words})</span></li>'
)


def talk_log(state: State, language: str) -> Markup:
    """The whole talk; the newest exchange stands last."""
    if not state.exchanges:
        return Markup('<p class="empty">{said}</p>').format(said=phrase("studio.empty", language))
    last = len(state.exchanges) - 1
    shown = [_exchange(one, state, index == last, language) for index, one in enumerate(state.exchanges)]
    return Markup('<div class="log" role="region" aria-label="{label}" tabindex="0">{shown}</div>').format(
        label=phrase("studio.log", language), shown=Markup("").join(shown)
    )


def changes_list(changes: Sequence[Change], label: str, language: str) -> Markup:
    """What becomes what."""
    if not changes:
        return Markup("")
    return Markup('<ul class="changes" aria-label="{label}">{rows}</ul>').format(
        label=label, rows=Markup("").join(_change(one, language) for one in changes)
    )


def button(act: str, key: str, text: str, label: str, look: str = "plain") -> Markup:
    """A button that the page's script sends on: what to do, and to which call or with which words."""
    return Markup(
        '<button type="button" class="act {look}" data-act="{act}" data-key="{key}" aria-label="{label}">'
        "{text}</button>"
    ).format(act=act, key=key, text=text, label=label, look=look)


def buttons_of(call: str, said: str, language: str) -> Markup:
    """Yes and No for a call that waits."""
    agree = phrase("studio.yes.to", language).format(said=said)
    other = phrase("studio.no.to", language).format(said=said)
    yes = button("yes", call, phrase("studio.yes", language), agree, "main")
    return yes + button("no", call, phrase("studio.no", language), other)


# -- helpers ---------------------------------------------------------------------------------------------------------
def _exchange(one: Exchange, state: State, newest: bool, language: str) -> Markup:
    return Markup(
        '<section class="exchange"><p class="mine"><span class="hidden">{you}: </span>{said}</p>{cards}</section>'
    ).format(
        you=phrase("studio.you", language),
        said=one.said,
        cards=Markup("").join(_card(part, state, newest, language) for part in one.parts),
    )


def _card(part: Part, state: State, newest: bool, language: str) -> Markup:
    label = phrase("studio.changes" if part.kind == "done" else "studio.would", language)
    found = _buttons(part, state, newest, language)
    return CARD.format(
        kind=part.kind,
        sign=SIGNS[part.kind],
        word=phrase(f"studio.kind.{part.kind}", language),
        said=part.said,
        changes=changes_list(part.changes, label, language) if part.kind in ("done", "ask", "question") else "",
        understood=_understood(part, language),
        buttons=Markup('<div class="buttons">{found}</div>').format(found=found) if found else "",
    )


def _buttons(part: Part, state: State, newest: bool, language: str) -> Markup:
    if part.kind in ("ask", "question") and part.call in state.open:
        return buttons_of(part.call, part.said, language)
    if part.kind == "done" and part.call and part.call == state.undoable:
        said = phrase("studio.undo.of", language).format(said=part.said)
        return button("undo", part.call, phrase("studio.undo", language), said)
    if part.kind == "question" and newest and not part.call:
        return Markup("").join(button("say", word, word, word) for word in state.choices)
    return Markup("")


def _change(one: Change, language: str) -> Markup:
    before, after = value(one.before, language), value(one.after, language)
    words = phrase("studio.became", language).format(before=before, after=after)
    return CHANGE.format(thing=thing(one.thing, language), before=before, after=after, words=words)


def _understood(part: Part, language: str) -> Markup:
    if not part.intent or part.intent == "none" or part.kind in ("declined",) or not part.text:
        return Markup("")
    said = phrase("studio.understood", language).format(intent=part.intent, score=f"{100 * part.score:.0f}")
    return Markup('<p class="understood">{said}</p>').format(said=said)
