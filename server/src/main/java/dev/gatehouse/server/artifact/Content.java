package dev.gatehouse.server.artifact;

/** What was written: SHA-256 in hex, and bytes. */
record Content(String digest, long size) {}
