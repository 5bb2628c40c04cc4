"""Words that only make sense after others: yes, no, undo that, never mind, "and the bedroom too", "no, at ten".

Rules, no learning: each pattern must match the whole sentence, so that nothing else is taken for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lingos.text.language import addressed

__all__ = ["Turn", "turn"]

Kind = Literal["yes", "no", "undo", "help", "greeting", "thanks", "also", "instead", ""]
EDGE = r"[\s,.!?;，。！？；~]*"
PATTERNS: Mapping[str, Mapping[Kind, str]] = {
    "en": {
        "yes": r"(yes|yep|yeah|yup|sure|ok|okay|confirm(ed)?|go ahead|do it|please do|of course|certainly|right"
        r"|correct)( (please|do it|go ahead|do|sure|thanks|thank you))?",
        "no": r"(no|nope|nah|never mind|nevermind|forget (it|about it|that)|cancel( (it|that))?|leave it|stop|don.?t"
        r"|no (thanks|thank you)|better not|rather not)( (please|thanks|thank you|then|never mind|forget it))?",
        "undo": r"(please )?(undo|revert|take back)( (that|it|this|the last (one|thing|command)))?( please)?"
        r"|take (that|it) back( please)?|put it back( please)?|change it back( please)?",
        "help": r"(what|which things) (can|do) (you|i) (do|say|understand|know)( for me)?|help( me)?|commands"
        r"|how (does this|do you) work",
        "greeting": r"(hello|hi|hey|good (morning|afternoon|evening))( (there|again|everyone|assistant))?",
        "thanks": r"(many )?(thanks|thank you|thx|cheers)( (a lot|very much|so much|again))?",
        "also": r"(and |also |same (for|in|with) |what about |how about )(?P<rest>.+?)( too| as well| also)?"
        r"|(?P<rest2>.+?) (too|as well|also)",
        "instead": r"(no,|no(?= i mean)|(sorry|i mean|i meant|actually|wait|not that|rather|make (it|that)),?) +"
        r"(no, |i mean,? |i meant,? |make (it|that) |rather )*(?P<rest>.+?)( instead)?",
    },
    "zh": {
        "yes": r"(是|是的|对|对的|好|好的|好啊|行|可以|确认|确定|没问题|嗯|嗯嗯|同意|当然|做吧|执行)"
        r"(吧|啊|呀|的)?([，, ]*谢谢(你|您)?)?",
        "no": r"(不|不了|不用|不用了|不要|不要了|不行|不是|算了|算了吧|取消|取消吧|别|别了"
        r"|不必|不必了|停|先不了|没事了)([，, ]*谢谢(你|您)?)?",
        "undo": r"(请)?(撤销|撤回|撤消|恢复|还原)(一下|刚才的|上一步|这个|那个|它|操作)*"
        r"|(改|变|调)回(来|去)(吧)?|收回(去)?",
        "help": r"(你|您)?(都)?(会|能)(帮我)?(做|干)(些|点)?(什么|啥)(事)?|帮助|怎么用"
        r"|有(什么|哪些)功能|我(可以|能)(怎么)?(说|问)(什么|啥)?",
        "greeting": r"(你|您|大家)好(啊|呀)?|(早上|上午|中午|下午|晚上)好|早(啊|安)?|哈喽|嗨|在吗",
        "thanks": r"(多?谢|感谢)(谢|了|啦|你|您|你了|您了|谢你|谢您)?|辛苦(了|你了|您了)",
        "also": r"(还有|然后|同样|另外)?(?P<rest>.+?)(也|也要|也一样|同样|也是|也这样)"
        r"(关|开|吧|处理|关了|打开|调|一样|的)*",
        "instead": r"((不对|不是|不)([，,] *|(?=我是说|我的意思是))"
        r"|(错了|说错了|我是说|我的意思是|应该是|改成|改为|换成)[，, ]*)"
        r"(我是说|是|改成|改为|换成|应该是)?(?P<rest>.+?)",
    },
}
COMPILED = {
    language: {kind: re.compile(f"{EDGE}({one}){EDGE}", re.IGNORECASE) for kind, one in kinds.items()}
    for language, kinds in PATTERNS.items()
}


@dataclass(frozen=True, slots=True)
class Turn:
    """What kind of turn a sentence is; `rest` are the words of it that name something."""

    kind: Kind = ""
    rest: str = ""


def turn(text: str) -> Turn:
    """The kind of a sentence: yes, no, undo, help, greeting, thanks, also or instead; "" where it stands for itself.

    >>> turn("Yes, please.").kind, turn("undo that").kind, turn("and the bedroom too"), turn("no, at ten").rest
    ('yes', 'undo', Turn(kind='also', rest='the bedroom'), 'at ten')
    >>> turn("好的").kind, turn("算了").kind, turn("卧室也一样"), turn("不对，十点").rest, turn("关灯").kind
    ('yes', 'no', Turn(kind='also', rest='卧室'), '十点', '')
    """
    plain = re.sub(r"\s*,\s*", ", ", text.strip())
    for kind, pattern in COMPILED[addressed(text)].items():
        found = pattern.fullmatch(plain) or pattern.fullmatch(plain.replace(",", ""))
        if found is not None:
            if kind == "yes" and re.search("[?？]", text):
                continue  # "sure?" asks
            told = found.groupdict()
            return Turn(kind, (told.get("rest") or told.get("rest2") or "").strip())
    return Turn()
