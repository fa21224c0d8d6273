"""Things near by: still lifes, textures, a cat, papers."""
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .canvas import (blur, cloud_tile, col, disc_blur, fbm, mask, mix, noise, paint, ramp, rng, sample, smooth)
from .land import sea, sky


def wood(h, w, r, light="#a87245", dark="#5c371e"):
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    rings = fbm(h, w, h / 3, r, 5, aspect=7) * 7 + y / h * 9
    g = 0.5 + 0.5 * np.sin(rings * 3.1)
    fibre = fbm(h, w, 6, r, 3, aspect=22)
    return mix(np.broadcast_to(col(light), (h, w, 3)), col(dark), np.clip(g * 0.55 + fibre * 0.35 + 0.2, 0, 1))


def spheres(h, w, balls, table, back, light=(-0.6, 0.9, -0.5), cam=(0, 1.5, -5.0), look=0.32, fov=0.42, bump=0.0, gloss=0.35, k=2):
    """Balls on a table, traced exactly: soft shadow, bounce of light, bumpy skin. balls: (x, y, z, radius, colour)."""
    h, w = h * k, w * k
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    d = np.stack([(x - w / 2) / (h / 2) * fov, (h / 2 - y) / (h / 2) * fov - look, np.ones_like(x)], -1)
    d /= np.linalg.norm(d, axis=-1, keepdims=True)
    o = np.array(cam, np.float32)
    lt = np.array(light, np.float32)
    lt /= np.linalg.norm(lt)
    best = np.full((h, w), 1e9, np.float32)
    tp = np.where(d[..., 1] < -1e-4, -o[1] / np.minimum(d[..., 1], -1e-4), 1e9)
    px, pz = o[0] + d[..., 0] * tp, o[2] + d[..., 2] * tp
    sh, occ = np.ones((h, w), np.float32), np.ones((h, w), np.float32)
    for bx, by, bz, br, _ in balls:
        lx, lz = px - bx, pz - bz
        t = (lx * -lt[0] + (0 - by) * -lt[1] + lz * -lt[2])
        t2 = np.maximum(-(lx * lt[0] - by * lt[1] + lz * lt[2]), 0)
        q = np.stack([lx + lt[0] * t2, -by + lt[1] * t2, lz + lt[2] * t2], -1)
        dist = np.linalg.norm(q, axis=-1)
        sh = np.minimum(sh, smooth(br * 0.80, br * (1.12 + 0.10 * t2), dist))
        occ *= 1 - 0.75 * np.clip(br**2.2 / (lx**2 + lz**2 + by * by * 0.35 + 1e-3) * 0.35, 0, 1)
        del t
    tt = cloud_tile(77, 1024, 8, 7)
    grain = sample(tt, px * 0.35, pz * 0.05)
    tcol = np.stack([col(table[0])] * 1)[0] * (1 - np.clip(grain + 0.5, 0, 1))[..., None] + col(table[1]) * np.clip(grain + 0.5, 0, 1)[..., None]
    img = tcol * ((0.25 + 1.0 * sh) * occ)[..., None]
    bg = ramp(np.clip(y / h * 1.6, 0, 1), [(0, back[0]), (1, back[1])])
    img = mix(img, bg, smooth(9, 26, np.where(tp > 1e8, 99, tp)))
    for bx, by, bz, br, c in balls:
        oc = o - np.array([bx, by, bz], np.float32)
        b = (d * oc).sum(-1)
        disc = b * b - (oc @ oc - br * br)
        t = -b - np.sqrt(np.maximum(disc, 0))
        hit = (disc > 0) & (t < best) & (t > 0)
        best = np.where(hit, t, best)
        p = o + d * t[..., None]
        n = (p - np.array([bx, by, bz])) / br
        if bump:
            u, v = np.arctan2(n[..., 0], n[..., 2]) * 0.5, n[..., 1] * 0.6
            e = cloud_tile(78, 1024, 64, 3)
            n = n + bump * np.stack([sample(e, u, v), sample(e, u + 0.3, v), sample(e, u, v + 0.3)], -1)
            n /= np.linalg.norm(n, axis=-1, keepdims=True)
        lam = np.clip((n * lt).sum(-1) * 0.85 + 0.15, 0, 1)
        for ox, oy, oz, orr, _ in balls:
            if (ox, oz) == (bx, bz) and oy == by:
                continue
            q = p - np.array([ox, oy, oz])
            t2 = np.maximum(-(q * lt).sum(-1), 0)
            dist = np.linalg.norm(q + lt * t2[..., None], axis=-1)
            lam = lam * np.where(t2 > 0, smooth(orr * 0.82, orr * 1.1, dist), 1)
        hv = lt - d
        hv /= np.linalg.norm(hv, axis=-1, keepdims=True)
        spec = np.clip((n * hv).sum(-1), 0, 1) ** 45
        base = col(c) * (0.9 + 0.25 * sample(tt, n[..., 0] * 0.3 + bx, n[..., 1] * 0.3)[..., None])
        bounce = np.clip(-n[..., 1], 0, 1) * 0.25
        fres = (1 - np.clip(-(n * d).sum(-1), 0, 1)) ** 4
        up = 0.22 + 0.20 * np.clip(n[..., 1], 0, 1)
        near = np.clip(p[..., 1] / (br * 0.7), 0.25, 1)
        c3 = base * (lam * 1.05 + up * near)[..., None] + col(table[1]) * base * bounce[..., None] * 2 + gloss * spec[..., None] + col(back[0]) * (fres * gloss)[..., None]
        img = np.where(hit[..., None], c3, img)
    return img.reshape(h // k, k, w // k, k, 3).mean((1, 3)).astype(np.float32)


def cat_window(h, w, name, kind="sunset"):
    """A cat's back against the evening in a window."""
    r = rng(name)
    out = sea(h, w, 0.58, kind, (0.25, 0.16), fov=0.5, sky_args=dict(clouds=0.8, seed=3, sun_size=0.05))
    img = disc_blur(np.minimum(out, 3), h * 0.012) * 1.1

    def frame(d, s):
        d.rectangle([0, 0, w * 0.07 * s, h * s], fill=255)
        d.rectangle([w * 0.93 * s, 0, w * s, h * s], fill=255)
        d.rectangle([0, 0, w * s, h * 0.05 * s], fill=255)
        d.rectangle([w * 0.49 * s, 0, w * 0.515 * s, h * s], fill=255)
        d.rectangle([0, h * 0.34 * s, w * s, h * 0.355 * s], fill=255)
        d.rectangle([0, h * 0.80 * s, w * s, h * s], fill=255)

    m = mask(h, w, frame)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    wall = ramp(y / h, [(0, "#2a1c18"), (0.78, "#38241c"), (0.80, "#b07a4c"), (0.83, "#6b4229"), (1, "#2a1810")])
    wall = wall * (0.85 + 0.3 * fbm(h, w, 30, r, 4, aspect=5))[..., None]
    sheen = np.exp(-(((x / w - 0.62) / 0.2) ** 2)) * smooth(0.80, 0.81, y / h) * smooth(0.98, 0.82, y / h)
    img = mix(img, wall + col("#ffa055") * (sheen * 0.5)[..., None], m)
    cx, by, s0 = w * 0.34, h * 0.815, h * 0.44

    def cat(d, s):
        q = lambda a, b: ((cx + a * s0) * s, (by + b * s0) * s)
        e = lambda a, b, rx, ry: d.ellipse([*q(a - rx, b - ry), *q(a + rx, b + ry)], fill=255)
        e(0, -0.26, 0.235, 0.27)
        e(0, -0.14, 0.27, 0.16)
        e(0.02, -0.50, 0.145, 0.20)
        e(0.04, -0.74, 0.150, 0.130)
        d.polygon([q(-0.10, -0.78), q(-0.085, -0.97), q(0.035, -0.85)], fill=255)
        d.polygon([q(0.055, -0.855), q(0.165, -0.97), q(0.185, -0.77)], fill=255)
        pts = [q(0.18 + 0.36 * t, -0.045 + 0.05 * np.sin(t * 5) + 0.30 * t * t * (t > 0.2)) for t in np.linspace(0, 1, 40)]
        for i, p in enumerate(pts):
            rad = (0.048 - 0.012 * i / 40) * s0 * s
            d.ellipse([p[0] - rad, p[1] - rad, p[0] + rad, p[1] + rad], fill=255)

    m = mask(h, w, cat)
    soft = blur(m, h * 0.012)
    fur = 0.6 + 0.5 * fbm(h, w, 5, r, 3, aspect=0.5)
    dark = ramp(np.clip((y / h - 0.4) * 2, 0, 1), [(0, "#2a1a16"), (1, "#140c0b")]) * fur[..., None]
    rim = np.clip(m - soft, 0, 1) * 1.7 * smooth(0.95, 0.3, y / h)
    fuzz = np.clip(blur(m, 1.2) + 0.22 * fbm(h, w, 3, r, 2) * smooth(0.5, 0.05, np.abs(blur(m, 2.5) - 0.5)), 0, 1)
    shade = blur(np.roll(m, int(h * 0.03), 0), h * 0.02) * (y > by - 3)
    img = img * (1 - 0.6 * shade[..., None])
    img = mix(img, dark + col("#ffb070") * rim[..., None], fuzz)

    def pot(d, s):
        px, py = w * 0.80, by
        d.polygon([((px - 0.052 * w) * s, (py - 0.13 * h) * s), ((px + 0.052 * w) * s, (py - 0.13 * h) * s), ((px + 0.038 * w) * s, py * s), ((px - 0.038 * w) * s, py * s)], fill="#8a4a2e")
        d.rectangle([(px - 0.058 * w) * s, (py - 0.15 * h) * s, (px + 0.058 * w) * s, (py - 0.12 * h) * s], fill="#9c5636")
        for a in np.linspace(0.5, 2.65, 13):
            ln = h * 0.30 * r.uniform(0.6, 1.05)
            for t in np.linspace(0, 1, 26):
                q = (px + np.cos(a) * ln * t, py - 0.15 * h - np.sin(a) * ln * t + 0.3 * ln * t * t)
                e = h * 0.013 * np.sin(3.1 * min(1, t + 0.12)) + 1
                d.ellipse([(q[0] - e) * s, (q[1] - e) * s, (q[0] + e) * s, (q[1] + e) * s], fill="#1d2d16")

    c, a = paint(h, w, pot)
    return mix(img, c * 0.7 + col("#ff9050") * np.clip(a - blur(a, 5), 0, 1)[..., None] * 0.6, a)


def coffee(h, w, name):
    r = rng(name)
    img = wood(h, w, r) * 1.05
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    cx, cy, R = w * 0.54, h * 0.52, h * 0.40
    d = np.hypot(x - cx, y - cy) / R
    sh = np.hypot(x - cx - R * 0.14, y - cy - R * 0.16) / R
    img = img * (1 - 0.65 * smooth(1.22, 0.85, sh))[..., None]
    light = (0.95 - 0.12 * (x - cx) / R - 0.12 * (y - cy) / R)
    plate = mix(np.broadcast_to(col("#e8e2d6"), img.shape), col("#fbf8f2"), smooth(0.6, 1, d)) * light[..., None]
    ring = np.exp(-(((d - 0.90) / 0.02) ** 2))
    plate = plate * (1 - 0.12 * ring)[..., None]
    img = mix(img, plate, smooth(1.006, 0.994, d))
    sh2 = np.hypot(x - cx - R * 0.09, y - cy - R * 0.10) / R
    img = img * (1 - 0.5 * smooth(0.80, 0.55, sh2) * (d > 0.62))[..., None]
    cup = np.clip(1.05 - 0.25 * (x - cx) / R - 0.25 * (y - cy) / R, 0, 1.3)
    m_handle = mask(h, w, lambda q, s: q.line([((cx + R * 0.55) * s, (cy + R * 0.1) * s), ((cx + R * 0.98) * s, (cy + R * 0.26) * s)], fill=255, width=int(R * 0.15 * s)))
    img = mix(img, col("#3f6470") * 0.9 * light[..., None], m_handle)
    img = mix(img, col("#4a7482") * cup[..., None], smooth(0.666, 0.656, d))
    img = mix(img, col("#2d4a55") * cup[..., None], smooth(0.622, 0.612, d))
    th = np.arctan2(x - cx, -(y - cy) + R * 0.16)
    rr = np.hypot(x - cx, (y - cy) - R * 0.10) / R
    leaf = 0.40 * (0.55 + 0.45 * np.cos(th)) ** 0.6
    wav = np.sin((y - cy) / R * 34 + 9.0 * np.abs((x - cx) / R) + 1.2 * fbm(h, w, 40, r, 3))
    milk = smooth(0.03, -0.03, rr - leaf) * smooth(-0.25, 0.35, wav) * smooth(0.0, 0.015, np.abs(x - cx) / R)
    brew = mix(np.broadcast_to(col("#7a4522"), img.shape), col("#a86a36"), np.clip(0.5 + fbm(h, w, 30, r, 5), 0, 1))
    brew = mix(brew, col("#4a2712"), smooth(0.50, 0.61, d))
    brew = mix(brew, col("#f3dfc0"), np.clip(milk * 0.94, 0, 1))
    foam = smooth(0.5, 0.75, fbm(h, w, 6, r, 2) + 0.25 * smooth(0.45, 0.6, d))
    brew = mix(brew, col("#d9b184"), foam * 0.45)
    img = mix(img, brew * light[..., None], smooth(0.604, 0.596, d))
    return img + np.exp(-(((x - w * 0.1) / (w * 0.5)) ** 2 + ((y) / (h * 0.6)) ** 2))[..., None] * col("#ffe2b4") * 0.18


def rain_window(h, w, name, back):
    """Drops on a pane, each showing the street behind it upside down."""
    r = rng(name)
    soft = disc_blur(back, h * 0.02)
    off_x, off_y, hl = np.zeros((h, w), np.float32), np.zeros((h, w), np.float32), np.zeros((h, w), np.float32)
    inside = np.zeros((h, w), np.float32)
    drops = sorted(((r.uniform(0, w), r.uniform(0, h), h * 0.005 + h * 0.05 * r.random() ** 4) for _ in range(620)), key=lambda q: q[2])
    for cx, cy, rad in drops:
        x0, x1, y0, y1 = int(max(0, cx - rad - 1)), int(min(w, cx + rad + 2)), int(max(0, cy - rad * 1.3 - 1)), int(min(h, cy + rad * 1.3 + 2))
        yy, xx = np.mgrid[y0:y1, x0:x1].astype(np.float32)
        u, v = (xx - cx) / rad, (yy - cy) / (rad * 1.2)
        q = u * u + v * v
        m = smooth(1.05, 0.85, q)
        keep = m > inside[y0:y1, x0:x1] * 0.5
        for f, val in ((off_x, -u * rad * 7), (off_y, -v * rad * 9)):
            f[y0:y1, x0:x1] = np.where(keep, val, f[y0:y1, x0:x1])
        hl[y0:y1, x0:x1] = np.where(keep, np.exp(-((u + 0.35) ** 2 + (v + 0.45) ** 2) * 22) * 0.8 - 0.55 * smooth(0.55, 1, q), hl[y0:y1, x0:x1])
        inside[y0:y1, x0:x1] = np.maximum(inside[y0:y1, x0:x1], m)
    y, x = np.mgrid[0:h, 0:w]
    sy, sx = np.clip(y + off_y, 0, h - 1).astype(int), np.clip(x + off_x, 0, w - 1).astype(int)
    lens = blur(back, 2)[sy, sx] * (1.25 + hl)[..., None] + 0.25 * np.maximum(hl, 0)[..., None]
    return mix(soft, np.maximum(lens, 0), inside)


def voronoi(h, w, r, n):
    from scipy.spatial import cKDTree

    pts = np.column_stack([r.uniform(-0.1, 1.1, n) * h, r.uniform(-0.1, 1.1, n) * w])
    for _ in range(2):
        probe = np.column_stack([r.uniform(-0.1, 1.1, n * 30) * h, r.uniform(-0.1, 1.1, n * 30) * w])
        own = cKDTree(pts).query(probe)[1]
        cnt = np.maximum(np.bincount(own, minlength=n), 1)
        pts = np.column_stack([np.bincount(own, probe[:, i], n) / cnt for i in (0, 1)])
    y, x = np.mgrid[0:h, 0:w]
    q = np.column_stack([(y + 4 * fbm(h, w, 40, r, 3)).ravel(), (x + 4 * fbm(h, w, 40, r, 3)).ravel()])
    d, i = cKDTree(pts).query(q, k=2)
    return d[:, 0].reshape(h, w), d[:, 1].reshape(h, w), i[:, 0].reshape(h, w)


def pebbles(h, w, name, tones=("#8a8782", "#6a6d72", "#b6ab9a", "#54504c", "#9a8a78", "#c8c2b6", "#7c6a5c")):
    r = rng(name)
    n = 260
    d1, d2, idx = voronoi(h, w, r, n)
    size = np.sqrt(h * w / n)
    edge = (d2 - d1) / size
    bump = np.sqrt(np.clip(edge * 1.7, 0, 1)) + 0.05 * fbm(h, w, 30, r, 4)
    gy, gx = np.gradient(blur(bump, 1.2) * size * 0.55)
    lam = np.clip((gx * 0.5 + gy * 0.6 + 0.85) / np.sqrt(gx**2 + gy**2 + 1), 0, 1.2)
    c = np.stack([col(t) for t in tones])[r.integers(0, len(tones), n)][idx] * r.uniform(0.75, 1.2, n)[idx][..., None]
    speck = fbm(h, w, 4, r, 2) * 0.25 + fbm(h, w, 24, r, 4) * 0.3
    ang = r.uniform(0, 3.14, n)[idx]
    y, x = np.mgrid[0:h, 0:w]
    vein = smooth(0.9, 0.98, np.sin((np.cos(ang) * x + np.sin(ang) * y) * 0.09 + 3 * fbm(h, w, 60, r, 3))) * (r.random(n) < 0.25)[idx]
    c = mix(c * (1 + speck)[..., None], col("#e8e2d8"), vein * 0.6)
    img = c * (lam * 1.25)[..., None] * smooth(0.02, 0.22, edge)[..., None]
    return img + np.clip(lam - 0.93, 0, 1)[..., None] * 1.3


def leaf(h, w, name, tones=("#2f5a1c", "#6fa02e", "#b8d65a")):
    """A backlit leaf: ribs, veins and cells."""
    r = rng(name)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    v = (y - h * (0.62 - 0.25 * x / w)) / h
    side = np.abs(v)
    ribs = np.abs(((x / w * 9 + side * 7.5 + 0.25 * np.sign(v) + 0.12 * fbm(h, w, 120, r, 3)) % 1) - 0.5) / 9
    d1, d2, idx = voronoi(h, w, r, 2600)
    d3, d4, idx2 = voronoi(h, w, r, 240)
    net = smooth(3.2, 0.4, d2 - d1) * 0.5 + smooth(6, 0.8, d4 - d3) * 0.6
    rib = np.clip(np.exp(-(ribs / (0.0042)) ** 2) * smooth(0.9, 0.1, side) + np.exp(-(side / 0.011) ** 2) * 1.2, 0, 1)
    tone = np.clip(0.42 + 0.25 * fbm(h, w, h / 2, r, 4) + r.normal(0, 0.05, 2600)[idx] + r.normal(0, 0.04, 240)[idx2], 0, 1)
    img = ramp(tone, [(0, tones[0]), (0.55, tones[1]), (1, tones[2])])
    img = mix(img, col(tones[2]) * 1.1, np.clip(net * 0.5 + rib * 0.85, 0, 1))
    lightp = np.exp(-(((x - 0.65 * w) / (0.55 * w)) ** 2 + ((y - 0.35 * h) / (0.7 * h)) ** 2))
    return img * (0.45 + 1.0 * lightp)[..., None]


def bubble(h, w, name):
    r = rng(name)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    back = disc_blur(np.maximum(ramp(np.clip(fbm(h, w, h / 3, r, 4) * 0.6 + 0.5, 0, 1), [(0, "#16302a"), (0.5, "#3b6a4a"), (1, "#c8d89a")]), 0), h * 0.02)
    img = back
    for cx, cy, rad in ((0.56, 0.48, 0.34), (0.17, 0.70, 0.13), (0.86, 0.83, 0.09)):
        u, v = (x - cx * w) / (rad * h), (y - cy * h) / (rad * h)
        q = np.sqrt(u * u + v * v)
        m = smooth(1.004, 0.99, q)
        z = np.sqrt(np.clip(1 - q * q, 0, 1))
        swirl = sample(cloud_tile(21, cells=3, octaves=5), u * 0.16 + 0.1 * v, v * 0.12 + cx)
        thick = 2.2 + 1.5 * v + 1.7 * swirl + 1.2 * (1 - z)
        film = 0.5 + 0.5 * np.cos(6.283 * (thick[..., None] * np.array([0.85, 1.02, 1.25], np.float32) + np.array([0.0, 0.33, 0.6], np.float32)))
        fres = (1 - z) ** 1.7
        hl = np.exp(-(((u + 0.42) / 0.13) ** 2 + ((v + 0.5) / 0.2) ** 2)) * 1.6 + 0.7 * np.exp(-(((u - 0.45) / 0.16) ** 2 + ((v - 0.52) / 0.09) ** 2))
        film_c = film * (0.10 + 0.75 * fres)[..., None] + hl[..., None] * np.array([1, 0.98, 0.94], np.float32)
        img = mix(img, img * (0.92 - 0.45 * fres[..., None]) + film_c, m)
    return img


def ink(h, w, name, stops):
    """Colours poured into water: noise folded over itself."""
    r = rng(name)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32) / h
    a, b = cloud_tile(31, cells=2, octaves=5), cloud_tile(32, cells=2, octaves=5)
    o = r.random(4)
    qx, qy = sample(a, x * 0.4 + o[0], y * 0.4), sample(b, x * 0.4, y * 0.4 + o[1])
    rx, ry = sample(b, x * 0.3 + 0.42 * qx + o[2], y * 0.3 + 0.42 * qy), sample(a, x * 0.3 + 0.42 * qy, y * 0.3 - 0.42 * qx + o[3])
    f = sample(a, x * 0.25 + 0.30 * rx, y * 0.25 + 0.30 * ry)
    img = ramp(np.clip(f * 0.62 + 0.5 + 0.12 * rx, 0, 1), stops)
    gy, gx = np.gradient(blur(f + 0.25 * rx, 1.0) * h * 0.05)
    lam = np.clip(1 + (gx - gy) * 0.8, 0.45, 1.7)
    return img * lam[..., None] + np.clip(lam - 1.35, 0, 1)[..., None] * 0.7


