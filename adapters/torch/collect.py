"""Collect the stochastic gradient noise of a model at fixed weights."""

import os
from pathlib import Path
from typing import Any, Literal

from torch import nn
from torch.distributed import ProcessGroup

from adapters.torch.arguments import Autocast, check_choice, check_keep, check_model, check_sketch, integer
from adapters.torch.collecting import Collection
from adapters.torch.losses import LossFunction, given_or_default
from adapters.torch.modes import Mode
from adapters.torch.noise import SGN
from adapters.torch.observing import Device
from adapters.torch.ranks import BatchOf, ranks_of
from adapters.torch.selection import Parameters
from adapters.torch.sharded import unwrapped


def collect_sgn(
    model: nn.Module,
    loader: Any,
    loss_fn: LossFunction | None = None,
    *,
    n_batches: int = 1000,
    batch_size: int | None = None,
    params: Parameters = None,
    sampling: Literal["replacement", "loader"] = "replacement",
    mode: Mode = "eval",
    keep: Literal["sampled", "all"] | None = "sampled",
    k: int = 100,
    sketch: bool | Literal["histogram"] = True,
    device: Device = None,
    autocast: Autocast = None,
    accumulate: int = 1,
    seed: int = 0,
    process_group: ProcessGroup | None = None,
    batch: BatchOf = "rank",
    progress: bool = True,
    store: str | os.PathLike[str] | None = None,
) -> SGN:
    r"""Collect the noise of mini-batch gradients at the model's present weights.

    The noise of mini-batch i is :math:`u_i = \nabla U(w) - \nabla U_i(w)`, the gradient over the whole data set less
    that over the mini-batch, with w held fixed. It is kept for `k` single parameters, drawn uniformly over the
    network, or for all of them, in memory or in a store on disk; a sketch sums up all of them. The model comes back bit
    for bit as it was: weights, gradients, flags, buffers and all random states, also when something raises on the way.

    Parameters
    ----------
    model : torch.nn.Module
        Any model that ordinary backward passes work for.
    loader : torch.utils.data.DataLoader
        Its data set, collate function, batch size and worker processes are used. With ``sampling="loader"`` any
        iterable of batches that can be run through more than once will do.
    loss_fn : callable, optional
        ``loss_fn(model, batch)`` returns the scalar mean loss over the batch, which is what the loader's collate
        function gives, moved to the device. By default a model output with `.loss` uses that; else a batch ``(x, y)``
        with integer targets uses the cross entropy and with floating targets the mean squared error. That the loss is a
        mean is checked on one batch. A loss that averages over tokens gives long examples more weight: that noise is
        the noise of that loss.
    n_batches : int, default 1000
        Number of mini-batches, the rows of `samples`.
    batch_size : int, optional
        Examples in a mini-batch; the loader's own by default. Only for ``sampling="replacement"``.
    params : str, list of str, callable, or list of (str, int), optional
        Which parameters to draw from: the name of a parameter or a layer, a glob (``"layer1.*"``), a list of these, a
        function of name and parameter that is true for those that are wanted, or the very entries as (name, flat
        index) pairs, as in `SGN.labels`. Frozen parameters are never drawn.
    sampling : {"replacement", "loader"}
        ``"replacement"`` draws the examples uniformly and independently from ``loader.dataset``, within a mini-batch
        too: rows are independent. ``"loader"`` uses the loader's batches in passes over it; without replacement the
        rows of a pass sum to nearly 0, and their variance is smaller by the factor ``metadata["variance_factor"]``.
        Ragged batches are left out and counted.
    mode : {"eval", "train"}
        In ``"eval"`` BatchNorm uses its running statistics and nothing is dropped. In ``"train"`` batch statistics and
        masks are part of the noise, and the centre is the mean of the mini-batch gradients.
    keep : {"sampled", "all", None}
        Keep the noise of `k` entries, of all entries of the parameters that `params` names, or none: the sketch then is
        all there is.
    k : int, default 100
        Number of entries; all where there are fewer. Not used where `params` holds the entries.
    sketch : bool or "histogram", default True
        Sum what alpha, loc and scale of the noise of all parameters are found from as mini-batches stream by: 84 bytes
        a parameter, and 128 more until the first 32 mini-batches are there. See `SGN.sketch`. With a store it is the
        sketch of what is stored. ``"histogram"`` also counts the noise in sixteen bins, 32 bytes more, for the SSE and
        Chi2 of every parameter.
    device : str or torch.device, optional
        Where to compute. The model is moved there and back; by default it stays where it is.
    autocast : torch.dtype or bool, optional
        Lower precision for the forward pass, such as ``torch.bfloat16``; True for the device's usual one. Rounding is
        then part of the noise. Off by default, also inside a surrounding autocast.
    accumulate : int, default 1
        Micro-batches averaged into one mini-batch of ``accumulate * batch_size`` examples.
    seed : int, default 0
        Seed of everything random. Each mini-batch has random states of its own: the same seed gives the same bits,
        whatever the global random states and, but for ``sampling="loader"``, the number of worker processes; as far as
        torch's own kernels are deterministic.
    process_group : torch.distributed.ProcessGroup, optional
        Processes that collect together, each calling this with the same arguments; each returns all of it. The model
        may be wrapped in DistributedDataParallel, or sharded by `fully_shard`. `loss_fn` is called with the model
        inside of the wrapper.
    batch : {"rank", "global"}
        With a process group: ``"rank"`` shares out the `n_batches` mini-batches, which are those that one process would
        take; with ``sampling="loader"`` each process has a loader of its own. ``"global"`` makes each mini-batch of the
        parts of all processes, of `batch_size` examples each, as training does: one all-reduce a mini-batch. A sharded
        model has only these.
    progress : bool, default True
        Show a progress bar on stderr.
    store : path, optional
        A folder for the noise of ``keep="all"``, a zarr group that needs the extra `store`. What has been killed at any
        moment is resumed by the same call, to the same bits; more `n_batches` go on where a store ended. At most the
        last 31 mini-batches are lost. Without it all is kept in memory.

    Returns
    -------
    SGN
        `samples` (n_batches, k), float64, in the unit of the gradient, a dask array where they are stored; `labels`,
        `centre`, `zeros`, `metadata`, `sketch`.

    Raises
    ------
    ValueError
        If an argument is out of its domain, the loader has nothing to draw from, or the loss is not the mean over the
        batch.
    TypeError
        If `model` is not a module, or `loss_fn` is a criterion of predictions and targets.
    DataError
        If the loss of the first batch is nan or infinite.
    StoreError
        If the store is damaged, in use, or of a collection of another model or with other arguments.

    Warns
    -----
    StablefitWarning
        If observed parameters are of 16 bits or fewer, the loader's sampler is not followed, or gradients are not
        finite.

    See Also
    --------
    adapters.torch.SGN : What comes back: `fit`, `to_frame`, `compare`, `plot`, `report`.
    adapters.torch.per_sample_gradients : The exact law of the noise at every batch size.
    adapters.torch.lightning_callback, adapters.torch.trainer_callback : While a training runs.

    References
    ----------
    .. [1] B. Battash, L. Wolf, O. Lindenbaum, "Revisiting the Noise Model of Stochastic Gradient Descent", 2023,
       equation (1).

    Examples
    --------
    The loss :math:`(w - y)^2` over y = -1, 1 has full gradient 0 at w = 0, so that the noise is minus the mini-batch
    gradient: 2 or -2 for one example.

    >>> import torch
    >>> from torch.utils.data import DataLoader, TensorDataset
    >>> from adapters.torch import collect_sgn
    >>> model = torch.nn.Linear(1, 1, bias=False)
    >>> _ = torch.nn.init.zeros_(model.weight)
    >>> data = TensorDataset(torch.ones(2, 1), torch.tensor([[-1.0], [1.0]]))
    >>> sgn = collect_sgn(model, DataLoader(data, batch_size=1), n_batches=50, progress=False)
    >>> sgn.labels, sorted(set(sgn.samples.ravel().tolist()))
    ([('weight', 0)], [-2.0, 2.0])
    """
    check_keep(keep, sketch=bool(sketch), store=store)
    check_sketch(sketch)
    check_model(model)
    check_choice("sampling", sampling, ("replacement", "loader"))
    check_choice("mode", mode, ("eval", "train"))
    check_choice("batch", batch, ("rank", "global"))
    if process_group is not None and store is not None:
        raise ValueError("store must be None with a process_group, got a path; collect from one process into a store")
    ranks = ranks_of(process_group, batch)
    model = unwrapped(model, ranks, mode)
    collection = Collection(
        model=model,
        loader=loader,
        loss=given_or_default(loss_fn),
        n_batches=integer("n_batches", n_batches, 2 if mode == "train" else 1),
        batch_size=batch_size,
        sampling=sampling,
        mode=mode,
        device=device,
        autocast=autocast,
        accumulate=integer("accumulate", accumulate, 1),
        seed=integer("seed", seed, 0),
        ranks=ranks,
        progress=progress,
    )
    if store is not None:
        return collection.into_store(Path(store), params, sketch=sketch)
    wanted = None if keep == "all" else integer("k", k, 1)
    return collection.into_memory(params, wanted, keep=keep is not None, sketch=sketch)
