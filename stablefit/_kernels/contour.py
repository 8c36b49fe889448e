"""The symmetric law by contour integration, without tables: slow, and the judge of everything else.

The characteristic function gives, for z >= 0 (Zolotarev, One-dimensional Stable Distributions, 1986, section 2.2),

    f(z) = (1/pi) Re int_0^inf exp(i z t - t^alpha) dt,      P(Z > z) = -(1/pi) Im int_0^inf exp(i z t)
    expm1(-t^alpha) dt / t.

Both integrands are analytic, so the real axis may be bent to where they neither oscillate nor cancel. Every kernel
returns the same four numbers: density, upper tail, and the density's derivatives in z and in alpha; `near` returns
1/2 - P(Z > z) instead of the tail.
"""

import cmath
import math

import numpy as np

from stablefit._kernels.compile import kernel

# Terms below this share of the largest one end a sum: small enough to lose nothing after the weights t and t^alpha
# log t.
_NEGLIGIBLE = 1e-22
_FIRST, _LAST = -6.5, 690.0  # u between which exp(u - exp(-u)) neither vanishes nor overflows
_RAY_STEP = 0.14  # in units of the ray's angle: the trapezoid's error is exp(-2 pi / 0.14) = 3e-20
_LEG_END = 90.0  # exp(-z y + y^alpha |cos(pi alpha / 2)|) < 1e-19 at z y = 90 wherever the saddle lies higher
_BULK_MATTERS = 1.9  # above it the power tail may be weaker than any exponential, and the second leg is never left out
_LINE_NODES, _LINE_WEIGHTS = np.polynomial.legendre.leggauss(64)


@kernel
def _expm1(a: float, b: float) -> complex:
    """exp(a + i b) - 1 without cancellation."""
    half = math.sin(0.5 * b)
    real = math.expm1(a)
    return complex(real * math.cos(b) - 2.0 * half * half, (real + 1.0) * math.sin(b))


@kernel
def _ray_angle(alpha: float) -> float:
    """Angle at which exp(i z t) and exp(-t^alpha) both decay and the strip of analyticity is widest."""
    return min(0.5 * math.pi, 0.25 * math.pi / alpha)


@kernel
def near(z: float, alpha: float) -> tuple[float, float, float, float]:
    """f, 1/2 - P(Z > z), df/dz, df/dalpha at z in [0, 1 / Gamma(1 + 1/alpha)]; also to z = 3 for alpha > 1.2.

    The ray t = r exp(i phi), ln r = u - exp(-u), by the trapezoidal rule. exp(i z t) - 1 keeps the relative
    precision of the odd functions of z down to z = 0. In df/dz what it takes away, the mean of t, would drown the rest
    once z is beyond 1 / (root mean square of t).
    """
    phi = _ray_angle(alpha)
    beyond = z > math.exp(0.5 * (math.lgamma(1.0 / alpha) - math.lgamma(3.0 / alpha)))
    step = _RAY_STEP * phi
    turn, turn_alpha = cmath.exp(1j * phi), cmath.exp(1j * alpha * phi)
    f, core, f_z, f_alpha = 0.0, 0.0, 0.0, 0.0
    for direction in (1.0, -1.0):
        u = 0.5 if direction > 0 else 0.5 - step
        top = 0.0
        while True:
            shrink = math.exp(-u)
            v = u - shrink
            t = math.exp(v) * turn
            power = math.exp(alpha * v) * turn_alpha
            wave = _expm1(-z * t.imag, z * t.real)
            damped = cmath.exp(-power) * t * (1.0 + shrink)
            f += (damped * (1.0 + wave)).real
            core += (damped * wave / t).imag
            f_z -= (damped * (1.0 + wave if beyond else wave) * t).imag
            f_alpha -= (damped * (1.0 + wave) * power * complex(v, phi)).real
            size = abs(damped) * (abs(t) if direction > 0 else 1.0)
            top = max(top, size)
            if size < _NEGLIGIBLE * top or not _FIRST < u < _LAST:
                break
            u += direction * step
    weight = step / math.pi
    return f * weight, core * weight, f_z * weight, f_alpha * weight


@kernel
def far(z: float, alpha: float) -> tuple[float, float, float, float]:
    """f, P(Z > z), df/dz, df/dalpha for alpha <= 1.2 and z > 1 / Gamma(1 + 1/alpha).

    The ray of `near` in units of 1/z; exp(-t^alpha) - 1 keeps the relative precision of the tail.
    """
    phi = _ray_angle(alpha)
    step = _RAY_STEP * phi
    turn, turn_alpha = cmath.exp(1j * phi), cmath.exp(1j * alpha * phi)
    log_unit = -math.log(max(z, 1.0))
    f, tail, f_z, f_alpha = 0.0, 0.0, 0.0, 0.0
    for direction in (1.0, -1.0):
        u = 0.5 if direction > 0 else 0.5 - step
        top = 0.0
        while True:
            shrink = math.exp(-u)
            v = u - shrink + log_unit
            t = math.exp(v) * turn
            power = math.exp(alpha * v) * turn_alpha
            drop = _expm1(-power.real, -power.imag)
            wave = cmath.exp(1j * z * t) * t * (1.0 + shrink)
            f += (wave * drop).real
            tail -= (wave * drop / t).imag
            f_z -= (wave * drop * t).imag
            f_alpha -= (wave * (1.0 + drop) * power * complex(v, phi)).real
            size = abs(wave * drop) * (abs(t) if direction > 0 else 1.0 / abs(t))
            top = max(top, size)
            if size < _NEGLIGIBLE * top or not _FIRST < u < _LAST:
                break
            u += direction * step
    weight = step / math.pi
    return f * weight, tail * weight, f_z * weight, f_alpha * weight


