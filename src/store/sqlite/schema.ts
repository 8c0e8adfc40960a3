/** Marks the file as ours: "chel". */
export const applicationId = 0x6368656c;

/**
 * Steps from an empty file on; a file that has had n of them is of version n. A step that was published never changes.
 *
 * Rows are never given twice, hence AUTOINCREMENT. A replaced document keeps its row; `events_after` then hides it from
 * every event up to that one, so that neither replacing nor deleting rewrites the log. Identity, state, records and
 * history are JSON. A collection whose words are indexed has
 * those of the rows up to `words_to` in a table of its own, `words_` and its number; null: it has none. Numbers are little-endian: `vector` f32, `members` the rows of an event u32, `tokens` the count n
 * u32, n ids u32, n counts f32.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE collection (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    identity TEXT NOT NULL,
    state TEXT NOT NULL
  ) STRICT;

  CREATE TABLE document (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    collection INTEGER NOT NULL REFERENCES collection ON DELETE CASCADE,
    id TEXT NOT NULL,
    text TEXT,
    metadata TEXT,
    events_after INTEGER NOT NULL DEFAULT 0,
    tokens BLOB,
    vector BLOB NOT NULL,
    UNIQUE (collection, id)
  ) STRICT;
  CREATE INDEX document_rows ON document (collection, row, events_after);

  CREATE TABLE teacher (
    number INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL REFERENCES collection ON DELETE CASCADE,
    name TEXT NOT NULL,
    UNIQUE (collection, name)
  ) STRICT;
  CREATE TABLE teacher_vector (
    teacher INTEGER NOT NULL REFERENCES teacher ON DELETE CASCADE,
    document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    vector BLOB NOT NULL,
    PRIMARY KEY (teacher, document)
  ) STRICT;
  CREATE INDEX teacher_vector_document ON teacher_vector (document);

  CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    collection INTEGER NOT NULL REFERENCES collection ON DELETE CASCADE,
    members BLOB NOT NULL
  ) STRICT;
  CREATE INDEX event_collection ON event (collection);

  CREATE TABLE generation (
    collection INTEGER NOT NULL REFERENCES collection ON DELETE CASCADE,
    number INTEGER NOT NULL,
    record TEXT NOT NULL,
    adapter BLOB NOT NULL,
    PRIMARY KEY (collection, number)
  ) STRICT;

  CREATE TABLE history (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    collection INTEGER NOT NULL REFERENCES collection ON DELETE CASCADE,
    entry TEXT NOT NULL
  ) STRICT;
  CREATE INDEX history_collection ON history (collection);
  `,
  'ALTER TABLE collection ADD COLUMN words_to INTEGER',
];
