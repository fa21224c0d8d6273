"""The compositions: chords, a melody that repeats and answers itself, a bass, sometimes drums."""
from .synth import (Mix, bass, bell, bow, brush, clap, hat, keys, kick, lead, lowpass, pad, piano, pluck, rng, snare, times)

MAJOR, MINOR, DORIAN, PENTA = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 9, 10), (0, 2, 4, 7, 9)


def degree(root, scale, d):
    return root + 12 * (d // len(scale)) + scale[d % len(scale)]


def triad(root, scale, d, seventh=False):
    return [degree(root, scale, d + k) for k in ((0, 2, 4, 6) if seventh else (0, 2, 4))]


def phrase(r, chord_degree, beats, rhythm, start):
    """A line that begins near `start`, moves by steps and lands on the chord."""
    out, pos, d = [], 0.0, start
    while pos < beats - 1e-6:
        ln = min(rhythm[r.integers(len(rhythm))], beats - pos)
        if pos == 0 or beats - pos <= 1:
            tones = [chord_degree + k for k in (-7, -5, -3, 0, 2, 4, 7, 9, 11)]
            d = min(tones, key=lambda q: abs(q - d) + 0.1 * r.random())
        else:
            d += int(r.choice([-2, -1, -1, 1, 1, 2]))
        d = max(2, min(14, d))
        out.append((pos, ln, d))
        pos += ln
    return out


def melody(r, prog, beats, rhythm, form):
    """One phrase per chord; equal letters in `form` repeat the shape."""
    made, out, last = {}, [], 7
    for i, c in enumerate(prog):
        key = form[i % len(form)]
        if key not in made:
            made[key] = (phrase(r, c, beats, rhythm, last), c)
        shape, home = made[key]
        line = [(p, ln, d + (c - home)) for p, ln, d in shape] if key != "." else []
        out += [(i * beats + p, ln, d) for p, ln, d in line]
        if line:
            last = line[-1][2]
    return out


def nocturne(name, secs=34, root=50, scale=MINOR, bpm=66, prog=(0, 5, 2, 6, 0, 3, 4, 0), cut=True, fade_out=2.5):
    r, m = rng(name), Mix(secs, bpm)
    beats = int(secs / m.beat)
    n = beats // 4 + 1
    chords = [prog[i % len(prog)] for i in range(n)]
    for i, c in enumerate(chords):
        ch = triad(root, scale, c)
        pat = [ch[0] - 12, ch[2] - 12, ch[0], ch[1], ch[2], ch[1], ch[0], ch[2] - 12]
        for k, note in enumerate(pat):
            m.add(i * 4 + k * 0.5, piano(note, 2.0 if k == 0 else 1.0, 0.42 + 0.12 * (k == 0) + 0.04 * r.random()), 0.38, late=r.normal(0, 0.006))
    for b, ln, d in melody(r, chords, 4, (1, 1, 1.5, 0.5, 2), "ABACABDA"):
        m.add(b, piano(degree(root + 12, scale, d), ln * m.beat, 0.62 + 0.12 * r.random()), 0.6, late=r.normal(0, 0.008))
    return m.done(2.6, 0.30, fade_out=fade_out, cut=cut)


def drift(name, secs=36, root=45, scale=DORIAN, prog=(0, 3, 5, 4), bpm=56, bells=True, bright=800):
    r, m = rng(name), Mix(secs, bpm)
    n = int(secs / m.beat / 8) + 1
    for i in range(n):
        c = prog[i % len(prog)]
        for j, note in enumerate(triad(root + 12, scale, c, True)):
            m.add(i * 8, pad(note + (12 if j == 1 and i % 2 else 0), 8 * m.beat, bright, 2.2, 3.0), gain=0.9)
        m.add(i * 8, pad(degree(root, scale, c) - 12, 8 * m.beat, 300, 1.5, 2.5), gain=1.2)
        if bells:
            for k in range(5):
                if r.random() < 0.75:
                    m.add(i * 8 + k * 1.5 + 0.5, bell(degree(root + 36, scale, c + int(r.choice([0, 2, 4, 7]))), 2.0, 0.22), r.uniform(0.15, 0.85))
    t = times(secs + 8)
    air = lowpass(r.normal(0, 1, (len(t), 2)), 700)
    m.buf[: len(t)] += air[: len(m.buf)] * (0.012 + 0.008 * __import__("numpy").sin(t * 0.5))[:, None]
    return m.done(4.5, 0.5, 2.5, 4.5, dark=3200, level=0.72)


def runner(name, secs=32, root=45, scale=MINOR, bpm=124, prog=(0, 5, 2, 6), bright=1500):
    r, m = rng(name), Mix(secs, bpm)
    bars = int(secs / m.beat / 4) + 1
    arp = [0, 2, 4, 7, 4, 2, 7, 9]
    chords = [prog[(i // 1) % len(prog)] for i in range(bars)]
    line = melody(r, chords, 4, (0.5, 0.5, 1, 1.5), "ABAC")
    duck = __import__("numpy").ones(len(m.buf))
    for i, c in enumerate(chords):
        full, drop = i >= 4, i >= bars - 2
        for k in range(16):
            m.add(i * 4 + k * 0.25, pluck(degree(root + 24, scale, c + arp[k % 8]), 0.18, 0.35, 0.7, name), 0.3 + 0.4 * (k % 2), gain=0.8)
        for note in triad(root + 12, scale, c):
            m.add(i * 4, pad(note, 4 * m.beat, bright * (0.5 + 0.5 * full), 0.05, 0.3), gain=0.62)
        if drop:
            continue
        for k in range(4):
            m.add(i * 4 + k, kick(0.9), gain=1.15)
            j = int((i * 4 + k) * m.beat * 44100)
            e = min(len(duck), j + int(0.22 * 44100))
            duck[j:e] = __import__("numpy").linspace(0.45, 1, e - j)
            if full:
                m.add(i * 4 + k + 0.5, hat(0.8, 0.09), 0.6)
                m.add(i * 4 + k + 0.25, hat(0.35), 0.4)
                m.add(i * 4 + k + 0.75, hat(0.4), 0.4)
                if k % 2:
                    m.add(i * 4 + k, clap(0.9))
        for k in range(8):
            m.add(i * 4 + k * 0.5, bass(degree(root - 12, scale, c) + (12 if k % 4 == 3 else 0), m.beat * 0.42, 0.75, 700), gain=0.95 if k % 2 else 0.6)
    for b, ln, d in line:
        if b >= 16 and b < (bars - 2) * 4:
            m.add(b, lead(degree(root + 12, scale, d), ln * m.beat * 0.9, 0.55), 0.55, gain=0.75)
    return m.done(1.6, 0.18, fade_out=2.2)


def breaks(name, secs=26, root=48, scale=DORIAN, bpm=140, prog=(0, 0, 3, 6)):
    r, m = rng(name), Mix(secs, bpm)
    bars = int(secs / m.beat / 4) + 1
    chords = [prog[i % len(prog)] for i in range(bars)]
    for i, c in enumerate(chords):
        for b in (0, 1.5, 2.75):
            m.add(i * 4 + b, kick(0.95))
        for b in (1, 3):
            m.add(i * 4 + b, snare(0.95))
        if i % 4 == 3:
            for k in range(4):
                m.add(i * 4 + 3 + k * 0.25, snare(0.4 + 0.15 * k))
        for k in range(8):
            m.add(i * 4 + k * 0.5, hat(0.5 + 0.3 * (k % 2)), 0.65)
        for k, b in enumerate((0, 0.75, 1.5, 2.5, 3.25)):
            m.add(i * 4 + b, bass(degree(root - 12, scale, c) + (0, 0, 12, 7, 10)[k], 0.2, 0.9, 900))
        for b in (0.5, 2.25):
            for note in triad(root + 12, scale, c, True):
                m.add(i * 4 + b, keys(note, 0.25, 0.5), 0.35)
    for b, ln, d in melody(r, chords, 4, (0.5, 0.25, 0.25, 1), "ABA."):
        if b >= 8:
            m.add(b, bell(degree(root + 12, scale, d), 0.5, 0.55), 0.6)
    return m.done(1.2, 0.14, fade_out=1.5)


def waltz(name, secs=33, root=55, scale=MAJOR, bpm=138, prog=(0, 5, 3, 4, 0, 5, 1, 4, 0)):
    r, m = rng(name), Mix(secs, bpm)
    bars = int(secs / m.beat / 3) + 1
    chords = [prog[(i // 2) % len(prog)] for i in range(bars)]
    for i, c in enumerate(chords):
        ch = triad(root, scale, c)
        m.add(i * 3, pluck(ch[0] - 24 if i % 2 == 0 else ch[2] - 24, 1.0, 0.8, 0.3, name), 0.45)
        for b in (1, 2):
            for note in ch:
                m.add(i * 3 + b, keys(note, 0.25, 0.34), 0.35)
            m.add(i * 3 + b, brush(0.6), 0.65)
    for b, ln, d in melody(r, chords[::2], 6, (1, 2, 1, 3, 0.5), "ABACABDA"):
        m.add(b, bow(degree(root, scale, d), ln * m.beat, 0.75), 0.58)
        m.add(b, bow(degree(root, scale, d - 2), ln * m.beat, 0.3), 0.40)
    return m.done(2.0, 0.26, fade_out=2.5)


def lofi(name, secs=34, root=53, scale=MAJOR, bpm=78, prog=(1, 4, 0, 5)):
    r, m = rng(name), Mix(secs, bpm, swing=0.12)
    bars = int(secs / m.beat / 4) + 1
    chords = [prog[i % len(prog)] for i in range(bars)]
    for i, c in enumerate(chords):
        for b, ln in ((0, 2.4), (2.5, 1.3)):
            for j, note in enumerate(triad(root, scale, c, True) + [degree(root, scale, c + 8)]):
                m.add(i * 4 + b, keys(note, ln * m.beat, 0.42), 0.3 + 0.1 * j, late=0.012 * j)
        m.add(i * 4, bass(degree(root - 24, scale, c), 1.6 * m.beat, 0.8, 260))
        m.add(i * 4 + 2.5, bass(degree(root - 24, scale, c) + 7, 0.9 * m.beat, 0.6, 260))
        if i >= 2:
            for b in (0, 2.5):
                m.add(i * 4 + b, kick(0.8))
            for b in (1, 3):
                m.add(i * 4 + b, lowpass(snare(0.8), 5200), late=0.018)
            for k in range(8):
                m.add(i * 4 + k * 0.5, hat(0.32 + 0.16 * (k % 2)), 0.6, late=abs(r.normal(0, 0.008)))
    for b, ln, d in melody(r, chords, 4, (0.5, 1, 0.5, 1.5), ".ABA"):
        m.add(b, pluck(degree(root + 12, scale, d), ln * m.beat, 0.5, 0.35, name), 0.62)
    t = times(secs + 8)
    crackle = (r.random(len(t)) < 0.00018) * r.normal(0, 0.5, len(t))
    hiss = lowpass(r.normal(0, 0.006, len(t)), 6000)
    m.buf[: len(t)] += (lowpass(crackle, 4500) + hiss)[: len(m.buf), None]
    m.buf = lowpass(m.buf, 7000)
    return m.done(1.3, 0.16, fade_out=2.5)


def strings(name, secs=32, root=57, bpm=72, scale=MINOR, prog=(0, 6, 5, 4, 0, 3, 4, 0), bright=0.5):
    r, m = rng(name), Mix(secs, bpm)
    bars = int(secs / m.beat / 4) + 1
    chords = [prog[i % len(prog)] for i in range(bars)]
    for i, c in enumerate(chords):
        ch = triad(root - 12, scale, c)
        seq = [ch[0] - 12, ch[0], ch[1], ch[2], ch[0] + 12, ch[2], ch[1], ch[2]]
        for k, note in enumerate(seq):
            m.add(i * 4 + k * 0.5, pluck(note, 1.4, 0.55 + 0.2 * (k == 0), bright * 0.8, name), 0.4, late=r.normal(0, 0.006))
    for b, ln, d in melody(r, chords, 4, (1, 0.5, 1.5, 2), "ABACADBA"):
        m.add(b, pluck(degree(root, scale, d), ln * m.beat + 0.3, 0.85, bright, name + "m"), 0.6)
        if ln >= 1.5 and r.random() < 0.6:
            for q in range(1, 5):
                m.add(b + q * 0.125 + 0.5, pluck(degree(root, scale, d), 0.2, 0.35 + 0.05 * q, bright, name + "t"), 0.62)
    return m.done(2.2, 0.26, fade_out=2.5)


def rain_pentatonic(name, secs=36, root=50, bpm=60):
    """Zither-like plucks over a low pad, with pauses."""
    r, m = rng(name), Mix(secs, bpm)
    prog = (0, 3, 2, 4, 1, 0)
    bars = int(secs / m.beat / 4) + 1
    chords = [prog[i % len(prog)] for i in range(bars)]
    for i, c in enumerate(chords):
        base = degree(root, PENTA, c)
        m.add(i * 4, pad(base - 12, 4 * m.beat, 350, 1.0, 1.5), gain=0.7)
        m.add(i * 4, pad(base - 5, 4 * m.beat, 500, 1.4, 1.5), gain=0.45)
        for k in range(6):
            m.add(i * 4 + 0.06 * k, pluck(degree(root, PENTA, c + k), 2.0, 0.32, 0.75, name), 0.3 + 0.07 * k)
        if i % 3 == 2:
            for k in range(10):
                m.add(i * 4 + 2 + 0.07 * k, pluck(degree(root + 12, PENTA, 9 - k), 0.8, 0.28, 0.8, name), 0.7 - 0.04 * k)
    for b, ln, d in melody(r, chords, 4, (1, 1, 0.5, 0.5, 2), "AB.ACB"):
        m.add(b, pluck(degree(root + 12, PENTA, d - 2), ln * m.beat + 0.6, 0.8, 0.7, name + "m"), 0.55)
        if ln >= 2:
            m.add(b + 0.5, bow(degree(root, PENTA, d - 2), 1.6 * m.beat, 0.28), 0.6)
    return m.done(3.2, 0.34, fade_out=3.0)
