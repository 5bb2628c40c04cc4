"""The tutorial of docs/apps.md: a stranger's app in one file, installed by its entry point, works at once."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("recognizers_date_time", reason="pip install 'lingos[assistant]'")

from lingos import registry
from lingos.apps.base import App, names
from lingos.assistant.policy.grants import granted
from lingos.assistant.slots import Slot
from lingos.assistant.understanding.wishes import rows, wishes
from lingos.cli.household import Household, owner
from lingos.contracts import Action, Call, Change, Effect, Preview, Risk, World

ROOT = Path(__file__).parent.parent.parent
APP = ROOT / "examples" / "apps" / "shopping.py"
PAGE = (ROOT / "docs" / "apps.md").read_text("utf-8")
INTENTS = {"shopping.list", "shopping.add", "shopping.strike", "shopping.clear"}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder as pip fills it: the package, and its metadata with the entry points that the page shows."""
    told = tomllib.loads(PAGE.partition("```toml\n")[2].partition("```")[0])["project"]
    [(group, points)] = told["entry-points"].items()
    [(name, module)] = points.items()
    package = tmp_path / "site" / module.partition(".")[0]
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / f"{module.partition('.')[2]}.py").write_text(APP.read_text("utf-8"), "utf-8")
    metadata = tmp_path / "site" / f"{told['name'].replace('-', '_')}-{told['version']}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {told['name']}\nVersion: {told['version']}\n")
    (metadata / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    before = set(sys.modules)
    _forget_names()
    yield tmp_path / "site"
    _forget_names()
    for one in set(sys.modules) - before:
        if one.startswith(package.name):
            del sys.modules[one]


@pytest.fixture
def own(site: Path, tmp_path: Path) -> Household:
    """A household of this machine's owner, in which the stranger's package is installed."""
    return Household(tmp_path / "home")


def _forget_names() -> None:
    registry._foreign.cache_clear()
    registry.plugin.cache_clear()


def _says(own: Household, text: str, person: str = "") -> tuple[str, str]:
    reply = own.assistant.do(text, person or owner())
    return " ".join(part.kind for part in reply.parts), reply.said


def test_it_is_short_and_the_page_shows_it() -> None:
    assert len(APP.read_text("utf-8").splitlines()) <= 60
    assert "literalinclude} ../examples/apps/shopping.py" in PAGE


def test_it_is_not_there_before_it_is_installed() -> None:
    assert "shopping" not in names()


def test_an_installed_app_is_found_by_its_entry_point(own: Household) -> None:
    assert "shopping" in names()
    assert next(one for one in own.apps if one.name == "shopping").__module__ == "my_shopping.shopping"


def test_it_is_understood_at_once(own: Household) -> None:
    assert _says(own, "what is on the shopping list") == ("done", "the list is empty")
    assert _says(own, "please put milk on the shopping list") == ("done", "milk is on the list")
    assert _says(own, "add milk to my shopping list")[0] == "already"
    assert _says(own, "购物清单上有什么") == ("done", "milk")
    assert _says(own, "请把两盒牛奶加到购物清单") == ("done", "两盒牛奶已加入清单")
    assert _says(own, "把两盒牛奶从购物清单上划掉") == ("done", "两盒牛奶已划掉")
    assert _says(own, "don't put eggs on the shopping list")[0] == "sorry"
    assert not own.store.names()  # nothing was trained
    assert dict(own.world.things("shopping").read()) == {"milk": True}


def test_it_undoes_and_asks(own: Household) -> None:
    _says(own, "put milk on the shopping list")
    _says(own, "take the milk off the shopping list")
    assert _says(own, "undo that") == ("done", "back to what it was: milk")
    kind, said = _says(own, "clear the shopping list")
    assert (kind, said) == ("ask", "shall I? Then the list is empty; it takes effort to bring back")
    assert dict(own.world.things("shopping").read()) == {"milk": True}  # nothing happens before a yes
    assert _says(own, "never mind")[0] == "declined"
    assert _says(own, "清空购物清单") == ("ask", "要执行吗？执行后：清单是空的；恢复起来比较麻烦")
    assert _says(own, "好的") == ("done", "清单是空的")
    assert not own.world.things("shopping").read()
    assert _says(own, "撤销") == ("done", "已恢复：milk")
    assert dict(own.world.things("shopping").read()) == {"milk": True}


def test_it_works_beside_the_other_apps(own: Household) -> None:
    kinds, _ = _says(own, "turn on the kitchen light and put tea on the shopping list")
    assert (kinds, dict(own.world.things("shopping").read())) == ("done done", {"tea": True})


def test_a_right_is_needed(own: Household) -> None:
    assert _says(own, "put milk on the shopping list", "kid") == ("refused", "kid may not do that in shopping")
    own.journal.append(granted("kid", "shopping", "reversible", owner()))
    assert _says(own, "put milk on the shopping list", "kid")[0] == "done"
    assert _says(own, "clear the shopping list", "kid")[0] == "refused"
    assert _says(own, "what is on the shopping list", "kid") == ("done", "milk")


def test_training_would_learn_it(own: Household) -> None:
    _says(own, "put brown bread on the shopping list")
    known = wishes(own.apps, own.world)
    assert known.keys() >= INTENTS
    learned = [row for row in rows(known, each=4) if row["intent"] in INTENTS]
    chinese = [row for row in learned if not row["text"].isascii()]
    assert {row["intent"] for row in chinese} == INTENTS == {row["intent"] for row in learned if row not in chinese}
    strikes = [row for row in learned if row["intent"] == "shopping.strike"]
    assert {row["text"][start:end] for row in strikes for start, end, _ in row["spans"]} == {"brown bread"}


class Bell:
    """An effect outside of what apps keep: an action of its own kind, with what `contracts.Action` names."""

    app, name, once, look = "bell", "ring", False, "the bell"
    risk: Risk = "reversible"
    told = SimpleNamespace(phrases={"en": ["ring the bell"], "zh": ["按一下铃"]})
    slots: Mapping[str, Slot] = {}

    def preview(self, call: Call, world: World) -> Preview:
        return Preview("the bell rings", (Change("bell", "still", "rings"),))

    def run(self, call: Call, world: World) -> Effect:
        raise ConnectionError("the line broke, and nobody knows whether before or after")

    def inverse(self, call: Call, effect: Effect) -> Call | None:
        return None


class Bells(App):
    """An app whose one action is of that kind."""

    name = "bell"
    actions: tuple[Action, ...] = (Bell(),)


def test_an_effect_elsewhere_may_stay_unknown(tmp_path: Path) -> None:
    own = Household(tmp_path)
    own.apps.append(Bells())
    assert _says(own, "ring the bell") == ("unknown", "nobody knows whether it happened; check the bell")
    assert _says(own, "按一下铃") == ("unknown", "不清楚是否已执行，请检查the bell")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"reversible"', '"dangerous"', "unknown risk 'dangerous'"),
        ('en=["', 'en=["[', "can not be read"),
        ("def names(", "def names(self, things):\n        return things['none']\n\n    def older(", "KeyError('none')"),
        ("class ", "import gradio.nothing_at_all\n\n\nclass ", "pip install 'lingos[studio]'"),
        ("class ", "import nothing_at_all\n\n\nclass ", "No module named 'nothing_at_all'"),
    ],
)
def test_a_broken_app_is_left_out_and_hinders_no_other(
    site: Path, tmp_path: Path, old: str, new: str, told: str
) -> None:
    [file] = [one for one in site.glob("*/*.py") if one.name != "__init__.py"]
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    said: list[str] = []
    own = Household(tmp_path / "home", tell=said.append)
    assert _says(own, "turn on the kitchen light")[0] == "done"
    assert len(said) == 1 and "is left out" in said[0] and told in said[0]
