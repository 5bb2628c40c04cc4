"""What the assistant says of itself: refusals, questions, what happened to a call."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {
    "policy.foreign-command": (
        "a text that nobody said can not start anything: it came from {source}",
        "不是人说的话不能发起任何操作：它来自{source}",
    ),
    "policy.no-right": ("{person} may not do that in {app}", "{person}没有在{app}中这样做的权限"),
    "policy.foreign-argument": ("{names} came from a text that nobody has confirmed", "{names}来自未经确认的文本"),
    "policy.recoverable": ("it takes effort to bring back", "恢复起来比较麻烦"),
    "policy.irreversible": ("it can not be brought back", "无法恢复"),
    "policy.allowed": ("allowed", "允许"),
    "policy.approved": ("{person} has said yes", "{person}已同意"),
    "approval.none": ("nothing waits for an answer under this number", "没有等待答复的操作"),
    "approval.other": ("this call waits for {person}", "这个操作等待{person}的答复"),
    "approval.late": ("the question is too old: say the command again", "问题已过期，请重新下命令"),
    "approval.used": ("that was answered before", "已经答复过了"),
    "approval.changed": ("what was asked is not what would be done", "所问的与将要执行的不一致"),
    "approval.foreign": ("only a person can say yes", "只有人才能同意"),
    "call.declined": ("left as it is", "好的，不做了"),
    "call.blocked": ("it can not be done: {why}", "无法执行：{why}"),
    "call.unknown": ("nobody knows whether it happened; check {look}", "不清楚是否已执行，请检查{look}"),
    "call.gone": ("{app}.{action} is no longer installed", "{app}.{action}已不存在"),
    "call.silent": ("no answer from {names}", "{names}没有回应"),
    "talk.ask": ("shall I? Then {said}; {why}", "要执行吗？执行后：{said}；{why}"),
    "talk.how": ("\n  lingos do yes / no", "\n  lingos do 好的 / 算了"),
    "talk.meant": ("did you mean: {said}?", "您是说“{said}”吗？"),
    "talk.nothing-waits": ("nothing waits for an answer", "没有等待答复的操作"),
    "talk.rule": (
        "I know what to wait for, but not what to do then",
        "我知道要等什么，但没听懂到时候要做什么",
    ),
    "talk.sorry": ("I did not understand that as something I can do", "我没听懂，或者我做不到"),
    "talk.strange": ("I do not know '{word}'. {asked}", "我不认识“{word}”。{asked}"),
    "talk.which": ("what about {name}?", "{name}是什么？"),
    "talk.stopped.negated": ("I leave it as it is", "好的，保持原样"),
    "talk.stopped.past": ("that sounds like something of the past: I did nothing", "听起来是过去的事，我没有执行"),
    "talk.stopped.quoted": ("those sound like somebody's words: I did nothing", "听起来是别人的话，我没有执行"),
    "talk.stopped.question": ("that sounds like a question: I did nothing", "听起来是在询问，我没有执行"),
    "talk.stopped.others": ("that sounds like no command to me: I did nothing", "听起来不是在吩咐我，我没有执行"),
    "talk.stopped.half": ("that sounds unfinished: I did nothing", "话好像没说完，我没有执行"),
    "ring.now": ("reminder: {text}", "提醒：{text}"),
    "ring.late": ("reminder of {at}, late: {text}", "{at}的提醒（迟到）：{text}"),
    "rule.made": (
        "from now on: {said} (when {thing} = {becomes}: {wish})",
        "以后：{said}（当{thing} = {becomes}：{wish}）",
    ),
    "rule.there": ("that rule is there already: {said}", "已经有这条规则了：{said}"),
    "rule.none": ("no rules", "没有规则"),
    "rule.lost": ("there is no such rule", "没有这条规则"),
    "rule.deleted": ("no longer: {said}", "不再执行：{said}"),
    "rule.risk": (
        "a rule acts without asking, so it holds only what can be undone at once; {app}.{action} is not of that kind",
        "规则执行时不再询问，所以只能包含可以直接撤销的操作；{app}.{action}不属于这类操作",
    ),
    "rule.condition": (
        "I can not notice that '{condition}'; I notice, for example: {known}",
        "我察觉不到“{condition}”；我能察觉的例如：{known}",
    ),
    "rule.nothing": ("I can not notice that '{condition}'", "我察觉不到“{condition}”"),
    "undo.never": ("the last thing can not be taken back", "上一个操作无法撤销"),
    "undo.done": ("back to what it was: {names}", "已恢复：{names}"),
    "undo.changed": ("changed since: {names}", "之后已被改动：{names}"),
    "undo.nothing": ("nothing to undo", "没有可撤销的操作"),
}
