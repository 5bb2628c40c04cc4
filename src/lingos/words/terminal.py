"""What the command line prints: headings, tables, sentences about a file or a skill; and the news of a run."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["WORDS"]

WORDS: Mapping[str, tuple[str, str]] = {
    # -- results on standard output
    "terminal.ladder": ("Ladder (rows out of fold)", "方法阶梯（折外预测）"),
    "terminal.method": ("method", "方法"),
    "terminal.score": ("score, 95 % interval", "得分，95% 区间"),
    "terminal.seconds": ("seconds", "秒"),
    "terminal.size": ("MB", "MB"),
    "terminal.speed": ("ms/text", "毫秒/条"),
    "terminal.made": ("{skill} in {seconds:.0f} s; report: {path}", "{skill}，用时 {seconds:.0f} 秒；报告：{path}"),
    "terminal.try": (
        'try: lingos predict {name} "..."   lingos explain {name} "..."   lingos serve {name}',
        '试试：lingos predict {name} "..."   lingos explain {name} "..."   lingos serve {name}',
    ),
    "terminal.rows": (
        "{rows} rows, {used} can be used, {lost} can not",
        "共 {rows} 行，{used} 行可用，{lost} 行不可用",
    ),
    "terminal.kept": (
        "{kept} rows in {file}, {changed} of them changed: see {changes}",
        "{file} 有 {kept} 行，其中改动 {changed} 行，见 {changes}",
    ),
    "terminal.removed": (
        "{removed} copies removed, {rejected} rows that can not be used: {file}",
        "删除重复 {removed} 行；不可用的 {rejected} 行在 {file}",
    ),
    "terminal.finding": ("{severity} {code}: {file}{where}", "{severity} {code}：{file}{where}"),
    "terminal.more": (
        "{severity} {code}: {count} more, lines {lines}; --json lists all",
        "{severity} {code}：还有 {count} 处，行号 {lines}；--json 列出全部",
    ),
    "terminal.score.rows": ("{score} on {rows} rows", "{score}（{rows} 行）"),
    "terminal.unknown": ("unknown labels", "未知标签"),
    "terminal.unknown.rows": ("{rows} rows, counted as mistakes", "{rows} 行，按错误计算"),
    "terminal.calibration": ("calibration error", "校准误差"),
    "terminal.refused": ("refused", "拒答"),
    "terminal.rest": ("{share:.3f}, {score} of the rest {value:.3f}", "{share:.3f}，其余的{score}为 {value:.3f}"),
    "terminal.confused": ("most confused", "最易混淆"),
    "terminal.pair": ("{truth} read as {guess}: {count} rows", "{truth} 被认作 {guess}：{count} 行"),
    "terminal.visible": (
        "a gap below {gap:.1f} points can not be seen with {rows} rows",
        "{rows} 行数据看不出小于 {gap:.1f} 个百分点的差距",
    ),
    "place.line": (", line {lines}", "，第 {lines} 行"),
    "place.lines": (", lines {lines}", "，行号 {lines}"),
    "place.more": ("{lines} and {count} more", "{lines}，另有 {count} 行"),
    # -- news on standard error
    "say.finding": (
        "{severity} {code}: {message} ({file}{where}); {cure}",
        "{severity} {code}：{message}（{file}{where}）；{cure}",
    ),
    "say.more": (
        "{code}: {count} more, see `lingos check {file}`",
        "{code}：还有 {count} 处，见 `lingos check {file}`",
    ),
    "say.rows": (
        "{rows} rows read, {used} can be used, {lost} set aside",
        "读取 {rows} 行，{used} 行可用，搁置 {lost} 行",
    ),
    "say.held": (
        "{test} of {rows} rows are held out as test rows; no near duplicate stands on both sides",
        "从 {rows} 行中留出 {test} 行作测试；近似重复的文本都在同一侧",
    ),
    "say.shots": (
        "{kept} rows kept, {shots} a class; {unused} are not looked at",
        "保留 {kept} 行，每类 {shots} 行；其余 {unused} 行不使用",
    ),
    "say.quick": (
        "quick: likely wrong labels are not looked for; `lingos check` does",
        "快速模式不查找可能标错的标签；`lingos check` 会查找",
    ),
    "say.test": (
        "{rows} test rows read, {used} can be used, {aside} set aside",
        "读入 {rows} 行测试数据，{used} 行可用，{aside} 行搁置",
    ),
    "say.base": (
        "base {base}; {length} tokens of each text are read; {precision}",
        "基座 {base}；每条文本读取 {length} 个 token；{precision}",
    ),
    "say.resumed": ("going on with the unfinished run in {folder}", "继续 {folder} 中未完成的运行"),
    "say.described": (
        "{count} of {labels} labels are described in {file}",
        "{labels} 个标签中有 {count} 个在 {file} 中有描述",
    ),
    "say.rung": ("{rung}: {said}", "{rung}：{said}"),
    "say.chosen": ("chosen: {reason}", "已选：{reason}"),
    "say.calibrated": (
        "temperature {temperature:.2f}; refusal by {reason}",
        "温度 {temperature:.2f}；拒答依据 {reason}",
    ),
    "say.learned": (
        "warning learned: {skill} has learned {count} of these {rows} rows: the score is too good",
        "警告 learned：{skill} 已学过这 {rows} 行中的 {count} 行：得分偏高",
    ),
    "say.saved": (
        "saved as {skill}, {size:.1f} MB, {pace:.1f} ms for one text; report: {path}",
        "已保存为 {skill}，{size:.1f} MB，每条文本 {pace:.1f} 毫秒；报告：{path}",
    ),
    "say.named": (
        "the skill is named '{legal}': '{told}' can not be a name; --name chooses another",
        "技能命名为“{legal}”：“{told}”不能用作名称；可用 --name 另取",
    ),
    "say.outside": (
        "{count} texts of {file} belong to no label ({left} were left out): methods that are trained learn so",
        "{file} 中有 {count} 条文本不属于任何标签（另有 {left} 条未采用）：可训练的方法会学会拒绝它们",
    ),
    "say.back": (
        "{held} rows are held back to set the scores; {rows} are learned",
        "留出 {held} 行用于校准分数；学习 {rows} 行",
    ),
    "say.few": (
        "warning refuse: nothing can be refused: {share} % need {needed} rows out of fold, there are {rows}",
        "警告 refuse：无法拒答：{share}% 需要 {needed} 行折外数据，只有 {rows} 行",
    ),
    "say.moved": (
        "{count} test rows that {skill} has learned, or nearly so, are training rows instead",
        "{count} 行测试数据 {skill} 已学过（或与学过的文本近似重复），改作训练数据",
    ),
    "say.uncounted": (
        "warning learned: {skill} has learned {count} of the {rows} rows of {file}; they do not count",
        "警告 learned：{skill} 已学过 {file} 的 {rows} 行中的 {count} 行，这些行不计入",
    ),
    "say.again": (
        "{count} training rows {skill} has learned: they are learned again, and judge nothing",
        "{skill} 已学过 {count} 行训练数据：这些行会再学一遍，但不用于评判",
    ),
    "say.strange": (
        "{count} of {rows} test rows have a label that no training row has: {labels}",
        "{rows} 行测试数据中有 {count} 行的标签在训练数据中没有：{labels}",
    ),
    "say.left": (
        "warning learned: {left} of {rows} rows are left out, {first} or {second} has learned them",
        "警告 learned：略去 {rows} 行中的 {left} 行，{first} 或 {second} 已学过",
    ),
    "say.unknown": (
        "{count} of {rows} rows have a label that {skill} does not know: they count as mistakes",
        "{rows} 行中有 {count} 行的标签 {skill} 不认识：按错误计算",
    ),
    "say.report": ("report: {path}", "报告：{path}"),
    "say.unusable": (
        "{count} of {rows} rows can not be used: see `lingos check {file}`",
        "{rows} 行中有 {count} 行不可用：见 `lingos check {file}`",
    ),
    "train.warm": (
        "started from another skill's branch: {count} of {layers} tensors",
        "从另一技能的分支开始：{layers} 个张量中的 {count} 个",
    ),
    "train.none": (
        "no row can be held out to decide when to stop, as each class has one group of near duplicates: no early stop",
        "每个类别只有一组近似重复的文本，无法留出数据来决定何时停止：不提前停止",
    ),
    "train.memory": (
        "out of memory: every step now runs in {parts} parts",
        "内存不足：每一步改为分 {parts} 份运行",
    ),
    "train.afresh": ("{fault}: started afresh", "{fault}：从头开始"),
    "train.another": ("the state is that of another run", "保存的状态属于另一次运行"),
    "train.damaged": ("the state in {folder} is damaged", "{folder} 中的状态已损坏"),
    "train.place": (
        "{name} was {before}, is {value}: not bit-identical any more",
        "{name} 由 {before} 变为 {value}：不再逐位一致",
    ),
}
