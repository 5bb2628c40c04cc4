"""What the doctor finds: `about.CODE` and `cure.CODE` of every code, and the messages with their parts."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["WORDS"]

WORDS: Mapping[str, tuple[str, str]] = {
    # -- rows that can not be used
    "about.malformed-row": (
        "The row could not be cut into cells: an open quote, a missing or extra field, broken JSON.",
        "该行无法切分成单元格：引号未闭合、字段缺失或多余、JSON 损坏。",
    ),
    "cure.malformed-row": (
        "repair the row; quote cells that hold the delimiter, a quote or a line break",
        "修复该行；含有分隔符、引号或换行的单元格要加引号",
    ),
    "about.broken-encoding": (
        "The bytes of the row are not text in the encoding of the file.",
        "该行的字节不符合文件的编码。",
    ),
    "cure.broken-encoding": (
        "save the whole file as UTF-8; the row was probably pasted from a file in another encoding",
        "将整个文件另存为 UTF-8；该行很可能是从其他编码的文件粘贴来的",
    ),
    "about.oversized-row": (
        "The row is larger than any text a classifier reads; most often an unclosed quote swallowed the rows after it.",
        "该行过长，超过任何分类器能读取的长度；多半是引号未闭合，吞掉了后面的行。",
    ),
    "cure.oversized-row": ("close the quote, or cut the text into rows", "闭合引号，或把文本拆成多行"),
    "about.empty-text": (
        "The text is missing, or holds only spaces or characters that can not be seen.",
        "文本缺失，或只有空格和不可见字符。",
    ),
    "cure.empty-text": ("fill in the text or delete the row", "补上文本，或删除该行"),
    "about.missing-label": ("The row has a text and no label.", "该行有文本但没有标签。"),
    "cure.missing-label": ("label the row or delete it", "为该行标注，或删除该行"),
    "about.nul-byte": (
        "The text or the label holds a NUL byte: it was cut or comes from a binary file.",
        "文本或标签含有 NUL 字节：内容被截断，或来自二进制文件。",
    ),
    "cure.nul-byte": (
        "export the row again; --fix can not know what stood there",
        "重新导出该行；--fix 无从得知原来的内容",
    ),
    # -- files that can not be learned from
    "about.no-rows": ("No row can be used.", "没有可用的行。"),
    "cure.no-rows": ("repair the rows listed above, or name another file", "修复上面列出的行，或换一个文件"),
    "about.no-label-column": ("No column holds labels.", "没有标签列。"),
    "cure.no-label-column": ("name it: --label COLUMN", "指定标签列：--label COLUMN"),
    "about.one-class": (
        "All rows have the same label; there is nothing to tell apart.",
        "所有行的标签都相同，没有可区分的内容。",
    ),
    "cure.one-class": (
        "add rows of a second class, or name another column: --label COLUMN",
        "补充另一个类别的数据，或指定其他列：--label COLUMN",
    ),
    "about.number-labels": (
        "The labels are numbers with a fraction: a measure, not classes.",
        "标签是带小数的数值：这是度量，不是类别。",
    ),
    "cure.number-labels": (
        "name the column that holds classes: --label COLUMN, or put the numbers into named ranges",
        "指定存放类别的列：--label COLUMN，或将数值划分为有名称的区间",
    ),
    "about.labels-too-many": (
        "Nearly every row has a label of its own: ids or free text, or one row a class. Nothing can be learned and "
        "checked from one row.",
        "几乎每行的标签都不相同：可能是编号、自由文本，或每类只有一行。只有一行数据，既学不到东西，也无法检验。",
    ),
    "cure.labels-too-many": (
        "name the column that holds classes: --label COLUMN; give every class two rows or more",
        "指定存放类别的列：--label COLUMN；每个类别至少要有两行",
    ),
    # -- rows that deserve a look
    "about.broken-characters": (
        "Characters were lost when the text was converted (U+FFFD, 锟斤拷).",
        "转码时丢失了字符（U+FFFD、锟斤拷）。",
    ),
    "cure.broken-characters": (
        "export the text again as UTF-8 from where it came; what is lost can not be repaired",
        "从数据来源重新导出为 UTF-8；已丢失的字符无法修复",
    ),
    "about.mojibake": (
        "The text was decoded with the wrong table: cafÃ© for café.",
        "文本用错误的编码解码：café 变成了 cafÃ©。",
    ),
    "cure.mojibake": (
        "--fix repairs it in a copy; better export the text again as UTF-8",
        "--fix 会在副本中修复；最好重新导出为 UTF-8",
    ),
    "about.html-remains": ("Tags or entities of HTML are left in the text.", "文本中残留 HTML 标签或实体。"),
    "cure.html-remains": (
        "--fix removes them in a copy; a model would learn the page instead of the text",
        "--fix 会在副本中去除；否则模型学到的是网页标记，而不是文本",
    ),
    "about.control-characters": (
        "The text holds control characters that nobody sees.",
        "文本含有看不见的控制字符。",
    ),
    "cure.control-characters": ("--fix removes them in a copy", "--fix 会在副本中去除"),
    "about.label-twin": (
        "Two labels are most likely one: they differ in case, spaces or width, or one is rare and a typing error away "
        "from a frequent one.",
        "两个标签很可能是同一个：只差大小写、空格或全角半角，或其中一个很少见，与常见的那个只差一处笔误。",
    ),
    "cure.label-twin": (
        "--fix writes the frequent spelling in a copy",
        "--fix 会在副本中统一为常见写法",
    ),
    "about.rare-class": (
        "A class has a single row: it can not be in both training and test.",
        "某个类别只有一行，无法同时出现在训练集和测试集中。",
    ),
    "cure.rare-class": ("add rows, or merge the class into another", "补充数据，或并入其他类别"),
    "about.duplicate": (
        "The same text with the same label occurs more than once.",
        "同一文本以同一标签重复出现。",
    ),
    "cure.duplicate": (
        "--fix keeps the first in a copy; unless removed, the copies stay on one side of the split",
        "--fix 会在副本中只保留第一条；若不删除，重复的行会划分到同一侧",
    ),
    "about.near-duplicate": (
        "Texts with the same label are nearly the same (similarity 0.9 or more; 0.8 in texts of 50 bytes or more).",
        "同一标签下的文本几乎相同（相似度不低于 0.9；50 字节及以上的文本不低于 0.8）。",
    ),
    "cure.near-duplicate": (
        "keep one of them, unless both were really said; they stay on one side of the split",
        "若不是真实出现过的两句话，只保留其一；它们会划分到同一侧",
    ),
    "about.conflict": (
        "The same text has two labels. At least one is wrong, or the classes overlap.",
        "同一文本有两个标签：至少有一个标错，或类别之间有重叠。",
    ),
    "cure.conflict": (
        "decide for one label; or say in the text what makes the difference",
        "确定其中一个标签；或在文本中写明两者的区别",
    ),
    "about.near-conflict": (
        "Nearly the same text (as in near-duplicate) has two labels.",
        "几乎相同的文本（标准同 near-duplicate）有两个标签。",
    ),
    "cure.near-conflict": ("look at both: one label may be wrong", "请核对两者：其中一个标签可能有误"),
    "about.likely-wrong-label": (
        "A classifier that never saw the row is sure of another label.",
        "从未见过该行的分类器对另一标签很有把握。",
    ),
    "cure.likely-wrong-label": (
        "look at the row; correct the label if it is wrong. It is not always right: on hard data half are good",
        "请核对该行，标签有误则改正。这一判断不一定对：数据较难时，约有一半标签本来就是对的",
    ),
    "about.foreign-language": (
        "The text is in another language than nearly all rows.",
        "该文本的语言与绝大多数行不同。",
    ),
    "cure.foreign-language": (
        "translate or delete it, unless users write like this; then add more rows in that language",
        "翻译或删除；若用户确实会这样写，则补充更多该语言的数据",
    ),
    "about.personal-data": (
        "The text holds an email or IP address, a phone, card, account or identity number.",
        "文本含有电子邮件或 IP 地址，或电话、银行卡、账户、证件号码。",
    ),
    "cure.personal-data": (
        "mask it before you share the file or the skill: lingos.text.privacy.mask",
        "共享文件或技能之前先脱敏：lingos.text.privacy.mask",
    ),
    "about.text-cut": (
        "The text is longer than the model reads; the end is cut off.",
        "文本超出模型能读的长度，末尾会被截去。",
    ),
    "cure.text-cut": (
        "raise --max-length, choose a base that reads more, or put what matters first",
        "调大 --max-length，选用能读更长文本的基座，或把重要内容放在前面",
    ),
    # -- things about the whole file
    "about.overlap": (
        "A test text is also in the training file. Its score proves nothing.",
        "测试文本也出现在训练文件中，在它上面的得分说明不了什么。",
    ),
    "cure.overlap": (
        "delete it from the test file: a score on texts that were learned is too good",
        "从测试文件中删除：在学过的文本上得分会偏高",
    ),
    "about.near-overlap": (
        "A test text is nearly the same (as in near-duplicate) as a training text.",
        "测试文本与某条训练文本几乎相同（标准同 near-duplicate）。",
    ),
    "cure.near-overlap": ("delete it from the test file, or count it apart", "从测试文件中删除，或单独统计"),
    "about.leak-column": (
        "Another column tells the label almost alone: an id, a date, a copy of the label. A model or a split that sees "
        "it looks better than it is.",
        "另有一列几乎能单独推出标签：编号、日期或标签的副本。模型或数据划分一旦用到它，结果就会虚高。",
    ),
    "cure.leak-column": (
        "keep the column out of the text; where the order of collection tells the label, collect a fair test file",
        "不要把该列放进文本；若采集顺序会透露标签，请另行采集公正的测试文件",
    ),
    "about.base-language": (
        "The base was not trained on the language of the rows.",
        "基座没有用这些数据的语言训练过。",
    ),
    "cure.base-language": ("choose a base for the language with --base", "用 --base 选择适合该语言的基座"),
    "about.imbalance": (
        "One class has nearly all the rows, or a hundred times as many as another.",
        "某个类别几乎占了全部数据，或是另一类别的一百倍以上。",
    ),
    "cure.imbalance": (
        "add rows to the small classes; judge by macro F1, not accuracy; see --set class_weights=balanced or "
        "--set thresholds=macro_f1",
        "为小类别补充数据；看宏平均 F1，不要只看准确率；参见 --set class_weights=balanced 或 --set thresholds=macro_f1",
    ),
    # -- good to know
    "about.similar-texts": ("Short texts are alike (similarity 0.8 to 0.9).", "短文本相似（相似度 0.8 到 0.9）。"),
    "cure.similar-texts": (
        "nothing to do: they stay on one side of the split",
        "无需处理：它们会划分到同一侧",
    ),
    "about.few-rows": ("Some classes have fewer than 8 rows.", "有些类别不足 8 行。"),
    "cure.few-rows": ("more rows would help these classes most", "为这些类别补充数据，收效最大"),
    "about.uneven-classes": (
        "The largest class is ten times the smallest or more.",
        "最大类别的行数是最小类别的十倍以上。",
    ),
    "cure.uneven-classes": (
        "nothing to do unless the small classes matter: then see --set class_weights=balanced or thresholds=macro_f1",
        "通常无需处理；若看重小类别，参见 --set class_weights=balanced 或 thresholds=macro_f1",
    ),
    "about.sorted-rows": ("The rows are sorted by label.", "数据按标签排序。"),
    "cure.sorted-rows": ("nothing to do: LingOS shuffles", "无需处理：灵OS 会打乱顺序"),
    "about.languages": ("The languages of the rows.", "数据的语言。"),
    "cure.languages": ("nothing to do", "无需处理"),
    "about.sampled": (
        "A check looked at a sample, because the file is large.",
        "文件较大，有的检查只看了抽样。",
    ),
    "cure.sampled": ("nothing to do", "无需处理"),
    # -- counted things
    "one.row": ("{count:,} row", "{count:,} 行"),
    "many.row": ("{count:,} rows", "{count:,} 行"),
    "one.more-row": ("{count:,} more row", "另有 {count:,} 行"),
    "many.more-row": ("{count:,} more rows", "另有 {count:,} 行"),
    "one.text": ("{count:,} text", "{count:,} 条文本"),
    "many.text": ("{count:,} texts", "{count:,} 条文本"),
    "one.test-text": ("{count:,} test text", "{count:,} 条测试文本"),
    "many.test-text": ("{count:,} test texts", "{count:,} 条测试文本"),
    "one.class": ("{count:,} class", "{count:,} 个类别"),
    "many.class": ("{count:,} classes", "{count:,} 个类别"),
    "one.group": ("{count:,} group", "{count:,} 组"),
    "many.group": ("{count:,} groups", "{count:,} 组"),
    "one.token": ("{count:,} token", "{count:,} 个 token"),
    "many.token": ("{count:,} tokens", "{count:,} 个 token"),
    "list.comma": ("{first}, {rest}", "{first}、{rest}"),
    "list.semicolon": ("{first}; {rest}", "{first}；{rest}"),
    "list.base": ("{first} or --base {rest}", "{first} 或 --base {rest}"),
    # -- messages
    "doctor.many": ("{what} ({rows})", "{what}（{rows}）"),
    "doctor.more": ("{rows} like this", "{rows}有同样的问题"),
    "doctor.groups": (
        "{count:,} more groups like these; first: {first}",
        "还有 {count:,} 组类似情况；第一组：{first}",
    ),
    "doctor.nul-byte": ("a NUL byte in the text or the label", "文本或标签中有 NUL 字节"),
    "doctor.empty-text": ("no text, or nothing that can be seen", "没有文本，或没有可见的内容"),
    "doctor.missing-label": ("no label in column '{column}'", "“{column}”列没有标签"),
    "doctor.no-rows": ("none of the {rows:,} rows can be used", "{rows:,} 行全部不可用"),
    "doctor.no-rows.empty": ("{file} has no rows", "{file} 没有任何数据行"),
    "doctor.no-label-column": ("{file} has no column of labels", "{file} 没有标签列"),
    "doctor.one-class": ("all {rows} have the label '{label}'", "全部 {rows}的标签都是“{label}”"),
    "doctor.number-labels": (
        "column '{column}' holds numbers such as {some}, not names of classes",
        "“{column}”列是数值（如 {some}），不是类别名",
    ),
    "doctor.labels-too-many": (
        "column '{column}' has {classes:,} different labels in {rows}",
        "“{column}”列的 {rows}数据有 {classes:,} 个不同的标签",
    ),
    "doctor.broken-characters": (
        "{texts} with characters that were lost in a conversion, such as line {line}: '{text}'",
        "{texts}在转码时丢失了字符，如第 {line} 行：“{text}”",
    ),
    "doctor.mojibake": (
        "{texts} decoded wrongly, such as '{text}' should read '{meant}'",
        "{texts}解码有误，如“{text}”应为“{meant}”",
    ),
    "doctor.html-remains": (
        "{texts} with tags or entities of HTML, such as line {line}: '{text}'",
        "{texts}含有 HTML 标签或实体，如第 {line} 行：“{text}”",
    ),
    "doctor.control-characters": (
        "{texts} with characters that nobody sees, such as line {line}: '{text}'",
        "{texts}含有不可见字符，如第 {line} 行：“{text}”",
    ),
    "doctor.label-twin": (
        "label {rare!r} ({few}) is most likely {frequent!r} ({many})",
        "标签“{rare}”（{few}）很可能就是“{frequent}”（{many}）",
    ),
    "doctor.rare-class": ("class {label!r} has one row", "类别“{label}”只有一行"),
    "doctor.duplicate": (
        "the same text and label {count} times, first in line {line}: '{text}'",
        "相同的文本和标签出现 {count} 次，首次在第 {line} 行：“{text}”",
    ),
    "doctor.alike": (
        "{count} texts alike: line {first} '{one}', line {second} '{other}'",
        "{count} 条文本相似：第 {first} 行“{one}”，第 {second} 行“{other}”",
    ),
    "doctor.conflict": ("the same text is labelled {labels}: '{text}'", "同一文本的标签不一致，{labels}：“{text}”"),
    "doctor.near-conflict": (
        "nearly the same text is labelled {labels}: '{text}'",
        "几乎相同的文本标签不一致，{labels}：“{text}”",
    ),
    "doctor.labelled": ("'{label}' in line {line}", "第 {line} 行为“{label}”"),
    "doctor.similar-texts": ("{groups} of similar texts; first: {first}", "{groups}相似文本；第一组：{first}"),
    "doctor.likely-wrong-label": (
        "{rows} labelled '{label}' that read like '{likely}', such as line {line}: '{text}'",
        "{rows}标为“{label}”，读起来却像“{likely}”，如第 {line} 行：“{text}”",
    ),
    "doctor.foreign-language": (
        "{texts} in another language ({what}) than the rest ({main}), such as line {line}: '{text}'",
        "{texts}的语言（{what}）与其余（{main}）不同，如第 {line} 行：“{text}”",
    ),
    "doctor.script": ("another script", "其他文字"),
    "doctor.personal-data": (
        "{texts} with {what}, such as line {line}: '{text}'",
        "{texts}含有{what}，如第 {line} 行：“{text}”",
    ),
    "personal.email": ("an email address", "电子邮件地址"),
    "personal.phone": ("a phone number", "电话号码"),
    "personal.id-card": ("a Chinese identity number", "身份证号码"),
    "personal.bank-card": ("a bank card number", "银行卡号"),
    "personal.iban": ("a bank account (IBAN)", "银行账号（IBAN）"),
    "personal.ip": ("an IP address", "IP 地址"),
    "doctor.text-cut": (
        "{texts}{among} longer than the {limit} tokens that {base} reads: {tokens} cut ({share:.0%} of these texts)",
        "{texts}{among}超出 {base} 能读的 {limit} 个 token：截去 {tokens}（占这些文本的 {share:.0%}）",
    ),
    "doctor.among": (" among {count:,} long texts looked at", "（在抽查的 {count:,} 条长文本中）"),
    "doctor.overlap": (
        "{texts} of {rows:,} also in the training file; {examples}",
        "{texts}（共 {rows:,} 条）也在训练文件中；{examples}",
    ),
    "doctor.near-overlap": (
        "{texts} of {rows:,} nearly the same as a training text; {examples}",
        "{texts}（共 {rows:,} 条）与训练文本几乎相同；{examples}",
    ),
    "doctor.overlap.example": ("line {line} is {place}: '{text}'", "第 {line} 行对应 {place}：“{text}”"),
    "doctor.leak-column.value": (
        "column '{column}' alone tells the label of {right:.0%} of the rows by its value; guessing tells {usual:.0%}",
        "仅凭“{column}”列的取值就能推出 {right:.0%} 的行的标签；盲猜只能猜对 {usual:.0%}",
    ),
    "doctor.leak-column.order": (
        "column '{column}' alone tells the label of {right:.0%} of the rows by its order; guessing tells {usual:.0%}",
        "仅凭“{column}”列的顺序就能推出 {right:.0%} 的行的标签；盲猜只能猜对 {usual:.0%}",
    ),
    "doctor.base-language": ("{reason}; the base {base}{reads}{unread}", "{reason}；基座 {base} {reads}{unread}"),
    "doctor.strange": ("{share:.0%} of the texts are {language}", "{share:.0%} 的文本是 {language}"),
    "doctor.mostly": ("the texts are mostly {language}", "文本以 {language} 为主"),
    "doctor.reads": (" reads {languages}", "支持的语言为 {languages}"),
    "doctor.reads.not": (" does not", "并不支持"),
    "doctor.unread": (": it does not know {share:.0%} of the tokens", "，有 {share:.0%} 的 token 不认识"),
    "cure.base-language.named": (
        "choose a base for {language}: --base {bases}",
        "选择适合 {language} 的基座：--base {bases}",
    ),
    "doctor.balance": (
        "class {large!r} has {rows} ({share:.0%}), class {small!r} {few:,}",
        "类别“{large}”有 {rows}（{share:.0%}），类别“{small}”只有 {few:,} 行",
    ),
    "doctor.few-rows": ("{classes} with few rows: {some}", "{classes}数据偏少：{some}"),
    "doctor.few-rows.more": ("{classes} with few rows: {some} ...", "{classes}数据偏少：{some}等"),
    "doctor.sorted-rows": (
        "{share:.0%} of the rows have the label of the row before them",
        "{share:.0%} 的行与上一行标签相同",
    ),
    "doctor.languages": ("the texts are {shown}", "文本的语言：{shown}"),
    "doctor.sampled.labels": (
        "{count:,} of {rows:,} rows were checked for wrong labels",
        "抽取了 {rows:,} 行中的 {count:,} 行检查错误标签",
    ),
    "doctor.sampled.near": (
        "the texts are so alike that the search for near duplicates stopped early; exact copies are all found",
        "文本过于相似，近似重复的查找提前停止；完全相同的文本已全部找出",
    ),
    "unknown-label": (
        "label '{label}' is not one of the {count} known labels",
        "标签“{label}”不在 {count} 个已知标签之中",
    ),
    "cure.unknown-label": ("mend the label, or tune a new skill that has it", "改正标签，或调优一个含有该标签的新技能"),
}
