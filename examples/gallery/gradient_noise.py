"""
Gradient noise of a CNN
=======================

A small convolutional network on 8 x 8 pictures of digits. Is the noise of its gradients heavier-tailed than Gaussian
noise of the same size, and where?
"""

# %%
# Train
# -----
# Plain stochastic gradient descent, some seconds.

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import stablefit as sf
from adapters.torch import collect_sgn

torch.manual_seed(0)
torch.set_num_threads(1)
images = load_digits()
x = torch.tensor(images.images / 16.0, dtype=torch.float32)[:, None]
y = torch.tensor(images.target)
loader = DataLoader(TensorDataset(x, y), batch_size=64, shuffle=True)
model = nn.Sequential()
model.add_module("conv1", nn.Conv2d(1, 8, 3, padding=1))
model.add_module("relu1", nn.ReLU())
model.add_module("conv2", nn.Conv2d(8, 16, 3, padding=1))
model.add_module("relu2", nn.ReLU())
model.add_module("pool", nn.MaxPool2d(2))
model.add_module("flat", nn.Flatten())
model.add_module("linear", nn.Linear(256, 10))
optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(8):
    for inputs, targets in loader:
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(inputs), targets).backward()
        optimiser.step()
with torch.no_grad():
    print(f"training accuracy {(model(x).argmax(1) == y).float().mean():.1%}")

# %%
# Collect
# -------
# Mini-batches are drawn with replacement at fixed weights; the model comes back bit for bit as it was. ``samples``
# holds the full gradient minus that of each mini-batch, for 80 parameters chosen at random.

sgn = collect_sgn(model.eval(), loader, n_batches=500, k=80, progress=False)
print(sgn)
print(sgn.to_frame(by="layer", method="ecf").round(2).to_string(index=False))

# %%
# Beside Gaussian noise
# ---------------------
# The green band is what the same estimator makes of Gaussian noise of the same size. An alpha below 2 means nothing
# until it leaves that band.

figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
axes = sgn.plot("alpha", method="ecf", ax=ax)

# %%
# Three parameters, with the heaviest tails, the median and the lightest:

fits = sgn.fit("ecf")
order = np.argsort(np.where(fits.converged, fits.alpha, np.inf))[: int(fits.converged.sum())]
figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), layout="constrained")
for ax, column in zip(axes, (order[0], order[len(order) // 2], order[-1]), strict=True):
    sgn.plot("hist", column=int(column), fit=fits, ax=ax)

# %%
# Does a stable law fit better than a Gaussian?
# ---------------------------------------------
# It has one parameter more, and does so on Gaussian noise too; the last rows say how often.

print(sgn.compare(method="ecf", normalise="scale", rng=0))

# %%
# Is it stable, or has it a variance and heavy tails? Means of more examples are closer to Gaussian:

table = []
for batch_size in (16, 64, 256):
    noise = collect_sgn(model, loader, n_batches=300, params=sgn.labels, batch_size=batch_size, progress=False)
    alpha = noise.fit("ecf").alpha
    table.append(f"batch size {batch_size:>3}: median alpha {np.nanmedian(alpha):.2f}")
null = sf.fit(np.random.default_rng(0).normal(size=(300, 400)), "ecf", axis=0).alpha
print(
    "\n".join(
        [*table, f"Gaussian noise: median alpha {np.median(null):.2f}, 5 % of it below {np.quantile(null, 0.05):.2f}"]
    )
)