def candle(h, w, name, flick=0.0):
    r = rng(name)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    dots = np.zeros((h, w, 3), np.float32)
    for _ in range(28):
        dots[int(r.uniform(0.05, 0.75) * h), int(r.uniform(0, w))] = col(["#ffb45a", "#ff7a4a", "#ffd9a0"][r.integers(3)]) * r.uniform(80, 320)
    img = col("#150b08") + disc_blur(dots, h * 0.035) * 0.5
    cx, top = w * 0.5, h * 0.60
    table = smooth(0.855, 0.87, y / h)
    img = mix(img, wood(h, w, r, "#6a3c20", "#2c160b") * 0.5 * (0.3 + 2.2 * np.exp(-(((x - cx) / (0.4 * w)) ** 2)))[..., None], table)
    for dx, tp, wd, lit in ((0.0, 0.60, 0.085, 1), (-0.20, 0.70, 0.062, 0.9), (0.21, 0.73, 0.055, 0.8)):
        bx = cx + dx * w
        u = (x - bx) / (wd * h)
        m = smooth(1.02, 0.97, np.abs(u)) * smooth(tp - 0.002, tp + 0.003, y / h + 0.012 * u * u) * smooth(0.915, 0.905, y / h - 0.012 * (1 - u * u))
        wax = ramp(np.clip((y / h - tp) * 4.2, 0, 1), [(0, "#fff0c8"), (0.25, "#f2b468"), (1, "#6e3418")]) * (1.05 - 0.55 * u**2)[..., None]
        img = mix(img, wax * 1.1, m)
        fy = (tp - 0.075 - y / h) / 0.062
        fx = (x - bx - flick * 10 * (fy + 1)) / (h * 0.018)
        body = np.sqrt(np.clip(1 - fy**2, 0, 1)) * np.clip(1 - 0.55 * fy, 0.05, 1.6)
        fl = smooth(1.1, 0.35, np.abs(fx) / np.maximum(body, 1e-3)) * (np.abs(fy) < 1)
        img = img + (col("#ffd890") * 3.4 * fl[..., None] + col("#4a6cff") * (fl * smooth(-0.5, -1, fy))[..., None]) * lit
        g = np.hypot(x - bx, y - (tp - 0.07) * h) / h
        img = img + col("#ff9a4a") * (np.exp(-g * 9) * 0.55 + np.exp(-g * 30) * 0.5)[..., None] * lit
        wick = smooth(1.6, 0.8, np.abs(x - bx)) * (y / h > tp - 0.03) * (y / h < tp + 0.004)
        img = mix(img, col("#1a0c06"), wick)
    return img


