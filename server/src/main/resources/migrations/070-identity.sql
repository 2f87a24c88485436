CREATE TABLE identity (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
);
CREATE TABLE device_login (
  device_code_digest BLOB PRIMARY KEY,
  user_code TEXT NOT NULL UNIQUE,
  expires_at TEXT NOT NULL,
  approved INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0
);
