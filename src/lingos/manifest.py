"""`skill.json`: what a skill is, in strict, versioned JSON.

Unknown and missing keys are errors; a seal shows later edits.
"""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal, NoReturn

from lingos.contracts import Calibration, HeadKind, Refusal, Setting
from lingos.errors import SkillError
from lingos.strict import build

__all__ = ["FORMAT", "Base", "BranchInfo", "Data", "Manifest", "Variant", "from_json", "safe_path", "to_json"]

FORMAT = 1


@dataclass(frozen=True)
class Base:
    """The pretrained model that the skill grew on."""

    name: str
    family: str
    revision: str | None
    sha256: str
    licence: str | None
    depth: int
    width: int
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class BranchInfo:
    """Which part of the base the skill owns: layers `depth` to the top, and a head.

    `trunk` is the digest of the frozen part.
    """

    depth: int
    trunk: str | None
    layers: int
    pooling: Literal["mean", "cls"]
    head: HeadKind


@dataclass(frozen=True)
class Data:
    """What the skill was trained on; `fingerprint` is the SHA-256 of the rows used, `used` <= `rows`; `reading` holds
    how a person said that the file is read (`--sheet`, `--delimiter`, ...), so that its rows are found again."""

    file: str
    rows: int
    used: int
    fingerprint: str
    text: str = "text"
    label: str = "label"
    test_file: str | None = None  # where the test rows stand, if not in `file`
    outside: str | None = None  # where texts stood that belong to no label
    reading: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Variant:
    """One way to compute the skill. `files` lie in the bundle, `trunk_file` in the trunk's folder; numbers are this
    precision's own."""

    engine: str
    precision: str
    files: tuple[str, ...] = ()
    trunk_file: str | None = None
    trunk_sha256: str | None = None
    calibration: Calibration = dataclasses.field(default_factory=Calibration)
    refusal: Refusal = dataclasses.field(default_factory=Refusal)
    accepted: bool = True
    gate: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """The content of `skill.json`; docs/skills.md says what a skill holds.

    >>> facts = {"task": "classify", "method": "tfidf", "created": "2026-01-01T00:00:00Z", "lingos": "0.1.0"}
    >>> skill = Manifest(name="tickets", seed=0, **facts)
    >>> from_json(to_json(skill)) == skill
    True
    """

    name: str
    task: str
    method: str
    created: str
    lingos: str
    seed: int
    version: int | None = None
    base: Base | None = None
    branch: BranchInfo | None = None
    schema: dict[str, Any] = dataclasses.field(default_factory=dict)
    fields: tuple[str, ...] = ("text",)
    max_length: int = 512
    recipe: dict[str, Setting] = dataclasses.field(default_factory=dict)
    calibration: Calibration = dataclasses.field(default_factory=Calibration)
    refusal: Refusal = dataclasses.field(default_factory=Refusal)
    data: Data | None = None
    split: dict[str, int] = dataclasses.field(default_factory=dict)
    evaluation: dict[str, Any] = dataclasses.field(default_factory=dict)
    parent: str | None = None
    variants: dict[str, Variant] = dataclasses.field(default_factory=dict)
    serve: str | None = None
    files: dict[str, str] = dataclasses.field(default_factory=dict)
    format: int = FORMAT


def to_json(manifest: Manifest) -> str:
    """The text of `skill.json`: sorted, indented, sealed.

    NaN and infinity have no place in JSON: a threshold of -inf is null.
    """
    content = _plain(dataclasses.asdict(manifest))
    content["seal"] = _seal(content)
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n"


def from_json(text: str, where: str = "skill.json") -> Manifest:
    """Read `skill.json`.

    Raises:
        SkillError: not JSON, another format, an unknown or missing key, a wrong type, a broken seal, an unsafe file
        name.
    """
    try:
        content = json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        raise _damaged(where, f"is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise _damaged(where, "is not a JSON object")
    _known_format(content.get("format"), where)
    seal = content.pop("seal", None)
    manifest = _validated(content, where)
    if seal != _seal(content):
        raise _damaged(where, "was altered after it was written (its seal does not fit)")
    _consistent(manifest, where)
    return manifest


def safe_path(name: str) -> bool:
    """Whether a relative file name stays inside its folder on every operating system.

    >>> [safe_path(name) for name in ("variants/int8/branch.onnx", "../x", "/etc/x", "C:x")]
    [True, False, False, False]
    """
    parts = PurePosixPath(name).parts
    return (
        bool(parts)
        and "/".join(parts) == name
        and not any(part in {"..", "."} or part.startswith("/") for part in parts)
        and not set(name) & set('\\:\0*?"<>|')
    )


def _validated(content: dict[str, Any], where: str) -> Manifest:
    manifest, faults = build(Manifest, _open_thresholds(content))
    if manifest is None:
        raise SkillError(
            f"{where} does not fit format {FORMAT}:\n" + "\n".join(f"    {fault}" for fault in faults),
            expected="the keys and types that `lingos tune` writes",
            cure="restore the bundle from the store or train it again",
        )
    return manifest


def _known_format(found: object, where: str) -> None:
    if isinstance(found, int) and found > FORMAT:
        raise SkillError(
            f"{where} has format {found}, this LingOS reads up to {FORMAT}",
            expected=f"format {FORMAT}",
            cure="upgrade LingOS: pip install -U lingos",
        )
    if found != FORMAT or isinstance(found, bool):
        raise _damaged(where, f"has no format that is known: {found!r}")


def _consistent(manifest: Manifest, where: str) -> None:
    wrong = [name for name in manifest.files if not safe_path(name)]
    if wrong:
        raise _damaged(where, f"names a file outside the bundle: {wrong[0]!r}")
    for name, variant in manifest.variants.items():
        lost = sorted(set(variant.files) - set(manifest.files))
        if lost:
            raise _damaged(where, f"variant '{name}' needs {lost[0]}, which is not among its files")
        if variant.trunk_file is not None and (not safe_path(variant.trunk_file) or "/" in variant.trunk_file):
            raise _damaged(where, f"variant '{name}' names a trunk file outside the trunk: {variant.trunk_file!r}")
    for calibration in (manifest.calibration, *(variant.calibration for variant in manifest.variants.values())):
        if len(calibration.offsets) not in {0, len(manifest.schema.get("labels", ()))}:
            raise _damaged(where, f"has {len(calibration.offsets)} offsets, not one for each label")
    if manifest.serve is not None and manifest.serve not in manifest.variants:
        raise _damaged(where, f"serves variant '{manifest.serve}', which it does not have")


def _damaged(where: str, what: str) -> SkillError:
    return SkillError(
        f"{where} {what}",
        expected="a bundle as `lingos tune` wrote it",
        cure="restore it from the store or train it again",
    )


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


def _seal(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value == -math.inf:
        return None
    return value.item() if hasattr(value, "item") else value


def _open_thresholds(content: dict[str, Any]) -> dict[str, Any]:
    """null -> -inf in the refusal records, the only place where infinity is a value."""
    copied = copy.deepcopy(content)
    variants = copied.get("variants")
    holders = [copied, *(variants.values() if isinstance(variants, dict) else ())]
    for holder in holders:
        refusal = holder.get("refusal") if isinstance(holder, dict) else None
        if isinstance(refusal, dict) and refusal.get("threshold", 0) is None:
            refusal["threshold"] = -math.inf
    return copied
