"""The local registry of skills: `name`, `name@3`, `name@production`.

    <home>/store/skills/<name>/<version>/   one bundle each, never changed after it was put there
    <home>/store/skills/<name>/aliases.json which version an alias means, and its history
    <home>/store/trunks/<digest>/           frozen parts of bases, shared by skills

Versions are numbered 1, 2, 3 ... and no number is given twice. Several processes may use one store at the same time.
"""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lingos.contracts import SkillRef
from lingos.errors import ResourceError, StoreError, unknown
from lingos.home import default_home
from lingos.integrity import Seen, locked, replace_text
from lingos.manifest import Manifest, from_json, to_json
from lingos.skill import MANIFEST, TRUNK, Skill
from lingos.store import aliases
from lingos.store.trunks import GRACE, Trunks

__all__ = ["PRODUCTION", "Entry", "Store"]

PRODUCTION = "production"
NAME = re.compile(r"[^\W_][\w.-]{0,63}")


@dataclass(frozen=True)
class Entry:
    """One version in the list. `fault` says what is damaged: the bundle, where `manifest` is None, or the aliases."""

    ref: SkillRef
    aliases: tuple[str, ...]
    manifest: Manifest | None
    bytes: int
    fault: str = ""


class Store:
    """Put skills in, get them out by name, move aliases, roll back.

    >>> import tempfile
    >>> from lingos.skill import write
    >>> folder = Path(tempfile.mkdtemp())
    >>> manifest = Manifest(name="t", task="classify", method="tfidf", created="2026-01-01", lingos="0", seed=0)
    >>> store = Store(folder / "home")
    >>> ref = store.put(write(folder / "t", manifest, {"labels.txt": "a"}))
    >>> store.promote("t", 1)
    >>> str(store.get("t@production").ref)
    't@1'
    """

    def __init__(self, home: Path | str | None = None) -> None:
        self.home = Path(home) if home is not None else default_home()
        self.root = self.home / "store"
        self.skills = self.root / "skills"
        self._seen = Seen(self.root / "seen.json")  # so that a cold start need not hash again what it hashed before
        self.trunks = Trunks(self.root / "trunks", self._seen)

    # -- skills ------------------------------------------------------------------------------------------------------
    def put(self, skill: Skill | Path) -> SkillRef:
        """Copy a bundle into the store as the next version of its name; it is there whole or not at all."""
        skill = Skill.open(skill) if isinstance(skill, Path) else skill
        name = check_name(skill.manifest.name)
        self._check_trunk(skill)
        with self._locked(name) as folder:
            state = aliases.load(folder)
            version = max([state.last, *self.versions(name)]) + 1
            _copy(skill, folder, version)
            aliases.save(folder, dataclasses.replace(state, last=version))
        return SkillRef(name, version)

    def get(self, reference: str) -> Skill:
        """The skill that `name`, `name@3` or `name@production` means; `name` is @production, else the newest version.

        Raises:
            StoreError: no such name, version or alias; the known ones are listed.
            SkillError: the bundle is damaged.
        """
        ref = self.resolve(reference)
        skill = Skill.open(self.skills / ref.name / str(ref.version), self._seen.sha256)
        self._seen.save()
        if skill.ref != ref:
            raise StoreError(
                f"the bundle in {skill.folder} says that it is {skill.ref}",
                expected=str(ref),
                cure="put the bundle into the store with `lingos skills add FOLDER`, do not copy folders",
            )
        return skill

    def resolve(self, reference: str) -> SkillRef:
        """The exact version that a reference means now."""
        name, _, selector = unicodedata.normalize("NFC", reference).partition("@")
        versions = self.versions(check_name(name))
        if not versions:
            raise unknown("skill", name, self.names(), StoreError)
        if selector.isdecimal() and int(selector) in versions:
            return SkillRef(name, int(selector))
        current = aliases.load(self.skills / name).current()
        if not selector:
            return SkillRef(name, current.get(PRODUCTION, versions[-1]))
        if selector in current and current[selector] in versions:
            return SkillRef(name, current[selector])
        known = [*map(str, versions), *current]
        raise unknown(f"version or alias of {name}", selector, known, StoreError)

    def names(self) -> list[str]:
        """All skill names, sorted."""
        if not self.skills.is_dir():
            return []
        return sorted(
            folder.name
            for folder in self.skills.iterdir()
            if NAME.fullmatch(folder.name) and self.versions(folder.name)
        )

    def versions(self, name: str) -> list[int]:
        """The versions of a name, ascending; empty for an unknown name."""
        folder = self.skills / check_name(name)
        found = folder.iterdir() if folder.is_dir() else ()
        return sorted(int(place.name) for place in found if place.name.isdecimal() and place.is_dir())

    def entries(self, name: str | None = None) -> list[Entry]:
        """Every version, or those of one name, oldest first. A damaged bundle is listed with its fault."""
        if name is not None and not self.versions(name):
            raise unknown("skill", name, self.names(), StoreError)
        return [
            self._entry(each, version) for each in ([name] if name else self.names()) for version in self.versions(each)
        ]

    def remove(self, reference: str, force: bool = False) -> list[SkillRef]:
        """Remove one version (`name@3`) or all (`name`), and the trunks that no skill needs any more.

        A version that an alias means is refused unless `force`; its aliases then go with it.
        """
        name, _, selector = reference.partition("@")
        targets = [self.resolve(reference)] if selector else [SkillRef(name, each) for each in self.versions(name)]
        if not targets:
            raise unknown("skill", name, self.names(), StoreError)
        with self._locked(name) as folder:
            state = aliases.load(folder)
            held = {alias: version for alias, version in state.current().items() if SkillRef(name, version) in targets}
            if held and not force:
                raise _aliased(name, held)
            for alias in held:
                state = aliases.moved(state, alias, None, "remove")
            aliases.save(folder, dataclasses.replace(state, last=max([state.last, *self.versions(name)])))
            for ref in targets:
                _trash(folder / str(ref.version))
        self.collect()
        return targets

    def collect(self, min_age: float = GRACE) -> list[str]:
        """Remove trunks that no skill points to; see `Trunks.collect`."""
        manifests = [entry.manifest for entry in self.entries()]
        if None in manifests:
            return []  # a damaged bundle may point to any trunk; rather keep too much
        branches = [manifest.branch for manifest in manifests if manifest is not None]
        used = {branch.trunk for branch in branches if branch is not None and branch.trunk is not None}
        return self.trunks.collect(used, min_age)

    # -- aliases -----------------------------------------------------------------------------------------------------
    def alias(
        self, name: str, alias: str, version: int | None, expect: int | None, *, reason: str = "", forced: bool = False
    ) -> None:
        """Let `alias` mean `version` (None: take it away), if it means `expect` now (None: nothing). The log of moves
        keeps `reason` and `forced`.

        Raises:
            StoreError: another process moved it meanwhile, or there is no such version.
        """
        aliases.check_alias(alias)
        with self._locked(name) as folder:
            if version is not None:
                self._known(name, version)
            state = aliases.load(folder)
            now = state.current().get(alias)
            if now != expect:
                raise StoreError(
                    f"{name}@{alias} is {_shown(now)}, not {_shown(expect)}",
                    expected="the alias as it was when you looked",
                    cure="look again with `lingos skills show`, then decide anew",
                )
            kind: Literal["set", "remove"] = "set" if version else "remove"
            aliases.save(folder, aliases.moved(state, alias, version, kind, reason, forced))

    def promote(self, name: str, version: int, alias: str = PRODUCTION) -> None:
        """Let `alias` mean `version`, whatever it means now and unjudged; `tuning.promote` asks the gate first."""
        self.alias(name, alias, version, self.state(name).current().get(alias))

    def rollback(self, name: str, alias: str = PRODUCTION) -> SkillRef:
        """Let `alias` mean the version that it meant before; twice goes two steps back.

        Removed versions are skipped.
        """
        with self._locked(name) as folder:
            state, versions = aliases.load(folder), self.versions(name)
            earlier = [version for version in state.before(alias) if version in versions]
            if not earlier:
                raise StoreError(
                    f"{name}@{alias} has no earlier version to go back to",
                    expected="an alias that was moved at least once",
                    cure=f"choose a version yourself: `lingos skills promote {name}@N`",
                )
            aliases.save(folder, aliases.moved(state, alias, earlier[-1], "rollback"))
        return SkillRef(name, earlier[-1])

    def state(self, name: str) -> aliases.State:
        """The aliases of a name (`.current()`: alias -> version) and every move of one (`.moves`, oldest first)."""
        return aliases.load(self.skills / check_name(name))

    # -- helpers -----------------------------------------------------------------------------------------------------
    @contextmanager
    def _locked(self, name: str) -> Iterator[Path]:
        folder = self.skills / check_name(name)
        try:
            for place in (self.home, self.root, self.skills, folder):
                place.mkdir(parents=True, exist_ok=True, mode=0o700)
            with locked(folder):
                yield folder
        except OSError as error:
            raise ResourceError(
                f"the store can not be written: {error}",
                expected=f"room and the right to write in {self.home}",
                cure="free some space, mend the rights, or set LINGOS_HOME to another place",
            ) from error

    def _known(self, name: str, version: int) -> None:
        if version not in self.versions(name):
            raise unknown(f"version of {name}", str(version), map(str, self.versions(name)), StoreError)

    def _check_trunk(self, skill: Skill) -> None:
        branch = skill.manifest.branch
        carried = any(name.startswith(f"{TRUNK}/") for name in skill.manifest.files)
        trunk = branch.trunk if branch is not None else None
        if trunk is not None and not carried and not self.trunks.has(trunk):
            raise StoreError(
                f"the store has no trunk {trunk[:12]} for {skill.manifest.name}",
                expected="the trunk in the store, or a bundle that carries it",
                cure="export it again, where it was made: `lingos skills export NAME --standalone`",
            )

    def _entry(self, name: str, version: int) -> Entry:
        folder = self.skills / name / str(version)
        meant, fault = tuple[str, ...](), ""
        try:
            meant = tuple(alias for alias, number in self.state(name).current().items() if number == version)
        except StoreError as error:
            fault = str(error).splitlines()[0]
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        try:
            manifest = from_json((folder / MANIFEST).read_text("utf-8"), str(folder / MANIFEST))
        except Exception as error:  # the list must show whatever lies there
            return Entry(SkillRef(name, version), meant, None, size, str(error).splitlines()[0])
        return Entry(SkillRef(name, version), meant, manifest, size, fault)


