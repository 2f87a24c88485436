CREATE TABLE artifact (
  workspace_id TEXT NOT NULL,
  origin TEXT NOT NULL,
  container TEXT NOT NULL,
  path TEXT NOT NULL,
  blob TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL,
  PRIMARY KEY (workspace_id, origin, container, path)
) WITHOUT ROWID;
CREATE TABLE blob (
  container TEXT NOT NULL,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  modified_at TEXT NOT NULL,
  block_list TEXT NOT NULL,
  PRIMARY KEY (container, name)
) WITHOUT ROWID;
