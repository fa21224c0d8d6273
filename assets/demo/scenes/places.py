"""Places people photograph: coasts, towns, woods, gardens, and the night sky over them."""
import numpy as np

from .canvas import (blur, cloud_tile, col, disc_blur, fbm, finish, glow, mask, mix, noise, paint, ramp, rng, sample, smooth)
from .land import sea, sky


def conifer(d, x, base, height, r, s, spread=0.19, fill=255):
    """One spruce as a ragged polygon."""
    levels = max(7, int(height / 9))
    left, right = [], []
    for i in range(levels):
        t = i / (levels - 1)
        y = base - height * (1 - t) * 0.97
        for side, pts in ((-1, left), (1, right)):
            out = height * spread * (t**0.9) * (0.72 + 0.45 * r.random()) + height * 0.006
            pts.append(((x + side * out) * s, (y + height * 0.045 * t) * s))
            pts.append(((x + side * out * (0.35 + 0.2 * r.random())) * s, (y + height * 0.01) * s))
    d.polygon([(x * s, (base - height) * s), *right, (x * s, base * s), *left[::-1]], fill=fill)
    d.rectangle([(x - height * 0.012) * s, (base - height * 0.06) * s, (x + height * 0.012) * s, (base + height * 0.02) * s], fill=fill)


def wood_layers(img, r, tones, horizon=0.45, snow=0.0, density=1.0, ground=None, size=0.3):
    """Rows of spruces from far to near, each in its own tone of the mist."""
    h, w = img.shape[:2]
    n = len(tones)
    for i, tone in enumerate(tones):
        t = i / max(1, n - 1)
        base = h * (horizon + (1.02 - horizon) * t**1.25)
        th = h * (size * 0.35 + size * 1.9 * t**1.6)
        count = int(w / (th * 0.23) * density * (1 - 0.45 * t))
        trees = [(r.uniform(-0.05, 1.05) * w, th * r.uniform(0.55, 1.15)) for _ in range(count)]
        hill = fbm(4, w, w / 3, r, 3)[0] * h * 0.05

        def draw(d, s):
            rr = np.random.default_rng(i + 5)
            for x, t_h in trees:
                conifer(d, x, base + hill[int(np.clip(x, 0, w - 1))], t_h, rr, s)
            d.polygon([(0, h * s)] + [(xx * s, (base + hill[xx]) * s) for xx in range(0, w, 6)] + [(w * s, h * s)], fill=255)

        m = mask(h, w, draw, 2)
        tex = fbm(h, w, 14, r, 3)
        c = np.broadcast_to(col(tone), img.shape) * (1 + 0.35 * tex * (0.3 + t))[..., None]
        if snow:
            up = np.clip(m - np.roll(m, int(2 + 5 * t), 0), 0, 1)
            load = smooth(-0.1, 0.35, fbm(h, w, 5 + 14 * t, r, 4) + 0.55 * blur(up, 1 + t))
            yy = np.arange(h)[:, None]
            floor = smooth(base - 2, base + 6 + h * 0.02, yy + hill[None, :] * -1)
            white = col("#dfe8f5") * (0.55 + 0.45 * t)
            c = mix(c, white, np.clip(load * snow * 0.85 + floor, 0, 1))
        elif ground is not None:
            yy = np.arange(h)[:, None]
            c = mix(c, col(ground), smooth(base, base + 8, yy - hill[None, :]) * 0.9)
        img = mix(img, c, m)
        mist = smooth(base - th * 0.9, base, np.arange(h)[:, None]) * np.ones((1, w)) * (1 - t) * 0.55
        img = mix(img, col(tones[0]), mist * smooth(-0.6, 0.5, fbm(h, w, w / 4, r, 4)))
    return img


def stars(h, w, r, count=2600, top=1.0, bright=1.0):
    img = np.zeros((h, w, 3), np.float32)
    x, y = r.integers(1, w - 1, count), r.integers(1, max(2, int(h * top)), count)
    b = (r.pareto(1.25, count) * 0.10).clip(0.03, 9) * bright
    tint = ramp(r.random(count), [(0, "#ffc9a0"), (0.4, "#fff4e8"), (1, "#b8ccff")])
    np.add.at(img, (y, x), tint * b[:, None])
    return blur(img, 0.55) * 2.2 + blur(img, 2.2) * 1.4


