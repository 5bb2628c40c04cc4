"""The fixed table of everything the doctor can find: code, severity, scope, what it means, what to do.

A row-level error sets the row aside (it is counted and listed, never dropped in silence); a file-level error stops the
run before a model loads; a warning asks for a look; an info needs nothing. Severities are fixed: scripts may rely on
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lingos.contracts import Severity

__all__ = ["CODES", "Code", "as_markdown"]

Scope = Literal["row", "file"]


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding. `about` is for the documentation, `cure` is what every such finding advises."""

    name: str
    severity: Severity
    scope: Scope
    about: str
    cure: str


_TABLE = (
    # -- rows that can not be used
    Code("malformed-row", "error", "row", "The row could not be cut into cells: an open quote, a missing or extra "
         "field, broken JSON.", "repair the row; quote cells that hold the delimiter, a quote or a line break"),
    Code("broken-encoding", "error", "row", "The bytes of the row are not text in the encoding of the file.",
         "save the whole file as UTF-8; the row was probably pasted from a file in another encoding"),
    Code("oversized-row", "error", "row", "The row is larger than any text a classifier reads; most often an unclosed "
         "quote swallowed the rows after it.", "close the quote, or cut the text into rows"),
    Code("empty-text", "error", "row", "The text is missing, or holds only spaces or characters that can not be seen.",
         "fill in the text or delete the row"),
    Code("missing-label", "error", "row", "The row has a text and no label.", "label the row or delete it"),
    Code("nul-byte", "error", "row", "The text or the label holds a NUL byte: it was cut or comes from a binary file.",
         "export the row again; --fix can not know what stood there"),
    # -- files that can not be learned from
    Code("no-rows", "error", "file", "No row can be used.", "repair the rows listed above, or name another file"),
    Code("no-label-column", "error", "file", "No column holds labels.", "name it: --label COLUMN"),
    Code("one-class", "error", "file", "All rows have the same label; there is nothing to tell apart.",
         "add rows of a second class, or name another column: --label COLUMN"),
    Code("number-labels", "error", "file", "The labels are numbers with a fraction: a measure, not classes.",
         "name the column that holds classes: --label COLUMN, or put the numbers into named ranges"),
    Code("labels-too-many", "error", "file", "Nearly every row has a label of its own: ids or free text, or one row a "
         "class. Nothing can be learned and checked from one row.",
         "name the column that holds classes: --label COLUMN; give every class two rows or more"),
    # -- rows that deserve a look
    Code("broken-characters", "warning", "row", "Characters were lost when the text was converted (U+FFFD, 锟斤拷).",
         "export the text again as UTF-8 from where it came; what is lost can not be repaired"),
    Code("mojibake", "warning", "row", "The text was decoded with the wrong table: cafÃ© for café.",
         "--fix repairs it in a copy; better export the text again as UTF-8"),
    Code("html-remains", "warning", "row", "Tags or entities of HTML are left in the text.",
         "--fix removes them in a copy; a model would learn the page instead of the text"),
    Code("control-characters", "warning", "row", "The text holds control characters that nobody sees.",
         "--fix removes them in a copy"),
    Code("label-twin", "warning", "row", "Two labels are most likely one: they differ in case, spaces or width, or one "
         "is rare and a typing error away from a frequent one.", "--fix writes the frequent spelling in a copy"),
    Code("rare-class", "warning", "row", "A class has a single row: it can not be in both training and test.",
         "add rows, or merge the class into another"),
    Code("duplicate", "warning", "row", "The same text with the same label occurs more than once.",
         "--fix keeps the first in a copy; unless removed, the copies stay on one side of the split"),
    Code("near-duplicate", "warning", "row", "Texts with the same label are nearly the same (similarity 0.9 or more; "
         "0.8 in texts of 50 bytes or more).",
         "keep one of them, unless both were really said; they stay on one side of the split"),
    Code("conflict", "warning", "row", "The same text has two labels. At least one is wrong, or the classes overlap.",
         "decide for one label; or say in the text what makes the difference"),
    Code("near-conflict", "warning", "row", "Nearly the same text (as in near-duplicate) has two labels.",
         "look at both: one label may be wrong"),
    Code("likely-wrong-label", "warning", "row", "A classifier that never saw the row is sure of another label.",
         "look at the row; correct the label if it is wrong. It is not always right: on hard data half are good"),
    Code("foreign-language", "warning", "row", "The text is in another language than nearly all rows.",
         "translate or delete it, unless users write like this; then add more rows in that language"),
    Code("personal-data", "warning", "row", "The text holds an address, a phone, card, account or identity number.",
         "mask it before you share the file or the skill: lingos.text.privacy.mask"),
    Code("text-cut", "warning", "row", "The text is longer than the model reads; the end is cut off.",
         "raise --max-length, choose a base that reads more, or put what matters first"),
    # -- things about the whole file
    Code("overlap", "warning", "row", "A test text is also in the training file. Its score proves nothing.",
         "delete it from the test file: a score on texts that were learned is too good"),
    Code("near-overlap", "warning", "row", "A test text is nearly the same (as in near-duplicate) as a training text.",
         "delete it from the test file, or count it apart"),
    Code("leak-column", "warning", "file", "Another column tells the label almost alone: an id, a date, a copy of "
         "the label. A model or a split that sees it looks better than it is.",
         "keep the column out of the text; where the order of collection tells the label, collect a fair test file"),
    Code("base-language", "warning", "file", "The base was not trained on the language of the rows.",
         "choose a base for the language with --base"),
    Code("imbalance", "warning", "file", "One class has nearly all the rows, or a hundred times as many as another.",
         "add rows to the small classes; judge by macro F1, not accuracy; see --set class_weights=balanced or "
         "--set thresholds=macro_f1"),
    # -- good to know
    Code("similar-texts", "info", "row", "Short texts are alike (similarity 0.8 to 0.9).",
         "nothing to do: they stay on one side of the split"),
    Code("few-rows", "info", "file", "Some classes have fewer than 8 rows.", "more rows would help these classes most"),
    Code("uneven-classes", "info", "file", "The largest class is ten times the smallest or more.",
         "nothing to do unless the small classes matter: then see --set class_weights=balanced or "
         "thresholds=macro_f1"),
    Code("sorted-rows", "info", "file", "The rows are sorted by label.", "nothing to do: LingOS shuffles"),
    Code("languages", "info", "file", "The languages of the rows.", "nothing to do"),
    Code("sampled", "info", "file", "A check looked at a sample, because the file is large.", "nothing to do"),
)  # fmt: skip
CODES: dict[str, Code] = {code.name: code for code in _TABLE}


def as_markdown() -> str:
    """The table for the documentation.

    >>> print(as_markdown().splitlines()[6])
    | `missing-label` | error | row | The row has a text and no label. | label the row or delete it |
    """
    head = ["| code | severity | scope | meaning | what to do |", "| --- | --- | --- | --- | --- |"]
    return "\n".join(
        head + [f"| `{code.name}` | {code.severity} | {code.scope} | {code.about} | {code.cure} |" for code in _TABLE]
    )
