"""The model card of a skill: README.md with the metadata that Hugging Face reads, in the language of the skill.

What it says comes from `skill.json` alone; what is not known is said to be unknown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lingos.manifest import Manifest

__all__ = ["card"]

ENGLISH = {
    "made": "A skill made with LingOS {lingos} on {created}: task `{task}`, method `{method}`.",
    "use": "## Use",
    "result": "## How good it is",
    "score": "{name} on {rows} test rows: **{value}** (95 % interval {low} to {high}).",
    "unscored": "No test rows were given: how good it is, is not known.",
    "data": "## Data",
    "trained": "Trained on `{file}`: {used} of {rows} rows were used; SHA-256 of the rows used: `{fingerprint}`.",
    "no_data": "Not recorded.",
    "split": "Split: {split}.",
    "base": "## Base",
    "on": "`{name}` ({family}, {depth} layers), licence: {licence}, SHA-256 of its weights `{sha256}`.",
    "owns": "The skill owns {layers} layers and the head; the {depth} layers below are the base's own.",
    "no_base": "None: the method needs no pretrained model.",
    "unknown": "unknown",
    "refusal": "## Refusal",
    "refuses": "It refuses when `{score}` is below {threshold}: about {rate} of texts like those of the training file.",
    "never": "It never refuses: every text gets one of the labels, also a text about something else.",
    "labels": "## Labels ({count})",
    "variants": "## Variants",
    "limits": "## Limits",
    "limit": [
        "It knows the labels above and no other.",
        "Scores are calibrated for texts like those it was trained on ({language}); elsewhere they mean less.",
        "Texts are cut after {length} tokens.",
        "It was not examined for harm to groups of people; do not decide about people with it alone.",
    ],
}
CHINESE = {
    "made": "由 LingOS {lingos} 于 {created} 制作的技能:任务 `{task}`,方法 `{method}`。",
    "use": "## 用法",
    "result": "## 效果",
    "score": "在 {rows} 行测试数据上,{name}:**{value}**(95 % 置信区间 {low} 至 {high})。",
    "unscored": "没有给出测试数据,效果未知。",
    "data": "## 数据",
    "trained": "训练文件 `{file}`:{rows} 行中使用了 {used} 行;所用行的 SHA-256:`{fingerprint}`。",
    "no_data": "没有记录。",
    "split": "划分:{split}。",
    "base": "## 基座",
    "on": "`{name}`({family},{depth} 层),许可证:{licence},权重的 SHA-256 `{sha256}`。",
    "owns": "技能自有上面 {layers} 层和分类头;下面 {depth} 层是基座原有的。",
    "no_base": "无:该方法不需要预训练模型。",
    "unknown": "未知",
    "refusal": "## 拒答",
    "refuses": "`{score}` 低于 {threshold} 时拒答:与训练文件相似的文本约有 {rate} 被拒。",
    "never": "从不拒答:任何文本都会得到一个标签,无关的文本也一样。",
    "labels": "## 标签({count})",
    "variants": "## 变体",
    "limits": "## 局限",
    "limit": [
        "它只认识上面的标签。",
        "分数针对与训练数据({language})相似的文本校准,其他文本上意义较小。",
        "文本超过 {length} 个词元的部分会被截掉。",
        "没有检查过它对不同人群是否公平;不要仅凭它对人作决定。",
    ],
}
SHOWN = 100  # labels


def card(manifest: Manifest) -> str:
    """README.md of a skill.

    >>> facts = {"task": "classify", "method": "tfidf", "created": "2026-01-01T00:00:00Z", "lingos": "0.1.0"}
    >>> text = card(Manifest(name="tickets", seed=0, schema={"labels": ["a", "b"], "language": "en"}, **facts))
    >>> text.splitlines()[:3]
    ['---', 'pipeline_tag: "text-classification"', 'library_name: "lingos"']
    """
    words: Mapping[str, Any] = CHINESE if str(manifest.schema.get("language", "")).startswith("zh") else ENGLISH
    parts = [_head(manifest), f"# {manifest.name}", words["made"].format(**vars(manifest))]
    parts += [words["use"], f'```\nlingos predict {manifest.name} "..."\n```']
    parts += [words["result"], _result(manifest, words)]
    parts += [words["data"], *_data(manifest, words)]
    parts += [words["base"], *_base(manifest, words)]
    parts += [words["refusal"], _refusal(manifest, words)]
    labels = [str(label) for label in manifest.schema.get("labels", ())]
    parts += [words["labels"].format(count=len(labels)), _labels(labels, manifest.schema.get("descriptions") or {})]
    if manifest.variants:
        parts += [words["variants"], _variants(manifest)]
    facts = {"language": manifest.schema.get("language") or words["unknown"], "length": manifest.max_length}
    parts += [words["limits"], "\n".join(f"- {line.format(**facts)}" for line in words["limit"])]
    return "\n\n".join(parts) + "\n"


# -- parts -----------------------------------------------------------------------------------------------------------
def _head(manifest: Manifest) -> str:
    """YAML, every scalar in JSON's spelling: that is YAML too, and no text can break out of it."""
    base, language = manifest.base, manifest.schema.get("language")
    lines = ['pipeline_tag: "text-classification"', 'library_name: "lingos"']
    lines += [f"language: {json.dumps(language)}"] if language else []
    lines += [f"license: {json.dumps(base.licence)}"] if base is not None and base.licence else []
    lines += [f"base_model: {json.dumps(base.name, ensure_ascii=False)}"] if base is not None else []
    tags = ["lingos", manifest.task, manifest.method]
    lines += ["tags:", *(f"- {json.dumps(tag)}" for tag in tags)]
    primary = _primary(manifest)
    if primary is not None:
        lines += _index(manifest, primary)
    return "\n".join(["---", *lines, "---"])


