package dev.gatehouse.server.service;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.certificate.BroughtPair;
import dev.gatehouse.server.operation.Operation;
import dev.gatehouse.server.operation.Operations;
import dev.gatehouse.server.service.definition.Definition;
import dev.gatehouse.server.service.definition.GivenKeys;
import dev.gatehouse.server.service.definition.Patch;
import dev.gatehouse.server.service.definition.ServiceName;
import dev.gatehouse.server.service.definition.Submission;
import dev.gatehouse.server.state.Database;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What callers can do to services. Everything is checked before anything is changed; what is stored
 * and the operation that makes it true are committed together.
 */
final class Services {
  private final Database database;
  private final ServiceStore store;
  private final Operations operations;
  private final Loads loads;
  private final ServicePlaces places;
  private final OwnNames names;
  private final Neighbours.CertificateDesk certificates;
  private final InstantSource clock;
  private final RandomGenerator random;

  Services(Foundation foundation, ServiceStore store, Rollout.Parts parts, Neighbours neighbours) {
    this.database = foundation.database();
    this.operations = foundation.operations();
    this.clock = foundation.clock();
    this.random = foundation.random();
    this.store = store;
    this.loads = parts.loads();
    this.places = parts.places();
    this.names = parts.names();
    this.certificates = neighbours.certificates();
  }

  /** What everything here is built on. */
  record Foundation(
      Database database, Operations operations, InstantSource clock, RandomGenerator random) {}

  WebService require(String workspaceId, String name) {
    return store
        .find(workspaceId, name)
        .orElseThrow(() ->
            new ProblemException(
                new Problem.NotFound(
                    "WebserviceNotFound", "There is no web service '" + name + "'.")));
  }

  /** A name against the rule, or one that is taken, is a problem. */
  void checkName(String workspaceId, String name) {
    var checked = new ServiceName(name);
    if (store.find(workspaceId, checked.value()).isPresent()) {
      throw taken(name);
    }
  }

  private static ProblemException taken(String name) {
    return new ProblemException(
        new Problem.Conflict(
            "WebserviceExists",
            "A web service named '"
                + name
                + "' already exists; take another name, or deploy with overwrite=True to replace it."));
  }

  /** Everything that a create would refuse, with nothing changed. */
  void checkCreate(String workspaceId, JsonNode body) {
    Optional<WebService> existing = existing(workspaceId, body);
    Submission submission = Submission.create(body, existing.map(WebService::wanted));
    var _ =
        check(existing.orElseGet(() -> planned(workspaceId, submission.definition())), submission);
  }

  private Optional<WebService> existing(String workspaceId, JsonNode body) {
    JsonNode name = body.path("name");
    return name.isString() ? store.find(workspaceId, name.stringValue()) : Optional.empty();
  }

  /** Returns the certificate that it brings. */
  private Optional<BroughtPair> check(WebService service, Submission submission) {
    places.requireTarget(service, submission.definition());
    loads.check(service.workspaceId(), submission.definition());
    submission.definition().origins();
    Optional<BroughtPair> brought =
        submission.brought().map(pem -> certificates.check(service.workspaceId(), pem));
    names.check(service, submission.definition());
    places.refuseTakenName(service, submission.definition());
    return brought;
  }

  private WebService planned(String workspaceId, Definition definition) {
    byte[] id = new byte[16];
    random.nextBytes(id);
    Instant now = clock.instant();
    return new WebService(
        HexFormat.of().formatHex(id),
        workspaceId,
        definition,
        Optional.empty(),
        Map.of(),
        new ServiceState.Transitioning(),
        now,
        now);
  }

  /** Creates a service, or changes the one of that name when the request overwrites. */
  Operation create(String workspaceId, JsonNode body) {
    Optional<WebService> existing = existing(workspaceId, body);
    Submission submission = Submission.create(body, existing.map(WebService::wanted));
    if (existing.isPresent()) {
      Optional<Operation> same = sameUnderWay(existing.get(), submission.definition());
      if (same.isPresent()) {
        return same.get();
      }
      if (!submission.overwrite()) {
        throw taken(existing.get().name());
      }
      return change(
          existing.get(),
          submission,
          check(existing.get(), submission),
          ServiceWork.input(existing.get().id()));
    }
    WebService service = planned(workspaceId, submission.definition());
    Optional<BroughtPair> brought = check(service, submission);
    return begin(
        service,
        ServiceWork.DEPLOY,
        handle -> {
          store.add(handle, service, ServiceKeys.of(submission.keys(), random));
          store.bring(handle, service.id(), brought);
        });
  }

