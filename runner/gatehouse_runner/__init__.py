"""Gatehouse's host of v1 entry scripts: init() once, run() per request, HTTP/1.1 over a Unix socket. Standard library only."""

VERSION = "0.1.0"