def frost(h, w, name):
    """Ice flowers on a cold pane at sunrise."""
    r = rng(name)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    img = ramp(y / h, [(0, "#33528c"), (0.5, "#86a5d0"), (0.78, "#f0c0a0"), (1, "#e89a6a")])

    def fern(d, s, x0, y0, a, ln, depth, wd):
        n = int(max(5, ln / 7))
        px, py = x0, y0
        for i in range(n):
            a += r.normal(0, 0.045)
            nx, ny = px + np.cos(a) * ln / n, py + np.sin(a) * ln / n
            d.line([(px * s, py * s), (nx * s, ny * s)], fill=int(140 + 110 * r.random()), width=max(1, int(wd * s)))
            px, py = nx, ny
            if depth > 0:
                for sd in (-1, 1):
                    fern(d, s, px, py, a + sd * 0.95, ln * (0.38 if depth > 1 else 0.30) * (1 - i / n) ** 0.7, depth - 1, wd * 0.55)

    def draw(d, s):
        for _ in range(8):
            fern(d, s, r.uniform(-0.05, 1.05) * w, h * r.uniform(0.75, 1.1), -1.57 + r.normal(0, 0.5), h * r.uniform(0.4, 0.85), 2, 2.6)
        for _ in range(3):
            fern(d, s, r.choice([-5, w + 5]), h * r.uniform(0, 0.9), r.uniform(-0.5, 0.5) + (3.14 if r.random() < 0.5 else 0), h * 0.5, 2, 2.2)

    m = mask(h, w, draw, 2)
    haze = smooth(0.1, 0.9, blur(m, 10) * 3 + (y / h - 0.55) * 0.8)
    return mix(mix(img, col("#dfe9f8"), haze * 0.16), np.array([1, 1, 1], np.float32), np.clip(m * 0.62, 0, 1))


