-- What a revocation list is made of; issuer_key is the hex identifier of the issuer's key.
ALTER TABLE certificate ADD COLUMN issuer_key TEXT;
ALTER TABLE certificate ADD COLUMN revoked_at TEXT;
ALTER TABLE certificate ADD COLUMN revocation_reason TEXT;
CREATE INDEX certificate_revoked ON certificate (issuer_key) WHERE revoked_at IS NOT NULL;
CREATE TABLE revocation_list (
  issuer_key TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  signed_at TEXT NOT NULL,
  content BLOB NOT NULL
);
