CREATE TABLE asset (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id)
) WITHOUT ROWID;
CREATE TABLE model (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace_id TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  framework TEXT NOT NULL,
  run_id TEXT,
  document TEXT NOT NULL,
  request TEXT NOT NULL,
  UNIQUE (workspace_id, name, version)
);
