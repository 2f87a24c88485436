package dev.gatehouse.gateway.onnx;

import dev.gatehouse.gateway.Model;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the Open Inference Protocol's inference request into a feed; members in any order. */
final class InferRequest {
  private final byte[] body;
  private final int jsonLength;
  private final Feed feed;

  /** Where the next binary tensor begins. */
  private int binary;

  private @Nullable String id;
  private boolean binaryOutput = false;

  /** The outputs by name; the value says whether it shall be binary, null leaves it to all. */
  private final Map<String, @Nullable Boolean> outputs = new LinkedHashMap<>();

  private InferRequest(byte[] body, int jsonLength, Feed feed) {
    this.body = body;
    this.jsonLength = jsonLength;
    this.feed = feed;
    this.binary = jsonLength;
  }

  static InferRequest read(byte[] body, int jsonLength, Feed feed) {
    if (jsonLength < 0 || jsonLength > body.length) {
      throw Refusal.badRequest(
          Model.JSON_LENGTH + ": " + jsonLength + " (expected: 0 to " + body.length + ")");
    }
    var request = new InferRequest(body, jsonLength, feed);
    try (var in = Json.parser(body, 0, jsonLength)) {
      request.read(in);
    }
    return request;
  }

  @Nullable String id() {
    return id;
  }

  /** The outputs asked for; empty when all are. */
  Iterable<String> outputs() {
    return outputs.keySet();
  }

  boolean binary(String output) {
    var own = outputs.get(output);
    return own == null ? binaryOutput : own;
  }

  private void read(JsonParser in) {
    Json.begin(in);
    for (var name = in.nextName(); name != null; name = in.nextName()) {
      in.nextToken();
      switch (name) {
        case "id" -> id = Json.string(in, "'id'");
        case "inputs" -> inputs(in);
        case "outputs" -> wanted(in);
        case "parameters" -> {
          var flag = parameter(in, "binary_data_output");
          binaryOutput = Boolean.TRUE.equals(flag);
        }
        default -> in.skipChildren();
      }
    }
    Json.end(in);
    if (binary != body.length) {
      throw Refusal.badRequest(
          "the inputs use "
              + (binary - jsonLength)
              + " of "
              + (body.length - jsonLength)
              + " binary bytes (expected: all)");
    }
  }

  private void inputs(JsonParser in) {
    Json.array(in, "'inputs'");
    while (in.nextToken() != JsonToken.END_ARRAY) {
      input(in);
    }
  }

  private void wanted(JsonParser in) {
    Json.array(in, "'outputs'");
    while (in.nextToken() != JsonToken.END_ARRAY) {
      Json.object(in, "an output");
      String output = null;
      Boolean flag = null;
      for (var name = in.nextName(); name != null; name = in.nextName()) {
        in.nextToken();
        switch (name) {
          case "name" -> output = Json.string(in, "an output's name");
          case "parameters" -> flag = (Boolean) parameter(in, "binary_data");
          default -> in.skipChildren();
        }
      }
      if (output == null) {
        throw Json.unexpected(in, "an output", "a name");
      }
      outputs.put(output, flag);
    }
  }

  /** What one input says besides its elements. */
  private static final class Header {
    @Nullable String name;
    @Nullable String datatype;
    long @Nullable [] shape;
    @Nullable Elements elements;

    /** Where data began that came before the name; -1 for nowhere. */
    long later = -1;

    long binarySize = -1;
  }

  private void input(JsonParser in) {
    Json.object(in, "an input");
    var header = new Header();
    for (var name = in.nextName(); name != null; name = in.nextName()) {
      in.nextToken();
      switch (name) {
        case "name" -> header.name = Json.string(in, "an input's name");
        case "datatype" -> header.datatype = Json.string(in, "an input's datatype");
        case "shape" -> header.shape = Json.wholes(in, "an input's shape");
        case "parameters" -> {
          if (parameter(in, "binary_data_size") instanceof Long size) {
            header.binarySize = size;
          }
        }
        case "data" -> data(in, header);
        default -> in.skipChildren();
      }
    }
    if (header.name == null) {
      throw Json.unexpected(in, "an input", "a name");
    }
    finish(header, feed.spec(header.name));
  }

  private void data(JsonParser in, Header header) {
    if (header.name == null) {
      header.later = in.currentTokenLocation().getByteOffset();
      in.skipChildren();
      return;
    }
    var spec = feed.spec(header.name);
    header.elements = feed.begin(spec);
    Json.array(in, "input '" + header.name + "' data");
    var _ = NestedArray.read(in, spec, header.elements);
  }

  private void finish(Header header, TensorSpec spec) {
    var subject = "input '" + spec.name() + "'";
    if (!spec.type().datatype.equals(header.datatype)) {
      throw Refusal.badRequest(
          subject + ": datatype " + header.datatype + " (expected: " + spec.type().datatype + ")");
    }
    if (header.shape == null) {
      throw Refusal.badRequest(subject + ": no shape (expected: " + spec.expected() + ")");
    }
    if (header.later >= 0) {
      int from = (int) header.later;
      try (var in = Json.parser(body, from, jsonLength - from)) {
        in.nextToken();
        data(in, header);
      }
    }
    if ((header.elements == null) == (header.binarySize < 0)) {
      throw Refusal.badRequest(
          subject + ": expected one of 'data' and the parameter 'binary_data_size'");
    }
    if (header.elements == null) {
      header.elements = feed.begin(spec);
      binary(spec, header.elements, header.binarySize);
    }
    feed.finish(spec, header.shape, header.elements);
  }

  private void binary(TensorSpec spec, Elements elements, long size) {
    var subject = "input '" + spec.name() + "' binary data";
    if (size > body.length - binary) {
      throw Refusal.badRequest(
          subject + ": " + size + " bytes (expected: at most " + (body.length - binary) + ")");
    }
    int length = (int) size;
    if (spec.type() == ElementType.STRING) {
      strings(elements, length, subject);
    } else if (length % spec.type().size == 0) {
      elements.addRaw(body, binary, length);
    } else {
      throw Refusal.badRequest(
          subject + ": " + size + " bytes (expected: a multiple of " + spec.type().size + ")");
    }
    binary += length;
  }

  private void strings(Elements elements, int length, String subject) {
    var bytes = ByteBuffer.wrap(body, binary, length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      int size = bytes.remaining() < 4 ? -1 : bytes.getInt();
      if (size < 0 || size > bytes.remaining()) {
        throw Refusal.badRequest(
            subject + ": a string is cut off (expected: 4 bytes of length, then that many)");
      }
      elements.addString(new String(body, bytes.position(), size, StandardCharsets.UTF_8));
      bytes.position(bytes.position() + size);
    }
  }

  /** Returns the parameter as a Long or a Boolean, null when it is absent. */
  private static @Nullable Object parameter(JsonParser in, String wanted) {
    Json.object(in, "'parameters'");
    Object found = null;
    for (var name = in.nextName(); name != null; name = in.nextName()) {
      in.nextToken();
      if (!name.equals(wanted)) {
        in.skipChildren();
      } else if (wanted.endsWith("_size")) {
        found = Json.whole(in, wanted);
      } else {
        found = flag(in, wanted);
      }
    }
    return found;
  }

  private static boolean flag(JsonParser in, String subject) {
    return switch (in.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case null, default -> throw Json.unexpected(in, subject, "true or false");
    };
  }
}
