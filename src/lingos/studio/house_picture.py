"""The house as a drawing: lamps, heating, blinds, windows, doors, the alarm, as inline SVG with words beside colours.

Rooms are those that have a light; a house with other rooms or doors is drawn with them.
"""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from lingos.assistant.world.house import DOORS, ROOMS
from lingos.contracts import Value
from lingos.studio.telling import place, value
from lingos.words.said import phrase

__all__ = ["house_picture"]

Things = Mapping[str, Value]
WIDE, ROOF, TALL, FLOOR = 400, 84, 118, 104  # of the picture; heights of the roof, of a room, of the doors
CELL = WIDE // 2
COLOURS = {
    "white": "#fffbe8",
    "warm": "#ffcf87",
    "red": "#ff6b5e",
    "green": "#63d471",
    "blue": "#6aa8ff",
    "yellow": "#ffe14d",
    "purple": "#c58bff",
}
ROOM = Markup("""<g class="room {lit}" transform="translate({x} {y})"><title>{told}</title>
<rect class="wall" x="3" y="3" width="194" height="112" rx="6"/>
<rect class="glow" x="3" y="3" width="194" height="112" rx="6" fill="{colour}" opacity="{glow}"/>
<rect x="3" y="3" width="194" height="112" rx="6" fill="#1b2330" opacity="{dusk}"/>
<text class="name" x="14" y="24">{name}</text>
<text class="small" x="14" y="44">{lamp}</text>
<text class="small" x="14" y="62">{warmth}</text>
<path class="radiator {heats}" d="M14 82v20M22 82v20M30 82v20M38 82v20M46 82v20M12 86h36M12 98h36"/>
{window}{light}</g>""")
LAMP = Markup("""<path class="wire" d="M128 3v13"/><path class="shade" d="M118 26a10 10 0 0 1 20 0z"/>
<circle class="bulb" cx="128" cy="29" r="6" fill="{colour}" opacity="{strength}"/>""")
WINDOW = Markup("""<rect class="sky" x="150" y="44" width="36" height="44"/>
<path class="frame" d="M150 44h36v44h-36zM168 44v44"/>
<rect class="slats" x="150" y="44" width="36" height="{down}"/>{open}
<text class="small end" x="187" y="104">{told}</text>""")
OPEN = Markup('<path class="sash" d="M150 44l-13 6v32l13 6z"/><text class="small end" x="187" y="39">{told}</text>')
DOOR = Markup("""<g class="door" transform="translate({x} {y})"><title>{told}</title>
<rect class="leaf" x="0" y="6" width="36" height="72" rx="3"/><circle class="knob" cx="30" cy="44" r="2.5"/>
<g transform="translate(46 34)" class="{state}">
<path class="bow" d="{bow}"/><rect class="body" y="10" width="20" height="15" rx="2"/></g>
<text class="small" x="42" y="24">{name}</text><text class="small" x="42" y="76">{lock}</text></g>""")
BOWS = {True: "M4 11V7a6 6 0 0 1 12 0v4", False: "M4 11V5a6 6 0 0 1 11-3"}
ALARM = Markup("""<g class="alarm {state}"><path d="M190 58v-7a10 10 0 0 1 20 0v7zM187 60h26"/>
<text class="small middle" x="200" y="76">{told}</text></g>""")


def house_picture(things: Things, language: str = "en") -> Markup:
    """The picture, with a title and a description that say all of it in words.

    >>> "kitchen: light on" in house_picture({"kitchen.light": "on"})
    True
    """
    rooms, doors = _places(things, "light", ROOMS), _places(things, "lock", DOORS)
    ground = ROOF + (len(rooms) + 1) // 2 * TALL
    drawn = [_room(things, name, index, language) for index, name in enumerate(rooms)]
    drawn += [_door(things, name, index, ground, language) for index, name in enumerate(doors)]
    return Markup(
        '<svg class="house" viewBox="0 0 {wide} {tall}" role="img" aria-labelledby="house-title house-told">'
        '<title id="house-title">{title}</title><desc id="house-told">{told}</desc>'
        '<path class="roof" d="M6 {eaves}L200 6L394 {eaves}z"/>{alarm}{drawn}</svg>'
    ).format(
        wide=WIDE,
        tall=ground + (FLOOR if doors else 0),
        title=phrase("house.title", language),
        told=" ".join(_told(things, rooms, doors, language)),
        eaves=ROOF,
        alarm=_alarm(things, language),
        drawn=Markup("").join(drawn),
    )


