"""Tables of the page: what waits for a yes, the last commands, the skills in the store. On a phone a row is a card."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from lingos.assistant.history import Happened
from lingos.assistant.reply import Part
from lingos.store.store import Entry
from lingos.studio.cards import SIGNS, button, buttons_of
from lingos.studio.telling import value
from lingos.words.said import WORDS, phrase

__all__ = ["history_table", "skills_table", "waiting_list"]

REPORT = "report.html"
SKILLS = ("skills.skill", "skills.aliases", "skills.method", "skills.score", "skills.made", "skills.report")
HISTORY = ("history.at", "history.said", "history.action", "history.status", "history.result")


def waiting_list(parts: Sequence[Part], last: Mapping[str, str], language: str) -> Markup:
    """The calls that wait, each with Yes and No; and the button that takes back the `last` effect, call -> words."""
    rows = [_waiting(part, language) for part in parts]
    body = Markup('<ul class="waiting">{rows}</ul>').format(rows=Markup("").join(rows)) if rows else ""
    none = "" if rows else Markup('<p class="empty">{said}</p>').format(said=phrase("history.nothing-waits", language))
    undo = phrase("studio.undo.of", language)
    found = Markup("").join(
        button("undo", call, undo.format(said=said), undo.format(said=said)) for call, said in last.items()
    )
    title = phrase("history.waits", language)
    return Markup('<h2>{title}</h2>{body}{none}<div class="buttons">{last}</div>').format(
        title=title, body=body, none=none, last=found
    )


def history_table(found: Sequence[Happened], waiting: Container[str], language: str) -> Markup:
    """The last commands, the newest first. What was asked shows what became of it; `waiting` are the open calls."""
    names = [phrase(key, language) for key in HISTORY]
    ended: dict[str, Mapping[str, Any]] = {}
    for one in found:
        for call, facts in one.calls.items():
            ended.setdefault(call, facts)
    rows = [row for one in found for row in _happened(one, ended, waiting, language)]
    return _table(phrase("history.last", language), names, rows, phrase("history.empty", language))


def skills_table(entries: Sequence[Entry], language: str) -> Markup:
    """Every version, with its score and its report."""
    names = [phrase(key, language) for key in SKILLS]
    rows = [_skill(one, language) for one in reversed(entries)]
    return _table(phrase("skills.caption", language), names, rows, phrase("skills.empty", language))


# -- helpers ---------------------------------------------------------------------------------------------------------
def _table(caption: str, names: Sequence[str], rows: Sequence[Sequence[object]], empty: str) -> Markup:
    if not rows:
        return Markup('<h2>{caption}</h2><p class="empty">{empty}</p>').format(caption=caption, empty=empty)
    head = Markup("").join(Markup('<th scope="col">{name}</th>').format(name=name) for name in names)
    body = Markup("").join(_row(names, row) for row in rows)
    return Markup(
        '<table class="rows"><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    ).format(caption=caption, head=head, body=body)


def _row(names: Sequence[str], row: Sequence[object]) -> Markup:
    cells = zip(names, row, strict=True)
    shown = (Markup('<td data-name="{name}">{cell}</td>').format(name=name, cell=cell) for name, cell in cells)
    return Markup("<tr>{cells}</tr>").format(cells=Markup("").join(shown))


def _waiting(part: Part, language: str) -> Markup:
    args = ", ".join(f"{name} = {value(one, language)}" for name, one in part.args.items())
    told = f"{part.intent} ({args})" if args else part.intent
    return Markup(
        '<li class="card ask"><p class="kind"><span class="sign" aria-hidden="true">{sign}</span>{told}</p>'
        '<p class="said">{why}</p><div class="buttons">{buttons}</div></li>'
    ).format(sign=SIGNS["ask"], told=told, why=part.said, buttons=buttons_of(part.call, told, language))


def _happened(
    one: Happened, ended: Mapping[str, Mapping[str, Any]], waiting: Container[str], language: str
) -> list[list[object]]:
    key = {"": "history.click", None: "history.forgotten"}.get(one.text)
    said = phrase(key, language) if key else str(one.text)
    at = Markup('<time datetime="{at}">{shown}</time>').format(
        at=one.at, shown=datetime.fromisoformat(one.at).astimezone().strftime("%Y-%m-%d %H:%M")
    )
    calls = [_known(call, {**facts, **ended[call]}, waiting) for call, facts in one.calls.items()] or [{}]
    return [[at, said, call.get("action") or "–", _status(call, language), call.get("said") or "–"] for call in calls]


def _known(call: str, facts: dict[str, Any], waiting: Container[str]) -> dict[str, Any]:
    """A question that nobody answered in time waits no longer."""
    late = facts.get("status") == "waits" and call not in waiting
    return facts | {"status": "late"} if late else facts


def _status(call: dict[str, Any], language: str) -> Markup:
    status = call.get("status") or ("open" if call else "")
    key = f"status.{status}"
    word = phrase(key, language) if key in WORDS else status or "–"
    return Markup('<span class="status {status}">{word}</span>').format(status=status, word=word)


def _skill(one: Entry, language: str) -> list[object]:
    if one.manifest is None:
        return [str(one.ref), ", ".join(one.aliases) or "–", "–", "–", "–", one.fault]
    primary = one.manifest.evaluation.get("primary") or {}
    score = f"{primary['value']:.3f} {primary.get('name', '')}" if "value" in primary else "–"
    base = f"{one.manifest.method}, {one.manifest.base.name}" if one.manifest.base else one.manifest.method
    return [str(one.ref), ", ".join(one.aliases) or "–", base, score, one.manifest.created[:10], _report(one, language)]


def _report(one: Entry, language: str) -> Markup:
    if one.manifest is None or REPORT not in one.manifest.files:
        return Markup("{none}").format(none=phrase("skills.none", language))
    said = phrase("skills.read", language).format(skill=one.ref)
    address = f"/reports/{one.ref.name}/{one.ref.version}"
    return Markup('<a href="{address}" target="_blank" rel="noopener">{said}</a>').format(address=address, said=said)
