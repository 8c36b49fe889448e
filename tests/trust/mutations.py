"""Files that something happened to, and texts that nobody would write: seeded, so that a failure can be had again."""

from collections.abc import Iterator

import numpy as np

WORDS = (
    "1", "-2.5", "3e4", "1e400", "-0", ".5", "5.", "1_000", "0x1f", "nan", "NA", "null", "inf", "-Infinity", "x",
    "price", "día", "日付", "\ufeff", "\x00", "\x1a", '"', '""', '"a,b"', "'", "#", "# note", " ", "  ", "\t", ",", ";",
    "\n", "\n", "\n", "\r\n", "\r", "1,2", "1;2", "a:0", "1 2", "1e", "--", "+", "١٢", "1\u00a0000", "=1+1", "9" * 400,
)  # fmt: skip


def texts(count: int, seed: int) -> Iterator[str]:
    """Texts from words that mean something to a reader of numbers."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield "".join(WORDS[i] for i in rng.integers(len(WORDS), size=rng.integers(1, 30)))


def damaged(whole: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Copies of a file with bytes changed, cut out, doubled, cut off, or put in."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        content = bytearray(whole)
        for _ in range(rng.integers(1, 5)):
            at, length = int(rng.integers(len(content) + 1)), int(rng.geometric(0.1))
            match int(rng.integers(6)):
                case 0 | 1 if content:
                    content[min(at, len(content) - 1)] = rng.integers(256)
                case 2:
                    del content[at : at + length]
                case 3:
                    content[at:at] = content[at : at + length]
                case 4:
                    del content[at:]
                case _:
                    content[at:at] = rng.bytes(length)
        yield bytes(content)
