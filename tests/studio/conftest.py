"""The page as a person has it: `lingos studio` in a process of its own, and a real Chromium in front of it."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import made_skills

from lingos.skill import write
from lingos.store.store import Store

SOURCE = Path(__file__).parents[2] / "src"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REPORT = "<!doctype html><title>report</title><p>ninety percent</p>"


class Studio:
    """One `lingos studio`: its address with the key, and what goes wrong in the browsers that look at it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        environment = os.environ | {"LINGOS_HOME": str(home), "PYTHONPATH": str(SOURCE)}
        environment |= {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
        environment.pop("LINGOS_KEY", None)
        command = [sys.executable, "-m", "lingos", "studio", "--no-browser", "--port", "0"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        found = re.search(r"http://\S+", line)
        assert found, line + self.process.stderr.read()
        self.entrance = found[0]
        self.address = self.entrance.partition("?")[0]

    def stop(self) -> None:
        """As Ctrl-C does it: at once, also while pages are open, and without a traceback."""
        self.process.send_signal(signal.SIGINT)
        _, told = self.process.communicate(timeout=10)
        assert "Traceback" not in told, told


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, driven by playwright, which keeps this thread's event loop: it ends with the module."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("NO BROWSER, SO THE PAGE IS NOT TESTED: apt-get install chromium")
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="NO PLAYWRIGHT, SO THE PAGE IS NOT TESTED: pip install playwright"
    )
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A new house, and a store with one skill."""
    pytest.importorskip("gradio", reason="NO GRADIO, SO THE PAGE IS NOT TESTED: pip install 'lingos[studio]'")
    home = tmp_path_factory.mktemp("home")
    manifest = dataclasses.replace(made_skills.PLAIN, evaluation={"primary": {"name": "accuracy", "value": 0.9}})
    store = Store(home)
    store.put(write(home / "made", manifest, {"report.html": REPORT}))
    store.promote("home", 1)
    started = Studio(home)
    yield started
    if started.process.poll() is None:
        started.stop()


Open = Callable[..., Any]


@pytest.fixture
def open_page(browser: Any, studio: Studio) -> Iterator[Open]:
    """Opens the page with the key; afterwards no request may have left for another host and no script have failed."""
    contexts, faults = [], []

    def opened(**settings: Any) -> Any:
        settings = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US"} | settings
        context = browser.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        ours = (studio.address, "data:", "blob:")
        page.on("request", lambda one: None if one.url.startswith(ours) else faults.append(f"foreign: {one.url}"))
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("dialog", lambda one: (faults.append(f"dialog: {one.message}"), one.dismiss()))
        page.on("console", lambda one: _noted(one, faults))
        page.goto(studio.entrance)
        page.wait_for_selector("#house svg", timeout=60_000)
        return page

    yield opened
    for one in contexts:
        one.close()
    assert faults == []


def _noted(message: Any, faults: list[str]) -> None:
    """A policy that had to hold something back, an address that is not there, a script that failed."""
    if message.type == "error":
        faults.append(f"console: {message.text} {message.location}")
