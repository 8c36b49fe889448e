"""Order statistics by counting: exact quantiles of a sample, and how often its commonest value occurs, without sorting.

A few values tell where 256 bins should lie; every value is counted into its bin; only the bins that hold a wanted
order statistic, or more than a fifth of the sample, are looked into. Where the bins lie changes the time, not the
result.
"""

import math

import numpy as np

from stablefit._kernels.compile import kernel, spliced

BINS = 256
_SMALL = 40  # a sample this small is one bin
_PILOT = 128  # at most this many values tell where the bins should lie


@kernel
def _select(x: np.ndarray, k: int) -> float:
    """Rearrange x around its k-th smallest value and return that (Hoare's FIND, Comm. ACM 4, 1961)."""
    low, high = 0, x.size - 1
    while low < high:
        pivot = x[k]
        i, j = low, high
        while i <= j:
            while x[i] < pivot:
                i += 1
            while pivot < x[j]:
                j -= 1
            if i <= j:
                x[i], x[j] = x[j], x[i]
                i += 1
                j -= 1
        if j < k:
            low = i
        if k < i:
            high = j
    return float(x[k])


@spliced
def _pilot(x: np.ndarray) -> tuple[float, float]:
    """First edge and inverse width of bins that cut the middle half of x in about 32; inverse 0 where none can."""
    few = np.empty(max(16, min(_PILOT, x.size // 32)))
    for i in range(few.size):
        few[i] = x[i * x.size // few.size]
    low, high = _select(few, few.size // 4), _select(few, few.size - 1 - few.size // 4)
    width = high / 32.0 - low / 32.0
    if not 1e-290 < width < 1e290:
        return 0.0, 0.0
    return 0.5 * low + 0.5 * high - 0.5 * BINS * width, 1.0 / width


@spliced
def _assign(x: np.ndarray, bins_of: np.ndarray, count: np.ndarray) -> None:
    """Write the bin of each value, and how many values each bin holds."""
    first, inverse = 0.0, 0.0
    if x.size > _SMALL:
        first, inverse = _pilot(x)
    count[:] = 0
    if inverse == 0.0:
        bins_of[: x.size] = 0
        count[0] = x.size
        return
    for i in range(x.size):
        bins_of[i] = np.uint8(max(0.0, min((x[i] - first) * inverse, BINS - 1.0)))
    for i in range(x.size):
        count[bins_of[i]] += 1


@kernel
def place(n: int, p: float) -> tuple[int, float, float]:
    """Place (from 0) of the order statistic at or below the p-quantile, the weight of that and of the next.

    Hazen's n p - 1/2, the definition that is symmetric and that McCulloch (1986) asks for; counted from the nearer end,
    so that a reflected sample has reflected quantiles to the last bit.
    """
    from_end = max(0.0, n * (1.0 - max(p, 1.0 - p)) - 0.5)
    k = int(from_end)
    inner = from_end - k
    if p <= 0.5:
        return k, 1.0 - inner, inner
    return (n - 2 - k, inner, 1.0 - inner) if inner > 0.0 else (n - 1 - k, 1.0, 0.0)


@spliced
def _bin_of(k: int, end: np.ndarray) -> int:
    """Bin that holds the k-th smallest value; `end` counts the values up to the end of each bin."""
    low, high = 0, BINS - 1
    while low < high:
        middle = (low + high) // 2
        if end[middle] <= k:
            low = middle + 1
        else:
            high = middle
    return low


@spliced
def _gather(
    x: np.ndarray,
    p: np.ndarray,
    bins_of: np.ndarray,
    count: np.ndarray,
    end: np.ndarray,
    to: np.ndarray,
    members: np.ndarray,
) -> None:
    """Copy the values of every bin that matters into members; bin b's end before to[b], where to[b] >= 0."""
    n, total = x.size, 0
    for b in range(BINS):
        total += count[b]
        end[b] = total
        to[b] = 0 if 5 * count[b] > n else -1
    for share in p:
        k, _, following = place(n, share)
        to[_bin_of(k, end)] = 0
        if following > 0.0:
            to[_bin_of(k + 1, end)] = 0
    total = 0
    for b in range(BINS):
        if to[b] == 0:
            to[b] = total
            total += count[b]
    for i in range(n):
        b = bins_of[i]
        k = to[b]
        if k >= 0:
            members[k] = x[i]
            to[b] = k + 1


@kernel
def _value(k: int, count: np.ndarray, end: np.ndarray, to: np.ndarray, members: np.ndarray) -> float:
    """The k-th smallest value of the sample."""
    b = _bin_of(k, end)
    return _select(members[to[b] - count[b] : to[b]], k - (end[b] - count[b]))


@spliced
def _commonest(count: np.ndarray, end: np.ndarray, to: np.ndarray, members: np.ndarray) -> int:
    """How often the commonest value occurs if in more than a fifth of the sample, else 0.

    Such a value lies at one of the places n//5, 2 n//5, ... of the sorted sample, in a bin of more than a fifth.
    """
    n, most = end[BINS - 1], 0
    for k in range(n // 5, n, max(n // 5, 1)):
        b = _bin_of(k, end)
        if 5 * count[b] > n:
            value, copies = _value(k, count, end, to, members), 0
            for j in range(to[b] - count[b], to[b]):
                copies += members[j] == value
            most = max(most, copies)
    return most if 5 * most > n else 0


@spliced
def _row(
    x: np.ndarray, p: np.ndarray, bins_of: np.ndarray, bins: np.ndarray, members: np.ndarray, out: np.ndarray
) -> int:
    """Quantiles of x at p into out; how often its commonest value occurs if that is more than a fifth, else 0."""
    count, end, to = bins[0], bins[1], bins[2]
    _assign(x, bins_of, count)
    _gather(x, p, bins_of, count, end, to, members)
    for j in range(p.size):
        k, own, following = place(x.size, p[j])
        value = _value(k, count, end, to, members)
        if following > 0.0:
            after = _value(k + 1, count, end, to, members)
            if after != value:  # the mean of two equal subnormal numbers may be none of them
                value = own * value + following * after
        out[j] = value
    return _commonest(count, end, to, members)


@kernel
def fill(rows: np.ndarray, p: np.ndarray, quantiles: np.ndarray, commonest: np.ndarray) -> None:
    """`_row` of each row into quantiles (k, p.size) and commonest (k,); nan and 0 where a row is not finite."""
    n = rows.shape[1]
    bins_of, members = np.empty(n, dtype=np.uint8), np.empty(n)
    bins = np.empty((3, BINS), dtype=np.int64)
    for i in range(rows.shape[0]):
        finite = n > 0
        for j in range(n):
            finite &= abs(rows[i, j]) < math.inf
        if finite:
            commonest[i] = _row(rows[i], p, bins_of, bins, members, quantiles[i])
        else:
            quantiles[i] = math.nan
            commonest[i] = 0