def milky_way(h, w, r, angle=0.9, cx=0.6):
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    u = ((x - w * cx) * np.cos(angle) + (y - h * 0.4) * np.sin(angle)) / h
    n = fbm(h, w, h / 3, r, 7, 0.58)
    band = np.exp(-((u + 0.07 * n) / 0.19) ** 2)
    core = np.exp(-((u + 0.05 * n) / 0.075) ** 2)
    dust = smooth(0.02, 0.4, fbm(h, w, h / 4, r, 7, 0.6) + 0.45 * core - 0.22)
    c = col("#6f83b8") * band[..., None] * 0.20 + col("#ffd2a6") * (core * (0.6 + 0.6 * n))[..., None] * 0.30
    return np.maximum(c * (1 - 0.8 * dust[..., None]), 0) + stars(h, w, r, int(9000), 1, 0.30) * band[..., None]


def night(h, w, name, what="milky", trees=True, tone="#04060c", land=None):
    r = rng(name)
    img = sky(h, w, 0.86, "night", None)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    if what == "aurora":
        for k in range(4):
            base = h * (0.55 - 0.09 * k) + fbm(4, w, w / 2.2, r, 4)[0] * h * 0.20
            rays = 0.55 + 0.6 * np.abs(fbm(4, w, 38, r, 4)[0])
            up = base[None, :] - y
            curtain = np.where(up > 0, np.exp(-up / (h * (0.16 + 0.05 * k)) / rays[None, :]), np.exp(up / (h * 0.012)))
            c = ramp(np.clip(up / (h * 0.5), 0, 1), [(0, "#5dffb0"), (0.35, "#2fd98f"), (0.7, "#5a62d8"), (1, "#a03cc0")])
            img = img + c * (curtain * rays[None, :] * (0.62 - 0.12 * k))[..., None]
        img = img + stars(h, w, r, 1500, 0.9, 0.8)
    elif what == "trails":
        cx, cy = w * 0.42, h * 0.52
        layer = np.zeros_like(img)
        n = 620
        rad, a0 = np.sqrt(r.random(n)) * np.hypot(w, h) * 0.85, r.random(n) * 6.283
        b, tint = r.pareto(1.6, n).clip(0.05, 3) * 0.5, ramp(r.random(n), [(0, "#ffb890"), (0.5, "#fff4e8"), (1, "#a8c0ff")])
        for a in np.linspace(0, 0.62, 420):
            px, py = (cx + rad * np.cos(a0 + a)).astype(int), (cy + rad * np.sin(a0 + a)).astype(int)
            ok = (px >= 0) & (px < w) & (py >= 0) & (py < h)
            layer[py[ok], px[ok]] = np.maximum(layer[py[ok], px[ok]], tint[ok] * b[ok, None])
        img = img + blur(layer, 0.7) * 1.5
    else:
        img = img + milky_way(h, w, r) * 1.5 + stars(h, w, r, 2600)
    img = img + col("#c07a4a") * (np.exp(-(0.9 * h - y).clip(0) / (h * 0.07)) * 0.16)[..., None]
    if trees:
        img = wood_layers(img, r, ["#0d1424", "#070b15", tone], 0.84, size=0.16, density=0.9)
    return img


def snow_fall(img, r, n=700, size=2.4):
    h, w = img.shape[:2]
    for blur_s, share, b in ((0.8, 0.7, 0.5), (2.2, 0.22, 1.2), (4.5, 0.08, 2.4)):
        p = np.zeros((h, w), np.float32)
        k = int(n * share)
        p[r.integers(0, h, k), r.integers(0, w, k)] = b * size
        img = img + np.clip(blur(p, blur_s) * blur_s * 4, 0, 0.8)[..., None] * np.array([0.9, 0.95, 1.0], np.float32)
    return img


