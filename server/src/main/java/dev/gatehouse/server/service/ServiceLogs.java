package dev.gatehouse.server.service;

import dev.gatehouse.server.operation.LogLine;
import dev.gatehouse.server.operation.Operations;
import dev.gatehouse.server.service.definition.Part;
import dev.gatehouse.server.service.driver.ComputeDriver;
import java.util.ArrayList;
import java.util.List;

/** What the replicas of a service have written, and what was said while it was prepared. */
final class ServiceLogs {
  private final ComputeDriver driver;
  private final Operations operations;

  ServiceLogs(ComputeDriver driver, Operations operations) {
    this.driver = driver;
    this.operations = operations;
  }

  /**
   * At most {@code tail} lines of each version; {@code init} asks for the preparation's instead.
   */
  String read(WebService service, int tail, boolean init) {
    var lines = new ArrayList<String>();
    boolean several = service.wanted().parts().size() > 1;
    for (Part part : service.wanted().parts()) {
      String instance = service.instances().get(part.version());
      if (several) {
        lines.add("=== version " + part.version());
      }
      if (instance != null) {
        lines.addAll(init ? preparation(instance, tail) : driver.lastLines(instance, tail));
      }
    }
    return String.join("\n", lines);
  }

  private List<String> preparation(String instance, int tail) {
    // An instance is named after the operation that started it.
    List<LogLine> log = operations.log(instance.substring(0, instance.indexOf('-')));
    return log.subList(Math.max(0, log.size() - tail), log.size()).stream()
        .map(line -> line.at() + " " + line.text())
        .toList();
  }
}
