package dev.gatehouse.api;

import java.nio.file.Path;

/**
 * A model to be registered.
 *
 * @param framework {@code Onnx}, {@code ScikitLearn} or another of the protocol's
 */
public record ModelFile(String name, String framework, Path file) {}
