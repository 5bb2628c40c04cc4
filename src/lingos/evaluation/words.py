"""Every string that evaluation shows a person, in English and Chinese. Field terms keep their usual names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lingos.errors import unknown

__all__ = ["LANGUAGES", "Said", "coded", "language_of", "phrase", "table", "told"]

LANGUAGES = ("en", "zh")


def language_of(code: str) -> str:
    """The report language for a language code: Chinese for any kind of Chinese, else English.

    >>> language_of("zh-Hant"), language_of("de")
    ('zh', 'en')
    """
    return "zh" if code.lower().replace("_", "-").split("-")[0] in ("zh", "cmn", "yue") else "en"


def phrase(key: str, language: str = "en") -> str:
    """One string, with {places} for `str.format`. An unknown key is an error: nothing is shown half translated."""
    if key not in WORDS:
        raise unknown("phrase", key, WORDS)
    return WORDS[key][LANGUAGES.index(language_of(language))]


class Said(str):
    """A sentence that every language has: a str in English for programs, `code` and `values` to tell it to a person.

    >>> reason = Said("ladder.asked", {"method": "top"})
    >>> print(reason, "/", reason.told("zh"))
    top was asked for / 指定使用 top
    """

    __slots__ = ("code", "values")
    code: str
    values: Mapping[str, object]

    def __new__(cls, code: str, values: Mapping[str, object] | None = None) -> Said:
        made = super().__new__(cls, phrase(code).format(**values or {}))
        made.code, made.values = code, dict(values or {})
        return made

    def told(self, language: str) -> str:
        """The sentence in a language; sentences among its values are told in it too."""
        return phrase(self.code, language).format(**{name: told(one, language) for name, one in self.values.items()})

    def __deepcopy__(self, memo: object) -> Said:
        return self  # nothing in it changes


def told(value: object, language: str) -> str:
    """The text of a value for a person: in the language, if it is a sentence of ours."""
    return value.told(language) if isinstance(value, Said) else str(value)


def coded(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same mapping for JSON: English, and beside each sentence of ours its code.

    >>> coded({"reason": Said("ladder.asked", {"method": "top"})})
    {'reason': 'top was asked for', 'reason_code': 'ladder.asked'}
    """
    codes = {f"{name}_code": value.code for name, value in row.items() if isinstance(value, Said)}
    return {name: str(value) if isinstance(value, Said) else value for name, value in row.items()} | codes


def table(language: str) -> Mapping[str, str]:
    """All strings of one language by key."""
    return {key: phrase(key, language) for key in WORDS}