def sunflower(h, w, name, petal=("#f6b81a", "#ffd84a", "#d98a10"), heart="#3a2010"):
    r = rng(name)
    back = ramp(np.clip(fbm(h, w, h / 3, r, 4) * 0.7 + 0.5, 0, 1), [(0, "#1e3d1c"), (0.6, "#4f7d38"), (1, "#bcd07a")])
    img = disc_blur(np.maximum(back, 0), h * 0.025)
    cx, cy, R = w * 0.5, h * 0.5, h * 0.19

    def petals(d, s):
        for ring, n in ((2, 30), (1, 27), (0, 24)):
            for j in range(n):
                a = j * 6.283 / n + ring * 0.11 + r.normal(0, 0.04)
                ln = R * (2.25 - 0.22 * (2 - ring)) * r.uniform(0.9, 1.08)
                c = np.array([int(petal[(j + ring) % 3][i : i + 2], 16) for i in (1, 3, 5)]) * r.uniform(0.86, 1.05) * (0.8 + 0.1 * (2 - ring))
                for q, tone in ((1.0, 0.82), (0.62, 1.0), (0.16, 0.86)):
                    pts = []
                    for t in np.linspace(0, 1, 14):
                        pts.append((t, np.sin(np.pi * t**0.85) * 0.135 * q * (1 - 0.25 * t)))
                    poly = [(t, v) for t, v in pts] + [(t, -v) for t, v in pts[::-1]]
                    xy = [((cx + np.cos(a) * (R * 0.75 + ln * t * 0.62) - np.sin(a) * ln * v) * s, (cy + np.sin(a) * (R * 0.75 + ln * t * 0.62) + np.cos(a) * ln * v) * s) for t, v in poly]
                    d.polygon(xy, fill=tuple(int(z) for z in np.clip(c * tone, 0, 255)) + (255,))

    c, a = paint(h, w, petals, 3)
    img = img * (1 - 0.4 * blur(np.roll(a, (6, 6), (0, 1)), 8)[..., None])
    img = mix(img, c * (0.95 + 0.2 * fbm(h, w, 10, r, 3))[..., None], a)

    def seeds(d, s):
        d.ellipse([(cx - R) * s, (cy - R) * s, (cx + R) * s, (cy + R) * s], fill=heart)
        for i in range(900):
            q = np.sqrt(i / 900)
            a = i * 2.39996
            px, py, e = cx + np.cos(a) * R * q, cy + np.sin(a) * R * q, R * 0.030
            tone = np.array([60, 34, 16]) + (np.array([150, 96, 30]) if q > 0.72 else np.array([40, 46, 10]) if q < 0.32 else np.array([30, 14, 6])) * r.uniform(0.5, 1)
            d.ellipse([(px - e) * s, (py - e) * s, (px + e) * s, (py + e) * s], fill=tuple(int(v) for v in tone * 0.6) + (255,))
            d.ellipse([(px - e * 0.7) * s, (py - e * 0.9) * s, (px + e * 0.5) * s, (py + e * 0.3) * s], fill=tuple(int(min(255, v)) for v in tone * 1.25) + (255,))

    c, a = paint(h, w, seeds, 3)
    return mix(img, c, a)


