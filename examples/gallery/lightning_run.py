"""
Gradient noise in a Lightning run
=================================

A callback that collects gradient noise at some steps of somebody else's training, and logs alpha by layer. The
training goes on bit for bit as without it. This page is not run where the documentation is built, for want of
Lightning.
"""

# %%
# A module and its data, as usual:

import logging
import tempfile
import warnings

import lightning.pytorch as lightning
import matplotlib.pyplot as plt
import torch
from lightning.pytorch.loggers import CSVLogger
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from adapters.torch import lightning_callback

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", module="lightning")


class Digits(lightning.LightningModule):
    """Two layers on 8 x 8 pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.out = nn.Linear(64, 32), nn.Linear(32, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(torch.relu(self.hidden(x)))

    def training_step(self, batch: list[torch.Tensor], batch_idx: int) -> torch.Tensor:
        return nn.functional.cross_entropy(self(batch[0]), batch[1])

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


lightning.seed_everything(0, verbose=False)
digits = load_digits()
data = TensorDataset(torch.tensor(digits.data / 16.0, dtype=torch.float32), torch.tensor(digits.target))
loader = DataLoader(data, batch_size=32, shuffle=True)

# %%
# The callback
# ------------
# Every hundred steps of the optimiser it holds the weights still, draws 256 fresh mini-batches, fits every parameter
# from sums that fill as they stream by, and logs through all loggers of the trainer.

folder = tempfile.TemporaryDirectory()
callback = lightning_callback(every=100, n_batches=256)
trainer = lightning.Trainer(
    max_steps=500,
    max_epochs=-1,
    accelerator="cpu",
    callbacks=[callback],
    logger=CSVLogger(folder.name),
    enable_checkpointing=False,
    enable_model_summary=False,
    enable_progress_bar=False,
)
trainer.fit(Digits(), loader)
folder.cleanup()

# %%
# ``history`` holds the tables by step. Early in training the noise is all but Gaussian; as examples are learned one
# by one, most of the gradient comes from the few that are not, and the tails grow.

figure, ax = plt.subplots(layout="constrained")
steps = list(callback.history)
for layer in callback.history[steps[0]]["layer"]:
    medians = [table.set_index("layer").loc[layer, "alpha_median"] for table in callback.history.values()]
    ax.plot(steps, medians, "o-", label=layer)
    print(layer, " ".join(f"{alpha:.2f}" for alpha in medians))
ax.set(xlabel="step", ylabel=r"median $\alpha$")
ax.legend(frameon=False)