WORDS: Mapping[str, tuple[str, str]] = {
    "join": (" ", ""),  # between sentences
    "examples": ("examples", "示例"),
    "compare.none": (
        "no difference that this data can show: {points} points [{low}, {high}]; "
        "with {rows} rows a gap below {gap} points can not be seen",
        "这些数据看不出差别：{points} 个百分点 [{low}, {high}]；{rows} 行数据看不出小于 {gap} 个百分点的差距",
    ),
    "compare.better": (
        "{better} is better by {points} points [{low}, {high}]",
        "{better} 更好，高 {points} 个百分点 [{low}, {high}]",
    ),
    "title": ("Evaluation of {skill}", "{skill} 评估报告"),
    "kicker": ("Evaluation report", "评估报告"),
    "theme": ("Light / dark", "浅色 / 深色"),
    "verdict": (
        "Of 100 new texts like these, about {value} get the right answer.",
        "每 100 条同类新文本，约有 {value} 条回答正确。",
    ),
    "verdict.range": (
        "The data supports anything from {low} to {high} (95 % interval, {rows} test rows).",
        "数据支持的范围是 {low} 到 {high}（95% 区间，{rows} 行测试数据）。",
    ),
    "verdict.refusal": (
        "Refusing the {share} it is least sure of, it is right in {value} of 100.",
        "若拒答最没把握的 {share}，其余每 100 条约有 {value} 条正确。",
    ),
    "verdict.weak": ("Weaker where: {names}.", "较弱之处：{names}。"),
    "visible": (
        "With {rows} test rows a gap below {gap} points can not be seen.",
        "{rows} 行测试数据看不出小于 {gap} 个百分点的差距。",
    ),
    "unknown.rows": (
        "{count} test rows carry a label that the skill does not know; they count as wrong.",
        "有 {count} 行测试数据的标签是本技能不认识的，按错误计算。",
    ),
    "unknown.title": ("Labels the skill does not know", "技能不认识的标签"),
    "contents": ("Contents", "目录"),
    "ladder": ("Ladder of methods", "方法阶梯"),
    "ladder.note": (
        "Score on shared folds with its 95 % interval. The cheapest rung that is not significantly worse than the best "
        "is chosen.",
        "在相同的数据折上的得分及 95% 区间。选择不显著差于最好者的最省方法。",
    ),
    "ladder.chosen": ("chosen", "已选"),
    "ladder.skipped": ("skipped: {reason}", "跳过：{reason}"),
    "ladder.best": (
        "{rung} is best and every cheaper method is significantly worse ({rows} rows out of fold){doubts}",
        "{rung} 最好，更省的方法都显著更差（{rows} 行折外预测）{doubts}",
    ),
    "ladder.doubts": ("; {first}{others}", "；{first}{others}"),
    "ladder.unsure": (
        "{rung} ({gap} points on {rows} rows out of fold, p = {chance}) gives the right label significantly less "
        "weight (p = {unsure}), and so few rows can not show a gap below {visible} points",
        "{rung}（{rows} 行折外预测，相差 {gap} 个百分点，p = {chance}）给正确标签的概率显著更低（p = {unsure}），"
        "而这么少的行看不出小于 {visible} 个百分点的差距",
    ),
    "ladder.cheapest": (
        "{rung} is the cheapest that is not significantly worse than {best} "
        "({gap} points on {rows} rows out of fold, p = {chance})",
        "{rung} 是不显著差于 {best} 的方法中最省的（{rows} 行折外预测，相差 {gap} 个百分点，p = {chance}）",
    ),
    "ladder.asked": ("{method} was asked for", "指定使用 {method}"),
    "ladder.from": ("{method} from {skill}", "{method}（从 {skill} 开始）"),
    "ladder.line": (
        "{score} on {rows} rows out of fold, {seconds} s",
        "{rows} 行折外预测得分 {score}，用时 {seconds} 秒",
    ),
    "skipped.base": ("no base", "没有基座"),
    "skipped.trunk": ("forecast {forecast}, {left} s left", "预计需要 {forecast}，剩余 {left} 秒"),
    "skipped.fit": (
        "forecast {forecast} a fit; {left} min left for folds and refit",
        "预计每次拟合需要 {forecast}；各折与重新拟合只剩 {left} 分钟",
    ),
    "ladder.stopped": (
        "stopped after {rows} rows: the chance of being significantly better than {best} was {chance} %",
        "{rows} 行后停止：显著优于 {best} 的可能性只有 {chance}%",
    ),
    "forecast.fit": ("forecast of one fit: {forecast}", "预计每次拟合：{forecast}"),
    "skipped.memory": (
        "needs {needed} MB of memory, {free} MB are free",
        "需要 {needed} MB 内存，只剩 {free} MB",
    ),
    "skipped.disk": ("needs {needed} MB on the disk, {free} MB are free", "需要 {needed} MB 磁盘，只剩 {free} MB"),
    "forecast": (
        "{time}, {memory} MB of memory, {disk} MB of disk",
        "{time}、{memory} MB 内存、{disk} MB 磁盘",
    ),
    "time.minutes": ("{count} min", "{count} 分钟"),
    "time.seconds": ("{count} s", "{count} 秒"),
    "gate.first": ("first version: nothing to compare with", "第一个版本：没有可比较的版本"),
    "gate.lost": ("labels lost: {names}", "缺少标签：{names}"),
    "gate.worse": (
        "worse than the version in use by {points} points [{low}, {high}]",
        "比使用中的版本差 {points} 个百分点 [{low}, {high}]",
    ),
    "gate.broken": ("not worse in all, but broken for: {names}", "总体不差，但这些类别变差了：{names}"),
    "gate.passed": ("not worse than the version in use ({gap}){blind}", "不差于使用中的版本（{gap}）{blind}"),
    "gate.gap": ("difference {points} points [{low}, {high}]", "相差 {points} 个百分点 [{low}, {high}]"),
    "gate.blind": (
        "; with {rows} rows a gap below {gap} points can not be seen",
        "；{rows} 行数据看不出小于 {gap} 个百分点的差距",
    ),
    "gate.other": ("the variant has another list of labels", "该变体的标签列表不同"),
    "gate.flips": (
        "{flips} of {rows} labels flip ({share}, allowed {allowed}); {gap}",
        "{rows} 个回答中有 {flips} 个改变（{share}，允许 {allowed}）；{gap}",
    ),
    "gate.same": ("{flips}{blind}", "{flips}{blind}"),
    "gate.many": ("too many flips: {flips}", "改变过多：{flips}"),
    "gate.weaker": ("worse than the skill: {flips}", "差于原技能：{flips}"),
    "promote.nothing": ("nothing compared", "没有比较"),
    "promote.same": ("it is in use already", "已在使用中"),
    "promote.unjudged": ("not judged: {why}", "未经评判：{why}"),
    "promote.kept": (
        "{new} beside {old} on {rows} test rows that both were asked and neither has learned",
        "{new} 与 {old} 比较，{rows} 行双方都测试过且都没有学过的数据",
    ),
    "promote.data": (
        "{new} beside {old} on {rows} rows of {file}{left}",
        "{new} 与 {old} 比较，{file} 的 {rows} 行数据{left}",
    ),
    "promote.left": (
        " ({count} that one of them has learned are left out)",
        "（略去 {count} 行其中一方学过的数据）",
    ),
    "serves.int8": (
        "int8 serves (trunk {trunk}, branch {branch}): {reason}",
        "由 int8 提供服务（主干 {trunk}，分支 {branch}）：{reason}",
    ),
    "serves.fp32": (
        "int8 is refused by the gate, fp32 serves: {reasons}",
        "int8 未通过检验，由 fp32 提供服务：{reasons}",
    ),
    "serves.torch": ("torch serves: {why}", "由 torch 提供服务：{why}"),
    "serves.apart": (
        "torch serves: the logits of ONNX Runtime differ by {worst}, at most {most} is allowed",
        "由 torch 提供服务：ONNX Runtime 的输出相差 {worst}，最多允许 {most}",
    ),
    "the default": ("the default", "默认值"),
    "asked for": ("asked for", "用户指定"),
    "method": ("Method", "方法"),
    "score": ("Score", "得分"),
    "interval": ("95 % interval", "95% 区间"),
    "seconds": ("Seconds", "秒"),
    "size": ("Size, MB", "大小 MB"),
    "speed": ("ms / text", "毫秒/条"),
    "scores": ("Scores", "得分"),
    "accuracy": ("Accuracy", "准确率"),
    "balanced_accuracy": ("Balanced accuracy", "平衡准确率"),
    "macro_precision": ("Macro precision", "宏平均精确率"),
    "macro_recall": ("Macro recall", "宏平均召回率"),
    "macro_f1": ("Macro F1", "宏平均 F1"),
    "weighted_precision": ("Weighted precision", "加权精确率"),
    "weighted_recall": ("Weighted recall", "加权召回率"),
    "weighted_f1": ("Weighted F1", "加权 F1"),
    "mcc": ("MCC", "马修斯相关系数 MCC"),
    "log_loss": ("Log loss", "对数损失"),
    "brier": ("Brier score", "Brier 分数"),
    "ece": ("Calibration error", "校准误差"),
    "calibration": ("Calibration", "校准"),
    "calibration.note": (
        "When the skill says 90 %, is it right in 90 of 100? Points on the diagonal: yes. Below it: too sure. "
        "Mean gap (ECE): {ece} points.",
        "技能说 90% 时，100 次里是否对 90 次？点在对角线上：是；在其下：过于自信。平均差距（ECE）：{ece} 个百分点。",
    ),
    "confidence": ("Confidence", "置信度"),
    "refusal": ("Refusal", "拒答"),
    "refusal.note": (
        "Errors among the answers when only the surest share is answered (score: {score}). "
        "The dot is the threshold in use: {answered} answered, {error} of those wrong; "
        "{caught} of all mistakes are refused.",
        "只回答最有把握的部分时，回答中的错误率（分数：{score}）。圆点为当前阈值：回答 {answered}，其中 {error} 错误；"
        "全部错误中有 {caught} 被拒答。",
    ),
    "refusal.off": (
        "Errors among the answers when only the surest share is answered (score: {score}). No threshold is set.",
        "只回答最有把握的部分时，回答中的错误率（分数：{score}）。未设阈值。",
    ),
    "coverage": ("Share answered", "回答比例"),
    "risk": ("Error rate", "错误率"),
    "classes": ("Per class", "各类别"),
    "classes.note": ("F1 with its 95 % interval, worst first.", "F1 及其 95% 区间，最差在前。"),
    "classes.more": ("Show the other {count} classes", "显示其余 {count} 个类别"),
    "class": ("Class", "类别"),
    "precision": ("Precision", "精确率"),
    "recall": ("Recall", "召回率"),
    "rows": ("Rows", "行数"),
    "confusions": ("What is confused with what", "混淆"),
    "confusions.note": ("Rows: true label. Columns: answer.", "行：真实标签；列：回答。"),
    "confusions.none": ("No mistakes on this test data.", "这些测试数据上没有错误。"),
    "confusion.pair": (
        "{count} rows, {share} of the class",
        "{count} 行，占该类 {share}",
    ),
    "taken": ("taken for", "被认作"),
    "slices": ("Slices", "切片"),
    "slices.note": (
        "Accuracy with its 95 % interval; the line is the rest of the data. Marked: significantly below the rest "
        "(Fisher, Holm).",
        "准确率及其 95% 区间；竖线为其余数据。标出者显著低于其余（Fisher 检验，Holm 校正）。",
    ),
    "slices.weak": ("weak", "较弱"),
    "calibrate.left": (
        "{count} of {rows} rows out of fold are left out of the calibration: their class has no row to learn from",
        "校准时略去 {rows} 行折外数据中的 {count} 行：其类别没有其他可学的行",
    ),
    "thresholds.moved": (
        "the decision is moved towards rare classes by {strength} x log prior: macro F1 {before} -> {after}, "
        "accuracy {first} -> {second} out of fold",
        "判定按先验对数的 {strength} 倍移向少数类：折外宏平均 F1 {before} -> {after}，准确率 {first} -> {second}",
    ),
    "thresholds.kept": (
        "no move of the decision raises macro F1 ({before} out of fold): it stays",
        "移动判定不能提高宏平均 F1（折外 {before}）：保持不变",
    ),
    "slices.empty": ("(empty)", "（空）"),
    "column.length": ("Length in characters", "字符数"),
    "column.language": ("Language", "语言"),
    "robustness": ("Slips of the finger", "输入扰动"),
    "robustness.note": (
        "Share of texts whose answer changes, and accuracy on them.",
        "答案改变的文本比例，以及其准确率。",
    ),
    "typo": ("Typos", "错字"),
    "case": ("Case", "大小写"),
    "whitespace": ("White space", "空白"),
    "fullwidth": ("Full-width forms", "全角/半角"),
    "kind": ("Kind", "种类"),
    "flips": ("Answer changes", "答案改变"),
    "before": ("Before", "之前"),
    "after": ("After", "之后"),
    "noise": ("Labels worth a second look", "值得复查的标签"),
    "noise.note": (
        "{count} of {rows} test labels look wrong: the skill is confident in another label. Read them; some "
        "will be the skill's mistakes.",
        "{rows} 个测试标签中有 {count} 个看似有误：技能对另一标签很有把握。请复查，其中有些是技能的错误。",
    ),
    "noise.none": ("No test label looks wrong.", "没有看似有误的测试标签。"),
    "label": ("Label", "标签"),
    "answer": ("Answer", "回答"),
    "text": ("Text", "文本"),
    "place": ("Place", "位置"),
    "data": ("Data", "数据"),
    "findings": ("What the doctor found", "数据体检"),
    "findings.none": ("Nothing to report.", "没有发现问题。"),
    "finding": ("Finding", "发现"),
    "cure": ("What to do", "怎么办"),
    "error": ("error", "错误"),
    "warning": ("warning", "警告"),
    "info": ("info", "提示"),
    "recipe": ("Recipe", "配方"),
    "setting": ("Setting", "设置"),
    "value": ("Value", "值"),
    "source": ("Source", "来源"),
    "reason": ("Reason", "理由"),
    "default": ("default", "默认"),
    "derived": ("derived", "推得"),
    "user": ("user", "用户"),
    "more": ("{count} more in report.json", "其余 {count} 条见 report.json"),
    "took": ("tuned in {seconds} s", "调优用时 {seconds} 秒"),
    "footer": ("Made by LingOS. This file is complete: it opens offline.", "由灵OS 生成。本文件自成一体，可离线打开。"),
}