def check_name(name: str) -> str:
    """The name itself, or a StoreError: letters of any language, digits, `-`, `_`, `.`; at most 64."""
    if not NAME.fullmatch(name) or name != unicodedata.normalize("NFC", name) or name.endswith("."):
        raise StoreError(
            f"'{name}' can not be the name of a skill",
            expected="letters, digits, - _ and . (a letter or digit first), at most 64 characters",
            cure="for example 'tickets' or 'my-skill'; a version or alias comes after @",
        )
    return name


def _copy(skill: Skill, folder: Path, version: int) -> None:
    staging = folder / f".{uuid.uuid4().hex[:12]}"
    try:
        staging.mkdir(mode=0o700)
        for name in skill.manifest.files:
            target = staging / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(skill.folder / name, target)
            with target.open("rb") as stream:
                os.fsync(stream.fileno())
        replace_text(staging / MANIFEST, to_json(dataclasses.replace(skill.manifest, version=version)))
        Skill.open(staging)
        staging.rename(folder / str(version))
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _trash(folder: Path) -> None:
    hidden = folder.parent / f".{folder.name}.{uuid.uuid4().hex[:8]}"
    folder.rename(hidden)  # at once out of sight, so that nobody meets half a bundle
    shutil.rmtree(hidden, ignore_errors=True)


def _aliased(name: str, held: dict[str, int]) -> StoreError:
    shown = ", ".join(f"{name}@{alias} (version {version})" for alias, version in sorted(held.items()))
    return StoreError(
        f"in use as {shown}",
        expected="a version that no alias means",
        cure=f"promote another version first, or repeat with --force; `lingos skills show {name}` lists them",
    )


def _shown(version: int | None) -> str:
    return "not set" if version is None else f"version {version}"
