"""The house: lights, heating, blinds, locks, the alarm; for one room, or for the whole house at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, cast

from lingos.apps.base import App, At, Happening, Plan, action
from lingos.assistant.slots import choice, name, number, percent
from lingos.assistant.world.house import DOORS, NOTICED, ROOMS
from lingos.contracts import Value

__all__ = ["EVERYWHERE", "Home"]

Room = Annotated[str, name("Which room?", "哪个房间？")]
Door = Annotated[str, name("Which door?", "哪扇门？")]
Percent = Annotated[float, percent()]
Degrees = Annotated[float, number(5, 30, ("How warm?", "多少度？"))]
SWITCH = {"on": ("on", "开", "打开", "开启"), "off": ("off", "关", "关掉", "关上", "关闭")}
Switch = Annotated[str, choice(SWITCH, ("On or off?", "开还是关？"))]
COLOURS: Mapping[str, tuple[str, ...]] = {  # of the Chinese words the last one is shown
    "white": ("white", "白", "白色"),
    "red": ("red", "红", "红色"),
    "green": ("green", "绿", "绿色"),
    "blue": ("blue", "蓝", "蓝色"),
    "yellow": ("yellow", "黄", "黄色"),
    "purple": ("purple", "violet", "紫", "紫色"),
    "warm": ("warm", "warm white", "暖色", "暖白"),
}
Colour = Annotated[str, choice(COLOURS, ("Which colour?", "什么颜色？"))]
BRIGHT = {
    "up": ("brighter", "亮一点", "亮点", "亮一些", "亮些", "更亮"),
    "down": ("dimmer", "darker", "暗一点", "暗点", "暗一些", "暗些", "更暗"),
}
Bright = Annotated[str, choice(BRIGHT, ("Brighter or dimmer?", "亮一点还是暗一点？"))]
WARM = {
    "up": ("warmer", "hotter", "暖一点", "暖和一点", "暖和点", "热一点", "热点", "高一点", "高点", "高一些"),
    "down": ("cooler", "colder", "凉一点", "凉快一点", "凉快点", "冷一点", "冷点", "低一点", "低点", "低一些"),
}
Warm = Annotated[str, choice(WARM, ("Warmer or cooler?", "暖一点还是凉一点？"))]
STEPS = {  # one step, the lowest, the highest
    "brightness": (25.0, 1.0, 100.0, "%", "light", "灯亮度"),
    "heating": (2.0, 5.0, 30.0, "°C", "heating", "暖气"),
}
EVERYWHERE = "everywhere"
WHOLE = (EVERYWHERE, "all rooms", "the whole house", "every room", "全屋", "所有房间", "家里", "全家")
WORDS = {"on": "开", "off": "关", "locked": "锁", "unlocked": "未锁", "up": "调高", "down": "调低"}
# What is short in the phrases below.
SHORT = """<room> [the] {room}; <in> in [the] {room}; <door> [the] {door}; <all> (all|all the|every one of the);
<lights> (light|lights|lamp); <blinds> (blinds|curtains|shutters); <heat> (heating|heat|thermostat|radiator);
<alarm> (alarm|alarm system|burglar alarm|security system); <bit> [a bit|a little]; <%> [percent|%]; <deg> [degrees];
<turn> (turn|switch|put); <want> (I want|I'd like|I need|let's have); <see> (check|tell me|see|find out) (if|whether);
<state> (what is|what's) the (state|status) of; <灯> [的](灯|灯光); <帘> [的](窗帘|百叶窗|帘子);
<暖> [的](暖气|温度|空调); <温> [的](温度|室温); <警> (警报|报警器|防盗系统); <都> (所有|全部)[的]; <点> (一点|一些|点);
<看> (看看|查一下|检查一下|确认一下); <up> -> change=up; <down> -> change=down; <on> -> state=on; <off> -> state=off;
<open> -> percent=100; <half> -> percent=50; <shut> -> percent=0; <whole> -> room=everywhere;
<also> , room=everywhere"""
PIECES = dict(one.strip().split(" ", 1) for one in SHORT.split(";"))


def _ways(told: str) -> list[str]:
    """Phrases that stand divided by ; with what is short in them written out."""
    for piece, whole in PIECES.items():
        told = told.replace(piece, whole)
    return [" ".join(one.split()) for one in told.split(";")]


@action(
    "read",
    en=_ways("""is <door> (locked|unlocked|still locked|locked up|bolted); did (I|we|anyone|somebody) lock <door>; have
    (I|we) locked <door>; <see> <door> is (locked|unlocked); is <door> (secure|safe|properly locked); has <door> been
    locked; <state> <door> [lock]; <door> is locked, (right|isn't it|or not); did I (leave|forget) <door>
    (unlocked|open); (check|look at|inspect) <door> [lock]; I (wonder|am not sure) (if|whether) I locked <door>"""),
    zh=_ways("""{door}锁(了吗|好了吗|上了没有|了没有|了没|好没有|上了吗|着吗|住了吗); {door}(有没有锁|是不是锁着|
    是不是锁了|有没有上锁|上锁了吗|上锁了没|是锁着的吗); <看>{door}(锁了没有|锁好没有|有没有锁|是否锁好|锁没锁); (我|
    我们)[有没有]锁{door}(了吗|吗|没有); (我|我们)锁{door}了(吗|没有|没); {door}(现在|目前)是(锁着|开着|上锁)的吗;
    (告诉我|帮我看看|问一下){door}锁没锁; {door}的锁(关了吗|扣上了吗|是什么状态); {door}反锁了(吗|没有|没)"""),
)
def _locked(_: App, at: At, door: Door) -> Plan:
    """Tell whether a door is locked."""
    state = at.things.get(f"{door}.lock")
    said = at.say(f"the {door} is {state}", f"{_called(door)}：{WORDS.get(str(state), str(state))}")
    return Plan(said, {}, _none(at, door, f"{door}.lock" in at.things), state)


@action(
    "read",
    en=_ways("""how (warm|cold|hot|cool) is [it in] <room>; (what is|what's) the [current] temperature (in|of) <room>;
    how many degrees (is it|are there|are we at) <in>; (tell me|give me|check|read|show) the temperature (in|of) <room>;
    <room> temperature [please]; is it (warm|cold|hot|cool) <in> [right now]; (do you know|can you tell me) how
    (warm|cold|hot) it is <in>; I (want|need|would like) to know [how warm|how cold] (it is|the temperature) <in>; what
    temperature (is it|do we have|have we got) <in>; is <room> (warm|cold|hot|cool) [enough] [at the moment]"""),
    zh=_ways("""{room}[现在|这会儿|里]多少度; {room}<温>是多少; {room}[现在|里](几度|是几度|有多少度|有几度);
    {room}<温>(多少|有多高|怎么样|是几度); (看看|查一下|查查|告诉我|报一下|读一下){room}<温>; {room}[现在](冷不冷|
    热不热|暖不暖和|冷吗|热吗|暖和吗|凉快吗); {room}里(冷不冷|热不热|多冷|多热); (我想知道|帮我看看|说说){room}(多少度|
    几度|有多热|有多冷|的温度); {room}温度[计]显示多少; {room}当前[的]温度; (测一下|量一下){room}[的]温度;
    {room}有多(冷|热|暖和)"""),
)
def _temperature(_: App, at: At, room: Room) -> Plan:
    """Tell the temperature of a room, or of each one."""
    found = _each(at, room, "temperature")
    if room == EVERYWHERE:
        return Plan("; ".join(f"{at.say(one, _called(one))}: {value} °C" for one, value in found.items()), value=found)
    value = found.get(room)
    said = at.say(f"it is {value} °C in the {room}", f"{_called(room)}{value}℃")
    return Plan(said, {}, _none(at, room, found), value)


@action(
    "read",
    en=_ways("""(is|are) the (light|lights|lamp) on <in>; (is|are) <room> (light|lights) (on|off|still on|burning);
    (is|are) the (light|lights) <in> (on|off|still on|burning); did I (leave|forget) the (light|lights) on <in>; did I
    <turn> off the (light|lights) <in>; <see> the (light|lights) <in> (is|are) on; is there [any|a] light [on|burning]
    <in>; <state> <room> <lights>; is <room> (lit|dark|lit up); is (any|some) light [still] on <whole>; (which|what)
    lights are [still] on <whole>"""),
    zh=_ways("""{room}[的]灯(开着吗|亮着吗|开着没有|亮着没有|还开着吗|还亮着吗|开了吗|关了吗|关了没有|关了没);
    {room}[的]灯(是不是开着|是不是亮着|有没有开|有没有关|关没关|开没开|亮不亮); {room}[的]灯[现在]是(开着|关着|亮着|
    开着还是关着)的[吗]; <看>{room}[的]灯(关了没有|开着没有|有没有关|开没开|关没关|是否开着); (我|我们)(关|
    开){room}[的]灯了(吗|没有); {room}(亮着灯吗|开着灯吗|有没有开灯|开灯了吗|关灯了吗|关灯了没|是黑的吗);
    {room}[的]灯[是]什么状态; 我(是不是忘了|忘没忘)关{room}[的]灯; (告诉我|我想知道|不知道){room}[的]灯(关没关|开没开|
    是不是亮着); (哪些|哪几盏|什么)灯(还开着|还亮着|开着|亮着) <whole>; 还有灯(开着|亮着|没关)吗 <whole>"""),
)
def _lit(_: App, at: At, room: Room) -> Plan:
    """Tell whether the light of a room is on, or which lights are."""
    found = _each(at, room, "light")
    if room == EVERYWHERE:
        on = [one for one, state in found.items() if state == "on"]
        told = at.say(", ".join(on) or "nowhere", "、".join(map(_called, on)) or "没有")
        return Plan(at.say(f"lights that are on: {told}", f"开着的灯：{told}"), {}, "", cast(Value, on))
    state = str(found.get(room))
    said = at.say(f"the light in the {room} is {state}", f"{_called(room)}的灯：{WORDS.get(state, state)}")
    return Plan(said, {}, _none(at, room, found), state)


class Home(App):
    """Lights, heating, blinds, locks and the alarm of one house."""

    name = "home"
    place = "house"
    title = ("Home", "家")
    happenings = tuple(Happening(called, *told) for called, told in NOTICED.items())
    locked, temperature, lit = _locked, _temperature, _lit  # what only looks stands above

    @action(
        "reversible",
        en=_ways("""<turn> {state} <room> <lights>; <turn> <room> <lights> {state}; <turn> [the] <lights> {state} <in>;
        <room> <lights> {state} [please]; (light|lights) {state} [in] <room>; <want> <room> <lights> {state}; [the]
        (light|lights) <in> (should|can|may) (be|go) {state}; (I need|give me|we need|let's have) [some|a bit of] light
        <in> <on>; (light up|illuminate|shine a light in) <room> <on>; it's (too|so|very|pitch|really) dark <in> <on>; I
        (can't|can hardly) see [anything|a thing] <in> <on>; <room> is (too|so|pitch) dark <on>; (I'm done|I'm
        finished|nobody is left) <in>, lights out <off>; (make it dark|let it be dark|lights out) <in> <off>;
        (kill|cut|put out) ([the] lights <in>|<room> lights) <off>; <turn> {state} <all> lights <whole>; <all>
        (lights|lamps) {state} <whole>; <turn> {state} the <lights>; <turn> the <lights> {state}; (light|lights)
        {state}"""),
        zh=_ways("""把{room}[的](灯|电灯|灯光|照明){state}[一下|了]; {state}[一下]{room}[的](灯|电灯|照明|吊灯|台灯);
        {room}[的](灯|电灯|台灯)[给我|都]{state}[一下|了]; {room}{state}[一下|个]灯; 我(要|想把|
        希望)[把]{room}[的]灯{state}; 把{room}[的]灯(点亮|亮起来|点上|点着) <on>; {room}(太黑|太暗|好黑|好暗|有点黑|
        黑乎乎的|黑漆漆的|一片漆黑)[了] <on>; (我在{room}|{room}里)(看不见|看不清|什么都看不见)[了] <on>; {room}(需要|
        要|来点|缺)(照明|光|光线) <on>; 让{room}(亮起来|有点光) <on>; (熄灭|熄掉|灭掉|熄了){room}[的]灯 <off>;
        把{room}[的]灯(熄了|灭了|熄灭|熄掉|拉灭|灭掉) <off>; {room}(熄灯|不用灯了|不需要照明了) <off>; {room}(没人了|
        没有人|用不着灯了)，灯{state}吧; 把(所有|全部|每一盏|所有房间)[的]灯[都|全]{state}[了] <whole>; {state}<都>(灯|
        电灯) <whole>; <都>灯[都|全]{state} <whole>; 把灯{state}[一下|了]; {state}[一下]灯"""),
    )
    def light(self, at: At, room: Room, state: Switch) -> Plan:
        """Turn the light of a room on or off."""
        said = at.say(f"the light {_in(room)} is {state}", f"{_called(room)}的灯：{WORDS[state]}")
        return _set(at, room, said, {"light": state})

    @action(
        "reversible",
        en=_ways("""(dim|set|turn|bring) <room> <lights> to {percent} <%>; (dim|set|turn) the <lights> <in> to {percent}
        <%>; (set|put|change) <room> brightness (to|at) {percent} <%>; (set|change|adjust) the brightness (in|of|for)
        <room> to {percent} <%>; <room> <lights> (at|to) {percent} <%>; {percent} percent (light|brightness) <in>;
        (turn|bring) <room> <lights> (up|down) to {percent} <%>; (lower|raise|reduce|increase) <room>
        (light|lights|brightness) to {percent} <%>; it's too bright <in>, (go|dim it) to {percent} percent;
        (full|maximum) (brightness|light) <in> <open>; (set|turn) <room> <lights> to (full|maximum|the max|full power)
        <open>; (set|dim|turn) <room> <lights> to half [brightness] <half>; (dim|set) <all> lights to {percent} <%>
        <whole>; (dim|set) the (lights|light|brightness) to {percent} <%>"""),
        zh=_ways("""把{room}<灯>(调到|调成|设为|设成|开到|调至)百分之{percent}; 把{room}<灯>(调到|设为|
        设成){percent}[%]; {room}<灯>(调到|设为|改成|变成)[百分之]{percent}; {room}[的]亮度[百分之]{percent}; (调节|
        设置|调整|设定){room}[的]亮度(到|为)[百分之]{percent}; {room}[的]灯[只]开[到]百分之{percent}[就行|就够了];
        {room}要百分之{percent}的(光|亮度); {room}<灯>(降到|升到|提到|减到|降低到|提高到)[百分之]{percent}; {room}(太亮|
        太暗|不够亮)了，(调到|改成)百分之{percent}; 把{room}[的]灯(开到最大|调到最亮|拉满|全开) <open>; 把{room}[的](灯|
        亮度)(调到|调成|降到)一半 <half>; 把<都>灯[都](调到|设为)百分之{percent} <whole>; 把(灯|亮度|灯光)(调到|
        设为)百分之{percent}; (灯|亮度)(调到|调成)[百分之]{percent}"""),
    )
    def brightness(self, at: At, room: Room, percent: Percent) -> Plan:
        """Set how bright the light of a room is; it is on afterwards."""
        said = at.say(f"the light {_in(room)} is at {percent:g} %", f"{_called(room)}的灯亮度为{percent:g}%")
        return _set(at, room, said, {"brightness": percent, "light": "on"})

    @action(
        "reversible",
        en=_ways("""(dim|lower|turn down|bring down|soften) <room> <lights> <bit> <down>; (turn|bring) <room> <lights>
        down <bit> <down>; (brighten|turn up|bring up) <room> <lights> <bit> <up>; (turn|bring) <room> <lights> up <bit>
        <up>; make it <bit> {change} <in>; (make|get) <room> <lights> <bit> {change}; <room> <lights> <bit> {change}
        [please]; brighten [up] <room> <bit> <up>; dim <room> <bit> <down>; it's (too|so|awfully|a bit too) bright <in>
        <down>; the (light|lamp) <in> (hurts my eyes|is too strong|is too harsh|blinds me|is too bright) <down>; the
        (light|lamp) <in> is (too weak|too faint|too dim|not strong enough) <up>; <want> <bit> more light <in> <up>;
        (more|some more|a little more) (light|brightness) <in> <up>; (less|a bit less|a little less) (light|brightness)
        <in> <down>; (increase|raise) the brightness (in|of) <room> <up>; (decrease|reduce|lower) the brightness (in|of)
        <room> <down>; (dim|lower|turn down) <all> lights <bit> <down><also>; (brighten|turn up) <all> lights <bit>
        <up><also>; (dim|lower) the (light|lights) <bit> <down>; make (it|the light|the lights) <bit> {change}"""),
        zh=_ways("""把{room}<灯>调{change}; {room}<灯>[再|稍微|可以]{change}; (让|我想让|
        麻烦让){room}[的灯][再]{change}; {room}[的](灯|光线)调{change}; (调高|提高|增加|加大|增强){room}[的](亮度|灯光)
        <up>; (调低|降低|减少|减小|减弱){room}[的](亮度|灯光) <down>; {room}[的]亮度(调高|提高|加大|加)<点> <up>;
        {room}[的]亮度(调低|降低|减小|降)<点> <down>; {room}<灯>(太亮|太刺眼|太强|太晃眼|有点刺眼)[了] <down>;
        {room}(太亮|亮得刺眼|亮得睡不着)[了] <down>; {room}<灯>(太暗|太弱|不够亮|有点弱|有点暗)[了] <up>; {room}(不够亮|
        光线不足) <up>; {room}<灯>柔和<点> <down>; 把<都>灯[都]调{change} <whole>; <都>灯[都]{change} <whole>; (把灯|灯|
        灯光)[再|调]{change}"""),
    )
    def dim(self, at: At, room: Room, change: Bright) -> Plan:
        """Make the light of a room a step brighter or dimmer; it is on afterwards."""
        plan = _stepped(at, room, change, "brightness")
        return replace(plan, changes={**plan.changes, **{f"{one}.light": "on" for one in _each(at, room, "light")}})

    @action(
        "reversible",
        en=_ways("""(make|turn|set) <room> <lights> [to] {colour}; (make|turn|set) the <lights> <in> [to] {colour};
        {colour} (light|lights|lighting) (in|for) <room>; (change|switch) <room> <lights> to {colour};
        (change|switch|set) the (colour|color) (in|of) <room> [light|lights] to {colour}; <want> {colour} light <in>;
        (paint|bathe|light) <room> [in] {colour}; let <room> (glow|shine) {colour}; <room> <lights> [in] {colour}
        [please]; <room> (light|lamp) should (glow|shine|be) {colour}; (make|turn) <all> lights {colour} <whole>; <all>
        lights [to|in] {colour} <whole>; (make|turn) the (light|lights) {colour}"""),
        zh=_ways("""把{room}<灯>(变成|调成|换成|改成|设为|弄成|变){colour}; 把{room}<灯>[的]颜色(改成|换成|调到|
        设为){colour}; {room}<灯>(变成|换成|改成|要|用){colour}; {room}(来点|换个|要|开){colour}[的](光|灯光|灯);
        让{room}[的]灯(发|亮)[出]{colour}[的光]; 给{room}(换上|打上|来一点){colour}的(灯光|光); {room}{colour}(灯|灯光);
        {room}(灯光|灯){colour}; (设置|调整|更改){room}<灯>为{colour}; {room}换{colour}; 把<都>灯[都|全](变成|换成|
        调成){colour} <whole>; <都>灯[都](换|改|变)成{colour} <whole>; (把灯|灯)(变成|换成|调成){colour}"""),
    )
    def colour(self, at: At, room: Room, colour: Colour) -> Plan:
        """Set the colour of a room's light."""
        said = at.say(f"the light {_in(room)} is {colour}", f"{_called(room)}的灯：{COLOURS[colour][-1]}")
        return _set(at, room, said, {"colour": colour})

    @action(
        "reversible",
        en=_ways("""(set|turn|put) [the] [{room}] <heat> to {degrees} <deg>; set the
        (heating|thermostat|temperature|radiator) (in|of|for) <room> to {degrees} <deg>; (heat|warm|cool) <room>
        [up|down] to {degrees} [degrees|celsius]; (make|get) <room> {degrees} degrees [warm]; <room> <heat> (at|to|on)
        {degrees} <deg>; {degrees} degrees (in|for) <room> [please]; <want> {degrees} degrees <in>; (bring|get) <room>
        (up|down) to {degrees} <deg>; <room> should be [at] {degrees} degrees; keep <room> at {degrees} <deg>; turn
        (up|down) the (heating|heat) <in> to {degrees} <deg>; it's (cold|freezing|chilly|hot) <in>, (make it|set it
        to|go to) {degrees} <deg>; set (all|all the|every) (radiators|heaters|thermostats) to {degrees} <deg> <whole>;
        (set|turn|put) the (temperature|heat) to {degrees} <deg>"""),
        zh=_ways("""把{room}<暖>(调到|设为|设到|调成|开到){degrees}度; {room}<暖>(调到|设为|改成|开到){degrees}度;
        {room}(调到|设为|升到|降到|调成){degrees}度; (设置|调整|调节|设定){room}<暖>(到|为){degrees}度; {room}(要|保持|
        维持)[在]{degrees}度; 让{room}(保持|升到|降到|达到|暖到){degrees}度; {room}太(冷|热)了，(调到|开到|
        弄到){degrees}度; {room}(暖气|温度|空调){degrees}度; (给|把){room}(加热|升温|降温)到{degrees}度; 我(想|要|
        希望)[让]{room}[是|有]{degrees}度; {room}[的](室温|恒温器)(设成|定在|保持|调到){degrees}(度|摄氏度);
        把<都>暖气[都](调到|设为){degrees}度 <whole>; [把](暖气|温度|空调)(调到|设为|开到){degrees}度"""),
    )
    def heating(self, at: At, room: Room, degrees: Degrees) -> Plan:
        """Set the heating of a room, in degrees Celsius."""
        said = at.say(f"the heating {_in(room)} is set to {degrees:g} °C", f"{_called(room)}的暖气设为{degrees:g}℃")
        return _set(at, room, said, {"heating": degrees})

    @action(
        "reversible",
        en=_ways("""(turn up|raise|crank up|increase) the <heat> <in> <bit> <up>; (turn down|lower|reduce) the <heat>
        <in> <bit> <down>; turn <room> <heat> up <bit> <up>; turn <room> <heat> down <bit> <down>; make it <bit>
        {change} <in>; (make|get) <room> <bit> {change}; <bit> {change} <in> [please]; it's
        (too|so|really|freezing|bitterly) cold <in> <up>; <room> is (too cold|freezing|like a fridge|not warm enough)
        <up>; it's (too|so|really|boiling) hot <in> <down>; <room> is (too hot|too warm|boiling|like an oven|stuffy)
        <down>; I'm (freezing|so cold|shivering) <in> <up>; I'm (sweating|boiling|too hot|melting) <in> <down>;
        (more|some more|a little more) (heat|heating|warmth) <in> <up>; less (heat|heating) <in> <down>; warm up <room>
        <bit> <up>; cool down <room> <bit> <down>; turn (up the heating|the heating up|up the heat) <bit> <up>; turn
        (down the heating|the heating down|down the heat) <bit> <down>"""),
        zh=_ways("""把{room}<暖>(调|开|弄){change}; {room}<暖>[再|调]{change}; (让|我想让|我希望){room}[再]{change};
        {room}[再|能]{change}; (调高|提高|升高|加大){room}<暖> <up>; (调低|降低|减小){room}<暖> <down>; {room}<暖>(调高|
        升高|加|提高)<点> <up>; {room}<暖>(调低|降|降低|减)<点> <down>; {room}(太冷了|好冷|真冷|有点冷|冷死了|冻死人了|
        冷冰冰的|冷飕飕的) <up>; {room}(太热了|好热|真热|有点热|热死了|太闷热了|热得像蒸笼) <down>; 我在{room}(快冻僵了|
        好冷|冻得发抖|手脚冰凉) <up>; 我在{room}(热得冒汗|快热死了|直流汗) <down>; 给{room}(加加温|升升温|升温|加点温)
        <up>; 给{room}(降降温|降温|降点温) <down>; {room}[的]暖气(开大|调大|拧大)[一点|一些|点] <up>;
        {room}[的]暖气(调小|拧小|关小)[一点|一些|点] <down>; {room}(不够暖|不够暖和|暖气不足) <up>; 把(暖气|温度|
        空调)调{change}; (暖气|温度)[再]{change}"""),
    )
    def warmer(self, at: At, room: Room, change: Warm) -> Plan:
        """Set the heating of a room two degrees higher or lower."""
        return _stepped(at, room, change, "heating")

    @action(
        "reversible",
        en=_ways("""(open|raise|pull up|lift|roll up) <room> <blinds> <open>; (close|lower|pull down|shut|draw|roll
        down) <room> <blinds> <shut>; (open|raise|lift) the <blinds> <in> <open>; (close|lower|shut|draw) the <blinds>
        <in> <shut>; <blinds> (up|open) [in] <room> <open>; <blinds> (down|shut|closed) [in] <room> <shut>; <room>
        <blinds> (open|up) [please] <open>; <room> <blinds> (closed|down|shut) [please] <shut>;
        (set|open|raise|lower|close) <room> <blinds> to {percent} <%>; <room> <blinds> [at] {percent} percent [open];
        (open|close|lower|raise) <room> <blinds> (halfway|half way) <half>; let (some|the)
        (sun|daylight|sunlight|sunshine) into <room> <open>; (keep|shut) the sun out of <room> <shut>; (I want|give me)
        [some|more] privacy <in> <shut>; (open|raise) <all> <blinds> <open><also>; (close|lower|shut) <all> <blinds>
        <shut><also>; (open|raise) the <blinds> <open>; (close|lower|shut|draw) the <blinds> <shut>"""),
        zh=_ways("""(打开|拉开|升起|收起|开一下){room}<帘> <open>; (关上|拉上|放下|合上|关一下){room}<帘> <shut>;
        把{room}<帘>(打开|拉开|升起来|升上去|开了|收起来) <open>; 把{room}<帘>(关上|拉上|放下来|合上|关了|降下来|拉好)
        <shut>; {room}<帘>(打开|拉开|升起来|全开) <open>; {room}<帘>(关上|拉上|关掉|放下来|全关) <shut>;
        把{room}<帘>(开到|调到|拉到|设为)[百分之]{percent}; {room}<帘>(开|开到|拉到|打开)[百分之]{percent};
        把{room}<帘>(拉|拉开|打开|关|放下)一半 <half>; {room}<帘>(半开|开一半|留一半) <half>;
        让(阳光|太阳|光线)(进|照进|照到){room}[来] <open>; {room}(太晒了|晒得慌|西晒太厉害了) <shut>;
        给{room}(遮光|遮遮光|挡挡太阳|遮阳) <shut>; (打开|拉开|升起)(所有|全部)<帘>
        <open><also>; (关上|拉上|放下)(所有|全部)<帘> <shut><also>; ([把]窗帘|[把]百叶窗)(拉开|打开)
        <open>; ([把]窗帘|[把]百叶窗)(拉上|关上) <shut>"""),
    )
    def blinds(self, at: At, room: Room, percent: Percent) -> Plan:
        """Open or close the blinds of a room; 100 is open."""
        said = at.say(f"the blinds {_in(room)} are {percent:g} % open", f"{_called(room)}的窗帘打开{percent:g}%")
        return _set(at, room, said, {"blinds": percent})

    @action(
        "recoverable",
        en=_ways("""lock [up] <door>; (secure|bolt|latch) <door>; (close|shut) and lock <door>; (close|shut|secure)
        <door> with the (lock|key|bolt); <want> <door> locked; (make sure|see to it|see) [that] <door> (is|gets) locked;
        <door> (should|must|has to) be locked; turn the key in <door>; <door> is (still unlocked|unlocked), lock it;
        (we're leaving|I'm going out|going to bed), lock <door>; (lock|bolt) <door> behind me"""),
        zh=_ways("""(锁上|锁好|反锁|锁|锁一下|锁住|上锁){door}; 把{door}锁(上|好|了|住|一下|紧|起来); 把{door}(反锁|
        上锁|反锁上|锁死|插上); {door}(锁上|锁好|上锁|锁一下|反锁)[吧]; 给{door}(上锁|上个锁|落锁|加锁); (关好|
        关上){door}[并|再|，]锁(上|好); (我出门了|我要睡了|人都到齐了|我们走了)，{door}锁(上|好); (确保|保证|
        务必让){door}(锁好|锁上); {door}(还没锁|忘锁了)，锁(一下|上); (让|我要|我想让){door}(锁上|锁着|锁好)"""),
        undo="irreversible",
        look=("the door itself", "门"),
    )
    def lock(self, at: At, door: Door) -> Plan:
        """Lock a door."""
        said = at.say(f"the {door} is locked", f"{_called(door)}已上锁")
        return Plan(said, {f"{door}.lock": "locked"}, _none(at, door, f"{door}.lock" in at.things))

    @action(
        "irreversible",
        en=_ways("""unlock <door>; <door>, unlock it; (open|undo|release|disengage) [the] lock (of|on) <door>;
        (unbolt|unlatch) <door>; unlock <door> for (me|us|him|her|them|the guests|the postman); <want> <door> unlocked;
        let (me|us|him|her|them|the guests) in (through|by|at) <door>; open [up] <door> [for me|for us]; I'm [standing]
        (at|outside) <door>, (open up|let me in); <door> (should|has to|must) be unlocked; someone is at <door>, (let
        them in|unlock it); I (have|left) no key for <door>, unlock it"""),
        zh=_ways("""(打开|解开|开){door}[的](锁|门锁); 把{door}(解锁|开锁|的锁打开|的锁解开|的锁开了|的锁开一下); (解锁|
        开锁){door}; {door}(解锁|开锁|开一下锁|的锁打开|开门); 给(我|他|她|他们|客人|快递员)(打开|开){door}; 让(我|他|
        她|他们|客人)从{door}进来; 我在{door}外面，(开一下|放我进去|开门); 把{door}(打开|开开|开一下);
        我没带{door}的钥匙，(开一下|打开); {door}不用锁了，打开吧; 我(要|想)(打开|解锁){door}"""),
        look=("the door itself", "门"),
    )
    def unlock(self, at: At, door: Door) -> Plan:
        """Unlock a door. Who came in meanwhile is in: that can not be brought back."""
        said = at.say(f"the {door} is unlocked", f"{_called(door)}已解锁")
        return Plan(said, {f"{door}.lock": "unlocked"}, _none(at, door, f"{door}.lock" in at.things))

    @action(
        "irreversible",
        en=_ways("""(arm|set|activate|enable|start|engage) the <alarm> <on>; (disarm|deactivate|disable|stop|silence)
        the <alarm> <off>; <turn> {state} the <alarm>; <turn> the <alarm> {state}; [the] <alarm> {state} [please];
        (arm|secure) the (house|home) <on>; <want> the <alarm> {state}; (I'm|we're) (leaving|going out|off to bed),
        (arm|set) the alarm <on>; (I'm|we're) (home|back), disarm the alarm <off>; the alarm is too loud,
        (stop|silence|end) it <off>"""),
        zh=_ways("""(启动|开动|激活|启用|布防|设置)<警> <on>; (解除|停掉|取消|停用|撤掉|撤防)<警> <off>; {state}<警>;
        把<警>{state}[一下|了]; 把<警>(启动|激活|启用|布防) <on>; 把<警>(解除|停了|停掉|撤防) <off>; (家里|全屋|
        房子)(布防|设防|进入警戒) <on>; (家里|全屋|房子)(撤防|解除警戒) <off>; (我要出门了|我们走了|
        要睡觉了)，(启动报警器|布防|设上警报) <on>; (我回来了|我到家了|是我)，(解除警报|撤防|停掉报警器) <off>"""),
        look=("the alarm's panel", "报警器面板"),
    )
    def alarm(self, at: At, state: Switch) -> Plan:
        """Arm or disarm the alarm."""
        return Plan(at.say(f"the alarm is {state}", f"报警器：{WORDS[state]}"), {"alarm": state})

    def names(self, things: Mapping[str, Value]) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """Rooms, the whole house as one more of them, and doors, each with what people call it."""
        return {"room": {**ROOMS, EVERYWHERE: WHOLE}, "door": DOORS}


# -- helpers ---------------------------------------------------------------------------------------------------------
def _called(place: str) -> str:
    """What a room or door is called in Chinese; a person's own name stays as it is."""
    return next((one for one in {**ROOMS, EVERYWHERE: WHOLE, **DOORS}.get(place, ()) if not one.isascii()), place)


def _in(room: str) -> str:
    return room if room == EVERYWHERE else f"in the {room}"


def _each(at: At, room: str, what: str) -> dict[str, Value]:
    """Room -> what its device or sensor says: of one room, or of every one that has it."""
    found = {key.removesuffix(f".{what}"): value for key, value in at.things.items() if key.endswith(f".{what}")}
    return found if room == EVERYWHERE else {one: value for one, value in found.items() if one == room}


def _set(at: At, room: str, said: str, to: Mapping[str, Value]) -> Plan:
    rooms = _each(at, room, next(iter(to)))
    changes = {f"{one}.{what}": value for one in rooms for what, value in to.items()}
    return Plan(said, changes, _none(at, room, rooms))


def _stepped(at: At, room: str, change: str, what: str) -> Plan:
    step, low, high, unit, english, chinese = STEPS[what]
    before = _each(at, room, what)
    by = step if change == "up" else -step
    after = {one: min(high, max(low, float(cast(float, value)) + by)) for one, value in before.items()}
    told = f"at {after[room]:g} {unit}" if room in after else change
    said = at.say(f"the {english} {_in(room)} is {told}", f"{_called(room)}的{chinese}：{WORDS.get(told, told[3:])}")
    return Plan(said, {f"{one}.{what}": value for one, value in after.items()}, _none(at, room, before))


def _none(at: At, place: str, found: object) -> str:
    return "" if found else at.say(f"there is no {place}", f"没有{_called(place)}")
