"""Which photo is drawn how, where it lies, and what its metadata says."""
import os
import subprocess

import numpy as np
from PIL import Image

from . import closeups as near
from . import places as at
from .canvas import col, disc_blur, finish, glow, mix, rng, sharpen
from .land import View, alpine, lakeside, meadow, sand, sea, snowfield, sky, terrain

CAMERAS = {
    "K": ("Kestrel", "Kestrel M2", "Kestrel 24-70mm F4", 4.0, 35.0),
    "A": ("Auriga", "Auriga X100", "Auriga 23mm F2", 2.8, 23.0),
    "P": ("Pebble", "Pebble 7", "Pebble 7 main camera 5.2mm f/1.8", 1.8, 5.2),
    "L": ("Kestrel", "Kestrel M2", "Kestrel 90mm F2.8 Macro", 2.8, 90.0),
}
LISBON, ALPS, SHORE, KYOTO, FJORD, DESERT = (38.7139, -9.1334), (46.5775, 7.9053), (24.4380, 118.0820), (35.0116, 135.7681), (69.2, 18.1), (31.15, -4.0)


def fin(img, **k):
    return sharpen(finish(img, **k), 35)


def peaks(h, w, pos, heading, kind="clear", seed=3, relief=0.10, height=0.075, pitch=-0.06, snow=0.52, sun=(0.9, 0.6), az=1.1, el=0.45, haze=0.75, fov=0.5, green="#4c5a34", far=2.2, **k):
    v = View(pos, height, heading, pitch, fov, 0.03, far)
    return terrain(h, w, v, seed, "alpine", relief, alpine(snow, green), kind, sun, haze, sun_az=az, sun_el=el,
                   sky_args=dict(clouds=0.9, cover=0.02, seed=seed, sun_size=0), sunlight=2.1, **k)


def hills(h, w, pos, heading, kind="day", seed=5, relief=0.11, height=0.125, sun=(0.7, 0.6), az=1.2, el=0.4, haze=0.7, low="#5d7a2e", high="#9aa85a", amount=0.5, fog=None, pitch=0.02, **k):
    v = View(pos, height, heading, pitch, 0.5, 0.04, 2.4)
    return terrain(h, w, v, seed, "hills", relief, meadow(low, high, amount=amount), kind, sun, haze, sun_az=az, sun_el=el,
                   sky_args=dict(clouds=0.95, cover=0.05, seed=seed + 1, sun_size=0), sunlight=2.0, fog_height=fog, **k)


def dunes(h, w, pos, heading, kind, sun, az, el=0.3, seed=6):
    v = View(pos, 0.085, heading, -0.04, 0.5, 0.05, 2.0)
    return terrain(h, w, v, seed, "dunes", 0.055, sand(), kind, sun, 0.45, sun_az=az, sun_el=el, sky_args=dict(clouds=0.5, cover=-0.1, seed=seed, sun_size=0), sunlight=2.2)


def lake(h, w, pos, heading, kind, seed, sun, az, el=0.35, water=0.035, relief=0.11, style="alpine", cam=0.046, snow=0.5, green="#41552c", wave=0.6, haze=0.8, **k):
    if pos is None:
        pos, heading = lakeside(seed, style, relief, water)
    v = View(pos, cam, heading, 0.06, 0.48, 0.04, 2.4)
    ground = alpine(snow, green, "#6f675c") if style == "alpine" else meadow("#33502a", "#56703a", amount=0.65)
    return terrain(h, w, v, seed, style, relief, ground, kind, sun, haze, water=water, wave=wave, sun_az=az, sun_el=el,
                   sky_args=dict(clouds=0.9, cover=0.05, seed=seed + 4, sun_size=0), sunlight=2.0, **k)


def forest(h, w, name, kind="mist", tones=("#d9dfe0", "#b4c2c4", "#82989a", "#4f6a68", "#2a4644", "#12282a"), snow=0.0, sun=None, ground=None, hz=0.42, falling=0):
    r = rng(name)
    img = sky(h, w, 0.7, kind, sun, fov=0.6, clouds=0.3, seed=3, sun_size=0)
    img = at.wood_layers(img, r, list(tones), hz, snow, ground=ground)
    return at.snow_fall(img, r, falling) if falling else img


