-- The past of an owner: read by every list of certificates and by the metrics.
CREATE INDEX certificate_history ON certificate (owner, created_at);
