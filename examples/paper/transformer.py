"""A small transformer that classifies sentences, after BERT: the first token's output decides."""

from dataclasses import dataclass

import torch
from cola import LENGTH, PADDING
from torch import Tensor, nn


class SentenceClassifier(nn.Module):
    """Embeddings of words and places, encoder layers, logits from the first token."""

    def __init__(self, words: int, width: int, heads: int, depth: int, classes: int) -> None:
        super().__init__()
        self.words = nn.Embedding(words, width, padding_idx=PADDING)
        self.places = nn.Embedding(LENGTH, width)
        self.encoder = nn.ModuleList(EncoderLayer(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.pooler = nn.Linear(width, width)
        self.classifier = nn.Linear(width, classes)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return logits, shape (batch, classes), of tokens (batch, LENGTH)."""
        present = (tokens != PADDING)[:, None, None, :]
        x = self.words(tokens) + self.places.weight
        for layer in self.encoder:
            x = layer(x, present)
        return self.classifier(torch.tanh(self.pooler(self.norm(x[:, 0]))))


class EncoderLayer(nn.Module):
    """Attention and two linear layers, each after a norm and beside a short cut."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)
        self.wide = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """Return the layer's output, shape (batch, length, width) as its input."""
        batch, length, width = x.shape
        heads = self.attention(self.norm1(x)).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=present)
        x = x + self.output(mixed.transpose(1, 2).reshape(batch, length, width))
        return x + self.narrow(nn.functional.gelu(self.wide(self.norm2(x))))


@dataclass(frozen=True)
class Encoder:
    """Which small transformer."""

    name: str
    width: int
    heads: int
    depth: int

    def build(self, words: int, classes: int) -> SentenceClassifier:
        """Return the network with random weights."""
        return SentenceClassifier(words, self.width, self.heads, self.depth, classes)


REDUCED = Encoder("transformer of 2 layers, width 64", 64, 4, 2)
TINY = Encoder("transformer of 1 layer, width 16", 16, 2, 1)
