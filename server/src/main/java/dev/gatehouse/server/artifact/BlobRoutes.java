package dev.gatehouse.server.artifact;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.state.Database;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * The blobs, in the dialect of Azure Storage (PROTOCOL.md 7.3 and 11): {@code /artifacts/KEY} and
 * {@code /blobs/CONTAINER/NAME}. The signature of the link is the only proof asked for.
 */
public final class BlobRoutes {
  private static final String ARTIFACT = "/" + BlobLinks.ARTIFACTS + "/{blob}";
  private static final String CONTAINER = "/" + BlobLinks.CONTAINERS + "/{container}";
  private static final String BLOB = CONTAINER + "/{blob...}";
  private static final int PAGE = 5000;

  private final BlobTable blobs;
  private final ContentStore contents;
  private final BlobLinks links;
  private final InstantSource clock;

  public BlobRoutes(
      Database database, ContentStore contents, BlobLinks links, InstantSource clock) {
    this.blobs = new BlobTable(database);
    this.contents = contents;
    this.links = links;
    this.clock = clock;
  }

  public void addTo(Router router) {
    router
        .open("PUT", ARTIFACT, Envelope.BLOB, r -> put(r, BlobLinks.ARTIFACTS))
        .open("HEAD", ARTIFACT, Envelope.BLOB, r -> head(r, BlobLinks.ARTIFACTS))
        .open("GET", ARTIFACT, Envelope.BLOB, r -> get(r, BlobLinks.ARTIFACTS))
        .open("GET", CONTAINER, Envelope.BLOB, this::container)
        .open("HEAD", CONTAINER, Envelope.BLOB, this::container)
        .open("PUT", BLOB, Envelope.BLOB, r -> put(r, r.parameter("container")))
        .open("HEAD", BLOB, Envelope.BLOB, r -> head(r, r.parameter("container")))
        .open("GET", BLOB, Envelope.BLOB, r -> get(r, r.parameter("container")))
        .open("DELETE", BLOB, Envelope.BLOB, this::delete);
  }

  private Response put(Request request, String container) throws IOException {
    String name = checkedName(request);
    links.check(request, 'w', container, name);
    return switch (request.query("comp").orElse("")) {
      case "" -> putWhole(request, container, name);
      case "block" -> putBlock(request, container, name);
      case "blocklist" -> putBlockList(request, container, name);
      default -> throw unknownOperation(request);
    };
  }

  private Response putWhole(Request request, String container, String name) throws IOException {
    String type = request.header("x-ms-blob-type").orElse("BlockBlob");
    if (!"BlockBlob".equals(type)) {
      throw new ProblemException(
          new Problem.Invalid(
              "InvalidHeaderValue",
              "The blob type '" + type + "' is not kept here (expected: BlockBlob)."));
    }
    Content content = contents.put(request.body(), Announced.by(request));
    return stored(request, container, name, content, "");
  }

  private Response putBlock(Request request, String container, String name) throws IOException {
    String id = request.query("blockid").orElse("");
    if (id.isEmpty() || id.length() > 128) {
      throw new ProblemException(
          new Problem.Invalid(
              "InvalidQueryParameterValue",
              "The block's id 'blockid' has " + id.length() + " characters (expected: 1 to 128)."));
    }
    contents.blocks().put(upload(container, name), id, request.body(), Announced.by(request));
    return BlobAnswers.plain(201);
  }

  /** Puts the blocks together; a repetition of the list that made the blob finds none any more. */
  private Response putBlockList(Request request, String container, String name) throws IOException {
    byte[] document = request.bytes();
    List<String> ids = BlobXml.blockIds(document);
    String upload = upload(container, name);
    String blockList = CheckedWriter.nameOf(new String(document, StandardCharsets.UTF_8));
    if (!contents.blocks().any(upload)) {
      var made = blobs.find(container, name).filter(blob -> blob.blockList().equals(blockList));
      if (made.isPresent()) {
        return BlobAnswers.stored(made.get());
      }
    }
    Content content;
    try (var joined = contents.blocks().joined(upload, ids)) {
      content = contents.put(joined, Announced.NOTHING);
    }
    Response answer = stored(request, container, name, content, blockList);
    contents.blocks().forget(upload);
    return answer;
  }

