"""The desk: reminders and timers, notes, sums and units."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Any, cast

from lingos.apps.base import App, At, Plan, action
from lingos.assistant.slots import duration, free, number, when
from lingos.assistant.understanding.values import numbers
from lingos.contracts import Value

__all__ = ["Desk"]

When = Annotated[str, when()]
Length = Annotated[float, duration()]
What = Annotated[str, free("Of what shall I remind you?", "提醒您什么？")]
Words = Annotated[str, free("What shall I write?", "写什么？", "fact")]
Topic = Annotated[str, free("About what?", "关于什么？", "topic")]
Note = Annotated[str, free("Which note?", "哪条笔记？", "topic")]
Name = Annotated[str, free("Which reminder?", "哪个提醒？")]
# How sums are spoken -> how they are written.
SIGNS: tuple[tuple[str, str], ...] = (
    (r"(?:the )?square root of (.+)", r"(\1)**0.5"),
    (r"根号(\S+)|(\S+)的平方根", r"(\1\2)**0.5"),
    (r"(.+)的百分之(.+)", r"(\1)*(\2)/100"),
    (r"(?:%|percent) of", "/100*"),
    (r"×|再?乘以?|times|multiplied by", "*"),
    (r"÷|除以|divided by|over", "/"),
    (r"再?加上?|plus", "+"),
    (r"再?减去?|minus", "-"),
    (r"\^|to the power of", "**"),
    (r"的([\d一二三四五六七八九十]+)次方", r"**\1"),
    (r"的?平方|squared", "**2"),
    (r"的?立方|cubed", "**3"),
    (r"（", "("),
    (r"）", ")"),
)
UNITS = dict(
    one.split("=")
    for one in (
        "公里=kilometer 千米=kilometer 里=500*meter 米=meter 分米=decimeter 厘米=centimeter 毫米=millimeter 英里=mile "
        "英尺=foot 英寸=inch 码=yard 海里=nautical_mile 光年=light_year 公斤=kilogram 千克=kilogram 克=gram "
        "毫克=milligram 斤=500*gram 两=50*gram 吨=metric_ton 磅=pound 盎司=ounce 升=liter 毫升=milliliter 加仑=gallon "
        "杯=cup 摄氏度=degC 华氏度=degF 平方米=meter**2 平方公里=kilometer**2 公顷=hectare 亩=2000/3*meter**2 "
        "英亩=acre 立方米=meter**3 秒=second 分钟=minute 小时=hour 天=day 周=week 卡路里=calorie 千卡=kilocalorie "
        "焦耳=joule 千焦=kilojoule celsius=degC fahrenheit=degF tonnes=metric_ton tons=metric_ton stone=stone"
    ).split()
)
SPELLED = re.compile(
    r"[零〇一二两三四五六七八九十百千万亿点]+|[a-z]+(?:[ -]+[a-z]+)*", re.IGNORECASE
)  # words for a number
ARTICLES = frozenset("a an the my to about for of".split())
TIMER = ("the timer is over", "计时结束")


class Desk(App):
    """Reminders, timers, notes, sums and units of one person."""

    name = "desk"
    title = ("Desk", "办公桌")

    @action(
        "reversible",
        en=(
            "remind me {at_time} to {text}; remind me to {text} {at_time}; {at_time} remind me to {text}; remind me "
            "(of|about) {text} {at_time}; (set|make|create|add) a reminder {at_time} to {text}; (set|make|create|add) "
            "a reminder to {text} {at_time}; [a] reminder {at_time}, {text}; [a] reminder to {text} {at_time}; "
            "(tell|text|message) me {at_time} (to|that I have to|that I must) {text}; I (have to|need to|must) {text} "
            "{at_time}, [please] remind me; {at_time} I (have to|must|need to) {text}, remind me; "
            "(ping|nudge|alert|notify|prompt) me {at_time} to {text}; (ping|nudge|alert|prompt) me to {text} "
            "{at_time}; make sure [that] I {text} {at_time}; don't let me forget to {text} {at_time}; I "
            "(want|need|would like) to be reminded {at_time} to {text}; I (want|need|would like) to be reminded to "
            "{text} {at_time}; give me a (shout|nudge|reminder) {at_time} to {text}; let me know {at_time} that I "
            "should {text}; {at_time}, {text}, remind me of it; (wake|get) me up {at_time} -> text=wake-up; wake me "
            "{at_time} -> text=wake-up; (set|I need|give me) an alarm {at_time} -> text=alarm"
        ).split("; "),
        zh=(
            "{at_time}提醒我{text}; 提醒我{at_time}{text}; {at_time}(叫我|喊我|记得叫我|记得提醒我|叫我去|提醒我要|"
            "提醒我去){text}; (设|建|加|定|添加|新建)[一]个提醒，{at_time}{text}; (设|定|"
            "加)[一]个{at_time}{text}的提醒; {at_time}要{text}，(提醒我|记得提醒我|到时候叫我)[一下|一声]; "
            "我{at_time}(要|得|需要){text}，提醒我[一下]; 到{at_time}(提醒|告诉|通知|叫)我{text}; {at_time}的时候(提醒|"
            "叫|告诉)我{text}; 提醒：{at_time}{text}; 别让我忘了{at_time}{text}; {at_time}(告诉|通知|提示)我(该|要|"
            "得){text}[了]; 给我(设|定|建)个{at_time}的提醒：{text}; 我想{at_time}被提醒{text}; 到了{at_time}(跟我说|"
            "喊我|叫我){text}; {at_time}有事：{text}，提醒我; 提醒[一下]我，{at_time}{text}; {at_time}(叫醒我|"
            "叫我起来) -> text=起床; (定|设|上)[一]个{at_time}的闹钟 -> text=闹钟; 闹钟(定在|设在|设到|调到){at_time} "
            "-> text=闹钟"
        ).split("; "),
    )
    def remind(self, at: At, at_time: When, text: What) -> Plan:
        """Remind of something at a time."""
        moment = datetime.fromisoformat(at_time)
        if moment <= at.now:
            return Plan("", blocked=at.say("that time is over", "那个时间已经过去了"))
        said = at.say(f"I remind you {_clock(moment, at)}: {text}", f"{_clock(moment, at)}提醒您：{text}")
        return Plan(said, {f"reminder {at.id}": {"at": at_time, "text": text}})

    @action(
        "reversible",
        en=(
            "[set|start|make|run] [a] timer (for|of) {length}; (set|start) a {length} timer; {length} timer [please]; "
            "timer[,] {length}; (set|put) the (timer|clock) (to|for) {length}; count down [from] {length}; "
            "(start|begin) [a] countdown (of|for|from) {length}; [a] countdown of {length}; (ring|beep|buzz) "
            "(after|when it has been) {length}; let me know when {length} (are over|have passed|is up|is over); tell "
            "me when {length} (are up|are over|is up|have gone by); (time|start timing) {length} [for me]; (give me|I "
            "need|put) {length} on the (clock|timer); (I need|I want|give me) a timer (for|of) {length}; {length} on "
            "the timer; the (pasta|rice|tea|dough|egg) needs {length}, (set a timer|time it|start the timer); "
            "(sound|ring) the bell after {length}; a {length} countdown; (set|start) the kitchen timer (for|to) "
            "{length}; run the clock for {length}"
        ).split("; "),
        zh=(
            "[定|设|开|来]一个{length}的(计时器|闹钟|倒计时|定时器); (倒计时|计时|定时|倒数){length}; (计时器|"
            "定时器){length}; (定|设)[个](定时|计时器|闹钟|倒计时){length}; {length}(倒计时|计时)[开始]; "
            "开始{length}[的](倒计时|计时); 开始(计时|倒数|倒计时){length}; 把(计时器|定时器|倒计时)(设为|设成|调到|"
            "定在|定为){length}; {length}后(响铃|响一下|响一声); 过{length}(响铃|响一下); (给我|帮我)(计|"
            "定){length}的时; {length}到了(告诉我|叫我一声|提示我|响一下); (我要|我需要|来)[一]个{length}的(计时|"
            "倒计时|定时); (煮面|泡茶|蒸蛋|炖汤|发面)要{length}，(计时|定个时|开始计时); 设定{length}的(定时|闹铃|"
            "计时); 计时，{length}; (启动|打开)[一个]{length}[的](计时器|定时器|倒计时); {length}的(计时器|倒计时)"
        ).split("; "),
    )
    def timer(self, at: At, length: Length) -> Plan:
        """Ring after a while."""
        moment = at.now + timedelta(seconds=length)
        said = at.say(f"the timer rings {_clock(moment, at)}", f"计时器{_clock(moment, at)}响")
        text = at.say(*TIMER)
        return Plan(said, {f"reminder {at.id}": {"at": moment.isoformat(), "text": text}})

    @action(
        "read",
        en=(
            "(what|which) (reminders|timers|alarms) (do I have|are set|are there|are running|are active); "
            "(show|list|read|read out) [me] [all] my (reminders|timers); do I have [any] (reminders|timers) [set]; are "
            "there any (reminders|timers) [set|running|left]; what did I ask you to remind me of; what (are you going "
            "to|will you) remind me of; (my|all my) reminders; any (reminders|timers) [for me]; how much time is left "
            "[on the timer]; how long (will|does) the timer (still run|run|go on); when (does|will) (the|my) "
            "(timer|reminder) (ring|end|go off); what's (coming up|next) on my reminder list; (give me an overview|a "
            "list) of my reminders; (check|look at|go through) my (reminders|timers); how many (reminders|timers) (do "
            "I have|are there|are running); tell me (my|about my) (reminders|timers); is (a|my|the) timer "
            "(running|still running|on); what have I (set|got) for reminders"
        ).split("; "),
        zh=(
            "我有(什么|哪些|几个|多少)(提醒|计时器|闹钟); (列出|看看|看一下|显示|念一下|读一下|查看|查一下)[我的|"
            "所有](提醒|计时器); [我]还有(什么|哪些|几个)(提醒|闹钟); 有(没有|什么|哪些)(提醒|计时器); 我(设了|定了|"
            "设过)(哪些|什么|几个)(提醒|闹钟|计时器); 我让你提醒我(什么|哪些事|做什么)[了|来着]; (提醒列表|我的提醒|"
            "所有提醒); 接下来(有什么提醒|要提醒我什么|有哪些提醒); (计时器|倒计时|定时器)还(剩多久|有多久|剩多少时间|"
            "要多久|剩几分钟); (计时器|闹钟|倒计时)(什么时候|几点|多久后)响; 今天(有什么|有哪些|还有)提醒[吗]; "
            "现在有几个(计时器|提醒)[在走]; 你(会|要|打算)提醒我(什么|哪些事); 把[我的]提醒(列出来|念给我听|给我看看|"
            "读给我听); (都有|目前有|现在有)(哪些|什么)提醒; 提醒(有哪些|都有什么); 计时器(还在走吗|停了吗|还开着吗)"
        ).split("; "),
    )
    def reminders(self, at: At) -> Plan:
        """List what is to come."""
        coming = sorted((one["at"], one["text"]) for one in _each(at.things, "reminder"))
        lines = [f"{_clock(datetime.fromisoformat(moment), at)}: {text}" for moment, text in coming]
        return Plan("; ".join(lines) or at.say("no reminders", "没有提醒"), value=cast(Value, coming))

    @action(
        "recoverable",
        en=(
            "(cancel|stop) (the|my) (reminder|timer) (to|about|for) {name}; (delete|remove|drop|scrap|clear|erase) "
            "(the|my) reminder (to|about|for|of) {name}; (call off|take back|undo) (the|my) reminder (to|about) "
            "{name}; (cancel|delete|remove) [the|my] {name} reminder; (cancel|stop|delete|kill|end|clear|abort|halt) "
            "(the|my|that) (timer|countdown); (cancel|delete|drop) (the|my|that) (reminder|last reminder); the "
            "(timer|countdown) (can stop|is no longer needed|can be cancelled); you no longer have to remind me "
            "(to|about) {name}; the reminder (to|about) {name} (can go|can be deleted|is no longer needed|is done); (I "
            "want|I'd like) the reminder (to|about) {name} (cancelled|gone|deleted); (get rid of|throw out) (the|my) "
            "reminder (to|about) {name}; (strike|remove|take|cross) {name} (from|off) my reminders; there's no need to "
            "remind me (to|about) {name} any more; forget (about reminding me|the reminder) to {name}; I no longer "
            "need (the|my|that) (timer|countdown); I no longer need the reminder (to|about|for) {name}; I (took care "
            "of it already|am done), cancel the reminder to {name}"
        ).split("; "),
        zh=(
            "(取消|删掉|删除|去掉|撤销)[关于]{name}的提醒; 把[关于]{name}的提醒(取消|取消掉|取消了|删了|删掉|去掉|"
            "撤了); (取消|停掉|停止|结束|终止)[这个|那个|我的](计时器|倒计时|定时器|计时); 把(计时器|倒计时|"
            "定时器)(取消|停了|停掉|取消掉); (不用|不需要|用不着)再提醒我{name}了; {name}的提醒(取消|不要了|可以取消了|"
            "删掉|取消吧); {name}不用再提醒了; 取消(提醒|那个提醒|刚才的提醒|上一个提醒); {name}(那个|这个|"
            "那条)提醒(取消|删了|不要了|去掉); 提醒我{name}的那个(取消吧|不要了|取消掉); 从提醒里(删掉|去掉|删除|"
            "划掉){name}; (计时器|倒计时|定时器)(不要了|不用了|停下来); (提醒里|提醒列表里)的{name}(删掉|划掉|去掉); "
            "(撤掉|取消)提醒我{name}[的那条]; {name}(已经做完|已经办好)了，(取消提醒|提醒取消); 取消{name}(那个|"
            "这个)(提醒|闹钟)"
        ).split("; "),
    )
    def cancel(self, at: At, name: Name = "") -> Plan:
        """Cancel a reminder by its words; without words the timer, or the reminder if no timer runs."""
        every = [(key, one) for key, one in at.things.items() if _is(key, "reminder") and one is not None]
        coming = {key: cast(dict[str, str], one) for key, one in every}
        timers = [key for key, one in coming.items() if one["text"] in TIMER]
        found = [key for key, one in coming.items() if _about(name, one["text"])] if name else timers or [*coming]
        if len(found) != 1:
            return Plan("", blocked=at.say(f"{len(found)} reminders fit", f"有{len(found)}个这样的提醒"))
        one = coming[found[0]]
        clock = _clock(datetime.fromisoformat(one["at"]), at)
        return Plan(
            at.say(f"cancelled: {one['text']} ({clock})", f"已取消：{one['text']}（{clock}）"), {found[0]: None}
        )

    @action(
        "reversible",
        en=(
            "(note down|write down|jot down|take down|note) [that] {text}; (make|take|write|add|create) a note: "
            "{text}; (make|take) a note (that|of) {text}; (note to self:|new note:|note:|memo:) {text}; remember "
            "[that] {text}; (keep|bear) in mind that {text}; (put|add|write) (it|this) in my notes: {text}; "
            "(save|store|record) [in my notes] that {text}; (add|put|write) {text} (to|into|in) my notes; write {text} "
            "down; I (want|need) a note (that says|saying) {text}; (remember|take down|write down|log|record) this: "
            "{text}; for my notes: {text}; here's something to (remember:|note:) {text}; make a quick note: {text}; "
            "let me note [down] that {text}; (save|keep) a note saying {text}"
        ).split("; "),
        zh=(
            "(记下|记一下|记录|记着|写下|记录一下|记录下){text}; (写|做|加|建|新建|添加)[一]条(笔记|备忘)：{text}; "
            "(记个笔记|记一笔|做个笔记|备忘|笔记|备忘录|新笔记)：{text}; 把{text}(记下来|写下来|记到笔记里|加到笔记里|"
            "写进笔记|存到笔记里|记录下来); (记住|你记住|请记住，|记好了，){text}; (笔记里|在笔记里|备忘录里)(写上|"
            "加上|添上|记上){text}; 我要记(一下|下来|一笔)：{text}; (写个|留个|贴个)(便签|备忘)：{text}; "
            "有件事要记[一下]：{text}; 存一条笔记，内容是{text}; (添加|新建|写)(笔记|备忘)，{text}; 这个(记一下|"
            "要记)，{text}; {text}，(记一下|记下来|记在笔记里|写进笔记); (做个记录|记录如下)：{text}; "
            "笔记内容：{text}; 我想(记下|写下|记录)：{text}"
        ).split("; "),
    )
    def note(self, at: At, text: Words) -> Plan:
        """Write a note."""
        return Plan(at.say(f"noted: {text}", f"已记下：{text}"), {f"note {at.id}": {"text": text}})

    @action(
        "read",
        en=(
            "(find|search|look up) [my] notes (about|for|on) {text}; what did I (note|write down|jot down|write) about "
            "{text}; (search|look|go) (through|in) my notes for {text}; (show|read|give) me [my|the|all] notes "
            "(about|on) {text}; do I have (a note|notes|any notes) (about|on) {text}; what do my notes say about "
            "{text}; (is there a note|are there notes) (about|on) {text}; (find|get|open|show) (the|my) note "
            "(about|with|on) {text}; where did I write about {text}; (which notes mention|which note is about) {text}; "
            "did I (write|note) anything about {text}; have I (written|noted) anything (about|on) {text}; what was it "
            "I wrote about {text}; look for {text} in my notes; (pull up|bring up|read out) my notes (on|about) "
            "{text}; [my] notes (about|on) {text}; (check|browse) my notes for {text}"
        ).split("; "),
        zh=(
            "(查找|搜索|找|查|找找|搜一下|查一下)[关于|有关]{text}的笔记; 我[有没有]记过{text}吗; [我的]笔记里有(没有|"
            "什么)[关于]{text}[的内容]; 笔记里(关于{text}|{text}那里)(写了什么|怎么写的|有什么|怎么说); 我(写过|记过|"
            "写了|记了)什么关于{text}的(东西|内容); 在笔记里(找|搜|查|找找|搜一下){text}; (打开|看看|念一下|给我看|"
            "读一下)[关于]{text}的笔记; 有[没有]关于{text}的笔记[吗]; 关于{text}我(记了什么|写了什么|记过什么|写过吗); "
            "哪条笔记(提到|写了|里有|是讲){text}; {text}的笔记(在哪|在哪里|呢|写了什么|怎么写的); (翻一下|翻翻|"
            "调出){text}的笔记; 我之前记的{text}(是什么|在哪|在哪里); (翻翻|搜搜|查查)笔记里的{text}; 我有没有(记|"
            "写){text}; 笔记(搜索|查找){text}; 我(记的|写的){text}(是什么来着|在哪里|找一下)"
        ).split("; "),
    )
    def search(self, at: At, text: Topic) -> Plan:
        """Search in notes."""
        found = [one["text"] for one in _each(at.things, "note") if _about(text, one["text"])]
        return Plan("; ".join(found) or at.say("no note of that", "没有这样的笔记"), value=cast(Value, found))

    @action(
        "recoverable",
        en=(
            "(delete|remove|erase|trash|discard) [the|my] note [about|on|with] {note}; (throw away|get rid of|tear up) "
            "[the|my] note [about|on|with] {note}; the note (about|on) {note} can (go|be deleted|be thrown away); (I "
            "want|I'd like) the note (about|on) {note} (deleted|gone|erased); I no longer need the note (about|on) "
            "{note}; (wipe|scrap|drop|bin|clear) the note (about|on) {note}; (remove|take|delete|strike|erase) {note} "
            "(from|out of) my notes; my note (about|on) {note} is (outdated|old|wrong), delete it; (that|the) note "
            "about {note}, delete it; (delete|remove|erase) what I (wrote|noted) about {note}; the note (about|on) "
            "{note} is no longer needed; (delete|erase) the note (that says|saying) {note}; (cross out|lose) the note "
            "about {note}; (delete|remove) my note, the one about {note}"
        ).split("; "),
        zh=(
            "(删除|删掉|删了|去掉|清除|扔掉|移除)[关于|有关]{note}的笔记; 把[关于]{note}的笔记(删了|删掉|删除|去掉|"
            "清掉|扔了|丢掉); {note}的笔记(删了吧|不要了|删掉|可以删了|没用了); {note}那条笔记(删掉|不要了|去掉|删了); "
            "把(笔记里|备忘里)的{note}(删掉|去掉|划掉|删了); 从笔记里(删除|删掉|去掉|移除){note}; "
            "删[一下]{note}那条(笔记|记录); 清掉{note}的(笔记|备忘); (撕掉|划掉){note}那条笔记; "
            "关于{note}的笔记(过时了|写错了)，删掉; (我想|我要)删(除|掉){note}的笔记; 把写着{note}的(笔记|便签)(删掉|"
            "扔了); 我记的{note}(删了吧|删掉); 不需要{note}的笔记了"
        ).split("; "),
    )
    def delete(self, at: At, note: Note) -> Plan:
        """Delete a note."""
        kept = {key: cast(dict[str, str], one) for key, one in at.things.items() if _is(key, "note") and one}
        found = [key for key, one in kept.items() if _about(note, one["text"])]
        if len(found) != 1:
            why = at.say(f"{len(found)} notes are about that", f"有{len(found)}条这样的笔记")
            return Plan("", blocked=why)
        return Plan(at.say(f"deleted: {note}", f"已删除：{note}"), {found[0]: None})

    @action(
        "read",
        en=(
            "(what is|what's|calculate|compute|work out|figure out|evaluate) {text}; how much is {text}; {text} (is "
            "how much|equals what|equals|makes what); what does {text} (make|come to|equal|give|add up to); (do|solve) "
            "the (math:|maths:|sum:) {text}; tell me what {text} is; (the result of|the answer to) {text}; what's the "
            "(result|answer|value|sum) of {text}; (I need|give me|tell me) the result of {text}; what do (you|I|we) "
            "get for {text}; I (want|need) to know what {text} is; (math:|maths:|sum:) {text}; run the numbers: "
            "{text}; I wonder how much {text} is; (how much|what) would {text} be; let's (calculate|compute|see) "
            "{text}; {text} =; {text}"
        ).split("; "),
        zh=(
            "{text}(等于多少|是多少|等于几|得多少|得几|结果是多少|一共多少|是几); (计算|算一下|算算|算|求|计算一下|"
            "口算|来算){text}; {text}(的结果|的答案)[是多少]; (告诉我|我想知道|问一下){text}(等于多少|是多少|得多少); "
            "{text}算出来(是|得|等于)多少; {text}=[多少]; 求{text}的(值|结果|和); {text}(算一下|帮忙算算); "
            "{text}，(多少|等于几|是多少); (数学题|算术题|算式)：{text}; 我(要|想)算{text}; (你说|你知道){text}(等于几|"
            "是多少)[吗]; {text}应该(等于|是|得)多少; 心算{text}; {text}"
        ).split("; "),
    )
    def calculate(self, at: At, text: Annotated[str, free("Calculate what?", "算什么？", "sum")]) -> Plan:
        """Do a sum."""
        from simpleeval import InvalidExpression, simple_eval  # type: ignore[import-untyped]  # an eighth of a second

        told = text.strip(" ?？=。.")
        for word, sign in SIGNS:
            told = re.sub(word, sign, told, flags=re.IGNORECASE)
        try:
            value = float(simple_eval(_digits(told)))  # not for roots of what is below nothing, nor for 10 ** 400
        except (InvalidExpression, SyntaxError, ArithmeticError, TypeError, ValueError, RecursionError):
            return Plan("", blocked=at.say(f"'{text}' is no sum that I can do", f"我算不了“{text}”"))
        return Plan(f"{text} = {value:.12g}", value=value)

    @action(
        "read",
        en=(
            "(convert|change|turn) {amount} {unit} (to|into) {into}; (how much is|what is|what's|what are|how much "
            "are) {amount} {unit} in {into}; how many {into} (are|is|make|are there in|are in) {amount} {unit}; "
            "{amount} {unit} (in|to|into|as) {into}; {amount} {unit} (is|are|makes|equals) how many {into}; "
            "(express|give me|tell me|show me|I need|I want) {amount} {unit} in {into}; what (does|do) {amount} {unit} "
            "(come to|make) in {into}; how many {into} (do|does|will) {amount} {unit} (make|equal|come to); "
            "(calculate|compute|work out) {amount} {unit} in {into}; what (would|will) {amount} {unit} be in {into}; "
            "{amount} {unit}, how (many|much) in {into}; from {unit} to {into}, {amount}; I have {amount} {unit}, "
            "(what is|how much is) that in {into}; the conversion of {amount} {unit} (to|into) {into}; "
            "(translate|switch) {amount} {unit} (to|into) {into}; (I want|I need) to know how many {into} {amount} "
            "{unit} (is|are)"
        ).split("; "),
        zh=(
            "{amount}{unit}(是|等于|有|合|相当于|换成)多少{into}; 把{amount}{unit}(换算成|换成|转成|转换成|变成|"
            "折合成){into}; {amount}{unit}(换算成|换成|折合|转换为|折成|转){into}[是多少]; (换算|转换|"
            "换算一下){amount}{unit}(到|成|为){into}; {amount}{unit}(是|等于|合|有)几{into}; "
            "{amount}{unit}用{into}(表示|来说|算)是多少; 多少{into}(是|等于|相当于|才有){amount}{unit}; (算一下|算算|"
            "算){amount}{unit}(是|合|等于)多少{into}; (我想知道|告诉我|问一下){amount}{unit}(是|有|等于)多少{into}; "
            "{amount}{unit}按{into}算是多少; {amount}{unit}多少{into}; {unit}换{into}，{amount}; 单位换算[，|"
            "：]{amount}{unit}(到|转成|换成){into}; (如果有|我有){amount}{unit}，(那是|等于)多少{into}; "
            "{amount}{unit}能换多少{into}"
        ).split("; "),
    )
    def convert(
        self,
        at: At,
        amount: Annotated[float, number(-1e15, 1e15)],
        unit: Annotated[str, free("Of which unit?", "什么单位？", "unit")],
        into: Annotated[str, free("Into which unit?", "换成什么单位？", "unit")],
    ) -> Plan:
        """Convert units."""
        units = _units()
        from pint.errors import PintError  # as late as its units

        try:
            one, to = (units.Quantity(UNITS.get(told.lower(), told)) for told in (unit, into))
            value = float(units.Quantity(amount * one.magnitude, one.units).to(to.units).magnitude / to.magnitude)
        except (PintError, ValueError, AttributeError, TypeError):
            return Plan("", blocked=at.say(f"{unit} does not become {into}", f"{unit}不能换算成{into}"))
        return Plan(f"{amount:g} {unit} = {value:.6g} {into}", value=value)

    def moments(self, things: Mapping[str, Value]) -> Mapping[str, tuple[datetime, str]]:
        """Reminders and timers ring."""
        kept = {key: cast(dict[str, Any], one) for key, one in things.items() if _is(key, "reminder")}
        return {key: (datetime.fromisoformat(one["at"]), one["text"]) for key, one in kept.items()}


@cache
def _units() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pint  # a third of a second that other actions do without

        return pint.UnitRegistry()


def _is(key: str, kind: str) -> bool:
    return key.startswith(f"{kind} ")


def _each(things: Mapping[str, Value], kind: str) -> list[dict[str, Any]]:
    return [cast(dict[str, Any], one) for key, one in things.items() if _is(key, kind)]


def _about(words: str, text: str) -> bool:
    """Whether a text holds the words, or at least each of them that matters."""
    told = text.lower()
    parts = [word for word in words.lower().split() if word not in ARTICLES]
    return words.lower() in told or (bool(parts) and all(word in told for word in parts))


def _digits(told: str) -> str:
    """A sum whose numbers are words, with digits for them."""
    return SPELLED.sub(lambda one: f" {found[0].value:.15g} " if (found := numbers(one[0])) else one[0], told)


def _clock(moment: datetime, at: At) -> str:
    """The time for a person: without the day if it is today."""
    if moment.date() == at.now.date():
        return at.say(f"at {moment:%H:%M}", f"{moment:%H:%M}")
    return at.say(f"on {moment:%Y-%m-%d} at {moment:%H:%M}", f"{moment:%m月%d日%H:%M}")
