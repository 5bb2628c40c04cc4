"""The house holds: import order, borders, sizes, docstrings. The rules stand in tools/house.py; each is tested here on
the real tree and on a planted violation."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tools import house

SOURCE = Path(__file__).parent.parent / "src" / "lingos"
TREE = house.Tree.read(SOURCE)


@pytest.mark.parametrize("rule", house.RULES, ids=lambda rule: rule.__name__)
def test_the_house_holds(rule: house.Rule) -> None:
    found = rule(TREE)
    assert not found, "\n".join(found)


def test_every_module_was_read() -> None:
    assert len(TREE.modules) == len(list(SOURCE.rglob("*.py"))) > 3


TYPED = "if TYPE_CHECKING:\n    import torch"
PLANTED: list[tuple[house.Rule, dict[str, str], str]] = [
    (house.known_places, {"helpers.py": ""}, "helpers stands in no place of the house"),
    (
        house.order,
        {"data/a.py": "import lingos.training.b", "training/b.py": ""},
        "lingos.data.a imports lingos.training.b",
    ),
    (house.order, {"data/a.py": "from lingos.training import b", "training/b.py": ""}, "lingos.training.b"),
    (house.order, {"text/a.py": "def f():\n    from lingos.data.b import c", "data/b.py": ""}, "lingos.data.b"),
    (house.order, {"text/a.py": "def f():\n    import_module('lingos.data.b')", "data/b.py": ""}, "lingos.data.b"),
    (house.order, {"errors.py": "from lingos.contracts import A", "contracts.py": ""}, "lingos.contracts"),
    (house.order, {"text/a.py": "f = later('lingos.data.b', 'f')", "data/b.py": ""}, "lingos.data.b"),
    (house.siblings, {"methods/a.py": "from lingos.methods.b import B", "methods/b.py": ""}, "lingos.methods.b"),
    (house.siblings, {"tasks/base.py": "from lingos.tasks.b import B", "tasks/b.py": ""}, "lingos.tasks.b"),
    (house.never_train, {"runtime/a.py": "from lingos.training import b", "training/b.py": ""}, "lingos.training.b"),
    (
        house.never_train,
        {"serving/a.py": "import lingos.tune", "tune.py": "import lingos.training.b", "training/b.py": ""},
        "lingos.serving.a reaches lingos.training.b",
    ),
    (house.no_root, {"data/a.py": "import lingos"}, "lingos.data.a imports the package root"),
    (house.no_root, {"data/a.py": "from lingos import tune", "tune.py": ""}, "lingos.data.a imports the package root"),
    (
        house.no_cycle,
        {"data/a.py": "import lingos.data.b", "data/b.py": "import lingos.data.a"},
        "lingos.data.a, lingos.data.b",
    ),
    (
        house.stages_are_empty,
        {"data/__init__.py": "from lingos.data.a import x", "data/a.py": "x = 1"},
        "data/__init__.py",
    ),
    (house.borders, {"training/a.py": "import transformers.models"}, "transformers"),
    (house.borders, {"training/a.py": "def f():\n    from transformers import AutoModel"}, "transformers"),
    (house.borders, {"cli/a.py": "from fastapi import FastAPI"}, "fastapi"),
    (house.hidden_imports, {"data/a.py": "def f():\n    import json"}, "json"),
    (
        house.hidden_imports,
        {"data/a.py": "def f():\n    from lingos.data.b import c", "data/b.py": ""},
        "lingos.data.b",
    ),
    (house.hidden_imports, {"data/a.py": "def f():\n    import lingos.data.b", "data/b.py": TYPED}, "lingos.data.b"),
    (house.relative_imports, {"data/a.py": "from . import b", "data/b.py": ""}, "relative"),
    (house.forbidden_words, {"data/a.py": "import pickle"}, "pickle"),
    (house.forbidden_words, {"data/a.py": "f(trust_remote_code=True)"}, "trust_remote_code"),
    (house.forbidden_words, {"data/a.py": "torch.load(x)"}, "torch.load"),
    (house.module_sizes, {"data/a.py": "x = 1\n" * 401}, "401 lines"),
    (house.module_sizes, {f"data/{n}.py": "x = 1\n" * 160 for n in "abc"}, "median"),
    (house.function_sizes, {"data/a.py": "def f():\n" + "    x = 1\n" * 51}, "f: 51 lines"),
    (house.function_sizes, {"data/a.py": "".join(f"def f{n}():\n" + "    x = 1\n" * 9 for n in range(3))}, "median"),
    (house.signatures, {"data/a.py": "def f(a, b, c, d, e, f, g, h): ..."}, "8 parameters"),
    (house.signatures, {"data/a.py": "class A:\n    def f(self, **kwargs): ..."}, "**kwargs"),
    (
        house.classes,
        {"data/a.py": "class A:\n" + "".join(f"    def f{n}(self): ...\n" for n in range(13))},
        "13 public methods",
    ),
    (house.documented, {"data/a.py": "x = 1"}, "lingos.data.a has no docstring"),
    (house.documented, {"data/a.py": '"""A."""\ndef f(): ...\ndef g(): ...'}, "lingos.data.a.f has no docstring"),
    (house.documented, {"data/a.py": '"""A."""\nclass C: ...'}, "lingos.data.a.C has no docstring"),
    (house.typed, {"data/a.py": "x = 1\n"}, "from __future__ import annotations"),
]


@pytest.mark.parametrize(("rule", "files", "part"), PLANTED)
def test_a_planted_violation_is_found(tmp_path: Path, rule: house.Rule, files: dict[str, str], part: str) -> None:
    assert part in "\n".join(rule(_plant(tmp_path, files)))


LAYER = "import torch"
FINE: list[tuple[house.Rule, dict[str, str]]] = [
    (house.order, {"training/b.py": "import lingos.data.a", "data/a.py": ""}),
    (house.order, {"data/a.py": "from lingos.data.formats.base import B", "data/formats/base.py": ""}),
    (house.siblings, {"methods/a.py": "from lingos.methods.base import B", "methods/base.py": ""}),
    (house.siblings, {"data/a.py": "from lingos.data.b import B", "data/b.py": ""}),
    (house.no_cycle, {"data/a.py": "import lingos.data.b", "data/b.py": ""}),
    (house.borders, {"backbones/a.py": "import transformers", "serving/b.py": "import fastapi"}),
    (house.hidden_imports, {"data/a.py": "def f():\n    import torch"}),
    (house.hidden_imports, {"tasks/a.py": "def f():\n    from lingos.modules.b import c", "modules/b.py": LAYER}),
    (house.signatures, {"modules/a.py": "class A:\n    def forward(self, **named): ..."}),
    (house.documented, {"data/a.py": '"""A."""\ndef f(): ...\ndef _g(): ...'}),
    (house.documented, {"data/a.py": '"""A."""\ndef _f(): ...\nclass _C: ...', "data/_b.py": ""}),
    (house.signatures, {"data/a.py": "def f(self, a, b, c, d, e, f, g): ...\ndef _g(**named): ..."}),
]


@pytest.mark.parametrize(("rule", "files"), FINE)
def test_what_is_allowed_passes(tmp_path: Path, rule: house.Rule, files: dict[str, str]) -> None:
    assert rule(_plant(tmp_path, files)) == []


def test_every_rule_has_a_planted_violation() -> None:
    assert {rule for rule, *_ in PLANTED} == set(house.RULES)


def test_types_travel_with_the_package() -> None:
    assert (SOURCE / "py.typed").read_text() == "", "mypy reads the types of an installed package only with this file"


SOLD_AS = {"mlflow": "mlflow-skinny"}  # extras that need not be installed and have another name on PyPI


def test_what_is_imported_is_declared() -> None:
    project = tomllib.loads((SOURCE.parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = project["dependencies"] + [text for extra in project["optional-dependencies"].values() for text in extra]
    declared = {re.split(r"[^A-Za-z0-9_.-]", text)[0].lower().replace("_", "-") for text in asked}
    owners = packages_distributions()
    imported = {i.module.split(".")[0] for m in TREE.modules.values() for i in m.imports} - {
        *sys.stdlib_module_names,
        "lingos",
    }
    stray = {
        name
        for name in imported
        if not {o.lower().replace("_", "-") for o in owners.get(name, [SOLD_AS.get(name, name)])} & declared
    }
    assert stray == set(), "add to pyproject.toml"


def _plant(folder: Path, files: dict[str, str]) -> house.Tree:
    for name, text in files.items():
        path = folder / "lingos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return house.Tree.read(folder / "lingos")