def blossom(h, w, name, petal="#f8c8d6"):
    """A flowering twig against a soft garden."""
    r = rng(name)
    back = ramp(np.clip(fbm(h, w, h / 2.5, r, 4) * 0.8 + 0.5, 0, 1), [(0, "#7fa0c8"), (0.5, "#bcd3e8"), (1, "#f6e2ea")])
    img = disc_blur(np.maximum(back, 0), h * 0.03)
    for layer, (soft, scale) in enumerate(((9, 0.75), (3.5, 0.9), (0.0, 1.1))):
        pts = [(-0.05 * w, h * (0.25 + 0.3 * layer))]
        a = r.uniform(-0.1, 0.25)
        while pts[-1][0] < w * 1.05:
            a += r.normal(0, 0.16) - 0.1 * a
            pts.append((pts[-1][0] + np.cos(a) * w * 0.04, pts[-1][1] + np.sin(a) * w * 0.04))

        def draw(d, s):
            for i in range(len(pts) - 1):
                d.line([(pts[i][0] * s, pts[i][1] * s), (pts[i + 1][0] * s, pts[i + 1][1] * s)], fill="#4a342c", width=int(h * 0.016 * scale * s * (1 - 0.6 * i / len(pts))))
            for px, py in pts[1:]:
                for _ in range(5):
                    qx, qy, e = px + r.normal(0, 0.035) * w, py + r.normal(0, 0.055) * h, h * 0.026 * scale * r.uniform(0.7, 1.15)
                    d.line([(px * s, py * s), (qx * s, qy * s)], fill="#6a5038", width=max(1, int(h * 0.003 * s)))
                    rot, sq = r.uniform(0, 6.28), r.uniform(0.65, 1)
                    base = np.array([int(petal[i : i + 2], 16) for i in (1, 3, 5)])
                    for j in range(5):
                        t = rot + j * 1.2566
                        ox, oy = np.cos(t) * e, np.sin(t) * e * sq
                        for f, tone in ((0.80, 0.93), (0.62, 1.02)):
                            k = e * f
                            d.ellipse([(qx + ox - k) * s, (qy + oy - k * sq) * s, (qx + ox + k) * s, (qy + oy + k * sq) * s], fill=tuple(int(min(255, v)) for v in base * tone * r.uniform(0.95, 1.03)) + (255,))
                    k = e * 0.34
                    d.ellipse([(qx - k) * s, (qy - k) * s, (qx + k) * s, (qy + k) * s], fill="#d8708e")
                    for j in range(7):
                        t = j * 0.9 + rot
                        zx, zy, z = qx + np.cos(t) * e * 0.55, qy + np.sin(t) * e * 0.5, e * 0.08
                        d.ellipse([(zx - z) * s, (zy - z) * s, (zx + z) * s, (zy + z) * s], fill="#f2d06a")

        c, m = paint(h, w, draw)
        c, m = blur(c * m[..., None], soft), blur(m, soft)
        img = img * (1 - m[..., None]) + c
    return img