@kernel
def _corner(z: float, alpha: float) -> float:
    """Height at which the two legs of `legs` meet.

    Near the saddle of exp(i z t - t^alpha), but no further than the first leg matters.
    """
    saddle = math.pow(z / alpha, 1.0 / (alpha - 1.0))
    return min(saddle, _LEG_END / z) if alpha < _BULK_MATTERS else saddle


@kernel
def upright(z: float, alpha: float) -> tuple[float, float, float, float]:
    """The leg 0 -> i y0 of `legs`: the power-law tail, proportional to 2 - alpha near alpha = 2. Tanh-sinh rule."""
    y0 = _corner(z, alpha)
    rest = 2.0 - alpha  # exact
    cos_a, sin_a = -math.cos(0.5 * math.pi * rest), math.sin(0.5 * math.pi * rest)
    step = 0.055
    f, tail, f_z, f_alpha = 0.0, 0.0, 0.0, 0.0
    for j in range(-70, 71):
        s = 0.5 * math.pi * math.sinh(step * j)
        # y / y0 = 1 / (1 + exp(-2 s)), written so that neither end loses digits
        y = y0 / (1.0 + math.exp(-2.0 * s))
        weight = step * 0.5 * math.pi * math.cosh(step * j) * 2.0 * y / (1.0 + math.exp(2.0 * s))
        log_y = math.log(y0) - (math.log1p(math.exp(-2.0 * s)) if s > 0 else math.log1p(math.exp(2.0 * s)) - 2.0 * s)
        power = math.exp(alpha * log_y)
        size = weight * math.exp(-z * y - power * cos_a)
        angle = power * sin_a
        real, imag = size * math.cos(angle), -size * math.sin(angle)
        f -= imag
        tail -= imag / y
        f_z += imag * y
        # derivative in alpha: times -t^alpha log t, t^alpha = power (cos_a + i sin_a), log t = log y + i pi/2
        grow_re = power * (cos_a * log_y - sin_a * 0.5 * math.pi)
        grow_im = power * (sin_a * log_y + cos_a * 0.5 * math.pi)
        f_alpha += real * grow_im + imag * grow_re
    return f / math.pi, tail / math.pi, f_z / math.pi, f_alpha / math.pi


@kernel
def level(z: float, alpha: float) -> tuple[float, float, float, float]:
    """The leg i y0 -> i y0 + infinity of `legs`.

    The Gaussian-like bulk, exp(-z^2/4) at alpha = 2. Gauss-Legendre rule.
    """
    y0 = _corner(z, alpha)
    # the modulus falls like exp(-curvature w^2 / 2) to w of the order y0, then like exp(-w^alpha)
    rest = 2.0 - alpha  # exact
    width = math.sqrt(84.0 / (alpha * (alpha - 1.0) * math.pow(y0, alpha - 2.0)))
    f, tail, f_z, f_alpha = 0.0, 0.0, 0.0, 0.0
    for j in range(_LINE_NODES.size):
        w = 0.5 * width * (1.0 + _LINE_NODES[j])
        t = complex(w, y0)
        log_t = cmath.log(t)
        # i^alpha = -cos(pi rest / 2) + i sin(pi rest / 2), exact at alpha = 2
        power = math.exp(alpha * log_t.real) * cmath.exp(1j * alpha * (log_t.imag - 0.5 * math.pi))
        power *= complex(-math.cos(0.5 * math.pi * rest), math.sin(0.5 * math.pi * rest))
        value = 0.5 * width * _LINE_WEIGHTS[j] * cmath.exp(complex(-z * y0, z * w) - power)
        f += value.real
        tail -= (value / t).imag
        f_z -= (value * t).imag
        f_alpha -= (value * power * log_t).real
    return f / math.pi, tail / math.pi, f_z / math.pi, f_alpha / math.pi


@kernel
def legs(z: float, alpha: float) -> tuple[float, float, float, float]:
    """f, P(Z > z), df/dz, df/dalpha for 1.2 < alpha < 2 and 3 <= z < 20.

    Up the imaginary axis to the saddle, then parallel to the real axis: the tail and the bulk come apart, so that
    nothing cancels however close alpha is to 2.
    """
    a = upright(z, alpha)
    if alpha < _BULK_MATTERS and _corner(z, alpha) == _LEG_END / z:
        return a
    b = level(z, alpha)
    return a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]
