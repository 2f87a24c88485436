CREATE TABLE service (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  name TEXT NOT NULL,
  wanted TEXT NOT NULL,
  deployed TEXT,
  instances TEXT NOT NULL,
  state TEXT NOT NULL,
  problem_code TEXT,
  problem_message TEXT,
  keys_sealed BLOB NOT NULL,
  brought_sealed BLOB,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (workspace_id, name)
);
CREATE TABLE package (
  operation_id TEXT PRIMARY KEY REFERENCES operation (id) ON DELETE CASCADE,
  manifest TEXT NOT NULL
);