  /** A client that lost our answer repeats its request: it gets the operation of the first. */
  private Optional<Operation> sameUnderWay(WebService service, Definition wanted) {
    return operations
        .underWay(service.scope(), service.name())
        .filter(operation -> operation.kind().equals(ServiceWork.DEPLOY))
        .filter(_ -> service.wanted().document().equals(wanted.document()));
  }

  void checkUpdate(WebService service, JsonNode patch) {
    var _ = check(service, Submission.update(service.wanted(), patch));
  }

  Operation update(WebService service, JsonNode patch) {
    Submission submission = Submission.update(service.wanted(), patch);
    Optional<Operation> same = sameUnderWay(service, submission.definition());
    if (same.isPresent()) {
      return same.get();
    }
    Optional<BroughtPair> brought = check(service, submission);
    return change(
        service,
        submission,
        brought,
        Patch.setsTraffic(patch)
            ? ServiceWork.inputThatSetsTraffic(service.id())
            : ServiceWork.input(service.id()));
  }

  private Operation change(
      WebService service, Submission submission, Optional<BroughtPair> brought, ObjectNode input) {
    return begin(
        service,
        ServiceWork.DEPLOY,
        input,
        handle -> {
          store.want(handle, service.id(), submission.definition());
          store.keys(handle, service.id(), store.keys(service.id()).with(submission.keys()));
          store.bring(handle, service.id(), brought);
        });
  }

  Operation delete(WebService service) {
    Optional<Operation> same =
        operations
            .underWay(service.scope(), service.name())
            .filter(operation -> operation.kind().equals(ServiceWork.DELETE));
    return same.orElseGet(() ->
        begin(
            service,
            ServiceWork.DELETE,
            handle -> store.state(handle, service.id(), new ServiceState.Deleting())));
  }

  ServiceKeys keys(WebService service) {
    return store.keys(service.id());
  }

  /** Replaces one key by the given one, or by a new one; the other stays valid. */
  Operation renewKey(WebService service, String type, Optional<String> given) {
    String key = given.map(GivenKeys::check).orElseGet(() -> ServiceKeys.generate(random));
    UnaryOperator<ServiceKeys> change =
        switch (type.toLowerCase(java.util.Locale.ROOT)) {
          case "primary" -> keys -> new ServiceKeys(key, keys.secondary());
          case "secondary" -> keys -> new ServiceKeys(keys.primary(), key);
          default ->
              throw ProblemException.invalid(
                  "'keyType' is '" + type + "'; send Primary or Secondary.");
        };
    return begin(
        service,
        ServiceWork.KEYS,
        handle -> store.keys(handle, service.id(), change.apply(store.keys(service.id()))));
  }

  /** Whoever changes a service need not wait for its restoration, nor its remover for anything. */
  private static Set<String> superseded(String kind) {
    return kind.equals(ServiceWork.DELETE)
        ? Set.of(ServiceWork.RESUME, ServiceWork.DEPLOY, ServiceWork.KEYS)
        : Set.of(ServiceWork.RESUME);
  }

  private interface Change {
    void apply(Handle handle);
  }

  private Operation begin(WebService service, String kind, Change change) {
    return begin(service, kind, ServiceWork.input(service.id()), change);
  }

  private Operation begin(WebService service, String kind, ObjectNode input, Change change) {
    Operation operation =
        database
            .jdbi()
            .inTransaction(handle -> {
              operations.supersede(handle, service.scope(), service.name(), superseded(kind));
              Operation begun =
                  operations.begin(handle, kind, service.scope(), service.name(), input);
              change.apply(handle);
              return begun;
            });
    operations.launch(operation);
    return operation;
  }
}