def cabin(h, w, name):
    r = rng(name)
    img = sky(h, w, 0.7, "blue", None, fov=0.6) + at.stars(h, w, r, 500, 0.5, 0.4)
    img = at.wood_layers(img, r, ["#5a70a0", "#3d5284", "#26386a", "#1a2850"], 0.44, 0.75, size=0.26)
    y = np.mgrid[0:h, 0:w][0] / h
    drift = at.smooth(0.735, 0.745, y + 0.02 * at.fbm(h, w, w / 2, r, 3))
    img = mix(img, col("#7488c0") * (0.75 + 0.22 * at.fbm(h, w, 90, r, 5, aspect=3))[..., None], drift)
    img = at.hut(img, w * 0.56, h * 0.79, h * 0.44)
    return glow(at.snow_fall(img, r, 420, 1.4), 0.8, 9, 0.5)


def balloons(h, w, pos, heading, name, kind="golden", seed=5):
    img = hills(h, w, pos, heading, kind, seed, sun=(-0.8, 0.3), az=-0.9, el=0.3, haze=1.1, fog=0.35, height=0.17, pitch=0.12)
    sets = [("#c8402e", "#f2c14e"), ("#2f6f8f", "#f4ead6"), ("#e8862e", "#7a2e5a"), ("#3f8f5a", "#f6d860"), ("#d84a5a", "#f6f0e4"), ("#5a4a9a", "#f0a050")]
    r = rng(name)
    for i, (x, y, s) in enumerate(((0.80, 0.20, 0.035), (0.46, 0.40, 0.024), (0.62, 0.30, 0.048), (0.14, 0.34, 0.055), (0.93, 0.42, 0.028), (0.33, 0.24, 0.125))):
        layer = at.balloon(img, x * w, y * h, s * h, sets[i], turn=r.random(), warm=1.1)
        img = mix(img, layer, min(1, 0.55 + s * 5))
    return img


def pano(h, w):
    return peaks(h, w, (0.32, 0.15), 0.9, "clear", 8, 0.095, 0.10, -0.02, 0.45, (0.4, 0.9), -0.9, 0.5, 0.5, 0.42)


def still(h, w, balls, table=("#8a5a34", "#5a3620"), back=("#e9dcc4", "#b89a78"), **k):
    return near.spheres(h, w, balls, table, back, **k)


ORANGES = [(-0.9, 0.62, 0.3, 0.62, "#f08a1a"), (0.42, 0.66, 0.0, 0.66, "#f2921e"), (-0.25, 0.55, -1.15, 0.55, "#ee7f12"), (1.55, 0.58, 0.9, 0.58, "#f09a28"), (-1.95, 0.6, 1.2, 0.6, "#e98a20"), (1.4, 0.36, -1.0, 0.36, "#c8d040")]
BAUBLES = [(-1.0, 0.7, 0.2, 0.7, "#a81e24"), (0.55, 0.62, 0.1, 0.62, "#c89a3a"), (-0.15, 0.42, -1.2, 0.42, "#1f5a40"), (1.6, 0.5, -0.5, 0.5, "#a82a30"), (-1.9, 0.4, -0.9, 0.4, "#d8b860"), (2.0, 0.66, 1.6, 0.66, "#24406a"), (0.75, 0.28, -1.35, 0.28, "#e4e0da")]
BOATS1, BOATS2 = [(0.62, 0.578, 0.17, 1)], [(0.30, 0.60, 0.24, 1), (0.70, 0.583, 0.09, -1), (0.84, 0.581, 0.06, 1)]
LAV, POP, TUL = ("#8a5cc8", "#7448b4", "#a07ad8", "#6a40a4"), ("#d8281e", "#e83a26", "#c01a18", "#f0503a"), ("#e84a6a", "#f6c22e", "#f2f0ea", "#f0803a", "#b83a90")


# (folder, file, w, h, date, camera, place, orientation, rating, title, keywords, picture)
def P(folder, file, w, h, date, cam, gps, turn, stars, title, words, draw):
    return dict(folder=folder, file=file, w=w, h=h, date=date, cam=cam, gps=gps, turn=turn, rating=stars, title=title, words=words, draw=draw)