def hut(img, x, y, s):
    """A log hut with lit windows and snow on its roof; s is its width in pixels."""
    h, w = img.shape[:2]

    def draw(d, k):
        q = lambda *pts: [((x + a * s) * k, (y + b * s) * k) for a, b in pts]
        d.polygon(q((-0.5, 0), (-0.5, -0.34), (0.5, -0.34), (0.5, 0)), fill="#4a3020")
        for i in range(7):
            d.line(q((-0.5, -0.05 * i), (0.5, -0.05 * i)), fill="#2e1d13", width=max(1, int(s * 0.008 * k)))
        d.polygon(q((-0.5, -0.34), (0.0, -0.66), (0.5, -0.34)), fill="#3c2718")
        d.polygon(q((-0.62, -0.30), (0, -0.70), (0.62, -0.30), (0.6, -0.38), (0, -0.79), (-0.6, -0.38)), fill="#e4ecf6")
        d.polygon(q((0.22, -0.60), (0.22, -0.84), (0.32, -0.84), (0.32, -0.53)), fill="#38302c")
        d.polygon(q((0.20, -0.84), (0.20, -0.88), (0.34, -0.88), (0.34, -0.84)), fill="#eef3fa")
        d.polygon(q((0.1, 0), (0.1, -0.25), (0.26, -0.25), (0.26, 0)), fill="#25160d")
        for a in (-0.36, -0.12):
            d.polygon(q((a, -0.12), (a, -0.27), (a + 0.17, -0.27), (a + 0.17, -0.12)), fill="#ffd27a")
            d.line(q((a + 0.085, -0.12), (a + 0.085, -0.27)), fill="#3a2415", width=max(1, int(s * 0.01 * k)))
            d.line(q((a, -0.195), (a + 0.17, -0.195)), fill="#3a2415", width=max(1, int(s * 0.01 * k)))

    c, a = paint(h, w, draw)
    c = c * (1 + 0.2 * noise(h, w, 3, rng("log"))[..., None])
    lum = c.max(-1)
    c = np.where((c[..., 0:1] > 0.75) & (c[..., 2:3] < 0.3), c * np.array([3.2, 2.3, 1.5], np.float32), c * 0.55)
    img = mix(img, c, a)
    yy, xx = np.mgrid[0:h, 0:w]
    spill = np.exp(-(((xx - x + 0.16 * s) / (0.42 * s)) ** 2 + ((yy - y - 0.10 * s) / (0.13 * s)) ** 2)) * (yy > y)
    del lum
    return img + col("#ffb45a") * (spill * 0.55)[..., None]


