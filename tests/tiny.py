"""Tiny random backbones that are real: the family's own classes, saved as a model folder with its kind of tokenizer.

    folder = tiny.folder(tmp_path, "modernbert")        # 3 layers, width 32, 90 to 400 tokens

Weights are drawn wide enough that every part of the model shows in its output.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import CONFIG_MAPPING, MODEL_MAPPING, PreTrainedTokenizerFast

FAMILIES = ("bert", "roberta", "xlm-roberta", "distilbert", "mpnet", "modernbert", "deberta-v2", "deberta")

TEXTS = (
    "where is my parcel?",
    "I was charged twice for one card payment, please give the money back",
    "hello",
    "my new card has not arrived; the app says it was sent ten days ago and nobody answers",
    "Can I change the address of an order?",
    "我的包裹在哪里?",
    "卡被扣了两次钱,请退款",
    "the exchange rate is wrong",
)

# The class that the hub's models of the family name, so that transformers loads the tokenizer its own way.
TOKENIZERS = {
    "bert": "BertTokenizer",
    "roberta": "RobertaTokenizer",
    "xlm-roberta": "XLMRobertaTokenizer",
    "distilbert": "DistilBertTokenizer",
    "mpnet": "MPNetTokenizer",
    "modernbert": "PreTrainedTokenizerFast",
    "deberta-v2": "DebertaV2Tokenizer",
    "deberta": "DebertaTokenizer",
}

_BERT = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_ROBERTA = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def folder(parent: Path, family: str, *, layers: int = 3, seed: int = 0) -> Path:
    """A model folder of the family under `parent`: config.json, model.safetensors and tokenizer files."""
    path = parent / f"{family}-{layers}-{seed}"
    tokenizer = tokenizer_for(family)
    torch.manual_seed(seed)
    config = config_for(family, layers=layers, vocabulary=len(tokenizer), pad=int(tokenizer.pad_token_id))
    model = MODEL_MAPPING[type(config)](config)
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            if "norm" not in name.lower():
                tensor.normal_(0.0, 0.3)
    model.save_pretrained(path)
    tokenizer.save_pretrained(path)
    _rename(path / "tokenizer_config.json", TOKENIZERS[family])
    return path


def config_for(family: str, *, layers: int, vocabulary: int, pad: int) -> Any:
    """The family's configuration at width 32, with the switches of its well-known models on."""
    if family == "distilbert":
        kind: Any = CONFIG_MAPPING[family]
        return kind(
            vocab_size=vocabulary, dim=32, n_layers=layers, n_heads=4, hidden_dim=64, pad_token_id=pad,
            max_position_embeddings=128,
        )  # fmt: skip
    facts: dict[str, Any] = {
        "vocab_size": vocabulary, "hidden_size": 32, "num_hidden_layers": layers, "num_attention_heads": 4,
        "intermediate_size": 64, "pad_token_id": pad, "max_position_embeddings": 130,
    }  # fmt: skip
    if family == "modernbert":  # every second layer looks at 8 tokens around only
        facts |= {"local_attention": 8, "global_attn_every_n_layers": 2, "cls_token_id": 2, "sep_token_id": 3}
        facts |= {"bos_token_id": 2, "eos_token_id": 3}
    if family in ("roberta", "xlm-roberta"):
        facts["type_vocab_size"] = 1
    if family == "deberta":
        facts |= {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "position_biased_input": False}
        facts |= {"type_vocab_size": 0, "max_relative_positions": 16}
    if family == "deberta-v2":  # as deberta-v3, with the convolution of v2-xlarge
        facts |= {"relative_attention": True, "position_buckets": 8, "norm_rel_ebd": "layer_norm"}
        facts |= {"share_att_key": True, "pos_att_type": ["p2c", "c2p"], "position_biased_input": False}
        facts |= {"type_vocab_size": 0, "conv_kernel_size": 3, "conv_act": "gelu", "max_relative_positions": -1}
    return CONFIG_MAPPING[family](**facts)


def tokenizer_for(family: str) -> PreTrainedTokenizerFast:
    """A tokenizer of the kind the family uses, made from `TEXTS`: the same bytes in every process.

    The trainers of `tokenizers` break ties by hash order, and so would give other models in every run.
    """
    if family in ("bert", "distilbert", "mpnet"):
        return _wordpiece(family)
    if family in ("xlm-roberta", "deberta-v2"):
        return _unigram(family)
    return _byte_level(family)


