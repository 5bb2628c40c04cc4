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
    "undo.done": ("back to what it was: {names}", "已恢复：{names}"),
    "undo.changed": ("changed since: {names}", "之后已被改动：{names}"),
    "undo.nothing": ("nothing to undo", "没有可撤销的操作"),
}
