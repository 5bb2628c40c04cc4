"""The two sides of gpu.py: what LingOS and the Hugging Face Trainer do with the same rows, model shape and batch size.

Weights are random and labels too: these runs measure speed and memory, no score. Each side is a function that trains
once; `gpu.py` calls it first on a few rows (kernels and files are loaded then) and afterwards by the clock.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.peers.common import has_bf16, minilm

__all__ = ["CAUSAL", "ENCODER", "TINY_CAUSAL", "TINY_ENCODER", "Shape", "Work", "sides"]

EPOCHS = 2
RANK = 16
CLASSES = 77
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
Side = Callable[[int], None]  # trains on so many of the rows


@dataclass(frozen=True)
class Shape:
    """A model by its sizes, and the rows that it is fed. `heads` and `groups` are those of its attention."""

    width: int
    layers: int
    heads: int
    groups: int
    inner: int
    vocabulary: int
    length: int
    rows: int
    batch: int


ENCODER = Shape(768, 12, 12, 12, 3072, 30522, 128, 8192, 64)  # BERT-base
CAUSAL = Shape(2048, 16, 32, 8, 8192, 32000, 512, 256, 8)  # 1.04 billion parameters
TINY_ENCODER = Shape(32, 2, 2, 2, 64, 30522, 16, 48, 8)
TINY_CAUSAL = Shape(32, 2, 4, 2, 64, 300, 16, 16, 4)


@dataclass(frozen=True)
class Work:
    """One side of one comparison. `flops` counts what its way of training needs, padding not counted."""

    side: str
    what: str
    train: Side
    rows: int
    epochs: int
    tokens: int  # of one epoch
    flops: float


def sides(shape: Shape, causal: Shape, folder: Path) -> list[Work]:
    """Every comparison, LingOS and Trainer in turn. Model folders are written below `folder`."""
    encoder = Encoder(shape, folder / "encoder")
    found = [work for method in ("full", "top", "lora") for work in encoder.works(method)]
    return [*found, *Causal(causal).works()]


# -- text classification ---------------------------------------------------------------------------------------------
class Encoder:
    """A BERT of this shape with random weights, and random texts whose lengths vary as real ones do."""

    def __init__(self, shape: Shape, folder: Path) -> None:
        from lingos.backbones.text import load

        self.shape, self.folder = shape, folder
        self.lengths = _lengths(shape)
        self.texts, self.labels = _texts(self.lengths)
        _bert(shape, folder)
        self.backbone = load(str(folder))

    def works(self, method: str) -> list[Work]:
        """LingOS and the Trainer by the same method."""
        size = (self.shape.rows, EPOCHS, int(self.lengths.sum()))
        return [
            Work("LingOS", method, partial(self.lingos, method), *size, self.flops(method, cached=True)),
            Work("HF Trainer", method, partial(self.trainer, method), *size, self.flops(method, cached=False)),
        ]

    def flops(self, method: str, *, cached: bool) -> float:
        """Of all layers and epochs. A frozen layer runs forward only, once in all where its output is kept."""
        linear = 2.0 * self.shape.layers * _weights(self.shape, gated=False) * float(self.lengths.sum())
        attention = 4.0 * self.shape.layers * self.shape.width * float((self.lengths**2).sum())
        if method == "lora":
            return EPOCHS * (2 * linear + 3 * attention)  # frozen weights need no gradient of their own
        trained = EPOCHS * 3 * (linear + attention)
        return trained if method == "full" else trained / 2 + (1 if cached else EPOCHS) * (linear + attention) / 2

    def lingos(self, method_name: str, count: int) -> None:
        """As `lingos tune` trains: tokens, the trunk's output, its cache on disk, training."""
        from lingos.contracts import Example
        from lingos.methods.base import method
        from lingos.settings import parse
        from lingos.tasks.base import task
        from lingos.training.corpus import Corpus
        from lingos.training.fit import fit

        told = {"epochs": EPOCHS, "batch_rows": self.shape.batch, "batch_tokens": self.shape.batch * self.shape.length}
        settings = parse(method(method_name).Settings, told, "benchmarks/gpu.py")
        pairs = zip(self.texts[:count], self.labels[:count], strict=True)
        rows = [Example({"text": text}, label, str(number)) for number, (text, label) in enumerate(pairs)]
        kind = task("classify")
        with tempfile.TemporaryDirectory() as home:
            corpus = Corpus(rows, kind, kind.schema(rows), self.backbone, max_length=self.shape.length, home=Path(home))
            fit(corpus, method(method_name), settings, np.arange(count), 0)

    def trainer(self, method_name: str, count: int) -> None:
        """The same by the Trainer: frozen lower half for `top`, peft for `lora`."""
        from transformers import AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding

        model = AutoModelForSequenceClassification.from_pretrained(self.folder, num_labels=CLASSES)
        if method_name == "top":
            model.bert.embeddings.requires_grad_(False)
            model.bert.encoder.layer[: self.shape.layers // 2].requires_grad_(False)
        if method_name == "lora":
            model = _adapted(model, ["query", "key", "value", "dense"], ["classifier"])
        tokenizer = AutoTokenizer.from_pretrained(self.folder)
        ids = tokenizer(self.texts[:count], truncation=True, max_length=self.shape.length)["input_ids"]
        rows = [{"input_ids": row, "labels": int(label)} for row, label in zip(ids, self.labels, strict=False)]
        _train(model, rows, self.shape.batch, DataCollatorWithPadding(tokenizer))


def _bert(shape: Shape, folder: Path) -> None:
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        max_position_embeddings=512,
    )
    BertModel(config).save_pretrained(folder)
    for name in TOKENIZER:
        shutil.copy(minilm() / name, folder / name)


