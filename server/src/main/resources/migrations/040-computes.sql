CREATE TABLE cluster (
  id TEXT PRIMARY KEY,
  resource_group TEXT NOT NULL COLLATE NOCASE,
  name TEXT NOT NULL COLLATE NOCASE,
  created_at TEXT NOT NULL,
  UNIQUE (resource_group, name)
);
CREATE TABLE compute (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspace (id),
  name TEXT NOT NULL COLLATE NOCASE,
  region TEXT NOT NULL,
  cluster_id TEXT NOT NULL UNIQUE REFERENCES cluster (id),
  attached INTEGER NOT NULL,
  provisioning TEXT NOT NULL,
  problem_code TEXT,
  problem_message TEXT,
  tls_label TEXT,
  tls_host TEXT,
  document TEXT NOT NULL,
  change TEXT,
  change_pair BLOB,
  created_at TEXT NOT NULL,
  modified_at TEXT NOT NULL,
  UNIQUE (workspace_id, name)
);
-- A generated name stays with its label until the compute that holds it goes.
CREATE TABLE generated_name (
  host TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  label TEXT NOT NULL COLLATE NOCASE,
  compute_id TEXT NOT NULL REFERENCES compute (id) ON DELETE CASCADE,
  UNIQUE (workspace_id, label)
);
