package dev.gatehouse.server.model;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code name:version}, version from 1 on. */
record ModelId(String name, int version) {
  private static final Pattern FORM = Pattern.compile("(.+):([1-9][0-9]{0,8})");

  /** Anything else names no model, which is a 404 as well. */
  static ModelId parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw notFound(text);
    }
    return new ModelId(matcher.group(1), Integer.parseInt(matcher.group(2)));
  }

  static ProblemException notFound(String id) {
    return new ProblemException(
        new Problem.NotFound(
            "ModelNotFound",
            "There is no model '" + id + "' in the workspace (expected: name:version)."));
  }
}
