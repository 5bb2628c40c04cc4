"""A model folder on disk -> facts, tokenizer definition, weights by name. Torch is imported only to hand out weights.

Only safetensors are read, never pickled weights, and code in a model folder is never run.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

from lingos.backbones.layout import Layout, layout
from lingos.errors import BackboneError

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Folder", "Weights", "sha256"]

WEIGHTS = "model.safetensors"
PICKLED = ("pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5", "flax_model.msgpack")
VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")
UNBOUNDED = 1_000_000  # tokenizers without a limit save 1e30 as model_max_length


def sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Weights(Mapping[str, "Tensor"]):
    """The tensors of one safetensors file under the names of the family's own model class, memory-mapped.

    Names of task models ("bert.encoder...") and of old TensorFlow exports ("LayerNorm.gamma") are translated.
    """

    def __init__(self, path: Path, parts: Layout) -> None:
        self.path = path
        self.shapes: dict[str, tuple[int, ...]] = {}
        self._stored: dict[str, str] = {}
        header = _header(path)
        prefix = f"{parts.prefix}."
        prefixed = any(stored.startswith(prefix) and _known(stored[len(prefix) :], parts) for stored in header)
        for stored, facts in header.items():
            if prefixed and not stored.startswith(prefix):
                continue  # the head of a task model
            name = stored[len(prefix) :] if prefixed else stored
            name = name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
            self._stored[name] = stored
            self.shapes[name] = tuple(facts["shape"])

    def __getitem__(self, name: str) -> Tensor:
        tensor: Tensor = self._file.get_tensor(self._stored[name])
        return tensor

    def __contains__(self, name: object) -> bool:  # Mapping's own would read the tensor
        return name in self._stored

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)

    @cached_property
    def _file(self) -> Any:
        from safetensors import safe_open  # imports torch, which the counting of tokens does without

        return safe_open(self.path, framework="pt")


class Folder:
    """What a model folder says about itself. Raises BackboneError if it is not a safetensors text encoder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        _check(path)
        self.config_json = (path / "config.json").read_text(encoding="utf-8")
        self.config = _json(path / "config.json")
        self.layout = layout(self.config)
        self.weights = Weights(path / WEIGHTS, self.layout)
        self._check_depth()

    @property
    def depth(self) -> int:
        return self._number(self.layout.depth_key)

    @property
    def width(self) -> int:
        return self._number(self.layout.width_key)

    @property
    def vocabulary(self) -> int:
        return self._number("vocab_size")

    @property
    def parameters(self) -> int:
        """Of the encoder: embeddings, layers, final norm; no head, no pooler."""
        held = (name for name in self.weights if self.layout.group(name, self.depth) is not None)
        return sum(math.prod(self.weights.shapes[name]) for name in held if not name.endswith("_ids"))

    @property
    def max_length(self) -> int:
        """Tokens the position table holds, or the tokenizer's own limit where that is lower."""
        positions = self._number("max_position_embeddings")
        if self.layout.offset:  # positions are counted from padding id + 1; these families pad with 1 unless told
            pad = self.config.get("pad_token_id")
            positions -= (1 if pad is None else int(pad)) + 1
        limit = _json(self.path / "tokenizer_config.json", {}).get("model_max_length")
        return min(positions, int(limit)) if isinstance(limit, int | float) and limit < UNBOUNDED else positions

    @property
    def pooling(self) -> Literal["mean", "cls"]:
        """As sentence-transformers saved it; else mean, as the [CLS] state of a plain language model says little.

        Reimers and Gurevych 2019, arXiv:1908.10084, table 6: mean is the best of the three without other knowledge.
        """
        saved = _json(self.path / "1_Pooling" / "config.json", {})
        return "cls" if saved.get("pooling_mode_cls_token") or saved.get("pooling_mode") == "cls" else "mean"

    @cached_property
    def card(self) -> dict[str, Any]:
        """The metadata at the head of README.md: language, license."""
        text = _text(self.path / "README.md")
        if not text.startswith("---"):
            return {}

        try:
            facts = yaml.safe_load(text.split("\n---", 1)[0])
        except yaml.YAMLError:
            return {}
        return facts if isinstance(facts, dict) else {}

    @property
    def languages(self) -> tuple[str, ...]:
        found = self.card.get("language") or ()
        return tuple(str(code) for code in ([found] if isinstance(found, str) else found))

    @property
    def licence(self) -> str | None:
        found = self.card.get("license")
        return found if isinstance(found, str) else None

    def tokenizer_json(self, *, raw: bool = False) -> str:
        """The definition that transformers' AutoTokenizer uses. `raw` reads tokenizer.json as it stands, at once.

        They may differ: transformers builds some tokenizers anew from the vocabulary and tokenizer_config.json.
        """
        if not any(found for pattern in VOCABULARIES for found in self.path.glob(pattern)):
            raise self._no_tokenizer("no vocabulary")  # transformers would make one of five tokens, without a word
        if raw:
            return (self.path / "tokenizer.json").read_text(encoding="utf-8")
        from transformers import AutoTokenizer  # seconds, which the embedded default does without

        try:
            tokenizer = AutoTokenizer.from_pretrained(
                str(self.path), local_files_only=True, trust_remote_code=False, use_fast=True
            )
            definition = str(tokenizer.backend_tokenizer.to_str())
        except Exception as error:  # the library raises many kinds, all with one cure
            raise self._no_tokenizer(str(error).splitlines()[0]) from error
        pad = tokenizer.pad_token_id  # kept where the `tokenizers` library keeps it, see text/tokens.py
        saved = json.loads(definition)
        if pad is not None:
            saved["padding"] = {"pad_id": pad}
        return json.dumps(saved, ensure_ascii=False)

    def _no_tokenizer(self, reason: str) -> BackboneError:
        return BackboneError(
            f"no tokenizer can be made from {self.path}: {reason}",
            expected="tokenizer.json, or the vocabulary files of the family",
            cure="save it there: AutoTokenizer.from_pretrained(ORIGINAL).save_pretrained(FOLDER)",
        )

    def _number(self, key: str) -> int:
        value = self.config.get(key)
        if not isinstance(value, int) or value < 1:
            raise BackboneError(
                f"{self.path / 'config.json'} says {key} = {value!r}",
                expected="a positive whole number",
                cure="use the config.json that belongs to the weights",
            )
        return value

    def _check_depth(self) -> None:
        found = {number for name in self.weights if (number := self.layout.layer_of(name)) is not None}
        if found != set(range(self.depth)):
            raise BackboneError(
                f"{self.weights.path} holds {len(found)} layers, its config.json says {self.depth}",
                expected=f"the weights of a whole {self.config['model_type']} encoder",
                cure="download or copy the folder again",
            )


