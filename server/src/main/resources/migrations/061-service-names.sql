-- A generated name stays with its service and label until the service goes.
CREATE TABLE service_name (
  service_id TEXT NOT NULL REFERENCES service (id) ON DELETE CASCADE,
  label TEXT NOT NULL COLLATE NOCASE,
  host TEXT NOT NULL UNIQUE,
  PRIMARY KEY (service_id, label)
);
