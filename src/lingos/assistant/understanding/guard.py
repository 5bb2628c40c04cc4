"""A second lock beside the model: sentences that speak of an action and do not ask for it. Rules, no learning.

A sentence that is negated, past, quoted, asked about, another person's or unfinished changes nothing, however sure a
skill is. It may be read ("is the door locked?") and it may be asked back. The rules are wide on purpose: a wrong stop
costs one question, a wrong start an open door.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lingos.text.language import HAN

__all__ = ["Rule", "stopped"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of sentence, and how it shows; what `but` finds first makes it a wish all the same."""

    kind: str
    pattern: re.Pattern[str]
    but: re.Pattern[str] | None = None


def _rule(kind: str, pattern: str, but: str = "") -> Rule:
    return Rule(kind, re.compile(pattern, re.IGNORECASE), re.compile(but, re.IGNORECASE) if but else None)


WISH = r"^\W*(please |hey |ok |so )*((can|could|would|will) (you|we)|why don.t you|would you mind)\b"
PEOPLE = (
    r"(he|she|they|it|someone|somebody|everyone|nobody|people|mum|mom|dad|tom|"
    r"(my|our|your|his|her|their|the|a) "
    r"(\w+ )?(son|daughter|wife|husband|partner|mother|father|mum|mom|dad|brother|sister|boss|neighbou?rs?|friend|"
    r"kids?|landlord|cleaner|guests?|roommate|flatmate|colleague|aunt|uncle|grandm\w+|grandf\w+|grandpa|grandad|nan|cat|dog))"
)
ENGLISH = (
    _rule("negated", r"\b(not|never|no|nor|without|cannot|unless|\w+n.t|dont|cant|wont|isnt|didnt|leave|avoid|"
                     r"rather)\b",
          r"\b(don.?t forget|why don.?t you|no later|would you mind not)\b|" + WISH),
    _rule("past", r"\b(yesterday|last (night|week|month|year|time)|ago|already|earlier|used to|was|were|had|did|been|"
                  r"\w+ed (it|that|them|the|my|all|a)\b|left|forgot|just (\w+ed|turned|locked))\b"),
    _rule("quoted", r"[\"“”«»「」]|(^|\s)'\w|\b(said|says|say|saying|told|tells|asked|asks|wrote|writes|written|read|reads|"
                    r"called|sang|song|lyrics?|chapter|movie|film|poem|sign|recipe|manual)\b", WISH),
    _rule("question", r"^\W*(and |so |but |well |hey |ok )*(how|why|what|what's|who|whose|when|where|which|should|shall|do|"
                      r"does|did|is|are|was|were|has|have|am|may|might|must|would (it|that|i|he|she|they)|"
                      r"(can|could) (i|it|he|she|they|the|a|one|this|that))\b"),
    _rule("others", rf"^\W*(and |but |so |well )*({PEOPLE}|if|when(ever)?|once|suppose|imagine|unless|maybe|perhaps|someday|"
                    rf"i (wish|hope|think|thought|guess|wonder|love|hate|like|prefer|usually|always|often|might|may|could|"
                    rf"should|must|will|would(?! like)|remember|plan|tend|keep)|i'll|i'm going|i'm (thinking|about)|"
                    rf"we (should|might|could|usually|always|will))\b"),
    _rule("others", r"\b(always|usually|every (night|day|morning|evening|time)|someday|tends? to)\b"),
    _rule("half", r"(^\W*\w+\W*$)|\b(the|a|an|to|in|on(?! the)|of|and|or|my|with|for|at|by|then|if|because|about|from)\W*$",
          r"\b(on|off|in)\W*$"),
)  # fmt: skip
CHINESE = (
    _rule("negated", r"别|不|没|无需|甭|未|莫|免|勿", r"能不能|可不可以|行不行|好不好|要不|不错|差不多|分别|别忘|特别|是不是|没有?亮"),
    _rule("past", r"昨|前天|上(周|个?月|次|回)|去年|刚(才|刚)?|已经|以前|之前|曾|早就|过了|当时|那时|那天|本来|原来|了(吗|没)?$",
          r"(暗|黑|冷|热|亮|晚)了|(关|锁|开|删|调)了[吧。！]?$"),
    _rule("quoted", r"[“”\"「」『』《》]|说|写(着|道|的)|念|喊|问我|告诉|听说|据|书上|电影|歌词|台词|新闻|短信|邮件里|小说"),
    _rule("question", r"为什么|为啥|怎么|咋|如何|谁|哪(个人|位|种)|什么时候|该不该|会不会|要不要|是不是|多久|有没有|吗|呢|何|几(次|遍)",
          r"(能|可以|可不可以|能不能|行|好)(\w|，)*吗|(好|行|可以)吗|怎么这么|麻烦"),
    _rule("others", r"^(他|她|它|他们|她们|别人|有人|大家|邻居|我(妈|爸|哥|姐|弟|妹|老公|老婆|爷|奶|朋友|同事|儿子|女儿|家)|"
                    r"孩子|房东|保姆|老板|客人|小\w|老\w|如果|要是|假如|假设|万一|等到|一旦|以后|将来|有一天)"),
    _rule("others", r"每(天|晚|次|周)|总是|经常|一般|通常|习惯|打算|准备|想象|希望|应该|可能|也许|我(会|自己|来|去|在想)"),
    _rule("half", r"(^.{1,2}$)|(把|的|和|跟|然后|在|给|到|或者|还有|那个|这个|一下把|再|帮我|请|麻烦)[，。…\s]*$"),
)  # fmt: skip


def stopped(text: str) -> str:
    """Why a sentence must change nothing: negated, past, quoted, question, others or half; "" where no rule fits.

    >>> [stopped(text) for text in ("turn off the light", "don't turn off the light", "could you lock the door?")]
    ['', 'negated', '']
    >>> [stopped(text) for text in ("把灯关了", "别关灯", "他说把灯关了", "能不能把灯打开")]
    ['', 'negated', 'quoted', '']
    """
    for rule in CHINESE if HAN.search(text) else ENGLISH:
        if rule.pattern.search(text) and not (rule.but is not None and rule.but.search(text)):
            return rule.kind
    return ""
