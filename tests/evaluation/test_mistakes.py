from __future__ import annotations

import numpy as np
import pytest
from tests.evaluation.made import evidence, noisy

from lingos.evaluation.mistakes import confusions, doubtful_labels, unknown_labels


def test_pairs_come_by_size_with_the_surest_texts() -> None:
    seen = evidence([1] * 5 + [2] * 2 + [0] * 3, [0] * 10)
    seen.probabilities[3, 1] = 0.99
    first, second = confusions(seen)
    assert (first.truth, first.guess, first.count, first.share) == ("a", "b", 5, 0.5)
    assert (second.guess, second.count) == ("c", 2)
    assert len(first.quotes) == 3
    assert (first.quotes[0].text, first.quotes[0].line) == ("text number 3", 5)


def test_no_mistake_gives_no_pair_and_unknown_labels_are_no_pair() -> None:
    assert confusions(evidence([0, 1], [0, -1])) == []


def test_planted_wrong_labels_are_found_first() -> None:
    seen = noisy(800, sharpness=6.0)
    planted = np.arange(0, 800, 40)
    seen.targets[planted] = (seen.targets[planted] + 1) % 4
    count, found = doubtful_labels(seen)
    lines = {doubt.quote.line for doubt in found[: len(planted)]}
    assert len(lines & {int(row) + 2 for row in planted}) >= 18
    assert count <= 30
    assert found[0].guess_probability > found[0].label_probability


def test_the_count_is_that_of_cleanlab() -> None:
    cleanlab = pytest.importorskip("cleanlab.filter")
    seen = noisy(800, sharpness=3.0)
    seen.targets[::25] = (seen.targets[::25] + 1) % 4
    wanted = cleanlab.find_label_issues(seen.targets, seen.probabilities, filter_by="confident_learning", n_jobs=1)
    count, found = doubtful_labels(seen, limit=800)
    ours = {doubt.quote.line - 2 for doubt in found}
    assert count == len(ours)
    # cleanlab leaves out at most the rows whose label would win its own calibrated count.
    assert len(ours & set(np.flatnonzero(wanted))) >= 0.9 * max(len(ours), wanted.sum())


def test_a_label_that_never_occurs_is_no_rival() -> None:
    seen = evidence([2, 0, 0], [0, 0, 0])
    assert doubtful_labels(seen)[0] == 0


def test_unknown_labels_are_listed_with_their_place() -> None:
    seen = evidence([0, 0, 0], [0, -1, -1])
    assert [(label, quote.line) for label, quote in unknown_labels(seen)] == [("stranger", 3), ("stranger", 4)]
    assert len(unknown_labels(seen, limit=1)) == 1


def test_long_texts_are_cut() -> None:
    seen = evidence([1], [0], texts=["x" * 10_000])
    assert len(confusions(seen)[0].quotes[0].text) < 500
