"""Sentences of CoLA, judged acceptable or not, as tokens; or made-up ones.

A. Warstadt, A. Singh, S. R. Bowman, "Neural network acceptability judgments", 2018. Files as published: columns source,
label, mark, sentence, separated by tabs.
"""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from images import Labelled
from numpy.typing import NDArray

TRAIN, DEV = "cola_in_domain_train.tsv", "cola_in_domain_dev.tsv"
LENGTH = 16
"""Tokens of a sentence; longer ones are cut."""
PADDING, FIRST, UNKNOWN = 0, 1, 2
"""Tokens that stand for nothing, for the start of a sentence, and for words seen once."""
Sentences = tuple[list[list[str]], NDArray[np.int64]]


def read_cola(data: Path | None, *, limit: int | None = None, device: str, seed: int) -> Labelled:
    """Return tokens (n, LENGTH) and classes, 1 for acceptable.

    Parameters
    ----------
    data : Path or None
        Folder with the two files; None for made-up sentences.
    limit : int, optional
        Training sentences, drawn at random, at most; a quarter as many for validation.
    device : str
        Where the tensors shall be.
    seed : int
        Seed of the draw, and of made-up sentences.

    Raises
    ------
    FileNotFoundError
        If the folder does not hold the files.
    """
    rng = np.random.default_rng([seed, 2])
    if data is None:
        (words, y), (words_test, y_test), what = *_made_up(rng, limit or 8000), "made-up sentences"
    else:
        (words, y), (words_test, y_test), what = _read(data / TRAIN), _read(data / DEV), "CoLA"
    if limit is not None:
        chosen = np.sort(rng.permutation(len(words))[:limit])
        words, y = [words[i] for i in chosen], y[chosen]
        words_test, y_test = words_test[: limit // 4], y_test[: limit // 4]
    counts = Counter(word for sentence in words for word in sentence)
    known = {word: UNKNOWN + 1 + i for i, word in enumerate(sorted(w for w, times in counts.items() if times > 1))}

    def tensor(sentences: list[list[str]]) -> torch.Tensor:
        tokens = np.full((len(sentences), LENGTH), PADDING, dtype=np.int64)
        for row, sentence in zip(tokens, sentences, strict=True):
            found = [FIRST, *(known.get(word, UNKNOWN) for word in sentence)][:LENGTH]
            row[: len(found)] = found
        return torch.from_numpy(tokens).to(device)

    recipe = {"data": what, "sentences": len(words), "draw": seed if limit or data is None else None}
    name = f"{what}, {len(words):,} sentences"
    targets = (torch.from_numpy(values).to(device) for values in (y, y_test))
    return Labelled(name, recipe, tensor(words), next(targets), tensor(words_test), next(targets), classes=2)


def raw_sentences(data: Path, name: str) -> tuple[list[str], NDArray[np.int64]]:
    """Return the sentences of one file as they are, and their labels."""
    path = data / name
    if not path.exists():
        raise FileNotFoundError(f"--data must name a folder that holds {name}, got {str(data)!r}")
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return [row[3] for row in rows], np.array([int(row[1]) for row in rows], dtype=np.int64)


def _read(path: Path) -> Sentences:
    sentences, labels = raw_sentences(path.parent, path.name)
    return [re.findall(r"[a-z]+|[^a-z\s]", sentence.lower()) for sentence in sentences], labels


def _made_up(rng: np.random.Generator, sentences: int) -> tuple[Sentences, Sentences]:
    """Words of two kinds that take turns; unacceptable where two neighbours have changed places."""

    def draw(n: int) -> Sentences:
        lengths, broken = rng.integers(5, 12, size=n), rng.random(n) < 0.3
        drawn = []
        for length, wrong in zip(lengths, broken, strict=True):
            words = [f"{'ab'[i % 2]}{min(int(rng.pareto(1.0)), 50)}" for i in range(length)]
            if wrong:
                i = int(rng.integers(length - 1))
                words[i], words[i + 1] = words[i + 1], words[i]
            drawn.append(words)
        return drawn, np.where(broken, 0, 1)

    return draw(sentences), draw(sentences // 4)