TABLE = [
    P("2016 Islands", "sunset-over-the-bay.jpg", 1500, 1000, "2016-07-14T20:41:10", "A", None, 1, 5, "Sunset over the bay", "sunset,sea", lambda h, w: fin(sea(h, w, 0.52, "sunset", (0.12, 0.10), roughness=0.06, sky_args=dict(clouds=0.95, cover=0.08, seed=2)), exposure=0.95)),
    P("2016 Islands", "white-sand.jpg", 1500, 1000, "2016-07-15T11:20:44", "A", None, 1, 4, "White sand", "beach,sea", lambda h, w: fin(at.beach(h, w, "white-sand"), exposure=1.05)),
    P("2016 Islands", "two-sails.jpg", 1200, 1500, "2016-07-16T19:58:03", "A", None, 6, 4, "", "boat,sea", lambda h, w: fin(at.sailing(h, w, "two", "golden", (-0.35, 0.2), [(0.48, 0.60, 0.22, 1), (0.80, 0.583, 0.07, -1)], rough=0.05))),
    P("2016 Islands", "moonrise.png", 720, 960, "2016-07-17T22:34:51", "A", None, 1, 0, "Moonrise", "moon,night", lambda h, w: fin(at.moon_sea(h, w, "moon"), grain=0)),
    P("2017 Mountains", "morning-ridge.jpg", 1600, 1067, "2017-08-02T07:12:30", "K", ALPS, 1, 5, "Morning ridge", "mountains,hiking", lambda h, w: fin(peaks(h, w, (0.5, 0.1), 0.6))),
    P("2017 Mountains", "still-lake.jpg", 1500, 1000, "2017-08-03T06:40:12", "K", ALPS, 1, 4, "Still lake", "lake,reflection", lambda h, w: fin(lake(h, w, None, 0, "rose", 5, (-0.5, 0.25), -0.8))),
    P("2017 Mountains", "panorama.jpg", 1600, 620, "2017-08-03T12:05:00", "K", ALPS, 1, 3, "From the pass", "mountains,panorama", lambda h, w: fin(pano(h, w))),
    P("2017 Mountains", "last-light.jpg", 1000, 1333, "2017-08-03T20:38:47", "K", ALPS, 8, 0, "", "mountains,sunset", lambda h, w: fin(lake(h, w, None, 0, "sunset", 31, (-0.4, 0.15), -0.7, 0.25))),
    P("2018 Autumn", "birches.jpg", 1500, 1000, "2018-10-13T15:22:09", "K", None, 1, 4, "Birches", "forest,autumn", lambda h, w: fin(at.birches(h, w, "birches"))),
    P("2018 Autumn", "red-beeches.jpg", 1000, 1400, "2018-10-13T15:49:40", "K", None, 1, 0, "", "forest,autumn", lambda h, w: fin(at.birches(h, w, "red", ("#b8341e", "#d8582a", "#8a2418", "#e89a3a")))),
    P("2018 Autumn", "morning-fog.jpg", 1500, 1000, "2018-11-21T08:05:31", "K", None, 1, 5, "Morning fog", "forest,fog", lambda h, w: fin(forest(h, w, "fog"))),
    P("2018 Autumn", "valley.jpg", 1600, 1067, "2018-10-14T08:30:00", "K", None, 1, 0, "", "hills,fog", lambda h, w: fin(hills(h, w, (0.1, 0.2), 0.5, "golden", 5, sun=(0.5, 0.25), az=0.9, el=0.3, low="#7a6a2a", high="#b8843a", haze=1.0, fog=0.4, height=0.15, pitch=0.08))),
    P("2019 Lisbon", "alfama.jpg", 1500, 1000, "2019-05-13T18:30:02", "A", LISBON, 1, 5, "Alfama", "city,houses", lambda h, w: fin(at.houses(h, w, "alfama"))),
    P("2019 Lisbon", "rooftops-at-noon.jpg", 1100, 1467, "2019-05-14T12:10:18", "A", LISBON, 6, 0, "", "city,houses", lambda h, w: fin(at.houses(h, w, "roofs", "clear"))),
    P("2019 Lisbon", "red-bridge.jpg", 1600, 1000, "2019-05-14T20:24:33", "A", LISBON, 1, 4, "The bridge", "bridge,sunset", lambda h, w: fin(at.bridge(h, w, "bridge", "sunset"))),
    P("2019 Lisbon", "receipt.jpg", 900, 1200, "2019-05-14T16:44:50", "P", LISBON, 1, 0, "", "receipt", lambda h, w: fin(near.receipt(h, w, "receipt"), exposure=1.2)),
    P("2019 Lisbon", "orange-tree.jpg", 1400, 1050, "2019-05-15T09:12:27", "A", LISBON, 1, 0, "Oranges", "fruit", lambda h, w: fin(still(h, w, ORANGES, ("#c8a070", "#9a6a40"), ("#f2e4c8", "#c8a880"), bump=0.16, gloss=0.3))),
    P("2019 Lisbon", "tiles.png", 800, 800, "2019-05-15T10:02:11", "A", LISBON, 1, 3, "Azulejos", "tiles,pattern", lambda h, w: tiles(h, w)),
    P("2020 At home", "cat-on-the-sill.jpg", 1200, 1500, "2020-11-24T16:31:55", "P", None, 1, 5, "Her window", "cat,window", lambda h, w: fin(near.cat_window(h, w, "cat"))),
    P("2020 At home", "cat-again.jpg", 1500, 1125, "2020-12-06T15:58:20", "P", None, 3, 4, "", "cat", lambda h, w: fin(near.cat_window(h, w, "cat2", "dusk"), exposure=1.25)),
    P("2020 At home", "coffee.jpg", 1500, 1125, "2020-04-11T09:15:03", "A", None, 1, 4, "First coffee", "coffee,breakfast", lambda h, w: fin(near.coffee(h, w, "coffee"))),
    P("2020 At home", "rain-on-the-window.jpg", 1400, 1050, "2020-05-02T21:07:44", "A", None, 1, 4, "Rain on the window", "rain,night", lambda h, w: fin(near.rain_window(h, w, "rain", at.bokeh_lights(h, w, "street", wet=False, radius=26, lights=170, base="#1a2032") * 1.5))),
    P("2020 At home", "blanket.jpg", 1200, 900, "2020-11-20T19:40:12", "L", None, 1, 0, "", "wool,texture", lambda h, w: fin(near.knit(h, w, "knit"))),
    P("2020 At home", "houseplant.jpg", 1000, 1333, "2020-06-20T13:26:18", "L", None, 1, 0, "Houseplant", "leaf,macro", lambda h, w: fin(near.leaf(h, w, "plant"))),
    P("2020 At home", "candles.jpg", 1400, 1050, "2020-12-24T20:12:40", "A", None, 1, 3, "Candles", "candle,evening", lambda h, w: fin(near.candle(h, w, "candles"))),
    P("2020 At home", "candle-flicker.gif", 320, 400, "2020-12-24T20:15:00", None, None, 1, 0, "", "", None),
    P("2021 Winter hut", "the-hut.jpg", 1500, 1000, "2021-01-16T17:48:09", "K", ALPS, 1, 5, "The hut", "snow,house,evening", lambda h, w: fin(cabin(h, w, "hut"))),
    P("2021 Winter hut", "snowy-forest.jpg", 1500, 1000, "2021-01-17T10:20:31", "K", ALPS, 1, 4, "Snowy forest", "snow,forest", lambda h, w: fin(forest(h, w, "snowy", "overcast", ("#dfe5ea", "#c2cdd6", "#94a6b2", "#5d7480", "#334a54", "#182a32"), 0.9, falling=700), exposure=1.05)),
    P("2021 Winter hut", "white-peaks.jpg", 1600, 1067, "2021-01-17T14:02:55", "K", ALPS, 1, 4, "White peaks", "snow,mountains", lambda h, w: fin(terrain(h, w, View((0.7, 0.4), 0.085, 4.0, -0.03, 0.5, 0.03, 2.2), 9, "alpine", 0.10, snowfield(), "clear", (-0.8, 0.6), 0.7, sun_az=-1.2, sun_el=0.4, sky_args=dict(clouds=0.6, cover=-0.05, seed=9, sun_size=0), sunlight=1.7))),
    P("2021 Winter hut", "stars-above.jpg", 1000, 1400, "2021-01-18T22:40:17", "K", ALPS, 8, 5, "Stars above the hut", "stars,night", lambda h, w: fin(at.night(h, w, "stars"), exposure=1.2)),
    P("2022 North", "aurora.jpg", 1500, 1000, "2022-02-19T23:11:48", "K", FJORD, 1, 5, "Aurora", "aurora,night", lambda h, w: fin(at.night(h, w, "aurora", "aurora"), exposure=1.05)),
    P("2022 North", "star-trails.jpg", 1200, 1200, "2022-02-20T01:30:05", "K", FJORD, 1, 3, "Two hours of sky", "stars,night", lambda h, w: fin(at.night(h, w, "trails", "trails"), exposure=1.2)),
    P("2022 North", "fjord.jpg", 1600, 1067, "2022-06-18T09:44:21", "K", FJORD, 1, 4, "Fjord", "fjord,water", lambda h, w: fin(lake(h, w, (0.15, 0.85), 0.7, "day", 12, (0.7, 0.5), 1.1, 0.5, snow=0.6, green="#3f5a2c"))),
    P("2022 North", "storm-coming.jpg", 1500, 900, "2022-11-22T13:37:02", "K", FJORD, 1, 4, "Storm coming", "sea,storm", lambda h, w: fin(sea(h, w, 0.45, "storm", None, roughness=0.16, tint="#2a4248", swell=1.3, sky_args=dict(clouds=1.0, cover=0.3, seed=21)), exposure=0.9)),
    P("2022 North", "midnight-sun.webp", 1400, 900, "2022-06-21T23:58:30", "K", FJORD, 1, 0, "Midnight sun", "sea,sun", lambda h, w: fin(sea(h, w, 0.55, "golden", (-0.2, 0.14), roughness=0.05, sky_args=dict(clouds=0.9, cover=0.0, seed=17)))),
    P("2023 Flowers", "flower-rows.jpg", 1500, 1000, "2023-06-27T19:50:14", "K", None, 1, 5, "Rows to the hills", "flowers,field", lambda h, w: fin(at.flower_field(h, w, "lavender", LAV, "#5a7048", rows=True, size=0.040, n=4200, back="#4a3a5c"))),
    P("2023 Flowers", "poppies.jpg", 1500, 1000, "2023-05-30T18:22:48", "K", None, 1, 4, "Poppies", "flowers,field", lambda h, w: fin(at.flower_field(h, w, "poppies", POP, sky_kind="day", sun=(0.7, 0.6), n=1500))),
    P("2023 Flowers", "tulips.jpg", 1000, 1400, "2023-04-22T11:05:36", "K", None, 6, 0, "", "flowers", lambda h, w: fin(at.flower_field(h, w, "tulips", TUL, rows=True, sky_kind="clear", sun=(0.7, 0.6), size=0.045, n=2400))),
    P("2023 Flowers", "sunflower.jpg", 1200, 1200, "2023-08-06T10:41:09", "L", None, 1, 4, "Sunflower", "flower,macro", lambda h, w: fin(near.sunflower(h, w, "sunflower"))),
    P("2023 Flowers", "cherry-blossom.jpg", 1400, 1000, "2023-03-29T14:18:52", "L", KYOTO, 1, 5, "Cherry blossom", "blossom,spring", lambda h, w: fin(near.blossom(h, w, "cherry"), exposure=1.05)),
    P("2023 Flowers", "soap-bubbles.jpg", 1300, 1000, "2023-07-02T16:33:20", "L", None, 1, 3, "Soap bubbles", "bubble,macro", lambda h, w: fin(near.bubble(h, w, "bubble"))),
    P("2024 Desert", "dunes-morning.jpg", 1600, 1067, "2024-03-08T07:20:37", "K", DESERT, 1, 5, "Dunes", "desert,sand", lambda h, w: fin(dunes(h, w, (0.2, 0.7), 1.0, "golden", (0.8, 0.3), 1.3))),
    P("2024 Desert", "dunes-evening.jpg", 1000, 1333, "2024-03-08T18:44:12", "K", DESERT, 1, 0, "", "desert,sunset", lambda h, w: fin(dunes(h, w, (0.6, 0.3), 3.4, "dusk", (-0.5, 0.1), -1.2, 0.25), exposure=1.2)),
    P("2024 Desert", "balloons.jpg", 1500, 1000, "2024-03-10T07:02:29", "K", DESERT, 1, 5, "Balloons at dawn", "balloon,sky", lambda h, w: fin(balloons(h, w, (0.4, 0.6), 1.4, "balloons"))),
    P("2024 Desert", "milky-way.jpg", 1500, 1000, "2024-03-09T22:58:41", "K", DESERT, 1, 5, "Milky Way", "stars,night", lambda h, w: fin(at.night(h, w, "galaxy"), exposure=1.3)),
    P("2025 City", "skyline-at-dusk.jpg", 1600, 1000, "2025-09-12T20:04:16", "A", None, 1, 5, "Skyline at dusk", "city,skyline,dusk", lambda h, w: fin(at.city_water(h, w, "skyline"))),
    P("2025 City", "blue-hour.jpg", 1500, 1000, "2025-11-23T17:20:38", "A", None, 1, 4, "Blue hour", "city,night", lambda h, w: fin(at.city_water(h, w, "blue", "blue", None, 0.6, 0.66, 0.5), exposure=1.15)),
    P("2025 City", "after-rain.jpg", 1400, 933, "2025-11-19T19:12:05", "A", None, 1, 4, "After rain", "city,lights,rain", lambda h, w: fin(at.bokeh_lights(h, w, "after", radius=24))),
    P("2025 City", "bridge-in-fog.jpg", 1500, 1000, "2025-10-18T07:55:44", "A", None, 1, 0, "Bridge in fog", "bridge,fog", lambda h, w: fin(at.bridge(h, w, "fogbridge", "mist", 0.8), exposure=0.95)),
    P("2025 City", "neon.webp", 900, 1350, "2025-09-13T23:10:27", "P", None, 1, 0, "", "city,lights", lambda h, w: fin(at.bokeh_lights(h, w, "neon", radius=30, palette=("#ff4a9a", "#4ad8ff", "#a06aff", "#ffd24a", "#ff6a5a")))),
    P("2025 City", "weather-screenshot.png", 1100, 720, "2025-11-17T08:01:00", None, None, 1, 0, "", "screenshot", lambda h, w: near.screenshot(w, h)),
    P("2026 Spring and summer", "green-hills.jpg", 1600, 1067, "2026-05-09T10:12:48", "P", None, 1, 4, "Green hills", "hills,spring", lambda h, w: fin(hills(h, w, (0.1, 0.7), 2.2, "day", 15))),
    P("2026 Spring and summer", "forest-lake.jpg", 1500, 1000, "2026-08-19T07:33:19", "P", None, 1, 4, "Forest lake", "lake,forest", lambda h, w: fin(lake(h, w, None, 0, "golden", 23, (0.4, 0.2), 0.7, 0.3, water=0.052, relief=0.10, style="hills", cam=0.062, wave=0.4))),
    P("2026 Spring and summer", "regatta.jpg", 1500, 1000, "2026-08-30T15:21:40", "P", None, 1, 3, "Regatta", "boat,sea", lambda h, w: fin(at.sailing(h, w, "regatta", "day", (0.8, 0.7), BOATS2, clouds=1.0, cover=0.05))),
    P("2026 Spring and summer", "shore-pebbles.jpg", 1400, 1050, "2026-02-15T12:02:33", "P", None, 1, 0, "Pebbles", "stones,texture", lambda h, w: fin(near.pebbles(h, w, "pebbles"))),
    P("2026 Spring and summer", "ink-study.tif", 320, 320, "2026-09-20T16:45:10", "L", None, 1, 0, "Ink study", "abstract", lambda h, w: fin(near.ink(h, w, "ink", [(0, "#0e2a4a"), (0.4, "#2f7a8a"), (0.6, "#f0e4cc"), (0.8, "#e88a4a"), (1, "#a82a3a")]), grain=0)),
    P("2026 Spring and summer", "marbled-paper.jpg", 1200, 1200, "2026-01-25T11:30:00", "L", None, 1, 0, "", "abstract,paper", lambda h, w: fin(near.ink(h, w, "marble", [(0, "#1a2a2a"), (0.35, "#3a6a5a"), (0.55, "#e8dcc0"), (0.7, "#c8963a"), (1, "#f6efe0")]))),
    P("2026 Spring and summer", "baubles.jpg", 1400, 933, "2025-12-20T18:20:20", "L", None, 1, 0, "Baubles", "christmas", lambda h, w: fin(still(h, w, BAUBLES, ("#3a2418", "#20120c"), ("#6a3a2a", "#2a1812"), gloss=0.9))),
    P("2026 Spring and summer", "old-scan.bmp", 240, 180, "2017-11-22T12:00:00", None, None, 1, 0, "", "", lambda h, w: fin(at.sailing(h, w, "scan", "mist", (0.3, 0.3), BOATS1, hull="#3a3026"), saturation=0.25, warmth=0.10)),
    P("海边", "日落.jpg", 1500, 1000, "2024-11-22T17:26:08", "P", SHORE, 1, 5, "海边日落", "海,日落", lambda h, w: fin(at.sailing(h, w, "riluo", "sunset", (0.22, 0.12), BOATS1, sail="#3a2430", hull="#1a1016", rough=0.06))),
    P("海边", "沙滩.jpg", 1500, 1000, "2024-11-22T10:11:35", "P", SHORE, 1, 4, "沙滩", "海,沙滩", lambda h, w: fin(at.beach(h, w, "shatan", "day"), exposure=1.05)),
    P("海边", "蓝色的海.jpg", 1067, 1600, "2024-11-23T15:40:02", "P", SHORE, 1, 0, "蓝色的海", "海", lambda h, w: fin(sea(h, w, 0.38, "clear", (0.4, 0.8), roughness=0.10, tint="#0a5a7a", sky_args=dict(clouds=1.0, cover=0.0, seed=30, sun_size=0)))),
]


