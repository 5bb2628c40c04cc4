"""The report page: headings, notes, names of scores. Field terms keep their usual names."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["WORDS"]

WORDS: Mapping[str, tuple[str, str]] = {
    "join": (" ", ""),  # between sentences
    "examples": ("examples", "示例"),
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
        "Score on shared folds with its 95 % interval. The cheapest rung than which no dearer one is "
        "significantly better is chosen.",
        "在相同的数据折上的得分及 95% 区间。选择没有更贵方法显著优于它的最省方法。",
    ),
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
        "For {count} of {rows} test rows the skill is confident in another label. Read them: the label may be wrong, "
        "or the skill; the lower the skill's accuracy, the more often it is the skill.",
        "{rows} 行测试数据中，有 {count} 行技能对另一标签很有把握。请复查：可能是标签有误，"
        "也可能是技能答错；技能的准确率越低，越可能是后者。",
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
    "served": ("Served variant", "服务变体"),
    "data.file": ("file", "文件"),
    "data.rows": ("rows", "总行数"),
    "data.used": ("used", "可用"),
    "data.set_aside": ("set_aside", "搁置"),
    "data.train": ("train", "训练"),
    "data.calibration": ("calibration", "校准"),
    "data.test": ("test", "测试"),
    "slices.empty": ("(empty)", "（空）"),
}
