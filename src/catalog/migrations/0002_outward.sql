-- What goes out to the files and comes in from beside them.

-- 1: XMP sidecars of photos and clips, 2: tags inside audio files. Off until the person says so.
ALTER TABLE folder ADD COLUMN writes INTEGER NOT NULL DEFAULT 0;

-- Hash of what a file is without its tags (audio frames, coded picture): the same after another program re-tagged it.
ALTER TABLE item ADD COLUMN essence BLOB;
CREATE INDEX item_essence ON item (essence) WHERE essence IS NOT NULL;

-- What lay beside the file when last looked: a number made of names, sizes and times; 0 for nothing.
ALTER TABLE path ADD COLUMN beside INTEGER NOT NULL DEFAULT 0;
-- BLAKE3 of the sidecar as last read or written; NULL when there was none.
ALTER TABLE path ADD COLUMN sidecar BLOB;

-- Content that an item stood for before its file was changed in place.
CREATE TABLE former (
    hash BLOB PRIMARY KEY,
    item INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX former_item ON former (item);

-- What the person says of an item against its file, and what the file says: clearing brings that back.
CREATE TABLE said (
    item         INTEGER PRIMARY KEY REFERENCES item (id) ON DELETE CASCADE,
    title        TEXT,
    date_ms      INTEGER,
    lat          REAL,
    lon          REAL,
    file_date_ms INTEGER,
    file_lat     REAL,
    file_lon     REAL
);

-- Items whose files do not say yet what the person said; on the disk before the person is told that it is saved.
CREATE TABLE unsaved (
    item        INTEGER PRIMARY KEY REFERENCES item (id) ON DELETE CASCADE,
    since_ms    INTEGER NOT NULL,
    problem     TEXT,
    is_conflict INTEGER NOT NULL DEFAULT 0
);

-- What was there before each write, so that it can be taken back: the whole sidecar (NULL: there was none), or the
-- tags of an audio file as JSON.
CREATE TABLE written (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    path   NOT NULL,
    before BLOB,
    after  BLOB NOT NULL,                        -- BLAKE3 of what was written
    at_ms  INTEGER NOT NULL
);

CREATE INDEX written_after ON written (after);

-- Files moved, renamed or put into the trash: the plan before, what was done after.
CREATE TABLE file_step (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    plan   TEXT NOT NULL,
    state  INTEGER NOT NULL DEFAULT 0,           -- 0 begun, 1 done, 2 taken back
    at_ms  INTEGER NOT NULL
);
