"""What the readers say: why a row can not be read, what was detected, why a column was chosen."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["WORDS"]

WORDS: Mapping[str, tuple[str, str]] = {
    # -- rows that can not be read
    "row.object": (
        '{found} where an object such as {{"text": ..., "label": ...}} is expected',
        '此处应为 {{"text": ..., "label": ...}} 这样的对象，却是 {found}',
    ),
    "row.list": ("a list", "列表"),
    "row.line": ("line {line}: {what}", "第 {line} 行：{what}"),
    "row.byte": ("byte {place} (0x{byte:02x}) is not {codec}", "第 {place} 个字节（0x{byte:02x}）不是合法的 {codec}"),
    "row.bytes": ("some bytes are not {codec}", "部分字节不是合法的 {codec}"),
    "row.escaped": (
        "byte 0x{byte:02x} is not valid in this encoding",
        "字节 0x{byte:02x} 在该编码中无效",
    ),
    "row.surrogate": (
        "half of a surrogate pair: a character was cut in two",
        "只有半个代理对：一个字符被从中切断",
    ),
    "row.quote": (
        "a quote opens in this line and is not closed properly; the next lines were read on their own",
        "该行的引号没有正确闭合；后面的行已单独读取",
    ),
    "row.cells": ("{count} cells where {width} are expected{more}", "应有 {width} 个单元格，实有 {count} 个{more}"),
    "row.delimiter": (
        "; a cell that holds the delimiter {name} needs quotes around it",
        "；含有分隔符（{name}）的单元格要加引号",
    ),
    "row.tab": ("tab", "制表符"),
    "row.cell": ("a cell of more than {most:,} characters", "单元格超过 {most:,} 个字符"),
    "row.wide": (
        "a cell of {size:,} characters; at most {most:,} bytes are read",
        "单元格有 {size:,} 个字符；最多读取 {most:,} 字节",
    ),
    "row.tall": ("a quoted cell of more than {most} lines", "引号内的单元格超过 {most} 行"),
    "row.record": ("not a record: {error}", "不是一条记录：{error}"),
    "row.text": ("a text of more than {most:,} bytes", "文本超过 {most:,} 字节"),
    "row.binary": ("the file is binary, not text", "文件是二进制，不是文本"),
    "row.json": ("not JSON: {error}", "不是合法的 JSON：{error}"),
    "row.comma": ("not JSON: '{follows}' where a comma is expected", "不是合法的 JSON：应为逗号，却是“{follows}”"),
    # What Python's json module says, word for word.
    "json.at": (
        "{what}: line {line} column {column} (char {char})",
        "{what}（第 {line} 行第 {column} 列，偏移 {char}）",
    ),
    "json.Expecting value": ("Expecting value", "缺少值"),
    "json.Expecting ',' delimiter": ("Expecting ',' delimiter", "缺少“,”"),
    "json.Expecting ':' delimiter": ("Expecting ':' delimiter", "缺少“:”"),
    "json.Expecting property name enclosed in double quotes": (
        "Expecting property name enclosed in double quotes",
        "缺少双引号括起的键名",
    ),
    "json.Illegal trailing comma before end of object": (
        "Illegal trailing comma before end of object",
        "对象末尾多了一个逗号",
    ),
    "json.Illegal trailing comma before end of array": (
        "Illegal trailing comma before end of array",
        "数组末尾多了一个逗号",
    ),
    "json.Extra data": ("Extra data", "后面有多余的内容"),
    "json.Unterminated string starting at": ("Unterminated string starting at", "字符串没有结束"),
    "json.Invalid control character at": ("Invalid control character at", "含有非法控制字符"),
    "json.Invalid \\escape": ("Invalid \\escape", "非法的转义"),
    "json.Invalid \\uXXXX escape": ("Invalid \\uXXXX escape", "非法的 \\uXXXX 转义"),
    # -- what was detected
    "note.mark": ("encoding {codec} by its byte-order mark", "编码：{codec}（据字节序标记）"),
    "note.wide": (
        "encoding {codec} detected (no byte-order mark)",
        "编码：{codec}（检测所得，没有字节序标记）",
    ),
    "note.detected": ("encoding {codec} detected", "编码：{codec}（检测所得）"),
    "note.guessed": (
        "encoding {codec} guessed; if the text looks wrong, name it: --encoding",
        "编码：{codec}（猜测）；若文本显示不对，请用 --encoding 指定",
    ),
    "note.utf-8": (
        "encoding utf-8, but {count} line(s) are not; if the whole file is in another, name it: --encoding",
        "编码：utf-8，但有 {count} 行不是；若整个文件是其他编码，请用 --encoding 指定",
    ),
    "note.delimiter": ("delimiter {name}", "分隔符：{name}"),
    "note.one-column": (
        "one column: no delimiter cuts the lines evenly",
        "只有一列：没有分隔符能把各行切得一致",
    ),
    "note.no-header": ("no header ({why}): columns named {names}", "没有表头（{why}）：各列命名为 {names}"),
    "note.header": ("the first line is the header: {why}", "第一行是表头：{why}"),
    "note.sheet": (
        "sheet '{name}' read, the first that is not empty; --sheet names another: {others}",
        "读取第一个非空的工作表“{name}”；可用 --sheet 指定其余的：{others}",
    ),
    "note.split": ("split '{name}' read; others: {others}", "读取子集“{name}”；其余：{others}"),
    "note.comma": (
        "line {line}: the comma behind the last row was passed over",
        "第 {line} 行：最后一行数据后的逗号已忽略",
    ),
    "note.key": ("rows taken from the key '{name}'", "数据行取自键“{name}”"),
    "note.renamed": (
        "column {place} renamed from '{name}' to '{fresh}': the name was taken",
        "第 {place} 列由“{name}”改名为“{fresh}”：列名重复",
    ),
    "note.bytes": ("column '{name}' left out: it holds bytes, not text", "略去“{name}”列：内容是字节，不是文本"),
    "note.names": (
        "column '{name}': class numbers replaced by their names",
        "“{name}”列：类别编号已换成类别名",
    ),
    "note.left": (
        "{count} file(s) not read, no .txt in a class folder: {names}",
        "{count} 个文件未读取，不是类别文件夹中的 .txt 文件：{names}",
    ),
    # -- is there a header
    "header.said": ("as you said", "按您的指定"),
    "header.empty": ("there is no row", "没有任何行"),
    "header.usual": ("it holds the usual name '{name}'", "其中有常用列名“{name}”"),
    "header.number": ("its cell {place} is a number", "第 {place} 个单元格是数字"),
    "header.again": ("'{word}' stands again in a later row", "“{word}”在后面的行中再次出现"),
    "header.sentence": ("it holds a sentence", "其中有句子"),
    "header.not-names": ("it does not look like names", "看起来不像列名"),
    "header.short": ("its cells are short and differ from all below", "单元格都很短，且与下面各行不同"),
    "header.rows": ("it looks like the rows below", "看起来与下面各行一样"),
    # -- why a column was chosen
    "role.text": ("text", "文本列"),
    "role.label": ("label", "标签列"),
    "role.group": ("group", "分组列"),
    "chosen.no": ("{role}: {reason}", "{role}：{reason}"),
    "chosen": ("{role}: column '{name}', {reason}", "{role}：“{name}”，{reason}"),
    "chosen.you": ("named by you", "由您指定"),
    "chosen.skill": ("the skill's own column", "技能所用的列"),
    "chosen.name": ("by its name", "根据列名"),
    "chosen.values": ("{count} different values that repeat", "有 {count} 个重复出现的不同取值"),
    "chosen.none": (
        "no column has the name of a label or a few values that repeat",
        "没有常用的标签列名，也没有取值少而重复的列",
    ),
    "chosen.only": (
        "the only column of text ({length:.0f} characters on average)",
        "唯一的文本列（平均 {length:.0f} 个字符）",
    ),
    "chosen.longest": (
        "several columns have the name of a text, but it has the longest cells ({length:.0f} characters on average)",
        "有多列使用常用的文本列名，其中该列最长（平均 {length:.0f} 个字符）",
    ),
    "chosen.unnamed": (
        "no column has the name of a text, but it has the longest cells ({length:.0f} characters on average)",
        "没有常用的文本列名，该列最长（平均 {length:.0f} 个字符）",
    ),
}
