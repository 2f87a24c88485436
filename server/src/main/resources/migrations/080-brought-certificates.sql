-- What was put right in a certificate that was brought, and what its owner should know; JSON, NULL for none.
ALTER TABLE certificate ADD COLUMN remarks TEXT;
-- Keys made here for certificates that an authority of the user's is to sign; each waits for its certificate.
CREATE TABLE certificate_request (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  public_key TEXT NOT NULL,
  names TEXT NOT NULL,
  key_type TEXT NOT NULL,
  csr TEXT NOT NULL,
  sealed BLOB NOT NULL,
  created_at TEXT NOT NULL
);
