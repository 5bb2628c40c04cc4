"""The skill: a folder that travels, and the frozen object in front of it. Nothing here imports torch.

    skill.json  tokenizer.json  config.json  branch.safetensors  bank.safetensors  variants/<name>/...
    evaluation.json  README.md ...

`skill.json` is written last and lists the SHA-256 of every other file, so that a bundle that is half-written,
truncated or altered is refused on opening. Weights are safetensors or ONNX; nothing is unpickled.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lingos.contracts import SkillRef
from lingos.errors import SkillError, unwritable
from lingos.integrity import replace_text, sha256, sync_folder
from lingos.manifest import Manifest, Variant, from_json, safe_path, to_json

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Manifest", "Skill", "Variant", "write"]

MANIFEST = "skill.json"
TRUNK = "trunk"  # folder inside a standalone bundle
LONGEST = 16 << 20  # bytes of skill.json; a bigger one is not a skill

Content = bytes | str | Path


@dataclass(frozen=True)
class Skill:
    """A trained bundle on disk. `Skill.open` checks it; the object only reads.

    >>> import tempfile
    >>> manifest = Manifest(name="t", task="classify", method="tfidf", created="2026-01-01", lingos="0", seed=0)
    >>> skill = write(Path(tempfile.mkdtemp()) / "t", manifest, {"labels.txt": "a"})
    >>> Skill.open(skill.folder).path("labels.txt").read_text()
    'a'
    """

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path, digest: Callable[[Path], str] = sha256) -> Skill:
        """Open a bundle after checking every byte of it.

        Args:
            folder: where `skill.json` lies.
            digest: file -> SHA-256; the store passes one that remembers what it hashed before.

        Raises:
            SkillError: no skill, half-written, truncated, altered, a newer format, or a link or file that does not
            belong there.
        """
        skill = cls(folder, from_json(_manifest_text(folder), str(folder / MANIFEST)))
        skill.verify(digest)
        return skill

    @property
    def ref(self) -> SkillRef:
        """`name@version`; version 0 stands for a bundle that is in no store."""
        return SkillRef(self.manifest.name, self.manifest.version or 0)

    def path(self, name: str) -> Path:
        """The path of a file that belongs to the bundle."""
        if name not in self.manifest.files:
            raise SkillError(
                f"{self.ref} has no file {name}",
                expected="one of " + ", ".join(sorted(self.manifest.files)),
                cure="train the skill again with this version of LingOS",
            )
        return self.folder / name

    def tensors(self, name: str) -> dict[str, np.ndarray[Any, Any]]:
        """All tensors of a safetensors file of the bundle, as numpy arrays."""
        from safetensors import SafetensorError, numpy  # numpy is not needed to list skills

        try:
            return numpy.load_file(self.path(name))
        except SafetensorError as error:
            raise SkillError(
                f"{self.folder / name} can not be read: {error}",
                expected="a safetensors file",
                cure="restore the bundle from the store or train it again",
            ) from error

    def variant(self, name: str | None = None) -> tuple[str, Variant]:
        """The variant asked for, or the one that serves."""
        wanted = name or self.manifest.serve
        if wanted is None or wanted not in self.manifest.variants:
            known = ", ".join(sorted(self.manifest.variants)) or "none"
            raise SkillError(
                f"{self.ref} has no variant {wanted or 'to serve'}",
                expected=f"one of: {known}",
                cure="train the skill again, or name one that is there",
            )
        return wanted, self.manifest.variants[wanted]

    def verify(self, digest: Callable[[Path], str] = sha256) -> None:
        """Compare every file with the manifest; all faults are told at once."""
        faults = _faults(self.folder, self.manifest, digest)
        if faults:
            raise SkillError(
                f"{self.folder} is not the skill that was written:\n" + "\n".join(f"    {fault}" for fault in faults),
                expected="exactly the files of skill.json, unaltered",
                cure="restore the bundle from the store, or train it again",
            )

    def extended(self, manifest: Manifest, files: Mapping[str, Content], drop: Iterable[str] = ()) -> Skill:
        """This bundle with more files, without those to `drop`, and with a new manifest, in place.

        A crash in between leaves a bundle that is refused.
        """
        hashes = {name: _put(self.folder, name, content) for name, content in files.items()}
        gone = set(drop) & set(self.manifest.files)
        kept = {name: value for name, value in self.manifest.files.items() if name not in gone}
        complete = dataclasses.replace(manifest, files={**kept, **hashes})
        replace_text(self.folder / MANIFEST, to_json(complete))
        for name in gone:
            (self.folder / name).unlink()
        return Skill.open(self.folder)


def write(folder: Path, manifest: Manifest, files: Mapping[str, Content]) -> Skill:
    """Write a new bundle so that it is there whole or not at all.

    Args:
        folder: must not exist; its parent is made.
        manifest: `files` is filled in here.
        files: relative name -> bytes, text or the path of a file to copy.

    Raises:
        SkillError: the folder exists, or a name leaves it.
        ResourceError: the disk is full.
    """
    if folder.exists():
        raise SkillError(
            f"{folder} exists", expected="a folder that is not there yet", cure="choose another, or remove it"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.parent / f".{folder.name}.{uuid.uuid4().hex[:12]}"
    temporary.mkdir(mode=0o700)
    try:
        hashes = {name: _put(temporary, name, content) for name, content in files.items()}
        replace_text(temporary / MANIFEST, to_json(dataclasses.replace(manifest, files=hashes)))
        temporary.rename(folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync_folder(folder.parent)
    return Skill.open(folder)


def _manifest_text(folder: Path) -> str:
    file = folder / MANIFEST
    try:
        if file.is_symlink() or file.stat().st_size > LONGEST:
            raise SkillError(f"{file} is a link or too big", expected="a plain file", cure="train the skill again")
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise SkillError(f"{file} is not UTF-8 text", expected="JSON", cure="train the skill again") from error
    except OSError as error:
        half = folder.is_dir() and any(folder.iterdir())
        raise SkillError(
            f"{folder} is half-written: it has no skill.json" if half else f"no skill in {folder}: {error.strerror}",
            expected="a folder with skill.json",
            cure="finish or repeat the run that wrote it" if half else "`lingos skills` lists what there is",
        ) from error


def _faults(folder: Path, manifest: Manifest, digest: Callable[[Path], str]) -> list[str]:
    found, links = _listing(folder)
    faults = [f"{name} is a link or a special file" for name in links]
    faults += [f"{name} is missing" for name in sorted(set(manifest.files) - found - set(links))]
    faults += [f"{name} does not belong there" for name in sorted(found - set(manifest.files))]
    for name in sorted(found & set(manifest.files)):
        try:
            if digest(folder / name) != manifest.files[name]:
                faults.append(f"{name} was altered or cut short")
        except OSError as error:
            faults.append(f"{name} can not be read: {error.strerror}")
    return faults


def _listing(folder: Path) -> tuple[set[str], list[str]]:
    """Plain files and everything suspicious, as relative names; links are never followed."""
    files: set[str] = set()
    links: list[str] = []
    for place, folders, names in os.walk(folder, followlinks=False):
        base = Path(place)
        for name in [*folders, *names]:
            path = base / name
            relative = path.relative_to(folder).as_posix()
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                links.append(relative)
            elif path.is_file() and relative != MANIFEST:
                files.add(relative)
    return files, sorted(links)


def _put(folder: Path, name: str, content: Content) -> str:
    if not safe_path(name) or name == MANIFEST:
        raise SkillError(f"{name!r} can not be a file of a bundle", expected="a relative name", cure="rename it")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        shutil.copyfile(content, path)
    else:
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    with contextlib.suppress(OSError), path.open("rb") as stream:
        os.fsync(stream.fileno())
    return sha256(path)