def knit(h, w, name, tone="#a8563c"):
    r = rng(name)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    cw, ch = h / 15, h / 19
    x = x + 5 * fbm(h, w, 180, r, 3)
    y = y + 5 * fbm(h, w, 180, r, 3)
    u = (x / cw) % 1
    side = np.where(u < 0.5, 1, -1)
    v = ((y + side * (np.abs(u - 0.5) - 0.25) * -cw * 1.15) / ch) % 1
    across = (np.abs(u - 0.5) - 0.25) / 0.25
    dist = np.sqrt((across * 0.9) ** 2 + ((v - 0.5) * 1.7) ** 2)
    hgt = np.sqrt(np.clip(1 - dist**2, 0, 1))
    twist = np.sin((v * 9 + across * 4.5 * side) * 3.1) * 0.10
    fluff = 0.16 * fbm(h, w, 4, r, 2)
    gy, gx = np.gradient((hgt + twist * hgt) * 14)
    lam = np.clip((0.9 - gx * 0.35 - gy * 0.4) / np.sqrt(1 + 0.25 * (gx**2 + gy**2)), 0.1, 1.5)
    stripe = np.floor(y / (ch * 5)) % 4
    base = np.where((stripe == 2)[..., None], col("#efe4d0"), np.where((stripe == 3)[..., None], col("#2f4a52"), col(tone)))
    return base * (lam * (0.25 + 0.85 * hgt) + fluff * hgt)[..., None].clip(0.02, 2)


FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans%s.ttf"


def font(size, kind=""):
    try:
        return ImageFont.truetype(FONT % kind, size)
    except OSError:
        return ImageFont.load_default(size)


def receipt(h, w, name):
    """A café bill on a dark table."""
    r = rng(name)
    img = wood(h, w, r, "#5c4030", "#2c1c14")
    paper = Image.new("RGB", (520, 900), "#f7f4ec")
    d = ImageDraw.Draw(paper)
    m, b = font(25, "Mono"), font(40, "-Bold")
    d.text((260, 66), "CAFÉ AZULEJO", font=b, fill="#222", anchor="mm")
    d.text((260, 112), "Rua do Miradouro 12", font=font(23), fill="#444", anchor="mm")
    d.text((40, 160), "14.05.2019   16:42\nTable 7      No. 0318", font=m, fill="#333", spacing=10)
    rows = [("2 Galão", "4.40"), ("1 Espresso", "1.20"), ("3 Pastel de nata", "4.05"), ("1 Orange juice", "3.10"), ("1 Toast", "2.60")]
    yy = 265
    for a, c in rows:
        d.text((40, yy), a, font=m, fill="#222")
        d.text((480, yy), c, font=m, fill="#222", anchor="ra")
        yy += 46
    d.line([40, yy + 8, 480, yy + 8], fill="#555", width=2)
    d.text((40, yy + 28), "TOTAL", font=font(34, "Mono-Bold"), fill="#111")
    d.text((480, yy + 28), "15.35", font=font(34, "Mono-Bold"), fill="#111", anchor="ra")
    d.text((40, yy + 90), "incl. tax 13 %      1.77\nCash               20.00\nChange              4.65", font=m, fill="#444", spacing=10)
    x = 70
    while x < 450:
        bw = int(r.integers(2, 8))
        d.rectangle([x, yy + 230, x + bw, yy + 300], fill="#222")
        x += bw + int(r.integers(2, 8))
    d.text((260, yy + 335), "Obrigado", font=font(26), fill="#444", anchor="mm")
    k = h * 0.86 / 900
    paper = paper.resize((int(520 * k), int(900 * k)), Image.LANCZOS).convert("RGBA").rotate(4.5, Image.BICUBIC, expand=True)
    a = np.asarray(paper, np.float32) / 255
    ph, pw = a.shape[:2]
    y0, x0 = (h - ph) // 2, (w - pw) // 2
    al = np.zeros((h, w), np.float32)
    al[max(0, y0) : y0 + ph, x0 : x0 + pw] = a[max(0, -y0) : h - y0 if y0 < 0 else ph, :, 3]
    rgb = np.zeros((h, w, 3), np.float32)
    rgb[max(0, y0) : y0 + ph, x0 : x0 + pw] = a[max(0, -y0) : h - y0 if y0 < 0 else ph, :, :3] ** 2.2
    img = img * (1 - 0.7 * blur(np.roll(al, (14, 12), (0, 1)), 14))[..., None]
    crease = 1 + 0.10 * fbm(h, w, h / 3, r, 3) + 0.05 * np.sin(np.mgrid[0:h, 0:w][0] / h * 13)
    lightx = 1.05 - 0.3 * np.mgrid[0:h, 0:w][1] / w
    return mix(img, rgb, al) * (crease * lightx)[..., None]


