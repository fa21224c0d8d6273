"""Skies, terrain and water: one small renderer each, and the landscapes made with them."""
import numpy as np

from .canvas import blur, cloud_tile, col, down, mix, noise, ramp, rng, sample, smooth, tile

SKIES = {
    "day": [(0, "#c9dff0"), (0.08, "#a6cbe9"), (0.3, "#5f9fd8"), (1, "#2c66b0")],
    "clear": [(0, "#d8e8f2"), (0.1, "#9cc6ea"), (0.4, "#3f86cc"), (1, "#1b4f9c")],
    "golden": [(0, "#ffd9a0"), (0.08, "#fbc98e"), (0.25, "#d8b7a0"), (0.5, "#8fa6bf"), (1, "#4a6c9c")],
    "sunset": [(0, "#ffb25e"), (0.06, "#ff9350"), (0.16, "#ee6f5a"), (0.34, "#a75a78"), (0.6, "#57497e"), (1, "#26305e")],
    "rose": [(0, "#ffd2c0"), (0.1, "#f7b3b0"), (0.3, "#c998b8"), (0.6, "#7f8ac0"), (1, "#4a62a4")],
    "dusk": [(0, "#e8a06a"), (0.05, "#c98378"), (0.18, "#6f6390"), (0.45, "#33427a"), (1, "#141d48")],
    "blue": [(0, "#8aa4cc"), (0.1, "#5d7db8"), (0.4, "#2c468c"), (1, "#101f52")],
    "overcast": [(0, "#e4e6e8"), (0.2, "#cfd4d9"), (1, "#a3acb6")],
    "mist": [(0, "#f0e9de"), (0.2, "#e2ddd8"), (1, "#b9c1c9")],
    "night": [(0, "#27365a"), (0.12, "#18264a"), (0.5, "#0a1330"), (1, "#050a1e")],
    "storm": [(0, "#c8c1a8"), (0.06, "#94979a"), (0.3, "#59626d"), (1, "#363e4a")],
}
SUN = {"day": "#fff4dc", "clear": "#fff6e4", "golden": "#ffd08a", "sunset": "#ff8d3a", "rose": "#ffb59a", "dusk": "#e08058",
       "blue": "#6a86c8", "overcast": "#ffffff", "mist": "#ffe9cc", "night": "#30406c", "storm": "#d8cfa8"}


def sky(h, w, horizon, kind, sun=None, fov=1.0, clouds=0.0, cover=0.1, seed=1, drift=(0.0, 0.0), scale=1.0, sun_size=0.018, stretch=1.0):
    """Sky over the whole frame (rows below the horizon mirror it). horizon: row share 0..1. sun: (x, y) in screen units of half a height."""
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    f = h / 2 / fov
    ex, ey = (x - w / 2) / f, np.abs(horizon * h - y) / f
    elev = np.arctan(ey / np.sqrt(1 + ex**2)) / (np.pi / 2) * 1.5
    img = ramp(np.clip(elev, 0, 1), SKIES[kind])
    glow_c = col(SUN[kind])
    if sun is not None:
        sx, sy = sun
        dist = np.hypot(ex - sx * fov, (horizon * h - y) / f - sy * fov)
        flat = np.hypot((ex - sx * fov) * 0.45, (horizon * h - y) / f - sy * fov)
        img = img + glow_c * (0.9 * np.exp(-dist * 9) + 0.45 * np.exp(-flat * 4.2) + 0.16 * np.exp(-flat * 1.6))[..., None]
    if clouds > 0:
        t = cloud_tile(seed)
        t2 = cloud_tile(seed + 50, cells=3, octaves=4)
        d = 1 / (ey + 0.055)
        u, v = ex * d * 0.055 * scale + drift[0], d * 0.055 * scale * stretch + drift[1]
        wx = sample(t2, u * 0.7, v * 0.7) * 0.03
        dens = sample(t, u + wx, v - wx) + 0.35 * sample(t2, u * 0.5, v * 0.5)
        dens = smooth(-cover, 0.75 - cover, dens)
        if sun is not None:
            lx, ly = (sx * fov - ex), (sy * fov - (horizon * h - y) / f)
            ln = np.hypot(lx, ly) + 0.3
            step = 0.012 * scale
            shade = np.zeros_like(dens)
            for k in (1, 2, 4):
                shade += smooth(-cover, 0.75 - cover, sample(t, u + wx + lx / ln * step * k, v - wx - ly / ln * step * k * 0.6) + 0.35 * sample(t2, u * 0.5, v * 0.5))
            lit = np.exp(-shade * 0.62) * (0.75 + 0.9 * np.exp(-np.hypot(lx, ly) * 1.6))
        else:
            lit = 0.75 - 0.4 * dens + 0.3 * sample(t, u + 0.02, v + 0.02)
        base = mix(img.mean((0, 1)) * 0.55, img * 0.62, 0.6)
        c = base + glow_c * np.clip(lit, 0, 1.6)[..., None] * 0.72
        near = smooth(0.0, 0.10, ey)
        img = mix(img, c, np.clip(dens * 1.15, 0, 1) * clouds * near)
    if sun is not None and sun_size:
        disk = smooth(sun_size * 1.12, sun_size * 0.9, dist)
        img = img + glow_c * disk[..., None] * 5
    return img.astype(np.float32)


