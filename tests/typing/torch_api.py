"""The names of adapters.torch as users call them, checked by mypy --strict and never run."""

import torch
from torch.utils.data import DataLoader, TensorDataset

from adapters.torch import SGN, Stable, collect_sgn, noise_covariance, row_sum_covariance

model = torch.nn.Linear(20, 2)
data = TensorDataset(torch.randn(100, 20), torch.randint(2, (100,)))
loader = DataLoader(data, batch_size=10)

sgn = collect_sgn(model, loader, n_batches=100, k=10, sampling="replacement", mode="eval", seed=0, progress=False)
name, index = sgn.labels[0]
alpha = sgn.fit("ecf").alpha.mean()
layers = sgn.to_frame(by="layer", method="mle")["alpha_median"]
share: float = sgn.compare(normalise="scale").preferred("stable")
sgn.plot("alpha").set_title("alpha")
sgn.report("noise.html", method="ecf")
sgn.save("noise.sgn")
both = SGN.load("noise.sgn").merge(sgn)

prior = Stable(torch.tensor(1.5), torch.tensor(0.0), torch.tensor(1.0))
log_density: torch.Tensor = prior.log_prob(torch.zeros(3))
draws: torch.Tensor = prior.rsample(torch.Size([3]))

covariance = noise_covariance(model, loader)
sums = row_sum_covariance(model, loader)
