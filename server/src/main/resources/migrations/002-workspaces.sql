CREATE TABLE resource_group (
  subscription TEXT NOT NULL COLLATE NOCASE,
  name TEXT NOT NULL COLLATE NOCASE,
  location TEXT NOT NULL,
  tags TEXT,
  PRIMARY KEY (subscription, name)
);
CREATE TABLE workspace (
  id TEXT PRIMARY KEY,
  subscription TEXT NOT NULL COLLATE NOCASE,
  resource_group TEXT NOT NULL COLLATE NOCASE,
  name TEXT NOT NULL COLLATE NOCASE,
  location TEXT NOT NULL,
  tags TEXT,
  properties TEXT NOT NULL,
  created_at TEXT NOT NULL,
  UNIQUE (subscription, resource_group, name)
);
CREATE TABLE deployment (
  subscription TEXT NOT NULL COLLATE NOCASE,
  resource_group TEXT NOT NULL COLLATE NOCASE,
  name TEXT NOT NULL COLLATE NOCASE,
  workspace TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (subscription, resource_group, name)
);