def screenshot(w, h):
    """A plain weather panel, flat as a screen."""
    im = Image.new("RGB", (w, h), "#eef1f5")
    d = ImageDraw.Draw(im)
    d.rectangle([0, 0, w, 54], fill="#2b3340")
    for i, c in enumerate(("#e5857b", "#d9a441", "#7fb685")):
        d.ellipse([18 + 28 * i, 19, 34 + 28 * i, 35], fill=c)
    d.text((w // 2, 27), "Weather · Week 47", font=font(19), fill="#dfe4ea", anchor="mm")
    d.rectangle([0, 54, 210, h], fill="#dde3ea")
    for i, t in enumerate(("Today", "This week", "Map", "Stations", "Settings")):
        if i == 1:
            d.rounded_rectangle([12, 78 + 48 * i, 198, 116 + 48 * i], 8, fill="#c4d0de")
        d.text((30, 97 + 48 * i), t, font=font(18), fill="#2b3340", anchor="lm")
    d.text((246, 104), "Temperature, °C", font=font(26, "-Bold"), fill="#222")
    x0, y0, x1, y1 = 262, 170, w - 60, h - 110
    for k in range(6):
        yy = y0 + (y1 - y0) * k / 5
        d.line([x0, yy, x1, yy], fill="#cfd6de")
        d.text((x0 - 12, yy), str(15 - 3 * k), font=font(15), fill="#667", anchor="rm")
    hi, lo = [9, 11, 12.5, 8, 6.5, 7, 10], [3, 4, 6, 2, 0.5, 1, 4]
    px = [x0 + (x1 - x0) * (i + 0.5) / 7 for i in range(7)]
    py = lambda t: y1 - (y1 - y0) * t / 15
    d.polygon([(a, py(b)) for a, b in zip(px, hi)] + [(a, py(b)) for a, b in list(zip(px, lo))[::-1]], fill="#f4dfbf")
    d.line([(a, py(b)) for a, b in zip(px, hi)], fill="#c96a2b", width=4)
    d.line([(a, py(b)) for a, b in zip(px, lo)], fill="#4a78b0", width=4)
    for a, b, c, n in zip(px, hi, lo, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")):
        d.ellipse([a - 6, py(b) - 6, a + 6, py(b) + 6], fill="#c96a2b")
        d.ellipse([a - 6, py(c) - 6, a + 6, py(c) + 6], fill="#4a78b0")
        d.text((a, y1 + 30), n, font=font(17), fill="#334", anchor="mm")
    return im