def _wordpiece(family: str) -> PreTrainedTokenizerFast:
    pieces = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    pieces.normalizer = normalizers.BertNormalizer(lowercase=True)
    pieces.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    pieces.decoder = decoders.WordPiece()
    special = ("<s>", "<pad>", "</s>", "[UNK]", "<mask>") if family == "mpnet" else _BERT
    words = _words(pieces)
    letters = sorted(set("".join(words)))
    vocabulary = _numbered(special, letters, [f"##{letter}" for letter in letters], sorted(words))
    pieces.model = models.WordPiece(vocabulary, unk_token="[UNK]")
    first, last = ("<s>", "</s>") if family == "mpnet" else ("[CLS]", "[SEP]")
    return _wrapped(pieces, special, first, last)


def _byte_level(family: str) -> PreTrainedTokenizerFast:
    pieces = Tokenizer(models.BPE())
    pieces.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    pieces.decoder = decoders.ByteLevel()
    special = _ROBERTA if family == "roberta" else _BERT
    merges = _merges(_words(pieces), 140)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = _numbered(special, letters, ["".join(pair) for pair in merges])
    pieces.model = models.BPE(vocabulary, merges)
    first, last = ("<s>", "</s>") if family == "roberta" else ("[CLS]", "[SEP]")
    return _wrapped(pieces, special, first, last)


def _unigram(family: str) -> PreTrainedTokenizerFast:
    pieces = Tokenizer(models.Unigram())
    pieces.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("  ", " ")])
    pieces.pre_tokenizer = pre_tokenizers.Metaspace()
    pieces.decoder = decoders.Metaspace()
    special = ("<s>", "<pad>", "</s>", "<unk>", "<mask>") if family == "xlm-roberta" else _BERT
    words = _words(pieces)
    scores = dict.fromkeys(special, 0.0) | dict.fromkeys(sorted(set("".join(words))), -10.0)
    scores |= {word: -5.0 for word in sorted(words) if len(word) > 1}
    unknown = special.index("<unk>" if family == "xlm-roberta" else "[UNK]")
    pieces.model = models.Unigram(list(scores.items()), unknown, False)
    first, last = ("<s>", "</s>") if family == "xlm-roberta" else ("[CLS]", "[SEP]")
    return _wrapped(pieces, special, first, last)


def _words(pieces: Tokenizer) -> Counter[str]:
    """The words of `TEXTS`, as the tokenizer's own rules write and part them."""
    normal = [pieces.normalizer.normalize_str(text) if pieces.normalizer else text for text in TEXTS]
    return Counter(word for text in normal for word, _ in pieces.pre_tokenizer.pre_tokenize_str(text))


def _numbered(*parts: Sequence[str]) -> dict[str, int]:
    return {piece: number for number, piece in enumerate(dict.fromkeys(itertools.chain(*parts)))}


def _merges(words: Counter[str], count: int) -> list[tuple[str, str]]:
    """Byte-pair encoding: the most frequent pair of neighbours is joined, `count` times; ties go by the alphabet."""
    split = {word: list(word) for word in words}
    merges: list[tuple[str, str]] = []
    for _ in range(count):
        pairs: Counter[tuple[str, str]] = Counter()
        for word, parts in split.items():
            for pair in itertools.pairwise(parts):
                pairs[pair] += words[word]
        merges.append(min(pairs, key=lambda pair: (-pairs[pair], pair)))
        split = {word: _joined(parts, merges[-1]) for word, parts in split.items()}
    return merges


def _joined(parts: list[str], pair: tuple[str, str]) -> list[str]:
    found: list[str] = []
    for part in parts:
        if found and (found[-1], part) == pair:
            found[-1] += part
        else:
            found.append(part)
    return found


def _wrapped(pieces: Tokenizer, special: tuple[str, ...], first: str, last: str) -> PreTrainedTokenizerFast:
    ids = [(token, pieces.token_to_id(token)) for token in (first, last)]
    pieces.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", pair=f"{first} $A {last} $B {last}", special_tokens=ids
    )
    find = {name: next(token for token in special if name in token.lower()) for name in ("pad", "unk", "mask")}
    return PreTrainedTokenizerFast(
        tokenizer_object=pieces, pad_token=find["pad"], unk_token=find["unk"], mask_token=find["mask"],
        cls_token=first, sep_token=last, bos_token=first, eos_token=last, model_max_length=128,
    )  # fmt: skip


def _rename(path: Path, tokenizer_class: str) -> None:
    facts = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**facts, "tokenizer_class": tokenizer_class}), encoding="utf-8")
