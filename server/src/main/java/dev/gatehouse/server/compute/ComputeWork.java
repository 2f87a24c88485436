package dev.gatehouse.server.compute;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.certificate.Certificates;
import dev.gatehouse.server.operation.Operation;
import dev.gatehouse.server.operation.OperationLog;
import java.util.Optional;

/** Does what operations on targets are for; begun again after a crash, it comes to the same end. */
final class ComputeWork {
  private final ComputeStore store;
  private final Certificates certificates;

  ComputeWork(ComputeStore store, Certificates certificates) {
    this.store = store;
    this.certificates = certificates;
  }

  void put(Operation operation, OperationLog log) throws InterruptedException {
    String id = operation.input().path("compute").asString("");
    Optional<Compute> compute = store.find(id);
    Optional<Change> change = store.change(id);
    if (compute.isEmpty() || change.isEmpty()) {
      return;
    }
    try {
      store.finish(id, change.get(), apply(compute.get(), change.get().step(), log));
    } catch (RuntimeException e) {
      store.fail(id, change, failed(e));
      throw e;
    }
  }

  void delete(Operation operation, OperationLog log) {
    String id = operation.input().path("compute").asString("");
    Optional<Compute> compute = store.find(id);
    if (compute.isEmpty()) {
      return;
    }
    try {
      certificates.remove(id);
      store.delete(compute.get(), operation.input().path("cluster").asBoolean(false));
      log.line("The compute target is gone.");
    } catch (RuntimeException e) {
      store.fail(id, Optional.empty(), failed(e));
      throw e;
    }
  }

  private Tls apply(Compute compute, Change.Step step, OperationLog log)
      throws InterruptedException {
    String id = compute.id();
    return switch (step) {
      case Change.Step.Keep _ -> compute.tls();
      case Change.Step.TurnOff _ -> {
        certificates.remove(id);
        yield new Tls.Off();
      }
      case Change.Step.Generate generate -> {
        certificates.ensureIssued(id, generate.host(), generate.renewed());
        certificates
            .standing(id)
            .ifPresent(now ->
                log.line(
                    "%s: certificate with serial %s of '%s', good until %s"
                        .formatted(
                            generate.host(),
                            now.facts().serial(),
                            now.facts().issuer(),
                            now.facts().notAfter())));
        yield new Tls.Generated(generate.label(), generate.host());
      }
      case Change.Step.Bring(var pair) -> {
        certificates.installBrought(id, pair);
        yield new Tls.Custom(pair.cname());
      }
    };
  }

  private static Provisioning.Failed failed(RuntimeException e) {
    if (e instanceof ProblemException known) {
      Problem problem = known.problem();
      return new Provisioning.Failed(problem.code(), problem.message());
    }
    return new Provisioning.Failed(
        "InternalError", "Gatehouse failed in this operation; its log has the cause.");
  }
}
