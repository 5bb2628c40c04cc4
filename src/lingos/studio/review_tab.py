"""The tab where a person says what an unclear sentence meant: the sentence, the right intent, its slots, one button."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr
from markupsafe import Markup, escape

from lingos.assistant.understanding.sentences import NOTHING, Wish
from lingos.contracts import Value
from lingos.errors import LingosError
from lingos.studio.desk import Desk, Review, Unclear
from lingos.words.said import phrase, told

__all__ = ["review_tab"]

SLOTS = 6  # boxes; more than any action has
QUEUE = 50
QUIET: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}


def review_tab(desk: Desk, language: str, opened: Sequence[Callable[..., Any]]) -> None:
    """Fill the tab; `opened` are the events at which the queue is read."""
    tab = Tab(desk, language)
    note = gr.HTML(js_on_load=None, elem_id="review-note")
    with gr.Column(elem_id="review") as form:
        sentence = gr.Radio(label=phrase("review.sentence", language), choices=[], elem_classes="queue")
        intent = gr.Dropdown(label=phrase("review.intent", language), choices=tab.intents(), value=NOTHING)
        boxes = [gr.Textbox(visible=False, max_lines=1) for _ in range(SLOTS)]
        button = gr.Button(phrase("review.label", language), variant="primary")
    outcome = gr.HTML(js_on_load=None, html_template='<p role="status" aria-live="polite">${value}</p>')
    for event in opened:
        event(tab.queue, None, [note, form, sentence], **QUIET)
    sentence.change(tab.chosen, sentence, [intent, *boxes], **QUIET)
    intent.input(tab.slots, [sentence, intent], boxes, **QUIET)
    button.click(tab.labelled, [sentence, intent, *boxes], [outcome, note, form, sentence], **QUIET)


class Tab:
    """What the events of the tab do."""

    def __init__(self, desk: Desk, language: str) -> None:
        self.desk, self.language = desk, language

    def intents(self) -> list[tuple[str, str]]:
        """All intents, and that it was no command."""
        return [(phrase("review.nothing", self.language), NOTHING), *((one, one) for one in self.desk.chat.wishes())]

    def queue(self) -> tuple[Any, ...]:
        """The note above, whether there is anything to label, and the sentences."""
        review = self.desk.review()
        found = list(review.queue(QUEUE)) if review is not None else []
        choices = [(self._shown(one), one.command) for one in found]
        note = Markup('<p class="empty">{said}</p>').format(said=self._note(review, found))
        return note, gr.update(visible=bool(found)), gr.update(choices=choices, value=None)

    def chosen(self, command: str | None) -> list[Any]:
        """The guess for a sentence and what it heard."""
        one = self._find(command)
        intent = one.guess if one is not None else NOTHING
        return [gr.update(value=intent), *self._boxes(intent, one.args if one is not None else {})]

    def slots(self, command: str | None, intent: str) -> list[Any]:
        """The boxes of an intent; filled if it was the guess."""
        one = self._find(command)
        return self._boxes(intent, one.args if one is not None and one.guess == intent else {})

    def labelled(self, command: str | None, intent: str, *values: str) -> tuple[Any, ...]:
        """Write the label; the sentence leaves the queue."""
        review, one = self.desk.review(), self._find(command)
        if review is None or one is None:
            return (phrase("review.choose", self.language), *(gr.skip() for _ in range(3)))
        try:
            review.label(one.command, intent, self._told(intent, values), self.desk.chat.person)
        except LingosError as error:
            return (escape(self._fault(error)), *(gr.skip() for _ in range(3)))
        return (escape(phrase("review.done", self.language).format(text=one.text)), *self.queue())

    # -- helpers -----------------------------------------------------------------------------------------------------
    def _wish(self, intent: str) -> Wish | None:
        return self.desk.chat.wishes().get(intent)

    def _find(self, command: str | None) -> Unclear | None:
        review = self.desk.review()
        queue = review.queue(QUEUE) if review is not None and command else ()
        return next((one for one in queue if one.command == command), None)

    def _boxes(self, intent: str, args: Mapping[str, Value]) -> list[Any]:
        wish = self._wish(intent)
        names = list(wish.slots)[:SLOTS] if wish is not None else []
        shown = [
            gr.update(
                visible=True, label=phrase("review.slot", self.language).format(name=name), value=_text(args.get(name))
            )
            for name in names
        ]
        return shown + [gr.update(visible=False, value="")] * (SLOTS - len(names))

    def _told(self, intent: str, values: tuple[str, ...]) -> dict[str, str]:
        wish = self._wish(intent)
        pairs = zip(wish.slots, values, strict=False) if wish is not None else ()
        return {name: text.strip() for name, text in pairs if text and text.strip()}

    def _fault(self, error: LingosError) -> str:
        return "; ".join(told(one, self.language) for one in (error.what, error.expected, error.cure) if one)

    def _shown(self, one: Unclear) -> str:
        why = phrase(f"review.why.{one.why}", self.language)
        guess = phrase("review.nothing", self.language) if one.guess == NOTHING else one.guess
        return f"{one.text} — {guess}, {100 * one.score:.0f} %, {why}"

    def _note(self, review: Review | None, found: list[Unclear]) -> str:
        if review is None:
            return phrase("review.none", self.language)
        key = "review.lead" if found else "review.empty"
        count = phrase("review.count", self.language).format(labelled=len(review.rows()))
        return f"{phrase(key, self.language)} ({count})"


def _text(found: Value) -> str:
    return "" if found is None else f"{found:g}" if isinstance(found, float) else str(found)
