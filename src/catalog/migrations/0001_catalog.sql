-- The catalogue. Times are milliseconds since the epoch, UTC. Paths are TEXT when they are UTF-8, else BLOB
-- (the platform's own units), so that every name survives.

CREATE TABLE folder (
    id          INTEGER PRIMARY KEY,
    path        NOT NULL UNIQUE,
    kinds       INTEGER NOT NULL DEFAULT 7,      -- bit per kind: 1 photo, 2 audio, 4 clip
    is_watched  INTEGER NOT NULL DEFAULT 1,
    is_offline  INTEGER NOT NULL DEFAULT 0,
    added_ms    INTEGER NOT NULL,
    scanned_ms  INTEGER
);

CREATE TABLE item (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         INTEGER NOT NULL,               -- 0 photo, 1 audio, 2 clip
    hash         BLOB,                           -- BLAKE3 of the content this item stands for
    title        TEXT NOT NULL,
    date_ms      INTEGER NOT NULL,
    added_ms     INTEGER NOT NULL,
    duration_ms  INTEGER,
    width        INTEGER,
    height       INTEGER,
    rating       INTEGER NOT NULL DEFAULT 0,
    rated_by     INTEGER NOT NULL DEFAULT 0,     -- 0 nobody, 1 the file, 2 the person
    flags        INTEGER NOT NULL DEFAULT 0,
    is_probed    INTEGER NOT NULL DEFAULT 0,
    track        INTEGER,
    disc         INTEGER,
    year         INTEGER,
    bpm          REAL,
    lat          REAL,
    lon          REAL,
    artist       TEXT,
    album        TEXT,
    album_artist TEXT,
    genre        TEXT,
    camera       TEXT,
    format       TEXT NOT NULL DEFAULT '',
    problem      TEXT,
    own_title    TEXT                            -- the title in the file, if it has one
);
CREATE UNIQUE INDEX item_hash ON item (hash) WHERE hash IS NOT NULL;
-- Covers the in-memory index: loading 100,000 rows reads this and nothing else.
CREATE INDEX item_index ON item (date_ms DESC, id DESC, added_ms, duration_ms, width, height, kind, rating, flags);

-- What is long and rarely read, apart, so that item rows stay short.
CREATE TABLE item_meta (
    item  INTEGER PRIMARY KEY REFERENCES item (id) ON DELETE CASCADE,
    notes TEXT NOT NULL,                         -- words to find it by: caption, comment, composer
    meta  TEXT                                   -- JSON
);

-- Items that turned out to be another item: their ids still answer.
CREATE TABLE merged (
    id    INTEGER PRIMARY KEY,
    into_ INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE
);
CREATE INDEX merged_into ON merged (into_);

CREATE TABLE path (
    id         INTEGER PRIMARY KEY,
    item       INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    folder     INTEGER REFERENCES folder (id) ON DELETE SET NULL,
    path       NOT NULL UNIQUE,
    size_bytes INTEGER NOT NULL,
    mtime_ms   INTEGER NOT NULL,
    state      INTEGER NOT NULL DEFAULT 0,       -- 0 there, 1 gone, 2 offline, 3 its folder was removed
    is_hashed  INTEGER NOT NULL DEFAULT 0       -- whether item.hash was read from this size and time
);
CREATE INDEX path_item ON path (item, state);
CREATE INDEX path_folder ON path (folder);

CREATE TABLE tag (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,
    key         TEXT NOT NULL UNIQUE,            -- full path, folded for comparison
    leaf        TEXT NOT NULL,                   -- own name, folded
    parent      INTEGER REFERENCES tag (id) ON DELETE SET NULL,
    slug        TEXT UNIQUE,                     -- name in the model vocabulary
    is_renamed  INTEGER NOT NULL DEFAULT 0,
    is_deleted  INTEGER NOT NULL DEFAULT 0,      -- by the person: no model brings it back
    merged_into INTEGER REFERENCES tag (id) ON DELETE SET NULL,
    colour      TEXT,
    created_ms  INTEGER NOT NULL
);
CREATE INDEX tag_leaf ON tag (leaf);
CREATE INDEX tag_parent ON tag (parent);

-- What searches find a tag by: its own name, names in other languages, aliases; each from every word on, folded.
CREATE TABLE tag_name (
    key    TEXT NOT NULL,
    tag    INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
    is_own INTEGER NOT NULL,
    is_whole INTEGER NOT NULL,                   -- the whole name, not from a later word on
    PRIMARY KEY (key, tag, is_own)
) WITHOUT ROWID;
CREATE INDEX tag_name_tag ON tag_name (tag);

CREATE TABLE source (
    id      INTEGER PRIMARY KEY,                 -- 1 person, 2 imported, 3 rule, then model packs
    name    TEXT NOT NULL UNIQUE,                -- id@version for packs
    pack_id TEXT                                 -- id alone: versions of one pack replace each other
);
INSERT INTO source (id, name) VALUES (1, 'person'), (2, 'imported'), (3, 'rule'), (9, 'reserved');

-- What is believed: one row per item and tag. A model's own scores are kept in tagging.
CREATE TABLE item_tag (
    item   INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    tag    INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
    source INTEGER NOT NULL REFERENCES source (id),
    state  INTEGER NOT NULL,                     -- 1 confirmed, 2 shown, 3 suggested, 4 rejected
    score  REAL NOT NULL,
    at_ms  INTEGER NOT NULL,
    PRIMARY KEY (item, tag)
) WITHOUT ROWID;
CREATE INDEX item_tag_tag ON item_tag (tag, state, item);

-- Facet counters, kept so that no key press counts a million rows.
CREATE TABLE tag_count (
    tag       INTEGER PRIMARY KEY REFERENCES tag (id) ON DELETE CASCADE,
    confirmed INTEGER NOT NULL DEFAULT 0,
    shown     INTEGER NOT NULL DEFAULT 0,
    suggested INTEGER NOT NULL DEFAULT 0,
    rejected  INTEGER NOT NULL DEFAULT 0
);
CREATE TRIGGER tag_added AFTER INSERT ON tag BEGIN
    INSERT INTO tag_count (tag) VALUES (new.id);
END;
CREATE TRIGGER item_tag_added AFTER INSERT ON item_tag BEGIN
    UPDATE tag_count SET confirmed = confirmed + (new.state = 1), shown = shown + (new.state = 2),
        suggested = suggested + (new.state = 3), rejected = rejected + (new.state = 4) WHERE tag = new.tag;
END;
CREATE TRIGGER item_tag_removed AFTER DELETE ON item_tag BEGIN
    UPDATE tag_count SET confirmed = confirmed - (old.state = 1), shown = shown - (old.state = 2),
        suggested = suggested - (old.state = 3), rejected = rejected - (old.state = 4) WHERE tag = old.tag;
END;
CREATE TRIGGER item_tag_changed AFTER UPDATE OF state ON item_tag WHEN old.state <> new.state BEGIN
    UPDATE tag_count SET confirmed = confirmed + (new.state = 1) - (old.state = 1),
        shown = shown + (new.state = 2) - (old.state = 2),
        suggested = suggested + (new.state = 3) - (old.state = 3),
        rejected = rejected + (new.state = 4) - (old.state = 4) WHERE tag = new.tag;
END;

CREATE TABLE model_run (
    id         INTEGER PRIMARY KEY,
    source     INTEGER NOT NULL REFERENCES source (id),
    started_ms INTEGER NOT NULL
);

-- What a model said of an item: embedding (f16, little-endian) and scores (tag i64, score f32, shown u8 each).
CREATE TABLE tagging (
    id        INTEGER PRIMARY KEY,
    item      INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    source    INTEGER NOT NULL REFERENCES source (id),
    run       INTEGER NOT NULL REFERENCES model_run (id),
    at_ms     INTEGER NOT NULL,
    scores    BLOB NOT NULL,
    embedding BLOB NOT NULL,
    UNIQUE (item, source)
);
CREATE INDEX tagging_run ON tagging (run, item);
CREATE INDEX tagging_source ON tagging (source, item);

CREATE TABLE analysis (
    id       INTEGER PRIMARY KEY,
    item     INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    analyser TEXT NOT NULL,
    version  INTEGER NOT NULL,
    at_ms    INTEGER NOT NULL,
    problem  TEXT,
    data     BLOB
);
CREATE UNIQUE INDEX analysis_item ON analysis (item, analyser, version);

CREATE TABLE collection (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    query      TEXT,
    created_ms INTEGER NOT NULL
);

CREATE TABLE collection_item (
    collection INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
    item       INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    PRIMARY KEY (collection, item)
) WITHOUT ROWID;
CREATE INDEX collection_order ON collection_item (collection, position);
CREATE INDEX collection_of_item ON collection_item (item);

CREATE TABLE profile (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    created_ms INTEGER NOT NULL
);
INSERT INTO profile (id, name, created_ms) VALUES (1, '', 0);

-- Append-only. AUTOINCREMENT: the id of a forgotten event is never given out again.
CREATE TABLE event (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    profile INTEGER NOT NULL REFERENCES profile (id) ON DELETE CASCADE,
    item    INTEGER REFERENCES item (id) ON DELETE SET NULL,
    kind    INTEGER NOT NULL,
    value   REAL NOT NULL,
    at_ms   INTEGER NOT NULL,
    context TEXT
);
CREATE INDEX event_time ON event (at_ms);
CREATE INDEX event_item ON event (item, at_ms) WHERE item IS NOT NULL;

CREATE TABLE struck (
    key   TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL
) WITHOUT ROWID;

-- Undo across restarts: the change as the person made it, and the row states that take it back (or bring it again).
CREATE TABLE undo (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    change     TEXT NOT NULL,
    ops        TEXT NOT NULL,
    is_undone  INTEGER NOT NULL DEFAULT 0,
    is_passing INTEGER NOT NULL DEFAULT 0,       -- holds forgotten history: dropped at the next start
    at_ms      INTEGER NOT NULL
);

-- Words to find items by; text goes in folded, with CJK split into single characters.
CREATE VIRTUAL TABLE words USING fts5 (
    title, artist, album, genre, file, folder, notes,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);
