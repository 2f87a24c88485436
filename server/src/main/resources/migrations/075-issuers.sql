-- The keys of our accounts with authorities that speak ACME.
CREATE TABLE acme_account (
  directory TEXT PRIMARY KEY,
  public_key BLOB NOT NULL,
  sealed BLOB NOT NULL,
  created_at TEXT NOT NULL
);
-- TXT records that are published at this moment for an authority to look at.
CREATE TABLE acme_record (
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (name, value)
);
-- Issuers that asked to be left alone for a while.
CREATE TABLE issuer_pause (
  issuer TEXT PRIMARY KEY,
  until TEXT NOT NULL
);
-- The issuer by its name in the settings and the profile that was asked for.
ALTER TABLE certificate ADD COLUMN issued_by TEXT;
ALTER TABLE certificate ADD COLUMN profile TEXT;
ALTER TABLE certificate ADD COLUMN key_type TEXT;
ALTER TABLE certificate ADD COLUMN names TEXT;
-- When it is to be renewed if nothing goes wrong, and the window that its issuer wants for that.
ALTER TABLE certificate ADD COLUMN renewal TEXT;
ALTER TABLE certificate ADD COLUMN window_start TEXT;
ALTER TABLE certificate ADD COLUMN window_end TEXT;
UPDATE certificate SET issued_by = 'embedded' WHERE NOT brought;
UPDATE certificate SET renewal = next_attempt WHERE replaced_at IS NULL AND NOT brought;
