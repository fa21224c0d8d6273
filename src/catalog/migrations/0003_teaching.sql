-- What the person teaches: names of tags, and how sure a model has to be.

-- Names the person gave a tag besides its own. Language '' is an alias in none in particular.
CREATE TABLE tag_alias (
    tag      INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
    language TEXT NOT NULL,
    name     TEXT NOT NULL,
    PRIMARY KEY (tag, language, name)
) WITHOUT ROWID;

-- Names of the built-in vocabulary, folded, that are not to lead to a tag.
CREATE TABLE tag_detached (
    tag INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    PRIMARY KEY (tag, key)
) WITHOUT ROWID;

-- From which score on a model's tag is shown, learnt from what the person confirmed and rejected.
CREATE TABLE tag_threshold (
    tag    INTEGER PRIMARY KEY REFERENCES tag (id) ON DELETE CASCADE,
    show   REAL NOT NULL,
    checks INTEGER NOT NULL
);

-- Tags that the person taught: from which score on a lesson's proposals are shown (NULL: they are only suggested), and
-- whether it is to rest.
CREATE TABLE taught (
    tag       INTEGER PRIMARY KEY REFERENCES tag (id) ON DELETE CASCADE,
    show_from REAL,
    is_off    INTEGER NOT NULL DEFAULT 0
);