# Terrain

_MAPS = {}


def heightmap(seed, n=1024, style="alpine"):
    """Tileable heights 0..1 with their gradient. Ridged noise whose detail fades in the valleys."""
    key = (seed, n, style)
    if key in _MAPS:
        return _MAPS[key]
    r = rng(f"height{key}")
    warp = cloud_tile(seed + 900, n, 4, 5)
    yy, xx = np.mgrid[0:n, 0:n] / n
    h, amp, w = np.zeros((n, n), np.float32), 1.0, np.ones((n, n), np.float32)
    cells = {"alpine": 4, "hills": 4, "dunes": 5, "coast": 3, "karst": 9}[style]
    for o in range(8):
        c = cells * 2**o
        if c > n // 3:
            break
        t = tile(n, c, r)
        t = sample(t, xx + warp * 0.045, yy + np.roll(warp, n // 3, 0) * 0.045)
        if style in ("alpine", "coast"):
            ridge = (1 - np.sqrt(t * t + 0.002) * 1.7).clip(0, 1) ** 2
            h += amp * ridge * w
            w = np.clip(ridge * w * 1.9 + 0.08, 0, 1)
            amp *= 0.52
        elif style == "dunes":
            h += amp * (1 - np.sqrt(t * t + 0.003) * 1.5).clip(0, 1) ** (1.4 if o == 0 else 1) * (1 if o < 2 else 0.05)
            amp *= 0.42
        elif style == "karst":
            h += amp * (smooth(0.1, 0.75, t) if o < 2 else 0.25 * t * smooth(0.02, 0.3, h))
            amp *= 0.5
        else:
            h += amp * t
            amp *= 0.42
    h -= h.min()
    h /= h.max()
    gy, gx = np.gradient(np.pad(h, 1, mode="wrap"))
    _MAPS[key] = h.astype(np.float32), (gx[1:-1, 1:-1] * n).astype(np.float32), (gy[1:-1, 1:-1] * n).astype(np.float32)
    return _MAPS[key]


def soft(field, x, y):
    """Look-up with a smooth curve between the cells, so that ridges seen from close by do not saw."""
    o = 0.6 / field.shape[0]
    return (sample(field, x - o, y - o) + sample(field, x + o, y - o) + sample(field, x - o, y + o) + sample(field, x + o, y + o)) / 4


def sun_shadow(hm, sun_dir, height, size, steps=90):
    """Share of sunlight on each cell of the map: a march towards the sun over the tile."""
    n = hm.shape[0]
    dx, dy, dz = sun_dir
    horiz = np.hypot(dx, dy) + 1e-6
    lit = np.full(hm.shape, 9.0, np.float32)
    for k in range(1, steps):
        s = k * 1.6
        sh = np.roll(hm, (-int(round(dy / horiz * s)), -int(round(dx / horiz * s))), (0, 1))
        ray = hm * height + s / n * size * dz / horiz
        lit = np.minimum(lit, (ray - sh * height) / (height * 0.02))
    return smooth(-0.6, 0.6, lit)


class View:
    """Where the camera stands in the terrain and what the light is like."""

    def __init__(self, pos=(0.5, 0.0), height=0.25, heading=0.0, pitch=0.0, fov=0.6, near=0.03, far=3.0):
        self.pos, self.height, self.heading, self.pitch, self.fov, self.near, self.far = pos, height, heading, pitch, fov, near, far


def terrain(h, w, view, seed, style, relief, colour, kind, sun, haze=0.5, water=None, sky_args=None, wave=1.0, k=2,
            shape=None, fog_height=None, fog_colour=None, ambient=0.55, sunlight=1.5, sun_az=None, sun_el=0.35, tint="#2a4a58", near_noise=0.0):
    """A landscape over a tileable height map (map size 1 unit). colour(height, slope, texture, x, y) gives the ground's albedo."""
    hh, ww = h * k, w * k
    hm, gx, gy = heightmap(seed, style=style)
    if shape is not None:
        hm = shape(hm)
        g = np.gradient(np.pad(hm, 1, mode="wrap"))
        gx, gy = g[1][1:-1, 1:-1] * hm.shape[0], g[0][1:-1, 1:-1] * hm.shape[0]
    f = hh / 2 / view.fov
    horizon = 0.5 + view.pitch
    az = view.heading if sun_az is None else view.heading + sun_az
    sun_dir = np.array([np.sin(az) * np.cos(sun_el), np.cos(az) * np.cos(sun_el), np.sin(sun_el)], np.float32)
    shade_map = sun_shadow(hm, sun_dir, relief, 1.0)
    fine = cloud_tile(seed + 7, 1024, 32, 5, 0.62)
    u = ((np.arange(ww) - ww / 2) / f).astype(np.float32)
    d = np.geomspace(view.near, view.far, 1100).astype(np.float32)[:, None]
    fx, fy = np.sin(view.heading), np.cos(view.heading)
    px, py = view.pos[0] + d * (fx + u * fy), view.pos[1] + d * (fy - u * fx)
    hs = soft(hm, px, py) * relief + sample(fine, px * 3, py * 3) * relief * 0.004
    if near_noise:
        hs = hs + sample(fine, px * 12, py * 12) * near_noise
    if water is not None:
        hs = np.maximum(hs, water)
    # Never below the ground one stands on.
    eye = max(view.height, float(hs[d[:, 0] < max(0.07, view.near * 1.5)].max()) + 0.008)
    elev = (hs - eye) / d
    top = np.maximum.accumulate(elev, 0)
    ep = ((horizon * hh - np.arange(hh)) / f).astype(np.float32)
    idx = np.empty((hh, ww), np.int32)
    for c in range(ww):
        idx[:, c] = np.searchsorted(top[:, c], ep)
    hit = idx < len(d)
    idx = np.minimum(idx, len(d) - 1)
    cols = np.arange(ww)[None, :]
    dist = d[idx, 0]
    x, y = px[idx, cols], py[idx, cols]
    alt = hs[idx, cols]
    sgx, sgy = sample(gx, x, y) * relief, sample(gy, x, y) * relief
    tex = sample(fine, x * 3, y * 3)
    tex2 = sample(fine, x * 17 + 0.3, y * 17)
    detail = smooth(1.2, 0.05, dist)
    sgx = sgx + tex2 * 0.35 * detail
    sgy = sgy + sample(fine, x * 17 + 0.8, y * 17 + 0.4) * 0.35 * detail
    inv = 1 / np.sqrt(1 + sgx**2 + sgy**2)
    lam = np.clip((-sgx * sun_dir[0] - sgy * sun_dir[1] + sun_dir[2]) * inv, 0, 1)
    lit = sample(shade_map, x, y) * lam
    slope = 1 - inv
    alb = colour(alt / relief, slope, tex * 0.7 + tex2 * 0.4 * detail, x, y)
    background = sky(hh, ww, horizon, kind, sun, fov=view.fov, **(sky_args or {}))
    amb = background[: max(4, int(horizon * hh * 0.6))].mean((0, 1))
    sunc = col(SUN[kind])
    ground = alb * (sunc * (lit * sunlight)[..., None] + amb * (ambient * (0.6 + 0.4 * inv))[..., None])
    fade = 1 - np.exp(-(dist * haze) ** 1.2)
    hz_row = min(hh - 1, max(0, int(horizon * hh) - 3))
    hazec = np.broadcast_to(background[hz_row][None], ground.shape)
    img = mix(ground, hazec * 0.92, fade)
    if fog_height is not None:
        dens = smooth(fog_height, fog_height * 0.25, alt / relief + tex * 0.02) * smooth(view.near * 3, 0.6, dist)
        img = mix(img, (col(fog_colour) if fog_colour else hazec), dens * 0.85)
    img = np.where(hit[..., None], img, background)
    if water is not None:
        wet = hit & (alt <= water + 1e-5)
        img = reflect(img, wet, horizon * hh, f, dist, x, y, wave, col(tint), amb, seed)
    return down(img, k) if k > 1 else img


def reflect(img, wet, hz, f, dist, x, y, wave, tint, amb, seed):
    """Mirror what stands above the water line into the wet pixels, shaken by waves that shrink with distance."""
    hh, ww = wet.shape
    rows, cols = np.mgrid[0:hh, 0:ww].astype(np.float32)
    t = cloud_tile(seed + 77, 1024, 16, 5, 0.6)
    n1 = sample(t, x * 9, y * 9) + 0.5 * sample(t, x * 31, y * 31 + 0.3)
    n2 = sample(t, x * 7 + 0.4, y * 7)
    below = np.maximum(rows - hz, 0)
    amp = wave * (3 + 0.13 * below)
    src_y = np.clip(2 * hz - rows - np.abs(n1) * amp * 1.6, 0, hh - 1)
    src_x = np.clip(cols + n2 * amp * 0.35, 0, ww - 1)
    first_wet = np.where(wet.any(0), wet.argmax(0), hh)
    src_y = np.minimum(src_y, np.maximum(first_wet[None, :] - 1, 0))
    refl = img[src_y.astype(np.int32), src_x.astype(np.int32)]
    refl = blur(refl, 0.8)
    graze = np.clip(1 - below / (f * 1.1), 0.12, 1) ** 1.5
    body = tint * (amb.mean() * 1.1 + 0.02)
    out = mix(np.broadcast_to(body, img.shape), refl * 0.92, 0.28 + 0.64 * graze)
    return np.where(wet[..., None], out, img)


def lakeside(seed, style, relief, water, tries=1500):
    """A spot above open water and a heading towards high ground: (pos, heading)."""
    hm = heightmap(seed, style=style)[0] * relief
    r = rng(f"lakeside{seed}")
    best, found = -9.0, ((0.5, 0.5), 0.0)
    near, far = np.linspace(0, 0.16, 12), np.linspace(0.24, 0.7, 24)
    for _ in range(tries):
        x, y, a = r.random(), r.random(), r.random() * 6.283
        side = np.array([-0.4, -0.2, 0, 0.2, 0.4])[:, None]
        look = lambda q: sample(hm, x + q * np.sin(a + side), y + q * np.cos(a + side))
        score = (look(near) < water).mean() * 2 + min(1.0, look(far).max() / relief) + 0.5 * (look(far).mean() / relief)
        if score > best:
            best, found = score, ((x, y), a)
    return found


# Sea

def sea(h, w, horizon, kind, sun, fov=0.7, roughness=0.09, tint="#0e3a4a", sky_args=None, seed=3, swell=1.0, paint_bg=None, scale=1.0, time=0.0):
    """Open water to the horizon under the sky `kind`; returns the image and its sky."""
    bg = sky(h, w, horizon, kind, sun, fov=fov, **(sky_args or {}))
    if paint_bg is not None:
        bg = paint_bg(bg)
    f = h / 2 / fov
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    below = (y - horizon * h) / f
    wet = below > 0
    dn = np.where(wet, below, 1)
    z = 1 / np.maximum(dn, 1e-3)
    wx, wz = (x - w / 2) / f * z, z
    t = cloud_tile(seed + 31, 1024, 8, 7, 0.62)
    nx, nz = np.zeros_like(wx), np.zeros_like(wx)
    for sc, a in ((0.035, 1.0), (0.09, 0.8), (0.23, 0.6), (0.6, 0.35)):
        sc *= scale
        fade = np.exp(-z * sc * 0.9)
        dz = time * sc * 0.35 * (1 + 0.2 / sc * 0.05)
        s0 = sample(t, wx * sc * 0.55, wz * sc + dz)
        nx += a * fade * (sample(t, wx * sc * 0.55 + 0.004, wz * sc + dz) - s0) * 18
        nz += a * fade * (sample(t, wx * sc * 0.55, wz * sc + dz + 0.004) - s0) * 22
    nx, nz = nx * roughness * swell, nz * roughness * swell
    # The mirrored ray: rows above the horizon, lifted by the waves' slope.
    ry = horizon * h - (np.abs(below + nz * 1.6 - 0.02) + 0.02 + roughness * 0.5 * np.abs(noise(h, w, 3, rng("chop"))) * np.exp(-dn * 3)) * f
    rx = x + nx * f * 1.3
    src = bg
    ryi, rxi = np.clip(ry, 0, h - 1).astype(np.int32), np.clip(rx, 0, w - 1).astype(np.int32)
    refl = src[ryi, rxi]
    fres = np.clip(0.06 + 0.94 * (1 - np.clip(dn * 1.05 + nz, 0, 1)) ** 3, 0, 1)
    amb = bg[: int(horizon * h)].mean((0, 1))
    body = col(tint) * (0.3 + amb.mean() * 1.8)
    water = mix(np.broadcast_to(body, bg.shape) * (1 + nz * 2.5)[..., None].clip(0.2, 3), refl, fres)
    if sun is not None:
        sx = sun[0] * fov
        # Glitter: facets that happen to face the sun.
        az = (x - w / 2) / f - sx
        facet = np.exp(-((az + nx * 2.2) / (0.035 + 0.10 * dn)) ** 2) * np.exp(-((nz * 2 + dn * 0.55 - sun[1] * fov * 0.3) / 0.33) ** 2)
        water = water + col(SUN[kind]) * (facet * 2.0)[..., None]
    out = np.where(wet[..., None], water, bg)
    edge = np.exp(-np.abs(below) * 60)
    if paint_bg is None:
        out = mix(out, bg[max(0, int(horizon * h) - 2)][None], edge * wet * 0.6)
    return out.astype(np.float32)


# Ground colours

def alpine(snow=0.55, green="#4c5a34", rock="#6b635a", dark="#3d3833"):
    def f(a, slope, tex, x, y):
        c = mix(np.broadcast_to(col(rock), a.shape + (3,)), col(dark), np.clip(0.5 + tex * 0.9, 0, 1))
        g = smooth(0.48, 0.30, a + tex * 0.05) * smooth(0.55, 0.25, slope)
        c = mix(c, col(green) * (1 + 0.5 * tex[..., None]), g)
        s = smooth(snow - 0.05, snow + 0.07, a + tex * 0.10 - slope * 0.22) * smooth(0.72, 0.42, slope)
        return mix(c, np.array([0.92, 0.94, 0.98], np.float32), s)
    return f


def meadow(low="#5d7a2e", high="#8a9a4e", wood="#26391f", amount=0.5):
    def f(a, slope, tex, x, y):
        c = mix(np.broadcast_to(col(low), a.shape + (3,)), col(high), np.clip(a * 1.2 + tex * 0.35, 0, 1))
        t = cloud_tile(611, 1024, 12, 5)
        patch = smooth(0.05, 0.16, sample(t, x * 2, y * 2) + (amount - 0.5))
        c = mix(c, col(wood) * (1 + 0.9 * tex[..., None]).clip(0.3, 2), patch)
        return c
    return f


def sand(light="#d9a066", dark="#a8683a"):
    def f(a, slope, tex, x, y):
        t = cloud_tile(612, 1024, 64, 3)
        rip = np.sin((y * 900 + sample(cloud_tile(613), x * 3, y * 3) * 40)) * 0.5
        return mix(np.broadcast_to(col(light), a.shape + (3,)), col(dark), np.clip(0.35 + tex * 0.3 + slope * 0.5 + rip * 0.10 + 0.05 * sample(t, x * 9, y * 9), 0, 1))
    return f


def snowfield():
    def f(a, slope, tex, x, y):
        rock = mix(np.broadcast_to(col("#5a5450"), a.shape + (3,)), col("#35322f"), np.clip(0.5 + tex, 0, 1))
        return mix(rock, np.array([0.9, 0.93, 0.98], np.float32), smooth(0.62, 0.42, slope + tex * 0.10))
    return f
