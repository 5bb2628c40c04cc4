"""The page in a real browser: commands, yes, undo, both languages, dark, phone, keyboard alone, and nothing leaves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.studio.conftest import Open, Studio

expect = pytest.importorskip(
    "playwright.sync_api", reason="NO PLAYWRIGHT, SO THE PAGE IS NOT TESTED: pip install playwright"
).expect
pytestmark = [pytest.mark.services, pytest.mark.timeout(240)]

SHOTS = os.environ.get("LINGOS_SHOTS")  # a folder for pictures to look at
expect.set_options(timeout=15_000)


def said(page: Any, text: str) -> Any:
    """The exchange that a sentence begins."""
    before = page.locator(".exchange").count()
    box(page).fill(text)
    box(page).press("Enter")
    expect(page.locator(".exchange")).to_have_count(before + 1)
    return page.locator(".exchange").last


def box(page: Any) -> Any:
    return page.get_by_label("Your sentence").or_(page.get_by_label("您的话"))


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def fits(page: Any) -> bool:
    """No sideways scrolling."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_the_key_leaves_the_address_and_becomes_a_cookie_that_scripts_do_not_see(open_page: Open) -> None:
    page = open_page()
    assert "key" not in page.url
    [cookie] = page.context.cookies()
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    assert page.evaluate("document.cookie") == ""


def test_a_command_changes_the_house(open_page: Open) -> None:
    page = open_page()
    answer = said(page, "turn on the kitchen light")
    expect(answer.locator(".card.done")).to_contain_text("Done")
    expect(answer.locator(".changes")).to_contain_text("kitchen · light off → on")
    expect(page.locator("#house desc")).to_contain_text("kitchen: light on")
    shot(page, "light-desktop-en")
    answer.get_by_role("button", name="Undo").click()
    expect(page.locator("#house desc")).to_contain_text("kitchen: light off")
    expect(page.locator(".exchange").last).to_contain_text("back to what it was")
    expect(answer.get_by_role("button")).to_have_count(0)


def test_what_can_not_be_taken_back_waits_for_yes(open_page: Open) -> None:
    page = open_page()
    asked = said(page, "unlock the back door")
    expect(asked.locator(".card.ask")).to_contain_text("Shall I?")
    expect(page.locator("#house desc")).to_contain_text("back door: locked")
    asked.get_by_role("button", name="No:").click()
    expect(page.locator(".exchange").last.locator(".card.declined")).to_be_visible()
    asked = said(page, "unlock the back door")
    asked.get_by_role("button", name="Yes:").click()
    expect(page.locator("#house desc")).to_contain_text("back door: unlocked")
    expect(asked.get_by_role("button")).to_have_count(0)


def test_a_missing_word_is_offered_as_buttons(open_page: Open) -> None:
    page = open_page()
    asked = said(page, "turn on the light")
    expect(asked.locator(".card.question")).to_contain_text("Which room?")
    asked.get_by_role("button", name="study").click()
    expect(page.locator("#house desc")).to_contain_text("study: light on")


def test_chinese(open_page: Open) -> None:
    page = open_page(locale="zh-CN")
    assert page.url.endswith("/studio/zh/")
    assert page.evaluate("document.documentElement.lang") == "zh"
    said(page, "把卧室的灯打开")
    answer = said(page, "把卧室的灯关掉")
    expect(answer.locator(".card.done")).to_contain_text("已完成")
    expect(answer.locator(".changes")).to_contain_text("卧室 · 灯 开 → 关")
    expect(page.locator("#house desc")).to_contain_text("卧室：灯关")
    shot(page, "light-desktop-zh")
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/studio/en/")
    expect(page.locator(".exchange").last).to_contain_text("把卧室的灯关掉")


def test_who_types_fast_loses_nothing(open_page: Open) -> None:
    page, texts = open_page(), [f"note that number {number} is here" for number in range(6)]
    before = page.locator(".exchange").count()
    for text in texts:
        box(page).press_sequentially(text)
        box(page).press("Enter")
    expect(page.locator(".exchange")).to_have_count(before + len(texts))
    assert sorted(page.locator(".mine").all_inner_texts()[before:]) == sorted(f"You:\n{text}" for text in texts)


def test_dark(open_page: Open) -> None:
    page = open_page(color_scheme="dark")
    shades = page.evaluate("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]")
    back, ink = (sum(map(int, shade[shade.index("(") + 1 : -1].split(",")[:3])) for shade in shades)
    assert back < 150 < ink
    said(page, "make the bedroom lights red")
    shot(page, "dark-desktop-en")


def test_a_narrow_phone_does_not_scroll_sideways(open_page: Open) -> None:
    page = open_page(viewport={"width": 360, "height": 740}, color_scheme="dark", locale="zh-CN", has_touch=True)
    said(page, "打开车库门的锁")
    said(page, "记下" + "很长的词" * 40)
    said(page, "note that " + "averylongword" * 20)
    for number, tab in enumerate(page.get_by_role("tab").all()):
        tab.click()
        page.wait_for_timeout(500)
        shot(page, f"dark-phone-zh-{number}")
        assert fits(page), number


