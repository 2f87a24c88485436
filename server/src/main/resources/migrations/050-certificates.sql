CREATE TABLE authority (
  part TEXT PRIMARY KEY,
  sealed BLOB NOT NULL
);
-- All certificates that an owner ever had; the key of a replaced one is forgotten.
CREATE TABLE certificate (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  host TEXT NOT NULL,
  brought INTEGER NOT NULL,
  issuer TEXT NOT NULL,
  serial TEXT NOT NULL,
  not_before TEXT NOT NULL,
  not_after TEXT NOT NULL,
  sealed BLOB,
  created_at TEXT NOT NULL,
  replaced_at TEXT,
  next_attempt TEXT,
  failures INTEGER NOT NULL DEFAULT 0,
  last_error TEXT
);
CREATE UNIQUE INDEX certificate_by_owner ON certificate (owner) WHERE replaced_at IS NULL;
CREATE UNIQUE INDEX certificate_by_host ON certificate (host) WHERE replaced_at IS NULL;
