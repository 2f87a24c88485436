package dev.gatehouse.gateway.onnx;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * {@code /score} with rows under {@code data}, or with the JSON of ONNX Runtime Server under {@code
 * inputs}. Other members of the body are ignored, as clients send hints like {@code method}.
 */
final class ScoreRoute {
  private final Graph graph;
  private final Scratch scratch;
  private final Set<String> all;
  private final Set<String> tensors;

  ScoreRoute(Graph graph, Scratch scratch) {
    this.graph = graph;
    this.scratch = scratch;
    this.all = new LinkedHashSet<>(graph.outputNames());
    this.tensors = new LinkedHashSet<>();
    graph.tensorOutputs().forEach(output -> tensors.add(output.name()));
  }

  /** Which of the two payloads came, and what it asks for. */
  private static final class Payload {
    boolean data = false;
    ServerTensors.@Nullable Form form;
    @Nullable List<String> filter;
  }

  /** Reads the request; the caller closes the job. */
  Job read(byte[] body) {
    var feed = new Feed(graph, scratch);
    try (var in = Json.parser(body, 0, body.length)) {
      var payload = read(in, feed);
      var form = payload.form;
      return form == null
          ? new Job(
              feed,
              wanted(payload.filter, all),
              outputs -> Json.answer(200, out -> nested(out, outputs)))
          : new Job(
              feed,
              wanted(payload.filter, tensors),
              outputs -> Json.answer(200, out -> server(out, outputs, form)));
    } catch (RuntimeException e) {
      feed.close();
      throw e;
    }
  }

  private Payload read(JsonParser in, Feed feed) {
    var payload = new Payload();
    Json.begin(in);
    for (var name = in.nextName(); name != null; name = in.nextName()) {
      in.nextToken();
      switch (name) {
        case "data" -> {
          data(in, feed);
          payload.data = true;
        }
        case "inputs" -> payload.form = ServerTensors.read(in, feed);
        case "outputFilter", "output_filter" -> payload.filter = Json.strings(in, name);
        default -> in.skipChildren();
      }
    }
    Json.end(in);
    if (payload.data == (payload.form != null)) {
      throw Refusal.badRequest(
          "the body has "
              + (payload.data ? "both 'data' and 'inputs'" : "neither 'data' nor 'inputs'")
              + " (expected: {\"data\": rows} or {\"inputs\": {name: tensor}})");
    }
    return payload;
  }

  private void data(JsonParser in, Feed feed) {
    if (in.currentToken() == JsonToken.START_OBJECT) {
      for (var name = in.nextName(); name != null; name = in.nextName()) {
        in.nextToken();
        rows(in, feed, feed.spec(name));
      }
    } else if (graph.inputs().size() == 1) {
      rows(in, feed, graph.inputs().getFirst());
    } else {
      throw Json.unexpected(
          in, "'data'", "an object with rows for each of " + String.join(", ", graph.inputNames()));
    }
  }

  private static void rows(JsonParser in, Feed feed, TensorSpec spec) {
    var elements = feed.begin(spec);
    feed.finish(spec, NestedArray.read(in, spec, elements), elements);
  }

  private Set<String> wanted(@Nullable List<String> filter, Set<String> offered) {
    return filter == null || filter.isEmpty() ? offered : chosen(graph, filter, offered);
  }

  /** Refuses outputs that the model has not, or that the payload cannot express. */
  static Set<String> chosen(Graph graph, Collection<String> names, Set<String> offered) {
    for (var name : names) {
      if (!offered.contains(name)) {
        boolean known = graph.outputNames().contains(name);
        throw Refusal.badRequest(
            known
                ? "output '" + name + "' is no tensor: ask for it with {\"data\": rows}"
                : "unknown output '"
                    + name
                    + "' (expected: "
                    + String.join(", ", graph.outputNames())
                    + ")");
      }
    }
    return new LinkedHashSet<>(names);
  }

  private static void nested(JsonGenerator out, Outputs outputs) {
    out.writeStartObject();
    for (int i = 0; i < outputs.names().size(); i++) {
      out.writeName(outputs.names().get(i));
      outputs.nested(i, out);
    }
    out.writeEndObject();
  }

  private static void server(JsonGenerator out, Outputs outputs, ServerTensors.Form form) {
    out.writeStartObject();
    out.writeObjectPropertyStart("outputs");
    for (int i = 0; i < outputs.names().size(); i++) {
      out.writeName(outputs.names().get(i));
      ServerTensors.write(out, outputs.tensor(i).orElseThrow(), form);
    }
    out.writeEndObject();
    out.writeEndObject();
  }
}