def _index(manifest: Manifest, primary: Mapping[str, Any]) -> list[str]:
    data = manifest.data.file if manifest.data is not None else "unknown"
    return [
        "model-index:",
        f"- name: {json.dumps(manifest.name, ensure_ascii=False)}",
        "  results:",
        "  - task:",
        '      type: "text-classification"',
        "    dataset:",
        f"      name: {json.dumps(_last(data), ensure_ascii=False)}",
        '      type: "custom"',
        "    metrics:",
        f"    - type: {json.dumps(primary['name'])}",
        f"      value: {float(primary['value']):.4f}",
        f'      name: "95 % interval {float(primary["low"]):.4f} to {float(primary["high"]):.4f}"',
    ]


def _result(manifest: Manifest, words: Mapping[str, Any]) -> str:
    primary = _primary(manifest)
    if primary is None:
        return str(words["unscored"])
    shown = {key: f"{100 * float(primary[key]):.1f} %" for key in ("value", "low", "high")}
    return str(words["score"].format(name=primary["name"], rows=manifest.evaluation.get("rows", "?"), **shown))


def _data(manifest: Manifest, words: Mapping[str, Any]) -> list[str]:
    data = manifest.data
    if data is None:
        return [words["no_data"]]
    split = ", ".join(f"{name} {count}" for name, count in manifest.split.items())
    facts = {"file": _last(data.file), "rows": data.rows, "used": data.used, "fingerprint": data.fingerprint}
    return [words["trained"].format(**facts), *([words["split"].format(split=split)] if split else [])]


def _base(manifest: Manifest, words: Mapping[str, Any]) -> list[str]:
    base, branch = manifest.base, manifest.branch
    if base is None:
        return [words["no_base"]]
    facts = {**vars(base), "licence": base.licence or words["unknown"]}
    return [words["on"].format(**facts), *([words["owns"].format(**vars(branch))] if branch is not None else [])]


def _refusal(manifest: Manifest, words: Mapping[str, Any]) -> str:
    refusal = manifest.variants[manifest.serve].refusal if manifest.serve else manifest.refusal
    if refusal.threshold == float("-inf"):
        return str(words["never"])
    facts = {"score": refusal.score, "threshold": f"{refusal.threshold:.4g}", "rate": f"{100 * refusal.rate:g} %"}
    return str(words["refuses"].format(**facts))


def _labels(labels: Sequence[str], told: Mapping[str, str]) -> str:
    lines = [f"{label}: {told[label]}" if label in told else label for label in labels[:SHOWN]]
    shown = "\n".join(f"- {' '.join(line.split())}" for line in lines)
    return shown + (f"\n- ... ({len(labels) - SHOWN})" if len(labels) > SHOWN else "")


def _variants(manifest: Manifest) -> str:
    marks = {name: " *" if name == manifest.serve else "" for name in manifest.variants}
    rows = [f"| {name}{marks[name]} | {one.engine} | {one.precision} |" for name, one in manifest.variants.items()]
    return "\n".join(["| | engine | precision |", "| --- | --- | --- |", *rows])


def _primary(manifest: Manifest) -> Mapping[str, Any] | None:
    primary = manifest.evaluation.get("primary")
    whole = isinstance(primary, Mapping) and {"name", "value", "low", "high"} <= set(primary)
    return primary if whole else None


def _last(path: str) -> str:
    """The file's name only: folders say more about the person than about the data."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path
