"""Noise, colour and compositing shared by every scene. Images are float arrays (h, w, 3) in linear light."""
import zlib

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage


def rng(name):
    """A generator that depends on the name alone, so that one scene can be redrawn without the others."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def col(text):
    """'#rrggbb' (sRGB) as linear light."""
    v = np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4).astype(np.float32)


def ramp(x, stops):
    """Colour ramp: stops are (position, '#rrggbb'), interpolated in linear light."""
    xs = [s[0] for s in stops]
    cs = np.stack([col(s[1]) for s in stops])
    return np.stack([np.interp(x, xs, cs[:, i]) for i in range(3)], -1).astype(np.float32)


def smooth(a, b, x):
    t = np.clip((x - a) / (b - a), 0, 1)
    return t * t * (3 - 2 * t)


def mix(a, b, t):
    t = np.asarray(t, np.float32)
    if t.ndim == 2:
        t = t[..., None]
    return a * (1 - t) + b * t


def _stretch(grid, h, w):
    return np.asarray(Image.fromarray(grid.astype(np.float32)).resize((w, h), Image.BICUBIC))


def noise(h, w, cell, r, aspect=1.0):
    """Smooth value noise about -1..1 with features of `cell` pixels (times aspect across)."""
    gh, gw = max(2, int(h / cell) + 3), max(2, int(w / (cell * aspect)) + 3)
    big_h, big_w = int(gh * cell) + 1, int(gw * cell * aspect) + 1
    if big_h * big_w > 4 * h * w + 4_000_000:
        return _stretch(r.uniform(-1, 1, (gh, gw)), h, w)
    return _stretch(r.uniform(-1, 1, (gh, gw)), big_h, big_w)[:h, :w]


def fbm(h, w, cell, r, octaves=6, gain=0.5, aspect=1.0):
    total, amp, out = 0.0, 1.0, np.zeros((h, w), np.float32)
    for _ in range(octaves):
        if cell < 1.5:
            break
        out += amp * noise(h, w, cell, r, aspect)
        total += amp
        amp *= gain
        cell /= 2
    return out / max(total, 1e-6)


def tile(n, cells, r):
    """Tileable value noise (n, n), about -1..1."""
    g = r.uniform(-1, 1, (cells, cells)).astype(np.float32)
    g = np.pad(g, 4, mode="wrap")
    k = -(-n // cells)
    out = _stretch(g, k * (cells + 8), k * (cells + 8))[4 * k : 4 * k + k * cells, 4 * k : 4 * k + k * cells]
    return out if out.shape[0] == n else _stretch(out, n, n)


def sample(field, x, y):
    """Bilinear look-up in a tileable field; x and y in units of the whole tile."""
    n = field.shape[0]
    x, y = np.mod(x, 1.0) * n, np.mod(y, 1.0) * n
    x0, y0 = x.astype(np.int32) % n, y.astype(np.int32) % n
    fx, fy = (x - np.floor(x)).astype(np.float32), (y - np.floor(y)).astype(np.float32)
    x1, y1 = (x0 + 1) % n, (y0 + 1) % n
    if field.ndim == 3:
        fx, fy = fx[..., None], fy[..., None]
    return (field[y0, x0] * (1 - fx) + field[y0, x1] * fx) * (1 - fy) + (
        field[y1, x0] * (1 - fx) + field[y1, x1] * fx
    ) * fy


_TILES = {}


def cloud_tile(seed=1, n=1024, cells=4, octaves=8, gain=0.55):
    key = (seed, n, cells, octaves, gain)
    if key not in _TILES:
        r = rng(f"tile{key}")
        out, amp, c = np.zeros((n, n), np.float32), 1.0, cells
        for _ in range(octaves):
            if c > n // 2:
                break
            out += amp * tile(n, c, r)
            amp *= gain
            c *= 2
        out -= out.mean()
        _TILES[key] = out / (out.std() * 2.5)
    return _TILES[key]


def blur(img, s):
    if s < 0.3:
        return img
    if img.ndim == 2:
        return ndimage.gaussian_filter(img, s)
    return np.stack([ndimage.gaussian_filter(img[..., i], s) for i in range(img.shape[2])], -1)


def disc_blur(img, radius):
    """Lens blur: a flat disc, so that lights become round spots."""
    from scipy.signal import fftconvolve

    k = int(np.ceil(radius)) + 1
    yy, xx = np.mgrid[-k : k + 1, -k : k + 1]
    disc = np.clip(radius - np.hypot(xx, yy) + 0.5, 0, 1)
    disc /= disc.sum()
    p = [(k, k), (k, k)]
    return np.stack(
        [fftconvolve(np.pad(img[..., i], p, mode="reflect"), disc, mode="valid") for i in range(3)], -1
    ).astype(np.float32)


def mask(h, w, draw, scale=3):
    """Antialiased coverage 0..1 of what `draw(d, s)` paints with fill 255, s being the scale."""
    while h * w * scale * scale > 40_000_000 and scale > 1:
        scale -= 1
    im = Image.new("L", (w * scale, h * scale), 0)
    draw(ImageDraw.Draw(im), scale)
    return np.asarray(im.resize((w, h), Image.BOX), np.float32) / 255


def paint(h, w, draw, scale=2, back="#000000"):
    """Antialiased colour drawing: returns linear colour and coverage."""
    im = Image.new("RGBA", (w * scale, h * scale), back + "00")
    draw(ImageDraw.Draw(im, "RGBA"), scale)
    a = np.asarray(im.resize((w, h), Image.BOX), np.float32) / 255
    rgb = a[..., :3]
    rgb = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return rgb.astype(np.float32), a[..., 3]


def grid(h, w):
    """Pixel coordinates: x from -aspect..aspect, y from 1 (top) to -1 (bottom)."""
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    return (x - w / 2) / (h / 2), (h / 2 - y) / (h / 2)


def glow(img, threshold=0.9, radius=20, amount=0.5):
    bright = np.maximum(img - threshold, 0)
    return img + amount * (0.6 * blur(bright, radius) + 0.4 * blur(bright, radius * 3.2))


def finish(img, exposure=1.0, contrast=1.0, saturation=1.0, warmth=0.0, vignette=0.25, grain=0.004, seed=7):
    """Linear light to 8-bit sRGB with a film-like shoulder, vignette and a trace of grain."""
    h, w = img.shape[:2]
    x = np.maximum(img * exposure, 0).astype(np.float32)
    if vignette:
        gx, gy = np.meshgrid(np.linspace(-1, 1, w), np.linspace(-1, 1, h))
        x *= (1 - vignette * np.clip((gx**2 + gy**2) / 2, 0, 1) ** 1.3)[..., None]
    x *= np.array([1 + warmth, 1, 1 - warmth], np.float32)
    x = x * (2.51 * 0.8 * x + 0.03 + 0.06) / (x * (2.43 * 0.8 * x + 0.59) + 0.14)
    x = np.clip(x, 0, 1)
    s = np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-6) ** (1 / 2.4) - 0.055)
    luma = (s @ np.array([0.2126, 0.7152, 0.0722], np.float32))[..., None]
    s = luma + (s - luma) * saturation
    s = 0.5 + (s - 0.5) * contrast
    if grain:
        g = np.random.default_rng(seed).normal(0, grain, (h, w, 1)).astype(np.float32)
        s = s + blur(g[..., 0], 0.6)[..., None] 
    return Image.fromarray((np.clip(s, 0, 1) * 255 + 0.5).astype(np.uint8))


def down(img, k):
    h, w = img.shape[0] // k * k, img.shape[1] // k * k
    return img[:h, :w].reshape(h // k, k, w // k, k, -1).mean((1, 3))


def sharpen(im, amount=60):
    return im.filter(ImageFilter.UnsharpMask(1.2, amount, 2))
