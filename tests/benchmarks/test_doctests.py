"""Every `>>>` in the benchmarks, and in the tool that makes their page, runs."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from benchmarks import record
from benchmarks.peers import common, race, setfit_peer
from tools import results


@pytest.mark.parametrize("module", [record, common, race, setfit_peer, results], ids=lambda module: module.__name__)
def test_the_examples_run(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.failed == 0 and found.attempted > 0
