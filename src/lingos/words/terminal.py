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
        "保留 {kept} 行，每类 {shots} 行；其余 {unused} 行不看",
    ),
    "say.test": (
        "{count} test rows can not be used: {file}, lines {lines}",
        "{count} 行测试数据不可用：{file}，行号 {lines}",
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
        "{skill} has learned {shared} of these rows: its scores out of fold are too good",
        "{skill} 已学过其中 {shared} 行：它的折外得分偏高",
    ),
    "say.saved": ("saved as {skill}; report: {path}", "已保存为 {skill}；报告：{path}"),
    "say.report": ("report: {path}", "报告：{path}"),
    "say.unusable": (
        "{count} of {rows} rows can not be used: see `lingos check {file}`",
        "{rows} 行中有 {count} 行不可用：见 `lingos check {file}`",
    ),
    "train.warm": (
        "started from another skill's branch: {count} of {layers} tensors",
        "从另一技能的分支开始：{layers} 个张量中的 {count} 个",
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