# -- helpers ---------------------------------------------------------------------------------------------------------
def _check(path: Path) -> None:
    if not path.is_dir():
        raise BackboneError(
            f"no model folder {path}",
            expected="a folder with config.json, model.safetensors and a tokenizer",
            cure="check the path; `lingos bases` lists the known names",
        )
    if not (path / WEIGHTS).is_file():
        raise _no_weights(path)
    if not (path / "config.json").is_file():
        raise BackboneError(
            f"{path} has no config.json", expected="the model's configuration", cure="copy it beside model.safetensors"
        )


def _no_weights(path: Path) -> BackboneError:
    pickled = [name for name in PICKLED if (path / name).exists()]
    if pickled:
        return BackboneError(
            f"{path} holds only {pickled[0]}",
            expected=f"{WEIGHTS}: pickled weights can run code when they are read, so they are refused",
            cure="convert it where you trust it: AutoModel.from_pretrained(FOLDER).save_pretrained(NEW)",
        )
    if (path / f"{WEIGHTS}.index.json").exists():
        return BackboneError(
            f"the weights in {path} are split over several files",
            expected=f"one {WEIGHTS}",
            cure="save it in one piece: AutoModel.from_pretrained(FOLDER).save_pretrained(NEW, max_shard_size='50GB')",
        )
    return BackboneError(
        f"{path} has no {WEIGHTS}", expected="a text encoder saved as safetensors", cure="check the path"
    )


def _header(path: Path) -> dict[str, dict[str, Any]]:
    """Names, types and shapes at the head of a safetensors file; the library itself checks the rest on reading."""
    size = path.stat().st_size
    with path.open("rb") as file:
        first = file.read(8)
        length = struct.unpack("<Q", first)[0] if len(first) == 8 else size
        head = file.read(length) if length <= size - 8 else b""
    try:
        facts: dict[str, dict[str, Any]] = json.loads(head)
        facts.pop("__metadata__", None)
        ends = [entry["data_offsets"][1] for entry in facts.values()]
    except (ValueError, KeyError, TypeError, AttributeError):
        facts, ends = {}, []
    if not facts or 8 + length + max(ends) != size:
        raise BackboneError(
            f"{path} is damaged or cut short",
            expected="a complete safetensors file",
            cure="download or copy it again",
        )
    return facts


def _known(name: str, parts: Layout) -> bool:
    return parts.layer_of(name) is not None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _json(path: Path, default: dict[str, Any] | None = None) -> dict[str, Any]:
    if default is not None and not path.is_file():
        return default
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
        raise ValueError("not an object")
    except ValueError as error:
        raise BackboneError(
            f"{path} can not be read: {error}", expected="a JSON object", cure="download or copy the folder again"
        ) from error