  private Response stored(
      Request request, String container, String name, Content content, String blockList) {
    String mediaType =
        request
            .header("x-ms-blob-content-type")
            .or(() -> blockList.isEmpty() ? request.header("Content-Type") : Optional.empty())
            .orElse("application/octet-stream");
    var blob =
        new Blob(
            name, content, mediaType, clock.instant().truncatedTo(ChronoUnit.SECONDS), blockList);
    boolean onlyNew = request.header("If-None-Match").filter("*"::equals).isPresent();
    return BlobAnswers.stored(blobs.put(container, blob, onlyNew));
  }

  private Response head(Request request, String container) {
    return BlobAnswers.described(readable(request, container));
  }

  private Response get(Request request, String container) {
    Blob blob = readable(request, container);
    if (request.query("comp").isPresent()) {
      throw unknownOperation(request);
    }
    return BlobAnswers.content(request, blob, contents.file(blob.content().digest()));
  }

  private Blob readable(Request request, String container) {
    String name = checkedName(request);
    links.check(request, 'r', container, name);
    return blobs.find(container, name).orElseThrow(() -> notFound(name));
  }

  private Response delete(Request request) {
    String container = request.parameter("container");
    String name = checkedName(request);
    links.check(request, 'd', container, name);
    if (!blobs.delete(container, name)) {
      throw notFound(name);
    }
    return BlobAnswers.plain(202);
  }

  /** The container itself: whether it is there, or its blobs. */
  private Response container(Request request) {
    String container = request.parameter("container");
    links.check(request, 'l', container, "");
    if (!"container".equals(request.query("restype").orElse(""))) {
      throw unknownOperation(request);
    }
    return switch (request.query("comp").orElse("")) {
      case "" -> BlobAnswers.plain(200);
      case "list" -> list(request, container);
      default -> throw unknownOperation(request);
    };
  }

  private Response list(Request request, String container) {
    if (request.query("delimiter").isPresent()) {
      throw new ProblemException(
          new Problem.Invalid(
              "UnsupportedQueryParameter",
              "Blobs are listed without 'delimiter' only; leave it out and use 'prefix'."));
    }
    String prefix = request.query("prefix").orElse("");
    int count = page(request);
    List<Blob> found = blobs.list(container, prefix, request.query("marker").orElse(""), count + 1);
    boolean more = found.size() > count;
    List<Blob> page = more ? found.subList(0, count) : found;
    String text = BlobXml.listing(container, prefix, page, more ? page.getLast().name() : "");
    return Response.text(200, "application/xml", text);
  }

  private static int page(Request request) {
    String sent = request.query("maxresults").orElse(Integer.toString(PAGE));
    if (!sent.matches("[1-9][0-9]{0,8}")) {
      throw new ProblemException(
          new Problem.Invalid(
              "OutOfRangeQueryParameterValue",
              "'maxresults' is '" + sent + "' (expected: a number from 1 on)."));
    }
    return Math.min(Integer.parseInt(sent), PAGE);
  }

  private static String upload(String container, String name) {
    return container + "/" + name;
  }

  private static String checkedName(Request request) {
    String name = request.parameter("blob");
    if (name.isEmpty() || name.length() > 1024 || name.chars().anyMatch(Character::isISOControl)) {
      throw new ProblemException(
          new Problem.Invalid(
              "InvalidResourceName",
              "The blob's name is refused (expected: 1 to 1024 characters, no control characters)."));
    }
    return name;
  }

  private static ProblemException notFound(String name) {
    return new ProblemException(
        new Problem.NotFound("BlobNotFound", "There is no blob '" + name + "'."));
  }

  private static ProblemException unknownOperation(Request request) {
    return new ProblemException(
        new Problem.Invalid(
            "UnsupportedQueryParameter",
            "%s with restype '%s' and comp '%s' is not possible here."
                .formatted(
                    request.method(),
                    request.query("restype").orElse(""),
                    request.query("comp").orElse(""))));
  }
}
