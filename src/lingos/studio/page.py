"""The page in one language, out of Gradio's parts: talk and house, review, history, skills.

Cards, house and tables are HTML of our own. Their buttons reach Python through the events of `gr.HTML`; what changes by
itself is asked for every two seconds, while somebody looks.
"""

from __future__ import annotations

from dataclasses import astuple
from importlib import resources
from typing import Any

import gradio as gr
from markupsafe import Markup

from lingos.studio.desk import Desk
from lingos.studio.review_tab import review_tab
from lingos.words.said import LANGUAGES, phrase

__all__ = ["page", "style"]

SECONDS = 2  # between two looks
PRESS = """element.addEventListener('click', (event) => {
  const pressed = event.target.closest('button.act');
  if (pressed) trigger('click', {act: pressed.dataset.act, key: pressed.dataset.key});
});"""
# The button that was pressed is gone afterwards: the keyboard goes on in the box; a finger wants no keyboard.
LOG = f"""{PRESS}
const last = () => {{ const log = element.querySelector('.log'); if (log) log.scrollTop = log.scrollHeight; }};
const back = () => {{ const box = document.querySelector('#sentence');
  if (box && document.activeElement === document.body && matchMedia('(pointer: fine)').matches) box.focus(); }};
last(); watch('value', () => {{ last(); back(); }});"""
# A form of our own: emptied at once, so that who types on loses nothing; the Enter of an input method sends nothing.
FORM = Markup(
    '<form class="box" autocomplete="off"><label for="sentence">{label}</label><input id="sentence" type="text" '
    'maxlength="2000" placeholder="{example}" enterkeyhint="send">'
    '<button type="submit" class="act main">{send}</button></form>'
)
SEND = """const box = element.querySelector('#sentence');
element.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (box.value.trim()) trigger('submit', {text: box.value});
  box.value = '';
});
if (matchMedia('(pointer: fine)').matches) box.focus();"""
LOOK = f"""setInterval(() => {{ if (!document.hidden) trigger('tick'); }}, {SECONDS * 1000});
document.addEventListener('visibilitychange', () => {{ if (!document.hidden) trigger('tick'); }});"""
HEARD = '<div role="status" aria-live="polite" class="hidden">${value}</div>'  # put in after the template is read
QUIET: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}


def page(desk: Desk, language: str) -> gr.Blocks:
    """The page; mount.py puts it on the server."""
    blocks: gr.Blocks
    with gr.Blocks(title=phrase("studio.title", language), analytics_enabled=False, fill_width=True) as blocks:
        gr.HTML(_head(language), js_on_load=f"document.documentElement.lang = '{language}';", elem_id="top")
        with gr.Tabs():
            with gr.Tab(phrase("studio.tab.talk", language), id="talk"):
                form, parts = _talk(language)
            with gr.Tab(phrase("studio.tab.review", language), id="review") as review:
                review_tab(desk, language, (blocks.load, review.select))
            with gr.Tab(phrase("studio.tab.history", language), id="history"):
                parts += [gr.HTML(js_on_load=PRESS, elem_id="waiting"), gr.HTML(js_on_load=None, elem_id="history")]
            with gr.Tab(phrase("studio.tab.skills", language), id="skills") as tab:
                skills = gr.HTML(js_on_load=None, elem_id="skills")
        _wire(desk, language, blocks, form, parts)
        for event in (blocks.load, tab.select):
            event(lambda: desk.skills(language), outputs=skills, **QUIET)
    return blocks


def style() -> str:
    """The style sheet."""
    return resources.files("lingos.studio").joinpath("studio.css").read_text("utf-8")


# -- helpers ---------------------------------------------------------------------------------------------------------
def _head(language: str) -> str:
    other = next(one for one in LANGUAGES if one != language)
    return Markup(
        '<a class="skip" href="#sentence">{skip}</a><header class="head"><h1>{title}</h1><p>{lead}</p>'
        '<nav><a href="/studio/{other}/" lang="{other}" hreflang="{other}">{name}</a></nav></header>'
    ).format(
        skip=phrase("studio.skip", language),
        title=phrase("studio.title", language),
        lead=phrase("studio.lead", language),
        other=other,
        name=phrase("studio.other", language),
    )


def _talk(language: str) -> tuple[gr.HTML, list[gr.HTML]]:
    """The form, and what is shown beside it."""
    words = {"label": "studio.ask", "example": "studio.example", "send": "studio.send"}
    form = FORM.format(**{name: phrase(key, language) for name, key in words.items()})
    with gr.Row(elem_classes="talk"):
        with gr.Column(scale=3, min_width=300):
            log = gr.HTML(js_on_load=LOG, elem_id="log")
            heard = gr.HTML(html_template=HEARD, js_on_load=None, elem_id="heard")
            sentence = gr.HTML(form, js_on_load=SEND, elem_id="say")
        with gr.Column(scale=2, min_width=300):
            house = gr.HTML(js_on_load=LOOK, elem_id="house")
    return sentence, [log, heard, house]


def _wire(desk: Desk, language: str, blocks: gr.Blocks, form: gr.HTML, parts: list[gr.HTML]) -> None:
    """Events -> what is shown."""
    seen = gr.State("")
    shown = [*parts, seen]

    def now() -> tuple[str, ...]:
        found = desk.shown(language)
        return (*astuple(found), found.digest)

    def said(event: gr.EventData) -> tuple[str, ...]:
        desk.chat.say(str(event.text))
        return now()

    def pressed(event: gr.EventData) -> tuple[str, ...]:
        desk.pressed(str(event.act), str(event.key), language)
        return now()

    def looked(digest: str) -> Any:
        found = now()
        return found if found[-1] != digest else tuple(gr.skip() for _ in found)

    form.submit(said, None, shown, trigger_mode="multiple", **QUIET)
    log, _, house, waiting, _ = parts
    for part in (log, waiting):
        part.click(pressed, None, shown, **QUIET)
    house.tick(looked, seen, shown, **QUIET)
    blocks.load(now, None, shown, **QUIET)