def _lengths(shape: Shape) -> Any:
    """Tokens of each row, first and last one included: a long tail, as texts have."""
    drawn = np.random.default_rng(0).lognormal(np.log(shape.length / 3), 0.6, shape.rows)
    return np.clip(drawn, 4, shape.length).astype(np.int64)


def _texts(lengths: Any) -> tuple[list[str], list[str]]:
    """Texts of so many tokens, from words that are one token each; labels by chance, every class among the first."""
    words = (minilm() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    words = [word for word in words if word.isascii() and word.isalpha() and len(word) > 2]
    rng = np.random.default_rng(1)
    texts = [" ".join(words[k] for k in rng.integers(len(words), size=length - 2)) for length in lengths]
    return texts, [str(number % CLASSES) for number in range(len(texts))]


# -- causal model ----------------------------------------------------------------------------------------------------
class Causal:
    """A Llama of this shape with random weights, LoRA on all its linear layers, next-token loss on random tokens.

    LingOS has no task for such models yet: its side is its training loop and its method `lora` on the same module.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.ids = np.random.default_rng(2).integers(3, shape.vocabulary, (shape.rows, shape.length))

    def works(self) -> list[Work]:
        """LingOS and the Trainer; each token attends to half of the row on average."""
        shape = self.shape
        linear = 2.0 * (shape.layers * _weights(shape, gated=True) + shape.vocabulary * shape.width)
        attention = 2.0 * shape.layers * shape.length * shape.width
        flops = self.ids.size * (2 * linear + 3 * attention)  # frozen weights need no gradient of their own
        parts = (("LingOS", self.lingos), ("HF Trainer", self.trainer))
        return [Work(side, "lora, causal", train, shape.rows, 1, self.ids.size, flops) for side, train in parts]

    def lingos(self, count: int) -> None:
        """LingOS's loop."""
        from lingos.contracts import Row
        from lingos.methods.base import method
        from lingos.settings import parse
        from lingos.training.device import here
        from lingos.training.loop import Job, descend

        told = {"epochs": 1, "batch_rows": self.shape.batch, "batch_tokens": self.shape.batch * self.shape.length}
        lora, branch = method("lora"), _causal_branch(self.model().model)
        settings: Any = parse(lora.Settings, told | {"rank": RANK, "average": 1}, "benchmarks/gpu.py")
        lora.prepare(branch, settings)
        ones = np.ones(count, dtype=np.float32)
        task: Any = NextToken()
        rows = [Row({"input_ids": ids}, number) for number, ids in enumerate(self.ids[:count])]
        groups = lora.groups(branch, settings)
        descend(Job(branch, task, groups, settings, ones.astype(np.int64), ones, here(), 0, rows=rows))

    def trainer(self, count: int) -> None:
        """peft and the Trainer."""
        names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
        rows = [{"input_ids": torch.from_numpy(ids), "labels": torch.from_numpy(ids)} for ids in self.ids[:count]]
        _train(_adapted(self.model(), names, []), rows, self.shape.batch, None)

    def model(self) -> Any:
        """The model, on the GPU where there is one."""
        from transformers import LlamaConfig, LlamaForCausalLM

        config = LlamaConfig(
            vocab_size=self.shape.vocabulary,
            hidden_size=self.shape.width,
            num_hidden_layers=self.shape.layers,
            num_attention_heads=self.shape.heads,
            num_key_value_heads=self.shape.groups,
            intermediate_size=self.shape.inner,
            max_position_embeddings=self.shape.length,
            tie_word_embeddings=True,
            use_cache=False,
        )
        torch.manual_seed(0)
        with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
            return LlamaForCausalLM(config)


class NextToken:
    """The loss of a causal model, a row: what the loop asks of a task."""

    def loss(self, outputs: Mapping[str, Tensor], batch: Any, settings: Mapping[str, Any]) -> Tensor:
        """Cross-entropy of each next token, mean over the row."""
        logits, ids = outputs["logits"][:, :-1].float(), batch.tensors["input_ids"][:, 1:]
        return functional.cross_entropy(logits.transpose(1, 2), ids, reduction="none").mean(1)


def _causal_branch(model: Any) -> Any:
    from lingos.modules.branch import Branch

    class CausalBranch(Branch):
        """The decoder as a branch; logits by its own embedding."""

        def forward(self, batch: Any) -> dict[str, Tensor]:
            """Batch of token ids -> {"logits": [b, l, vocabulary]}."""
            span: Any = self.span
            states = span(input_ids=batch.tensors["input_ids"]).last_hidden_state
            return {"logits": functional.linear(states, span.embed_tokens.weight)}

    return CausalBranch(None, model, nn.Identity(), "mean")


# -- shared ----------------------------------------------------------------------------------------------------------
def _weights(shape: Shape, *, gated: bool) -> int:
    """Weights of the linear layers of one block: attention (keys and values by groups), two or three inner ones."""
    attention = 2 * shape.width**2 + 2 * shape.width**2 * shape.groups // shape.heads
    return attention + (3 if gated else 2) * shape.width * shape.inner


def _adapted(model: Any, targets: list[str], saved: list[str]) -> Any:
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules=targets, modules_to_save=saved or None)
    return get_peft_model(model, config)


def _train(model: Any, rows: Sequence[Mapping[str, Any]], batch: int, collator: Any) -> None:
    """The Trainer's best honest setting: bf16 where the hardware has it, like lengths together, fused optimiser."""
    from transformers import PrinterCallback, Trainer, TrainingArguments

    data: Any = rows
    with tempfile.TemporaryDirectory() as folder:
        chosen = TrainingArguments(
            output_dir=folder,
            num_train_epochs=EPOCHS if collator is not None else 1,
            per_device_train_batch_size=batch,
            optim="adamw_torch_fused",
            train_sampling_strategy="group_by_length" if collator is not None else "random",
            save_strategy="no",
            logging_strategy="no",
            report_to="none",
            disable_tqdm=True,
            bf16=has_bf16(),
            use_cpu=not torch.cuda.is_available(),
            dataloader_pin_memory=torch.cuda.is_available(),
        )
        trainer = Trainer(model=model, args=chosen, train_dataset=data, data_collator=collator)
        trainer.remove_callback(PrinterCallback)  # standard output is for the one JSON document
        trainer.train()
