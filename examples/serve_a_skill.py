"""Serve a skill over HTTP in a process of its own, ask it with nothing but the standard library, stop it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import lingos

DATA = Path(__file__).parent / "data"
KEY = "a-key-for-this-example"  # without LINGOS_KEY the server makes a random one and shows it once


def main() -> None:
    """Port 0 takes a free one; the first line on standard error says which."""
    lingos.tune(DATA / "tickets_zh.csv", lingos.TuneOptions(name="tickets-zh", method="tfidf", base="none"))
    command = [sys.executable, "-c", "from lingos.cli.main import main; main()", "serve", "tickets-zh", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "LINGOS_KEY": KEY}) as server:
        assert server.stderr
        try:
            address = server.stderr.readline().split()[-1]
            _wait(f"{address}/health")
            route = f"{address}/v1/skills/tickets-zh/predict"
            print(_ask(route, KEY)[1]["predictions"][0])
            print("without the key:", _ask(route, "wrong")[0])
        finally:
            server.terminate()
    print("stopped with", server.returncode)


def _ask(route: str, key: str) -> tuple[int, dict]:
    body = json.dumps({"inputs": ["同一笔订单扣了我两次钱"], "top": 2}).encode()
    request = urllib.request.Request(route, body, {"X-API-Key": key, "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def _wait(route: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(route, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)


if __name__ == "__main__":
    main()