def skyline(bg, r, base, layers, lit=0.4, height=0.3, warm="#ffc46a", haze=None):
    """Blocks of a city, far to near, with lit windows."""
    h, w = bg.shape[:2]
    img = bg
    for i in range(layers):
        t = (i + 1) / layers
        tone = mix(col(haze) if haze else bg[int(base * h) - 4].mean(0), col("#0d1220"), 0.62 + 0.36 * t)
        x = -20
        lights, shape = np.zeros((h, w, 3), np.float32), np.zeros((h, w), np.float32)
        while x < w:
            bw = int(r.uniform(0.022, 0.055) * w * (0.65 + 0.5 * t))
            centre = np.exp(-(((x / w) - 0.58 + 0.1 * i) / 0.26) ** 2)
            bh = int(h * height * (0.16 + 0.34 * r.random() + 0.75 * centre * r.random() ** 0.7) * (1.25 - 0.35 * t))
            y1, y0 = int(base * h), int(base * h) - bh
            a, b = max(0, x), min(w, x + bw)
            if b > a:
                shape[y0:y1, a:b] = 1
                style = r.integers(0, 3)
                if style == 1:
                    mid, half = (a + b) // 2, max(1, (b - a) // 4)
                    shape[max(0, y0 - bh // 8) : y0, mid - half : mid + half] = 1
                if style == 2 and r.random() < 0.5:
                    mid = (a + b) // 2
                    shape[max(0, y0 - bh // 4) : y0, mid : mid + 2] = 1
                    lights[max(0, y0 - bh // 4), mid] = np.array([4, 0.3, 0.2])
                px, py = max(4, int(w / 200)), max(5, int(w / 150))
                for wy in range(y0 + 4, y1 - 4, py):
                    row = r.random() < 0.05
                    for wx in range(a + 2, b - px + 1, px):
                        if row or r.random() < 0.7 * lit * (0.55 + 0.45 * t):
                            c = col(warm) if r.random() < 0.75 else col("#cfe2ff")
                            lights[wy : wy + max(2, py // 2), wx : wx + max(2, px // 2)] = c * r.uniform(0.3, 1.3) * (0.5 + 0.6 * t)
            x += int(bw * r.uniform(0.75, 1.25)) + 1
        vert = np.clip((base * h - np.arange(h)) / (height * h), 0, 1)[:, None]
        body = np.broadcast_to(tone, img.shape) * (0.75 + 0.5 * vert)[..., None]
        img = mix(img, body, shape) + lights * shape[..., None]
    return img


def city_water(h, w, name, kind="dusk", sun=(-0.5, 0.03), lit=0.42, horizon=0.62, height=0.42, rough=0.05):
    r = rng(name)
    img = sea(h, w, horizon, kind, sun, fov=0.55, roughness=rough, tint="#0b1a2c", seed=5, scale=3.0,
              sky_args=dict(clouds=0.9, seed=4, sun_size=0), paint_bg=lambda b: skyline(b, r, horizon + 0.002, 3, lit, height))
    return glow(img, 0.8, 6, 0.5)


def bridge(h, w, name, kind="dusk", fog=0.0):
    r = rng(name)
    hz = 0.66

    def draw_bridge(bg):
        def draw(d, s):
            deck = [(x * w, h * (0.565 - 0.02 * np.sin(x * 3.14))) for x in np.linspace(0, 1, 60)]
            d.line([(a * s, b * s) for a, b in deck], fill=255, width=int(h * 0.016 * s))
            for tx, wd in ((0.27, 0.012), (0.75, 0.010)):
                for o in (-1, 1):
                    d.rectangle([(tx + o * wd - 0.0035) * w * s, h * 0.16 * s, (tx + o * wd + 0.0035) * w * s, h * hz * s], fill=255)
                for yy in (0.17, 0.28, 0.40, 0.51):
                    d.rectangle([(tx - wd) * w * s, h * yy * s, (tx + wd) * w * s, h * (yy + 0.014) * s], fill=255)
            spans = [(-0.21, 0.27), (0.27, 0.75), (0.75, 1.23)]
            for a, b in spans:
                xs = np.linspace(a, b, 70)
                t = (xs - a) / (b - a)
                ys = 0.17 + 0.35 * (1 - (2 * t - 1) ** 2)
                d.line([(x * w * s, y * h * s) for x, y in zip(xs, ys)], fill=255, width=max(2, int(h * 0.005 * s)))
                for x, y in list(zip(xs, ys))[::2]:
                    d.line([(x * w * s, y * h * s), (x * w * s, h * 0.556 * s)], fill=200, width=max(1, int(h * 0.0012 * s)))

        m = mask(h, w, draw)
        bg = skyline(bg, r, hz + 0.002, 2, 0.25, 0.12)
        bg = mix(bg, col("#5c1f16" if kind in ("sunset", "mist") else "#1a1d2c") * 0.8, m)
        lamps = np.zeros_like(bg)
        for x in np.linspace(0.01, 0.99, 34):
            lamps[int(h * (0.553 - 0.02 * np.sin(x * 3.14))), int(x * w)] = col("#ffcf8a") * 14
        bg = bg + blur(lamps, 1.3) * 1.5 + blur(lamps, 5) * 2.0
        if fog:
            bank = smooth(0.72, 0.42, np.abs(np.arange(h)[:, None] / h - 0.62) * 2.2 + 0.25 * fbm(h, w, w / 4, r, 5))
            bg = mix(bg, col("#efe7df"), bank * fog)
        return bg

    img = sea(h, w, hz, kind, (0.15, 0.06), fov=0.5, roughness=0.06, tint="#10202e", seed=8, scale=2.5,
              sky_args=dict(clouds=0.85, seed=9, sun_size=0), paint_bg=draw_bridge)
    return glow(img, 0.9, 8, 0.4)


def boat_mask(h, w, x, y, s, flip=1):
    def hull(d, k):
        q = lambda *pts: [((x + flip * a * s) * k, (y + b * s) * k) for a, b in pts]
        d.polygon(q((-0.45, -0.02), (0.55, -0.05), (0.40, 0.09), (-0.36, 0.09)), fill=255)
        d.line(q((0.02, 0), (0.02, -1.25)), fill=255, width=max(2, int(0.018 * s * k)))

    def sails(d, k):
        q = lambda *pts: [((x + flip * a * s) * k, (y + b * s) * k) for a, b in pts]
        d.polygon(q((-0.01, -0.10), (-0.02, -1.22), (-0.18, -0.7), (-0.40, -0.14)), fill=255)
        d.polygon(q((0.06, -0.12), (0.05, -1.12), (0.30, -0.55), (0.52, -0.10)), fill=255)

    return mask(h, w, hull), mask(h, w, sails)


def sailing(h, w, name, kind, sun, boats, sail="#f4eee2", hull="#1b2430", clouds=0.9, cover=0.1, rough=0.08, tint="#0e3a4a"):
    hz = 0.58

    def put(bg):
        for x, y, s, f in boats:
            a, b = boat_mask(h, w, x * w, y * h, s * h, f)
            lit = sky(8, 8, 0.9, kind).mean((0, 1))
            bg = mix(bg, col(sail) * (lit * 1.4 + 0.05), b)
            bg = mix(bg, col(hull) * (lit + 0.1), a)
        return bg

    img = sea(h, w, hz, kind, sun, fov=0.6, roughness=rough, tint=tint, sky_args=dict(clouds=clouds, cover=cover, seed=len(name)), paint_bg=put)
    return put(img)


def beach(h, w, name, kind="clear", sun=(0.8, 0.7)):
    r = rng(name)
    hz = 0.40
    img = sea(h, w, hz, kind, sun, fov=0.7, roughness=0.06, tint="#1fa0a8", sky_args=dict(clouds=0.95, cover=-0.05, seed=len(name) + 2, sun_size=0), seed=11)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    v = (y / h - hz) / (1 - hz)
    shallow = smooth(0.08, 0.62, v)
    light = np.clip(img.mean() * 1.9, 0.1, 1.1) * np.array([1.0, 0.97, 0.92], np.float32)
    img = mix(img, col("#6fd3c8") * light * (0.9 + 0.3 * fbm(h, w, 40, r, 4, aspect=2.5)[..., None]), shallow * 0.62)
    shore = 0.60 + 0.07 * np.sin(x / w * 4.2 + 0.6) + 0.03 * fbm(4, w, w / 5, r, 4)[0][None, :] - 0.10 * (x / w)
    beyond = v - shore
    grain = fbm(h, w, 5, r, 3) * 0.10 + fbm(h, w, 60, r, 4, aspect=3) * 0.12
    dry = mix(np.broadcast_to(col("#c9a878"), img.shape), col("#ecd9b0"), smooth(0.02, 0.16, beyond)) * light * (1 + grain)[..., None]
    img = mix(img, dry, smooth(-0.004, 0.006, beyond))
    for off, wid, amt in ((-0.010, 0.014, 0.95), (-0.075, 0.010, 0.7), (-0.14, 0.006, 0.5)):
        lace = smooth(0.05, 0.5, fbm(h, w, 18, r, 4, aspect=2) + 0.3)
        f = np.exp(-(((beyond - off - 0.012 * fbm(4, w, 90, r, 4)[0][None, :]) / wid) ** 2)) * amt * (0.45 + 0.55 * lace)
        img = mix(img, np.array([1, 1, 1], np.float32) * light * 1.25, np.clip(f, 0, 1))
    return img


def balloon(img, x, y, s, colours, light=(-0.55, 0.55), warm=1.0, turn=0.0):
    """A hot-air balloon: a shaded envelope of gores, ropes and a basket; s is its radius in pixels."""
    h, w = img.shape[:2]
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    u, v = (xx - x) / s, (y - yy) / s
    taper = np.where(v < 0, np.sqrt(np.clip(1 - (v / 1.45) ** 2, 0, 1)) * np.clip(1 + v * 0.30, 0, 1), np.sqrt(np.clip(1 - v * v, 0, 1)))
    inside = smooth(0.02, -0.02, np.abs(u) - taper) * (v > -1.22)
    nx = np.clip(u / np.maximum(taper, 1e-3), -1, 1)
    nz = np.sqrt(1 - nx**2)
    lam = np.clip(nx * light[0] + v * light[1] * 0.7 + nz * 0.55, 0, 1.3)
    lon = (np.arcsin(nx) / np.pi + 0.5 + turn) * len(colours) * 2
    idx = np.floor(lon).astype(int) % len(colours)
    c = np.stack([col(k) for k in colours])[idx]
    band = (np.abs(v - 0.12) < 0.10)[..., None]
    c = np.where(band, col(colours[-1]) * 0.8 + 0.1, c)
    seam = 0.82 + 0.18 * smooth(0.0, 0.14, np.abs(lon - np.round(lon)))
    c = c * ((0.22 + 0.95 * lam) * seam * warm)[..., None]
    img = mix(img, c, inside)

    def draw(d, k):
        for a in (-0.16, 0.16):
            d.line([((x + a * s * 1.5) * k, (y + 1.18 * s) * k), ((x + a * s * 0.7) * k, (y + 1.5 * s) * k)], fill=255, width=max(1, int(s * 0.012 * k)))
        d.rectangle([(x - 0.13 * s) * k, (y + 1.5 * s) * k, (x + 0.13 * s) * k, (y + 1.68 * s) * k], fill=255)

    return mix(img, col("#3a2414") * warm, mask(h, w, draw))


def bokeh_lights(h, w, name, base="#0a0c16", lights=130, radius=26, palette=("#ffb45e", "#ff6a4a", "#ffe0a8", "#8fb8ff", "#ff8fb0", "#7de0b0"), wet=True):
    """Out-of-focus street lights, and their streaks on a wet road."""
    r = rng(name)
    y = np.mgrid[0:h, 0:w][0] / h
    img = ramp(y, [(0, base), (0.5, "#1a1626"), (1, "#0c0a12")]) * 0.8
    dots = np.zeros((h, w, 3), np.float32)
    for _ in range(lights):
        px, py = int(r.uniform(0, w)), int(np.clip(r.normal(0.44, 0.12), 0.05, 0.62) * h)
        dots[py, px] += col(palette[r.integers(len(palette))]) * r.uniform(150, 1000)
    img = img + disc_blur(dots, radius) * 0.85 + disc_blur(dots, radius * 0.55) * 0.25
    if wet:
        top = int(h * 0.62)
        refl = img[: h - top][::-1]
        refl = np.pad(refl, ((0, max(0, h - top - refl.shape[0])), (0, 0), (0, 0)), mode="edge")[: h - top]
        src = img[max(0, 2 * top - h) : top][::-1]
        src = np.pad(src, ((0, h - top - src.shape[0]), (0, 0), (0, 0)), mode="edge")
        streak = np.stack([__import__("scipy.ndimage", fromlist=["x"]).gaussian_filter(src[..., i], (26, 3)) for i in range(3)], -1)
        img[top:] = streak * (0.75 + 0.35 * noise(h - top, w, 5, r, 6))[..., None]
    return img


def houses(h, w, name, kind="golden"):
    """A hillside of painted houses with tiled roofs above a river."""
    r = rng(name)
    img = sky(h, w, 0.75, kind, (-0.6, 0.25), fov=0.6, clouds=0.6, seed=6, sun_size=0)
    light = col("#ffe2b8") * 0.95
    walls = ["#f2e6d0", "#e9c46a", "#e07a5f", "#f4a6a0", "#8ab6c8", "#f6f1e7", "#d98f5c", "#c7d3b0", "#eadfca"]
    for row in range(9):
        t = row / 8
        base = h * (0.33 + 0.74 * t)
        bw0 = w * (0.045 + 0.075 * t)
        x = -r.uniform(0, bw0)

        def draw(d, s, x=x):
            while x < w:
                bw, bh = bw0 * r.uniform(0.7, 1.3), h * (0.10 + 0.17 * t) * r.uniform(0.8, 1.35)
                arc = base - h * 0.20 * (1 - t) * np.exp(-(((x / w) - 0.62) / 0.3) ** 2)
                y0 = arc - bh
                c = np.array([int(walls[r.integers(len(walls))][i : i + 2], 16) for i in (1, 3, 5)]) * r.uniform(0.86, 1.0)
                tup = lambda v: tuple(int(q) for q in np.clip(v, 0, 255)) + (255,)
                d.rectangle([x * s, y0 * s, (x + bw) * s, (arc + h * 0.3) * s], fill=tup(c))
                d.rectangle([(x + bw * 0.86) * s, y0 * s, (x + bw) * s, (arc + h * 0.3) * s], fill=tup(c * 0.72))
                rh = bh * 0.20
                roof = np.array([186, 92, 58]) * r.uniform(0.8, 1.1)
                d.polygon([((x - bw * 0.04) * s, y0 * s), ((x + bw * 0.12) * s, (y0 - rh) * s), ((x + bw * 0.9) * s, (y0 - rh) * s), ((x + bw * 1.04) * s, y0 * s)], fill=tup(roof))
                for q in range(6):
                    lx = x + bw * (0.1 + 0.15 * q)
                    d.line([(lx * s, y0 * s), ((lx * 0.9 + (x + bw / 2) * 0.1) * s, (y0 - rh) * s)], fill=tup(roof * 0.8), width=max(1, int(s * 0.7)))
                nx = max(2, int(round(bw / (w * 0.022 * (0.6 + 0.8 * t)))))
                ww, wh = bw / nx * 0.40, bh * 0.15
                for fl in range(4):
                    for q in range(nx):
                        wx, wy = x + bw * (q + 0.5) / nx - ww / 2, y0 + bh * (0.10 + 0.27 * fl)
                        d.rectangle([(wx - 1.2) * s, (wy - 1.2) * s, (wx + ww + 1.2) * s, (wy + wh + 1.2) * s], fill=tup(c * 1.12))
                        lit = r.random() < 0.08
                        d.rectangle([wx * s, wy * s, (wx + ww) * s, (wy + wh) * s], fill=(255, 214, 130, 255) if lit else tup(np.array([52, 62, 74]) * r.uniform(0.7, 1.3)))
                        if r.random() < 0.35:
                            sc = np.array([64, 96, 82]) if r.random() < 0.5 else np.array([120, 64, 44])
                            d.rectangle([(wx - ww * 0.4) * s, wy * s, (wx - 1) * s, (wy + wh) * s], fill=tup(sc))
                            d.rectangle([(wx + ww + 1) * s, wy * s, (wx + ww * 1.4) * s, (wy + wh) * s], fill=tup(sc))
                if r.random() < 0.18:
                    cx, cr = x + bw * 1.02, bw * 0.20
                    for _ in range(16):
                        a, b = r.normal(0, cr * 0.5), r.normal(0, cr * 0.5)
                        g = np.array([70, 96, 52]) * r.uniform(0.6, 1.2)
                        d.ellipse([(cx + a - cr * 0.4) * s, (arc - bh * 0.45 + b - cr * 0.4) * s, (cx + a + cr * 0.4) * s, (arc - bh * 0.45 + b + cr * 0.4) * s], fill=tup(g))
                x += bw * r.uniform(0.92, 1.08)

        c, a = paint(h, w, draw)
        c = c * light * (0.92 + 0.15 * fbm(h, w, 9, r, 3))[..., None] * 1.1
        img = mix(img, mix(c, col("#f2cfa0"), 0.38 * (1 - t) ** 1.3), a)
    x = np.linspace(-1, 1, w)[None, :, None]
    return img * (1.12 - 0.18 * x)


def flower_field(h, w, name, petals, stem="#3f6b2a", sky_kind="golden", sun=(0.3, 0.15), rows=False, hz=0.36, size=0.055, n=2600, hills="#5a6b7c", back="#3c5a26"):
    """Flowers to the horizon, the near ones large, with the haze of a shallow lens."""
    r = rng(name)
    img = sky(h, w, hz, sky_kind, sun, fov=0.6, clouds=0.8, cover=0.0, seed=len(name), sun_size=0)
    light = np.clip(img[: int(h * hz)].mean((0, 1)) * 1.5, 0.15, 1.3)
    for k, tone in enumerate((0.75, 0.5)):
        ridge = h * (hz - 0.05 + 0.03 * k) + fbm(4, w, w / 3, r, 5)[0] * h * 0.05
        m = smooth(-1, 1, np.arange(h)[:, None] - ridge[None, :])
        img = mix(img, mix(col(hills), img[int(hz * h) - 2].mean(0), tone), m)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    v = np.clip((y / h - hz) / (1 - hz), 0, 1)
    ground = col(back) * light * (0.75 + 0.5 * fbm(h, w, 12, r, 4))[..., None]
    far = col(petals[0]) * light * 0.8
    img = mix(img, mix(far, ground, smooth(0, 0.35, v)), smooth(-0.002, 0.004, y / h - hz))
    pts = []
    for _ in range(n):
        t = r.random() ** 1.9
        if rows:
            lane = r.integers(-14, 15) + r.normal(0, 0.13)
            px = 0.5 + lane * (0.012 + 0.17 * t)
        else:
            px = r.uniform(-0.05, 1.05)
        pts.append((t, px, r.integers(len(petals)), r.uniform(0.7, 1.2), r.uniform(-1, 1)))
    pts.sort()
    for lo, hi, soft in ((0, 0.08, 0.0), (0.08, 0.3, 0), (0.3, 0.62, 0), (0.62, 0.85, 1.2), (0.85, 1.01, 6.0)):
        group = [p for p in pts if lo <= p[0] < hi]

        def draw(d, s):
            for t, px, c, k, lean in group:
                q = h * size * (0.06 + 1.0 * t) * k
                cx, cy = px * w, h * (hz + (1 - hz) * t) - q * 0.5
                tone = 0.72 + 0.28 * k
                rgb = [int(int(petals[c][i : i + 2], 16) * min(1, tone)) for i in (1, 3, 5)]
                g = [int(int(stem[i : i + 2], 16) * tone) for i in (1, 3, 5)]
                d.line([(cx * s, cy * s), ((cx + lean * q * 0.4) * s, (cy + q * 3) * s)], fill=(*g, 255), width=max(1, int(q * 0.11 * s)))
                if q > 5:
                    d.line([((cx + lean * q * 0.2) * s, (cy + q * 1.6) * s), ((cx + (lean + 0.8) * q) * s, (cy + q * 0.9) * s)], fill=(*g, 255), width=max(1, int(q * 0.13 * s)))
                k5 = 6 if q > 4 else 1
                for j in range(k5):
                    a = j * 6.283 / k5 + lean
                    ox, oy = (np.cos(a) * q * 0.38, np.sin(a) * q * 0.24) if k5 > 1 else (0, 0)
                    e = q * 0.36 if k5 > 1 else q * 0.5
                    f = 0.8 + 0.3 * (np.sin(a) < 0) * 1.0
                    d.ellipse([(cx + ox - e) * s, (cy + oy - e * 0.75) * s, (cx + ox + e) * s, (cy + oy + e * 0.75) * s], fill=tuple(min(255, int(z * f)) for z in rgb) + (255,))
                if k5 > 1:
                    e = q * 0.16
                    d.ellipse([(cx - e) * s, (cy - e * 0.8) * s, (cx + e) * s, (cy + e * 0.8) * s], fill=(60, 40, 20, 255))

        c, a = paint(h, w, draw)
        c, a = blur(c * a[..., None], soft), blur(a, soft)
        img = img * (1 - a[..., None]) + c * light * 1.1 * (0.95 + 0.1 * noise(h, w, 4, r))[..., None]
    return img


def birches(h, w, name, leaf=("#e8b23a", "#d98a2b", "#c8661f", "#f0cf5a"), snow=False):
    """Pale trunks in an autumn wood, soft behind, sharp in front."""
    r = rng(name)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    img = ramp(y / h, [(0, "#f7e7b8"), (0.5, "#eed28a"), (0.72, "#c79a4e"), (1, "#6b4a22")]) * 0.9
    for layer in range(5):
        t = layer / 4

        def leaves(d, s):
            for _ in range(int(900 - 100 * layer)):
                c = leaf[r.integers(len(leaf))]
                g = r.uniform(0.6, 1.1)
                px, py = r.uniform(0, w), (abs(r.normal(0, 0.26)) if r.random() < 0.8 else r.uniform(0.7, 1.05)) * h
                e = (0.004 + 0.007 * t) * h * r.uniform(0.6, 1.6)
                rgb = tuple(min(255, int(int(c[i : i + 2], 16) * g)) for i in (1, 3, 5)) + (int(150 + 90 * t),)
                d.ellipse([(px - e) * s, (py - e * 0.7) * s, (px + e) * s, (py + e * 0.7) * s], fill=rgb)

        count = 15 - layer * 2
        for _ in range(count):
            cx, tw = r.uniform(0, w), (0.006 + 0.030 * t**1.5) * w * r.uniform(0.8, 1.3)
            path = cx + np.cumsum(r.normal(0, 0.12, h)) * (0.3 + t) + r.normal(0, 0.05) * np.arange(h)
            u = (x - path[:, None]) / tw
            m = smooth(1.06, 0.94, np.abs(u)) * (y < h * (0.70 + 0.27 * t))
            base = ramp(np.clip(u * 0.5 + 0.5, 0, 1), [(0, "#8f7f66"), (0.35, "#f4ead2"), (0.7, "#d8ccb2"), (1, "#6a5c48")])
            bark = smooth(0.42, 0.62, fbm(h, w, max(6, tw * 0.45), r, 4, aspect=2.5) + 0.12 * np.abs(u))
            base = mix(base, col("#2b241c"), bark * 0.85)
            img = mix(img, mix(base, col("#f0d590"), 0.65 * (1 - t)), m)
        c, a = paint(h, w, leaves)
        img = mix(img, c * 1.15, a * 0.9)
        img = blur(img, 2.6 * (1 - t))
    return img + col("#ffdf9a") * (np.exp(-(((x - 0.62 * w) / (0.35 * w)) ** 2 + ((y - 0.28 * h) / (0.4 * h)) ** 2)) * 0.35)[..., None]


def moon_sea(h, w, name):
    r = rng(name)
    hz = 0.64

    def put(bg):
        hh, ww = bg.shape[:2]
        y, x = np.mgrid[0:hh, 0:ww].astype(np.float32)
        d = np.hypot(x - 0.5 * ww, y - 0.30 * hh) / (0.075 * min(hh, ww))
        mare = 0.75 + 0.3 * sample(cloud_tile(3), x / ww * 0.8, y / hh * 0.8)
        bg = bg + stars(hh, ww, r, 700, 0.6, 0.5) * smooth(1.2, 3, d)[..., None]
        bg = mix(bg, col("#fff0d4") * mare[..., None] * 1.5, smooth(1.03, 0.97, d))
        return bg + col("#c8d0ff") * (np.exp(-np.maximum(d - 1, 0) * 0.8) * 0.16)[..., None]

    img = sea(h, w, hz, "blue", (0.0, 0.30), fov=0.6, roughness=0.08, tint="#081428", sky_args=dict(clouds=0.5, cover=-0.15, seed=12, sun_size=0), paint_bg=put)
    return img