def tiles(h, w):
    """Blue and white glazed tiles, four-fold."""
    r = rng("tiles")
    n = 4
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    u, v = (x / w * n) % 1 - 0.5, (y / h * n) % 1 - 0.5
    d, a = np.hypot(u, v), np.arctan2(v, u)
    dc = np.hypot(np.abs(u) - 0.5, np.abs(v) - 0.5)
    s = lambda e, k=0.006: at.smooth(k, -k, e)
    blue = np.maximum.reduce([s(np.abs(d - (0.30 + 0.07 * np.cos(8 * a))) - 0.014), s(d - (0.13 + 0.06 * np.cos(4 * a + 3.14))), s(np.abs(dc - 0.24) - 0.02), s(dc - 0.12 - 0.03 * np.cos(8 * np.arctan2(np.abs(v) - 0.5, np.abs(u) - 0.5)))])
    gold = np.maximum(s(np.abs(d - 0.20) - 0.010), s(np.abs(dc - 0.175) - 0.008))
    hue = 0.85 + 0.3 * at.fbm(h, w, 70, r, 4)
    tile_tone = r.uniform(0.9, 1.05, (n, n))[np.minimum((y / h * n).astype(int), n - 1), np.minimum((x / w * n).astype(int), n - 1)]
    img = np.broadcast_to(col("#f2ede0"), (h, w, 3))
    img = mix(img, col("#2450a0") * hue[..., None], blue)
    img = mix(img, col("#d8a030"), gold * 0.9) * tile_tone[..., None]
    grout = at.smooth(0.490, 0.497, np.maximum(np.abs(u), np.abs(v)))
    img = mix(img, col("#8a8274"), grout)
    shine = at.smooth(0.46, 0.485, np.maximum(u, v)) * (1 - grout) * 0.25
    crackle = at.smooth(0.02, 0.0, np.abs(at.fbm(h, w, 46, r, 4))) * 0.10
    return fin(img * (1 - shine - crackle)[..., None], grain=0)