def test_by_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    page.mouse.click(3, 3)  # from the top of the page on
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(12):
        if page.evaluate("document.activeElement.id === 'sentence'"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type("unlock the front door")
    page.keyboard.press("Enter")
    expect(page.locator(".exchange").last.locator(".card.ask")).to_be_visible()
    for _ in range(6):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.dataset.act") == "no":
            break
    page.keyboard.press("Enter")
    expect(page.locator(".exchange").last.locator(".card.declined")).to_be_visible()
    expect(box(page)).to_be_focused()


def test_the_names_of_all_controls(open_page: Open) -> None:
    page = open_page()
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_timeout(300)
        bare = page.evaluate(
            """[...document.querySelectorAll('button, input, textarea, select, a[href]')]
            .filter((one) => one.offsetParent && !one.innerText.trim() && !one.getAttribute('aria-label')
              && !one.getAttribute('aria-labelledby') && !(one.labels && one.labels.length) && !one.title)
            .map((one) => one.outerHTML.slice(0, 200))"""
        )
        assert bare == []


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "${alert(1)} {{value}}", "`</script><b>"]
)
def test_words_stay_words(open_page: Open, text: str) -> None:
    page = open_page()
    answer = said(page, f"note that {text}")
    expect(answer.locator(".mine")).to_contain_text(text)
    expect(answer.locator(".said")).to_contain_text(text)
    said(page, text)
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_timeout(300)
    assert page.locator("img[src=x], svg[onload]").count() == 0


def test_the_house_follows_what_others_do(open_page: Open, studio: Studio) -> None:
    page = open_page()
    two = page.context.new_page()
    two.goto(f"{studio.address}studio/en/")
    two.wait_for_selector("#house svg")
    said(two, "turn on the hall light")
    expect(page.locator("#house desc")).to_contain_text("hall: light on")


def test_a_page_that_nobody_sees_asks_for_nothing(open_page: Open) -> None:
    page, asked = open_page(), []
    page.on("request", lambda one: asked.append(one.url))
    page.wait_for_timeout(4500)
    assert len(asked) >= 2
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true})")
    page.wait_for_timeout(500)
    asked.clear()
    page.wait_for_timeout(4500)
    assert asked == []


def test_an_unclear_sentence_is_labelled(open_page: Open) -> None:
    page = open_page()
    said(page, "kitchen luminosity affirmative")
    page.get_by_role("tab", name="Review").click()
    page.get_by_role("radio", name="kitchen luminosity").check()
    page.get_by_label("What it meant").click()
    page.get_by_role("option", name="home.light", exact=True).click()
    page.get_by_label("Slot room").fill("kitchen")
    page.get_by_label("Slot state").fill("on")
    shot(page, "light-desktop-en-review")
    page.get_by_role("button", name="Label").click()
    expect(page.get_by_text("Labelled: kitchen luminosity affirmative")).to_be_visible()
    expect(page.get_by_text("1 labelled so far")).to_be_visible()
    expect(page.get_by_role("radio", name="kitchen luminosity")).to_have_count(0)


def test_history_and_what_waits(open_page: Open) -> None:
    page = open_page()
    said(page, "unlock the front door")
    page.get_by_role("tab", name="History").click()
    waits = page.locator("#waiting")
    expect(waits).to_contain_text("home.unlock (door = front door)")
    shot(page, "light-desktop-en-history")
    waits.get_by_role("button", name="No: home.unlock (door = front door)").click()
    expect(waits).not_to_contain_text("front")
    expect(page.locator("#history")).to_contain_text("unlock the front door")


def test_skills_and_their_reports(open_page: Open, studio: Studio) -> None:
    page = open_page()
    page.get_by_role("tab", name="Skills").click()
    row = page.locator("#skills tr", has_text="home@1")
    expect(row).to_contain_text("production")
    expect(row).to_contain_text("0.900 accuracy")
    shot(page, "light-desktop-en-skills")
    with page.context.expect_page() as opened:
        row.get_by_role("link").click()
    expect(opened.value.locator("p")).to_have_text("ninety percent")


def test_nothing_without_the_key(studio: Studio) -> None:
    for path in ("", "studio/en/", "studio/en/config", "reports/home/1", "?key=wrong", "studio/en/gradio_api/info"):
        assert httpx.get(studio.address + path).status_code == 401, path
    page = httpx.get(studio.address, headers={"accept": "text/html", "accept-language": "zh-CN"})
    assert page.status_code == 401 and "lingos studio" in page.text and "密钥" in page.text


def test_the_server_ends_at_once_while_a_page_is_open(browser: Any, studio: Studio) -> None:  # stands last: it ends it
    page = browser.new_page()
    page.goto(studio.entrance)
    page.wait_for_selector("#house svg")
    studio.stop()
    page.close()
