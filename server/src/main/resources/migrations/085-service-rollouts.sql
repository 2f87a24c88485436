CREATE TABLE service_rollout (
  service_id TEXT NOT NULL REFERENCES service (id) ON DELETE CASCADE,
  version TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  state TEXT NOT NULL,
  step INTEGER NOT NULL,
  since TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (service_id, version)
);