def flicker(out, h, w):
    frames = [finish(near.candle(h, w, "gif", 0.9 * np.sin(k * 0.9) + 0.5 * np.sin(k * 2.3)), grain=0).quantize(48, dither=Image.Dither.NONE) for k in range(7)]
    frames[0].save(out, save_all=True, append_images=frames[1:], duration=120, loop=0, optimize=True)


def draw(p, root):
    folder = os.path.join(root, p["folder"])
    os.makedirs(folder, exist_ok=True)
    out = os.path.join(folder, p["file"])
    ext = out.rsplit(".", 1)[1]
    if os.path.exists(out):
        os.remove(out)
    if ext == "gif":
        flicker(out, p["h"], p["w"])
    else:
        im = p["draw"](p["h"], p["w"])
        im = {3: im.transpose(Image.ROTATE_180), 6: im.transpose(Image.ROTATE_90), 8: im.transpose(Image.ROTATE_270)}.get(p["turn"], im)
        if ext == "jpg":
            q = 80
            while True:
                im.save(out, quality=q, optimize=True, progressive=p["file"].startswith("m"), subsampling=2)
                if os.path.getsize(out) < 92_000 or im.width < 800:
                    break
                if q > 62:
                    q -= 6
                else:
                    # Fine detail everywhere: fewer pixels look better than coarser ones.
                    im, q = im.resize((im.width * 5 // 6, im.height * 5 // 6), Image.LANCZOS), 74
        elif ext == "webp":
            im.save(out, quality=74, method=6)
        elif ext == "tif":
            im.save(out, compression="tiff_adobe_deflate")
        elif ext == "png":
            im = im if p["file"].startswith("weather") else im.quantize(96, dither=Image.Dither.FLOYDSTEINBERG)
            im.save(out, optimize=True)
        else:
            im.save(out)
    describe(p, out)
    return out, os.path.getsize(out)


def describe(p, out):
    """EXIF, XMP and IPTC through exiftool."""
    if out.endswith(".bmp"):
        return
    d = p["date"].replace("-", ":").replace("T", " ")
    a = ["exiftool", "-q", "-overwrite_original", "-charset", "filename=utf8", "-charset", "iptc=utf8", *(["-codedcharacterset=utf8"] if out.endswith("jpg") else [])]
    if out.endswith(".gif"):
        a += [f"-XMP:CreateDate={d}"]
    elif p["file"].startswith("weather"):
        a += [f"-XMP:CreateDate={d}", f"-EXIF:DateTimeOriginal={d}"]
    else:
        a += [f"-EXIF:DateTimeOriginal={d}", f"-EXIF:CreateDate={d}", f"-EXIF:ModifyDate={d}", f"-EXIF:Orientation#={p['turn']}"]
    if p["cam"]:
        make, model, lens, fn, mm = CAMERAS[p["cam"]]
        r = rng(p["file"])
        dark = int(p["date"][11:13]) >= 19 or int(p["date"][11:13]) < 6
        a += [f"-EXIF:Make={make}", f"-EXIF:Model={model}", f"-EXIF:LensModel={lens}", f"-EXIF:FNumber={fn}", f"-EXIF:FocalLength={mm}",
              f"-EXIF:ISO={r.choice([1600, 3200, 6400]) if dark else r.choice([100, 160, 200, 400])}",
              f"-EXIF:ExposureTime={r.choice(['1/8', '1/30', '4']) if dark else r.choice(['1/125', '1/250', '1/500', '1/800'])}"]
    if p["gps"]:
        r = rng(p["file"] + "gps")
        la, lo = p["gps"][0] + r.normal(0, 0.01), p["gps"][1] + r.normal(0, 0.01)
        a += [f"-EXIF:GPSLatitude={abs(la):.5f}", f"-EXIF:GPSLatitudeRef={'N' if la >= 0 else 'S'}", f"-EXIF:GPSLongitude={abs(lo):.5f}", f"-EXIF:GPSLongitudeRef={'E' if lo >= 0 else 'W'}"]
    if p["title"]:
        a.append(f"-XMP-dc:Title={p['title']}")
    if p["rating"]:
        a.append(f"-XMP:Rating={p['rating']}")
    # Some have their keywords as XMP, some as IPTC, some none: all three happen in real folders.
    for word in p["words"].split(",") if p["words"] and rng(p["file"] + "kw").random() < 0.6 else []:
        a.append(f"-XMP-dc:Subject={word}" if rng(p["folder"]).random() < 0.6 or not out.endswith("jpg") else f"-IPTC:Keywords={word}")
    subprocess.run([*a, out], check=True)
