package dev.gatehouse.server.compute;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.certificate.Certificates;
import dev.gatehouse.server.operation.Operation;
import dev.gatehouse.server.operation.Operations;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.workspace.Workspace;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes the changes that callers ask for: checks all that can be checked, stores what is to be
 * done, and starts the operation that does it.
 */
public final class Computes {
  static final String PUT = "compute-put";
  static final String DELETE = "compute-delete";

  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9-]{3,24}");

  private final ComputeStore store;
  private final Clusters clusters;
  private final Operations operations;
  private final Certificates certificates;
  private final GeneratedNames names;

  /** Before the start of the operations. */
  public Computes(
      ComputeStore store,
      Clusters clusters,
      Operations operations,
      Certificates certificates,
      GeneratedNames names) {
    this.store = store;
    this.clusters = clusters;
    this.operations = operations;
    this.certificates = certificates;
    this.names = names;
    var work = new ComputeWork(store, certificates);
    operations.define(PUT, work::put);
    operations.define(DELETE, work::delete);
  }

  /** An operation that was begun, or was under way for the same request already. */
  record Accepted(Operation operation, boolean created) {}

  Compute require(Workspace workspace, String name) {
    return store
        .find(workspace.id(), name)
        .orElseThrow(() ->
            new ProblemException(
                new Problem.NotFound(
                    "ComputeTargetNotFound",
                    "There is no compute target '%s' in the workspace '%s'."
                        .formatted(name, workspace.name()))));
  }

  List<Compute> list(Workspace workspace) {
    return store.list(workspace.id());
  }

  Accepted put(Workspace workspace, String name, ObjectNode sent) {
    if (!NAME.matcher(name).matches()) {
      throw ProblemException.invalid(
          "The compute name '%s' is not possible (expected: 3 to 24 letters, digits and dashes)."
              .formatted(name));
    }
    if (Json.text(sent.path("properties"), "computeType")
        .filter("AKS"::equalsIgnoreCase)
        .isEmpty()) {
      throw ProblemException.invalid(
          "'properties.computeType' must be AKS; others are unknown here.");
    }
    String digest = digest(sent);
    Optional<Operation> same = underWay(workspace, name, PUT, digest);
    if (same.isPresent()) {
      return new Accepted(same.get(), false);
    }
    Optional<Compute> before = store.find(workspace.id(), name);
    before.ifPresent(Computes::refuseUnderWay);
    Tls now = before.map(Compute::tls).orElseGet(Tls.Off::new);
    JsonNode ssl = sent.path("properties").path("properties").path("sslConfiguration");
    TlsWish wish = TlsWish.read(ssl, now, pem -> certificates.check(workspace.id(), pem));
    if (wish instanceof TlsWish.Bring(var pair)) {
      certificates.refuseTaken(before.map(Compute::id).orElse(""), pair.cname());
    }
    String renewed =
        before
            .flatMap(b -> certificates.of(b.id()))
            .map(Certificates.Installed::chainPem)
            .orElse("");
    Operation operation =
        store
            .jdbi()
            .inTransaction(h -> {
              Optional<Compute> current = store.find(h, workspace.id(), name);
              Compute compute = current.orElseGet(() -> create(h, workspace, name, sent));
              current.ifPresent(c -> refuseOtherCluster(c, sent));
              ObjectNode document = ComputeDocument.merge(compute.document(), sent);
              store.begin(h, compute.id(), new Change(document, step(h, compute, wish, renewed)));
              current.ifPresent(c -> store.provisioning(h, c.id(), new Provisioning.Updating()));
              return operations.begin(
                  h, PUT, workspace.id(), compute.name(), input(compute).put("digest", digest));
            });
    operations.launch(operation);
    return new Accepted(operation, before.isEmpty());
  }

  Operation delete(Workspace workspace, String name, boolean withCluster, List<String> users) {
    Optional<Operation> same = underWay(workspace, name, DELETE, String.valueOf(withCluster));
    if (same.isPresent()) {
      return same.get();
    }
    Compute compute = require(workspace, name);
    refuseUnderWay(compute);
    if (withCluster && compute.attached()) {
      throw ProblemException.invalid(
          "The cluster of '%s' was attached, not created here: detach the compute target instead of deleting it."
              .formatted(compute.name()));
    }
    if (!users.isEmpty()) {
      throw new ProblemException(
          new Problem.InUse(
              "ComputeTargetInUse",
              "The services %s still run on '%s'; delete them first."
                  .formatted(String.join(", ", users), compute.name())));
    }
    Operation operation =
        store
            .jdbi()
            .inTransaction(h -> {
              store.provisioning(h, compute.id(), new Provisioning.Deleting());
              return operations.begin(
                  h,
                  DELETE,
                  workspace.id(),
                  compute.name(),
                  input(compute)
                      .put("cluster", withCluster)
                      .put("digest", String.valueOf(withCluster)));
            });
    operations.launch(operation);
    return operation;
  }

  Optional<Operation> operation(Workspace workspace, String id) {
    return operations
        .find(id)
        .filter(o -> o.scope().equals(workspace.id()))
        .filter(o -> o.kind().equals(PUT) || o.kind().equals(DELETE));
  }

  private Compute create(Handle h, Workspace workspace, String name, ObjectNode sent) {
    String id = UUID.randomUUID().toString();
    JsonNode properties = sent.path("properties");
    Optional<String> resource = Json.text(properties, "resourceId").filter(s -> !s.isBlank());
    Cluster cluster =
        resource.isPresent()
            ? clusters.free(h, Cluster.Place.parse(resource.get()))
            : clusters.add(h, workspace.resourceGroup(), name + "-" + id.substring(0, 8));
    String location =
        Json.text(properties, "computeLocation")
            .filter(s -> !s.isBlank())
            .orElseGet(workspace::location);
    Instant now = store.now();
    var compute =
        new Compute(
            id,
            workspace.id(),
            name,
            GeneratedNames.region(location),
            cluster,
            resource.isPresent(),
            new Provisioning.Creating(),
            new Tls.Off(),
            ComputeDocument.merge(ComputeDocument.defaults(resource.isPresent(), location), sent),
            now,
            now);
    store.add(h, compute);
    return compute;
  }

  private Change.Step step(Handle h, Compute compute, TlsWish wish, String renewed) {
    return switch (wish) {
      case TlsWish.Keep _ -> new Change.Step.Keep();
      case TlsWish.TurnOff _ -> new Change.Step.TurnOff();
      case TlsWish.Bring(var pair) -> new Change.Step.Bring(pair);
      case TlsWish.Label(var label, var overwrite, var renew) -> {
        Optional<ComputeStore.Name> held = store.name(h, compute.workspaceId(), label);
        String from = held.map(ComputeStore.Name::computeId).orElse("");
        if (!overwrite) {
          refuseOtherLabel(h, compute, label);
        }
        if (held.isPresent() && !from.equals(compute.id())) {
          take(h, compute, label, held.get(), overwrite);
        }
        String host =
            held.map(ComputeStore.Name::host).orElseGet(() -> makeName(h, compute, label));
        yield new Change.Step.Generate(label, host, from, renew ? renewed : "");
      }
    };
  }

  /** A target keeps its name for life, unless it is told to give it up for another. */
  private void refuseOtherLabel(Handle h, Compute compute, String label) {
    List<String> own = store.labels(h, compute.id());
    if (!own.isEmpty() && own.stream().noneMatch(label::equalsIgnoreCase)) {
      throw new ProblemException(
          new Problem.Invalid(
              "LeafDomainLabelDiffers",
              "The compute target '%s' has the leafDomainLabel '%s' and keeps its name; send that label, or set overwriteExistingDomain to give the name up for one with '%s'."
                  .formatted(compute.name(), own.getLast(), label)));
    }
  }

  private void take(
      Handle h, Compute taker, String label, ComputeStore.Name held, boolean overwrite) {
    Compute holder = store.find(h, held.computeId()).orElseThrow();
    if (!overwrite) {
      throw new ProblemException(
          new Problem.Invalid(
              "LeafDomainLabelInUse",
              "The leafDomainLabel '%s' belongs to the compute target '%s'; use another label, or set overwriteExistingDomain to take its name over."
                  .formatted(label, holder.name())));
    }
    refuseUnderWay(holder);
    store.moveName(h, held.host(), taker.id());
  }

  private String makeName(Handle h, Compute compute, String label) {
    String host;
    do {
      host = names.next(label, compute.region());
    } while (!store.hostFree(h, host));
    store.addName(h, compute, label, host);
    return host;
  }

  private Optional<Operation> underWay(
      Workspace workspace, String name, String kind, String digest) {
    return store
        .find(workspace.id(), name)
        .flatMap(compute -> operations.underWay(workspace.id(), compute.name()))
        .filter(o -> o.kind().equals(kind))
        .filter(o -> o.input().path("digest").asString("").equals(digest));
  }

  private static void refuseUnderWay(Compute compute) {
    if (compute.provisioning().underWay()) {
      throw new ProblemException(
          new Problem.Conflict(
              "OperationInProgress",
              "Another operation is under way on the compute target '%s' (%s); wait for it to end and try again."
                  .formatted(compute.name(), compute.provisioning().word())));
    }
  }

  private static void refuseOtherCluster(Compute compute, ObjectNode sent) {
    Json.text(sent.path("properties"), "resourceId")
        .filter(id -> !id.isBlank())
        .map(Cluster.Place::parse)
        .filter(place -> !place.name().equalsIgnoreCase(compute.cluster().name()))
        .ifPresent(place -> {
          throw ProblemException.invalid(
              "The compute target '%s' is made of the cluster '%s' and cannot change to '%s'; detach it first."
                  .formatted(compute.name(), compute.cluster().name(), place.name()));
        });
  }

  private static ObjectNode input(Compute compute) {
    return Json.object().put("compute", compute.id());
  }

  /** Tells a repeated request from another one. */
  private static String digest(ObjectNode sent) {
    try {
      byte[] bytes = sent.toString().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