# -- helpers ---------------------------------------------------------------------------------------------------------
def _places(things: Things, what: str, known: Mapping[str, object]) -> list[str]:
    """All places that have such a thing, the known ones first."""
    found = [name.removesuffix(f".{what}") for name in things if name.endswith(f".{what}")]
    return [*(one for one in known if one in found), *(one for one in found if one not in known)]


def _room(things: Things, name: str, index: int, language: str) -> Markup:
    on, colour = things.get(f"{name}.light") == "on", str(things.get(f"{name}.colour"))
    strength = _number(things.get(f"{name}.brightness"), 100) / 100 if on else 0.0
    shown = COLOURS.get(colour, COLOURS["white"])
    coloured = on and colour != "white"
    lamp = [*([] if coloured else [phrase("house.lamp", language)]), value(things.get(f"{name}.light"), language)]
    lamp += [f"{100 * strength:g}%"] if on else []
    lamp += [value(colour, language)] if coloured else []
    heating, degrees = (value(things.get(f"{name}.{one}"), language) for one in ("heating", "temperature"))
    return ROOM.format(
        lit="lit" if on else "unlit",
        x=index % 2 * CELL,
        y=ROOF + index // 2 * TALL,
        told=_told_room(things, name, language),
        colour=shown,
        glow="0.7" if on else "0",
        dusk=f"{0.3 * (1 - strength):.2f}" if on else "0",
        name=place(name, language),
        lamp=" ".join(lamp),
        heats="heats"
        if _number(things.get(f"{name}.heating"), 0) > _number(things.get(f"{name}.temperature"), 0)
        else "",
        warmth=phrase("house.warmth", language).format(heating=heating, temperature=degrees),
        window=_window(things, name, language),
        light=LAMP.format(colour=shown if on else "#8a8f98", strength=f"{max(0.35, strength):.2f}"),
    )


def _window(things: Things, name: str, language: str) -> Markup:
    percent, state = _number(things.get(f"{name}.blinds"), 100), things.get(f"{name}.window")
    ajar = OPEN.format(told=value(state, language)) if state == "open" else ""
    told = phrase("house.blinds", language).format(percent=f"{percent:g}")
    return WINDOW.format(down=f"{44 * (100 - percent) / 100:.1f}", open=ajar, told=told)


def _door(things: Things, name: str, index: int, y: int, language: str) -> Markup:
    state = things.get(f"{name}.lock")
    return DOOR.format(
        x=8 + index * (WIDE // 3),
        y=y + 8,
        told=phrase("house.door", language).format(door=place(name, language), lock=value(state, language)),
        state=state,
        bow=BOWS[state == "locked"],
        name=place(name, language),
        lock=value(state, language),
    )


def _alarm(things: Things, language: str) -> Markup:
    state = things.get("alarm")
    told = phrase("house.alarm.short", language).format(state=value(state, language))
    return ALARM.format(state=state, told=told) if state is not None else Markup("")


def _told(things: Things, rooms: list[str], doors: list[str], language: str) -> list[str]:
    told = [_told_room(things, name, language) for name in rooms]
    for name in doors:
        lock = value(things.get(f"{name}.lock"), language)
        told.append(phrase("house.door", language).format(door=place(name, language), lock=lock))
    alarm = value(things.get("alarm"), language)
    return [*told, phrase("house.alarm", language).format(alarm=alarm)] if "alarm" in things else told


def _told_room(things: Things, name: str, language: str) -> str:
    parts = ("light", "colour", "heating", "temperature", "blinds", "window")
    shown = {part: value(things.get(f"{name}.{part}"), language) for part in parts}
    brightness = f"{_number(things.get(f'{name}.brightness'), 100):g} %"
    return phrase("house.room", language).format(room=place(name, language), brightness=brightness, **shown)


def _number(found: Value, otherwise: float) -> float:
    return float(found) if isinstance(found, int | float) else otherwise
