package dev.gatehouse.server.compute.local;

import java.nio.file.Path;

/**
 * An interpreter with everything installed that a service needs.
 *
 * @param digest names the folder of a built one; empty for an interpreter that the user manages
 */
public record PythonEnvironment(Path python, String digest) {}
