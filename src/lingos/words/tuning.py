"""What tuning says: reasons of a choice, of a setting, of a verdict; news on the way."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["WORDS"]

WORDS: Mapping[str, tuple[str, str]] = {
    "compare.none": (
        "no difference that this data can show: {points} points [{low}, {high}]; "
        "with {rows} rows a gap below {gap} points can not be seen",
        "这些数据看不出差别：{points} 个百分点 [{low}, {high}]；{rows} 行数据看不出小于 {gap} 个百分点的差距",
    ),
    "compare.better": (
        "{better} is better by {points} points [{low}, {high}]",
        "{better} 更好，高 {points} 个百分点 [{low}, {high}]",
    ),
    "ladder.chosen": ("chosen", "已选"),
    "ladder.skipped": ("skipped: {reason}", "跳过：{reason}"),
    "ladder.best": (
        "{rung} is best, every cheaper method is significantly worse or was stopped ({rows} rows out of fold){doubts}",
        "{rung} 最好，更省的方法都显著更差或已提前停止（{rows} 行折外预测）{doubts}",
    ),
    "ladder.doubts": ("; {first}{others}", "；{first}{others}"),
    "ladder.unsure": (
        "{rung} ({gap} points behind {best} on {rows} rows out of fold, p = {chance}) gives the right label "
        "significantly less weight (p = {unsure}), and so few rows can not show a gap below {visible} points",
        "{rung}（{rows} 行折外预测，比 {best} 低 {gap} 个百分点，p = {chance}）给正确标签的概率显著更低"
        "（p = {unsure}），而这么少的行看不出小于 {visible} 个百分点的差距",
    ),
    "ladder.cheapest": (
        "{rung} is the cheapest than which no dearer method is significantly better "
        "({best}: {gap} points more on {rows} rows out of fold, p = {chance}){doubts}",
        "没有更贵的方法显著优于 {rung}，更省的又不如它（{best}：{rows} 行折外预测，高 {gap} 个百分点，"
        "p = {chance}）{doubts}",
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
    "the default": ("the default", "默认值"),
    "asked for": ("asked for", "用户指定"),
    "asked.instead": ("asked for, instead of {value} ({reason})", "用户指定，而非 {value}（{reason}）"),
    "stop.asked": ("stopping after this step; once more stops at once", "本步完成后停止；再按一次立即停止"),
    "derived.few": ("{rows} rows for {labels} labels: few", "{rows} 行数据、{labels} 个标签：数据偏少"),
    "derived.coarse": ("{labels} labels: few", "{labels} 个标签：类别较少"),
    "derived.steps": ("{rows} rows: about {steps} steps", "{rows} 行数据：约 {steps} 步"),
    "refuse.few": ("too few rows to choose: softmax", "行数太少，无从选择：用 softmax"),
    "refuse.nothing": (
        "neither vectors nor logits to choose with: softmax",
        "既没有向量也没有 logits，无从选择：用 softmax",
    ),
    "refuse.best": (
        "{score}: AUROC {foreign}wrong answers {wrong:.3f}{beside}",
        "{score}：AUROC {foreign}错误回答 {wrong:.3f}{beside}",
    ),
    "refuse.blind": (
        "refusal is hardly better than chance here (AUROC {best:.2f}; 0.5 is chance): a refused text is wrong hardly "
        "more often than any other. More rows, or clearer labels, come first",
        "此处的拒答几乎等于随机（AUROC {best:.2f}，0.5 为随机）：被拒答的文本并不比其他文本更常答错。"
        "应先增加数据或厘清标签",
    ),
    "outside.score": (
        "{score}: AUROC {value:.3f} on the texts from outside, which were learned",
        "{score}：对（已学习的）域外文本 AUROC {value:.3f}",
    ),
    "outside.untrained": (
        "warning outside: {method} is not trained step by step, so texts from outside change nothing",
        "警告 outside：{method} 不是逐步训练的方法，域外文本不起作用",
    ),
    "refuse.foreign": ("foreign texts {value:.3f}, ", "域外文本 {value:.3f}，"),
    "refuse.beside": (" (softmax {foreign}{wrong:.3f})", "（softmax 为 {foreign}{wrong:.3f}）"),
    "refuse.beside.foreign": ("{value:.3f}, ", "{value:.3f}、"),
    "serves.mix": ("trunk {trunk}, branch {branch}: {reason}", "主干 {trunk}，分支 {branch}：{reason}"),
    "serves.unable": ("fp32 serves: int8 could not be made: {why}", "由 fp32 提供服务：无法生成 int8：{why}"),
    "serves.torch": ("torch serves: {why}", "由 torch 提供服务：{why}"),
    "serves.apart": (
        "torch serves: the logits of ONNX Runtime differ by {worst}, at most {most} is allowed",
        "由 torch 提供服务：ONNX Runtime 的输出相差 {worst}，最多允许 {most}",
    ),
    "serves.onnx": (
        "served by ONNX Runtime; fp32 logits differ from torch by {worst:.0e} at most",
        "由 ONNX Runtime 提供服务；fp32 的 logits 与 torch 最多相差 {worst:.0e}",
    ),
    "derived.warm": (
        "layers of another skill do not fit a head of frozen vectors",
        "其他技能的层与在冻结向量上拟合的分类头不相配",
    ),
    "derived.head": ("{base} has its family's own head", "{base} 自带其模型族的分类头"),
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
    "calibrate.left": (
        "{count} of {rows} rows out of fold are left out of the calibration: their class has no row to learn from",
        "校准时略去 {rows} 行折外数据中的 {count} 行：其类别没有其他可学的行",
    ),
    "thresholds.moved": (
        "the decision is moved towards rare classes by {strength} x log prior: macro F1 {before} -> {after}, "
        "accuracy {first} -> {second} out of fold",
        "按对数先验的 {strength} 倍将判定移向少数类：折外宏平均 F1 {before} -> {after}，准确率 {first} -> {second}",
    ),
    "thresholds.kept": (
        "no move of the decision raises macro F1 ({before} out of fold): it stays",
        "移动判定不能提高宏平均 F1（折外 {before}）：保持不变",
    ),
}
