package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.ProblemException;
import java.util.regex.Pattern;

/** The name of a service or of a version of an endpoint. */
public record ServiceName(String value) {
  private static final Pattern RULE = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");

  /** A name against the rule is a 400. */
  public ServiceName {
    if (value.length() < 3 || value.length() > 32 || !RULE.matcher(value).matches()) {
      throw ProblemException.invalid(
          "The service name '"
              + (value.length() > 60 ? value.substring(0, 60) + "..." : value)
              + "' cannot be used; take 3 to 32 of a-z, 0-9 and '-', a letter first and no '-' last.");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
