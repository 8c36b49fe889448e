"""Callbacks in real trainings: `make test-slow` installs Lightning and transformers."""

import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from adapters.torch import lightning_callback, trainer_callback

# What other packages warn of while they are imported and run is theirs.
pytestmark = [pytest.mark.adapters, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def random_states():
    return random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # noqa: NPY002


def flattened(state):
    """Every tensor of nested states, by its place."""
    if isinstance(state, torch.Tensor):
        return {"": state.detach().cpu().clone()}
    items = state.items() if isinstance(state, dict) else enumerate(state) if isinstance(state, list) else []
    return {f"{key}/{place}": leaf for key, value in items for place, leaf in flattened(value).items()}


def assert_same_training(one, other):
    """Weights, buffers, optimiser and random states, to the bit."""
    assert one.keys() == other.keys()
    for place, leaf in one.items():
        if isinstance(leaf, torch.Tensor):
            assert torch.equal(leaf, other[place]), place
        else:
            assert leaf == other[place], place


def classes():
    torch.manual_seed(0)
    x = torch.randn(96, 1, 6, 6)
    return TensorDataset(x, (x.mean(dim=(1, 2, 3)) > 0).long())


def with_lightning(folder, callbacks):
    """Train a network with batch statistics and dropout for twelve steps of two batches each."""
    import lightning.pytorch as lightning
    from lightning.pytorch.loggers import CSVLogger

    class Classifier(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 4, 3)
            self.tail = nn.Sequential(nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3), nn.Linear(64, 2))

        def forward(self, x):
            return self.tail(self.conv(x))

        def training_step(self, batch, batch_idx):
            loss = nn.functional.cross_entropy(self(batch[0]), batch[1])
            self.log("loss", loss)
            return loss

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.05, momentum=0.9)

    lightning.seed_everything(3)
    model, data = Classifier(), DataLoader(classes(), batch_size=8, shuffle=True)
    trainer = lightning.Trainer(
        max_steps=12,
        accumulate_grad_batches=2,
        gradient_clip_val=0.5,
        accelerator="cpu",
        logger=CSVLogger(folder),
        callbacks=callbacks,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        log_every_n_steps=1,
    )
    trainer.fit(model, data)
    state = flattened(model.state_dict()) | flattened(trainer.optimizers[0].state_dict())
    return state | {"random": random_states(), "training": model.training}, trainer


def test_lightning(tmp_path):
    import csv

    callback = lightning_callback(every=5, n_batches=48)
    watched, trainer = with_lightning(tmp_path / "with", [callback])
    plain, _ = with_lightning(tmp_path / "without", [])
    assert_same_training(watched, plain)
    assert sorted(callback.history) == [5, 10]
    with open(tmp_path / "with" / "lightning_logs" / "version_0" / "metrics.csv", newline="") as file:  # noqa: PTH123
        rows = [row for row in csv.DictReader(file) if row["sgn/alpha"]]
    assert [int(row["step"]) for row in rows] == [5, 10]
    assert {"sgn/alpha/conv", "sgn/alpha/tail.0", "sgn/alpha/tail.4", "sgn/heavy"} <= rows[0].keys()
    assert float(rows[0]["sgn/alpha/conv"]) == callback.history[5].set_index("layer").loc["conv", "alpha_median"]
    assert trainer.global_step == 12


def with_transformers(folder, watch):
    """Train a language model with dropout and tied weights for ten steps."""
    from transformers import BertConfig, BertForMaskedLM, Trainer, TrainingArguments, set_seed

    class Tokens(torch.utils.data.Dataset):
        def __len__(self):
            return 64

        def __getitem__(self, i):
            ids = torch.arange(12).add(7 * i).remainder(29)
            return {"input_ids": ids, "labels": ids}

    set_seed(4)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 24}
    config = BertConfig(vocab_size=29, **sizes)
    arguments = TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=8,
        max_steps=10,
        logging_steps=2,
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
    )
    trainer = Trainer(model=BertForMaskedLM(config), args=arguments, train_dataset=Tokens())
    callback = None
    if watch:
        callback = trainer_callback(trainer, every=[2, 7], n_batches=40)
        trainer.add_callback(callback)
    trainer.train()
    state = flattened(trainer.model.state_dict()) | flattened(trainer.optimizer.state_dict())
    return state | {"random": random_states()}, trainer, callback


def test_transformers(tmp_path):
    watched, trainer, callback = with_transformers(tmp_path / "with", True)
    plain, other, _ = with_transformers(tmp_path / "without", False)
    assert_same_training(watched, plain)
    assert sorted(callback.history) == [2, 7]
    ours = [entry for entry in trainer.state.log_history if "sgn/alpha" in entry]
    assert [entry["step"] for entry in ours] == [2, 7]
    assert 1.0 < ours[0]["sgn/alpha"] <= 2.0
    assert any(key.startswith("sgn/alpha/bert.encoder") for key in ours[0])
    # the training's own log comes at the same steps as without
    losses = [[entry["step"] for entry in one.state.log_history if "loss" in entry] for one in (trainer, other)]
    assert losses[0] == losses[1] == [2, 4, 6, 8, 10]
