"""
Samples larger than memory
==========================

A recording of many channels on disk, fitted a chunk at a time. The figures are those of a fit in memory, to the bit.
"""

# %%
# A store
# -------
# Eight thousand channels of 2,000 values in a zarr array, written a block at a time; nothing here ever holds all of it.
# In earnest it would be terabytes: only the size of a chunk has to fit into memory.

import tempfile
import tracemalloc
from pathlib import Path

import dask
import dask.array as da
import matplotlib.pyplot as plt
import numpy as np
import zarr

import stablefit as sf

CHANNELS, LENGTH, BLOCK = 8000, 2000, 200
folder = tempfile.TemporaryDirectory()
store = zarr.create_array(
    Path(folder.name) / "recording.zarr", shape=(CHANNELS, LENGTH), chunks=(BLOCK, LENGTH), dtype="f8"
)
alpha = np.linspace(1.2, 2.0, CHANNELS)
for first in range(0, CHANNELS, BLOCK):
    law = sf.Stable(alpha[first : first + BLOCK, None], scale=1e-3)
    store[first : first + BLOCK] = law.rvs((BLOCK, LENGTH), rng=first)
print(f"{store.nbytes / 1e6:.0f} MB on disk")

# %%
# The fit
# -------
# ``axis`` is the axis along which one sample lies. A sample has to lie within one chunk; where it does not the chunks
# are changed. Dask's scheduler decides how many chunks are read at once: two threads here, a cluster if a client is
# at hand.

tracemalloc.start()
with dask.config.set(scheduler="threads", num_workers=2):
    batch = sf.fit(da.from_zarr(store), "ecf", axis=1)
peak = tracemalloc.get_traced_memory()[1]
tracemalloc.stop()
print(batch.summary())
print(f"most memory in use: {peak / 1e6:.0f} MB of {store.nbytes / 1e6:.0f}")

# %%
# The same numbers as in memory, whatever the chunks:

some = slice(0, 300)
inside = sf.fit(store[some], "ecf", axis=1)
print("equal bits:", bool((inside.alpha == batch.alpha[some]).all()))

figure, ax = plt.subplots(layout="constrained")
ax.plot(alpha, batch.alpha, ".", ms=2, color="0.35", label="estimate")
ax.plot(alpha, alpha, color="#0072B2", label="truth")
ax.set(xlabel=r"$\alpha$ of the channel", ylabel=r"$\hat\alpha$")
ax.legend(frameon=False)

# %%
# A stream
# --------
# Where values come a row at a time, one for each channel, and are not kept at all, a sketch holds ten numbers a
# channel.

sketch = sf.Sketch(CHANNELS)
for row in range(500):
    sketch.add(sf.Stable(alpha, scale=1e-3).rvs(CHANNELS, rng=row))
error = sketch.fit().alpha - alpha
print(f"{sketch}: root mean squared error {np.sqrt(np.mean(error**2)):.3f} from 500 rows")
folder.cleanup()
