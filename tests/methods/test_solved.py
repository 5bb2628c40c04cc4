"""The methods in closed form: tfidf, logistic, prototype, labels, majority."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from tests.training import made

from lingos.contracts import Example
from lingos.methods.base import Features, Method, balance, class_means, method
from lingos.methods.tfidf import _scale
from lingos.tasks.base import label_texts
from lingos.training.fit import fit, outputs

CHINESE = [
    ("房间很干净,服务也好", "good"), ("早餐不错,下次还来", "good"), ("位置很好,很满意", "good"),
    ("房间太脏了,很失望", "bad"), ("服务太差,不会再来", "bad"), ("早餐太差,很失望", "bad"),
]  # fmt: skip


def cloud(classes: int = 3, each: int = 20, width: int = 8, seed: int = 0) -> Features:
    """Overlapping clouds on the unit sphere."""
    rng = np.random.default_rng(seed)
    targets = np.repeat(np.arange(classes), each)
    vectors = (rng.normal(size=(classes, width))[targets] + rng.normal(size=(classes * each, width))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels, texts = [f"l{k}" for k in range(classes)], ["x"] * len(targets)
    return Features(texts, targets, labels, np.ones(len(targets), np.float32), 0, vectors)


def on_texts(pairs: list[tuple[str, str]], name: str = "tfidf", rows: Any = None, **given: Any) -> Any:
    """Predicted labels of all rows after a fit on some of them."""
    examples = [Example({"text": text}, label, f"r{k}") for k, (text, label) in enumerate(pairs)]
    found = made.corpus_of(examples, None)
    fitted = fit(found, method(name), made.settings(name, **given), made.every(found) if rows is None else rows, 0)
    return outputs(fitted, found, made.every(found))["logits"]


# -- tfidf -----------------------------------------------------------------------------------------------------------
def test_tfidf_learns_english_and_chinese() -> None:
    english = [(text, label) for label, texts in made.TOPICS.items() for text in texts]
    assert on_texts(english).argmax(1).tolist() == [0] * 3 + [1] * 3 + [2] * 3
    assert on_texts(CHINESE).argmax(1).tolist() == [1] * 3 + [0] * 3


def test_tfidf_knows_words_that_it_did_not_see_by_their_characters() -> None:
    pairs = [*CHINESE, ("服务很干净", "good"), ("太脏太差", "bad")]
    assert on_texts(pairs, rows=np.arange(6))[6:].argmax(1).tolist() == [1, 0]


def test_two_classes_give_two_logits_of_opposite_sign() -> None:
    logits = on_texts(CHINESE)
    assert logits.shape == (6, 2) and np.allclose(logits[:, 0], -logits[:, 1], atol=1e-2)


@pytest.mark.parametrize("rows", [np.arange(6), np.arange(3)], ids=["two of three", "one of three"])
@pytest.mark.parametrize("name", ["tfidf", "majority"])
def test_a_class_that_is_missing_in_the_fold_never_wins(name: str, rows: Any) -> None:
    pairs = [(text, label) for label, texts in made.TOPICS.items() for text in texts]
    found = set(on_texts(pairs, name, rows).argmax(1).tolist())
    assert found <= {int(row) // 3 for row in rows}


def test_tfidf_weights_rare_classes() -> None:
    texts = [(f"the same words {k % 3}", "often" if k % 5 else "rare") for k in range(40)]
    plain, weighted = (on_texts(texts, class_weights=kind).argmax(1) for kind in ("none", "balanced"))
    assert (weighted == 1).sum() > (plain == 1).sum()


def test_ngrams_that_one_class_has_weigh_more_and_evenness_levels_them() -> None:
    rows = csr_matrix(np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [1.0, 0.0, 1.0], [1.0, 0.0, 1.0]]))
    shared, own, other = (scale := _scale(rows, np.array([0, 0, 1, 1]), 1.0))
    assert own == pytest.approx(other) and own > 1.5 * shared
    mean = (rows.multiply(rows) @ scale**2).sum() / (rows.multiply(rows)).sum()
    assert mean == pytest.approx(1), "what is scaled keeps its mean square"
    assert np.allclose(_scale(rows, np.array([0, 0, 1, 1]), 1e9), 1)
    assert np.allclose(_scale(rows[:, :1], np.array([0, 0, 1, 1]), 0.0), 1), "nothing tells the classes apart"


def test_features_bounds_the_vocabulary() -> None:
    found = made.corpus_of(made.examples(24), None)
    fitted = fit(found, method("tfidf"), made.settings("tfidf", features=100), made.every(found), 0)
    assert len(fitted.solution.vocabulary) == 100 == fitted.solution.tensors["weight"].shape[0]


# -- vectors ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("classes", "penalty"), [(3, 10.0), (12, 1.0), (5, 100.0)])
def test_logistic_is_that_of_sklearn(classes: int, penalty: float) -> None:
    from sklearn.linear_model import LogisticRegression

    features = cloud(classes)
    one = method("logistic")
    found = one.solve(features, made.settings("logistic", penalty=penalty)).tensors
    logits = features.vectors @ found["head.weight"].T + found["head.bias"]
    theirs = LogisticRegression(C=penalty, max_iter=2000, tol=1e-8).fit(features.vectors, features.targets)
    mine = np.exp(logits - logits.max(1, keepdims=True))
    mine /= mine.sum(1, keepdims=True)
    assert np.abs(mine - theirs.predict_proba(features.vectors)).max() < 5e-3
    assert (mine.argmax(1) == theirs.predict(features.vectors)).mean() > 0.98


def test_logistic_with_weights_is_logistic_with_repeated_rows() -> None:
    features, one = cloud(3), method("logistic")
    rows = np.concatenate([np.arange(60), np.arange(20)])
    repeated = Features(
        ["x"] * 80, features.targets[rows], features.labels, np.ones(80, np.float32), 0, features.vectors[rows]
    )
    weights = np.where(features.targets == 0, 2, 1).astype(np.float32)
    weighted = Features(features.texts, features.targets, features.labels, weights, 0, features.vectors)
    first, second = (one.solve(each, one.Settings()).tensors["head.weight"] for each in (repeated, weighted))
    assert np.abs(first - second).max() < 0.05


@pytest.mark.parametrize("name", ["logistic", "prototype"])
def test_a_class_without_a_row_hardly_ever_wins_on_vectors(name: str) -> None:
    features = cloud(3)
    some = features.targets != 2
    seen = Features(
        ["x"] * 40, features.targets[some], features.labels, np.ones(40, np.float32), 0, features.vectors[some]
    )
    one = method(name)
    tensors = one.solve(seen, one.Settings()).tensors
    logits = features.vectors[some] @ tensors["head.weight"].T + tensors.get("head.bias", 0.0)
    assert (logits.argmax(1) == 2).mean() <= 0.05


def test_prototypes_are_the_class_means() -> None:
    features, one = cloud(4), method("prototype")
    tensors = one.solve(features, made.settings("prototype", scale=7.0)).tensors
    for k in range(4):
        mean = features.vectors[features.targets == k].mean(0)
        assert np.allclose(tensors["head.weight"][k], mean / np.linalg.norm(mean), atol=1e-5)
    assert tensors["head.scale"].shape == () and tensors["head.scale"] == 7.0


@given(st.integers(1, 5), st.integers(1, 12), st.integers(0, 99))
def test_class_means_are_always_of_unit_length(classes: int, rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = class_means(rng.normal(size=(rows, 4)).astype(np.float32), rng.integers(0, classes, rows), classes)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_labels_reads_no_target_and_prefers_descriptions() -> None:
    asked: list[str] = []

    def encode(texts: Any) -> Any:
        asked.extend(texts)
        return np.eye(len(texts), dtype=np.float32)

    told = label_texts({"labels": ["card_lost", "top-up"], "descriptions": {"top-up": "more money on it"}})
    features = Features(["x"] * 2, np.array([9, 9]), [], np.ones(2, np.float32), 0, encode=encode, label_texts=told)
    one = method("labels")
    tensors = one.solve(features, one.Settings()).tensors
    assert asked == ["card lost", "more money on it"] and tensors["head.weight"].shape == (2, 2)


def test_majority_is_the_most_frequent_label() -> None:
    pairs = [("one", "a"), ("two", "b"), ("three", "b")]
    assert on_texts(pairs, "majority").argmax(1).tolist() == [1, 1, 1]


# -- the common part -------------------------------------------------------------------------------------------------
@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.sampled_from(["none", "sqrt", "balanced"]))
def test_balance_has_mean_one_and_prefers_rare_classes(targets: list[int], kind: Any) -> None:
    found, counts = balance(np.array(targets), 5, kind), np.bincount(targets, minlength=5)
    assert found.mean() == pytest.approx(1, abs=1e-4) and found.dtype == np.float32
    order = np.argsort(counts[targets], kind="stable")
    assert (np.diff(found[order]) <= 1e-6).all()
    if kind == "balanced":
        totals = [found[np.array(targets) == k].sum() for k in set(targets)]
        assert np.allclose(totals, totals[0], rtol=1e-4)


def test_solved_methods_move_nothing() -> None:
    one: Method = method("logistic")
    info = made.base("bert").info
    assert one.start(info, one.Settings()) == info.depth
