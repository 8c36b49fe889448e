"""BERT base on CoLA, from weights and vocabulary in the folder bert-base-uncased, by the library transformers."""

from typing import Any

import torch
from cola import DEV, TRAIN, raw_sentences
from images import Labelled
from options import Options
from torch import Tensor, nn
from training import Course, Trained, train

FOLDER = "bert-base-uncased"
LENGTH = 48
"""Tokens of a sentence; longer ones are cut."""
NAME = "BERT base"


class Classifier(nn.Module):
    """BERT with a linear layer: logits of token rows in which 0 stands for nothing."""

    def __init__(self, bert: nn.Module) -> None:
        super().__init__()
        self.bert = bert

    def forward(self, tokens: Tensor) -> Tensor:
        """Return logits, shape (batch, classes)."""
        logits: Tensor = self.bert(input_ids=tokens, attention_mask=(tokens != 0).long()).logits
        return logits


def fine_tuned_bert(options: Options, steps: Course) -> tuple[str, Trained, Labelled]:
    """Return the name, the network after fine-tuning by plain SGD, and CoLA in its tokens."""
    if options.data is None:
        raise FileNotFoundError("--data must name a folder for --preset full, got made-up data")
    folder = options.data / FOLDER
    if not folder.is_dir():
        raise FileNotFoundError(
            f"--data must name a folder that holds {FOLDER} (config.json, model.safetensors, vocab.txt), "
            f"got {str(options.data)!r}; --preset small needs none of it"
        )
    try:
        from transformers import BertForSequenceClassification, BertTokenizerFast
    except ImportError:
        raise ImportError("Table 2 in full needs transformers; install it with: pip install transformers") from None
    tokenizer: Any = BertTokenizerFast.from_pretrained(str(folder), local_files_only=True)

    def read(name: str) -> tuple[Tensor, Tensor]:
        sentences, labels = raw_sentences(folder.parent, name)
        rows = tokenizer(sentences, padding="max_length", truncation=True, max_length=LENGTH, return_tensors="pt")
        return rows["input_ids"].to(options.device), torch.from_numpy(labels).to(options.device)

    (x, y), (x_test, y_test) = read(TRAIN), read(DEV)
    data = Labelled(f"CoLA, {len(x):,} sentences", {"data": "CoLA in BERT's tokens"}, x, y, x_test, y_test, 2)

    def build() -> nn.Module:
        bert = BertForSequenceClassification.from_pretrained(str(folder), num_labels=2, local_files_only=True)
        return Classifier(bert)

    return NAME, train(build, NAME, data, steps, options, save_every=1), data
