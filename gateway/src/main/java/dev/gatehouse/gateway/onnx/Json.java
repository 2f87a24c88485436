package dev.gatehouse.gateway.onnx;

import dev.gatehouse.gateway.Model.Answer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/** Streaming JSON, with sentences for what is wrong in a body and where. */
final class Json {
  static final String TYPE = "application/json";

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          // Python's json.dumps writes missing values as NaN.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private Json() {}

  static JsonParser parser(byte[] body, int offset, int length) {
    return FACTORY.createParser(ObjectReadContext.empty(), body, offset, length);
  }

  static Answer answer(int status, Consumer<JsonGenerator> content) {
    return new Answer(status, TYPE, bytes(content));
  }

  static byte[] bytes(Consumer<JsonGenerator> content) {
    var bytes = new ByteArrayOutputStream(256);
    try (var out = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
      content.accept(out);
    }
    return bytes.toByteArray();
  }

  static Answer text(int status, String text) {
    return new Answer(status, "text/plain", text.getBytes(StandardCharsets.UTF_8));
  }

  static Refusal broken(JacksonException e) {
    var at = e.getLocation();
    var where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    var message = String.valueOf(e.getOriginalMessage());
    // The rest tells where the array began in words of the parser's own settings.
    int rest = message.indexOf(" (start marker at ");
    return Refusal.badRequest(
        "the body is no valid JSON"
            + where
            + ": "
            + (rest < 0 ? message : message.substring(0, rest)));
  }

  /** Says what was expected instead of the current token. */
  static Refusal unexpected(JsonParser in, String subject, String expected) {
    var at = in.currentTokenLocation();
    return Refusal.badRequest(
        subject
            + ": "
            + word(in)
            + " at line "
            + at.getLineNr()
            + ", column "
            + at.getColumnNr()
            + " (expected: "
            + expected
            + ")");
  }

  private static String word(JsonParser in) {
    var token = in.currentToken();
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "the string \"" + cut(in.getString()) + "\"";
      case null -> "nothing";
      default -> cut(in.getString());
    };
  }

  private static String cut(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }

  /** Enters the object that a body is. */
  static void begin(JsonParser in) {
    if (in.nextToken() == null) {
      throw Refusal.badRequest("the body is empty (expected: a JSON object)");
    }
    object(in, "the body");
  }

  static void object(JsonParser in, String subject) {
    if (in.currentToken() != JsonToken.START_OBJECT) {
      throw unexpected(in, subject, "an object");
    }
  }

  static void array(JsonParser in, String subject) {
    if (in.currentToken() != JsonToken.START_ARRAY) {
      throw unexpected(in, subject, "an array");
    }
  }

  static String string(JsonParser in, String subject) {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      throw unexpected(in, subject, "a string");
    }
    return in.getString();
  }

  /** Reads a whole number, also from a string, as Protocol Buffers' JSON writes 64-bit numbers. */
  static long whole(JsonParser in, String subject) {
    if (in.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      return in.getLongValue();
    }
    if (in.currentToken() == JsonToken.VALUE_STRING) {
      try {
        return Long.parseLong(in.getString());
      } catch (NumberFormatException _) {
        throw unexpected(in, subject, "a whole number");
      }
    }
    throw unexpected(in, subject, "a whole number");
  }

  static long[] wholes(JsonParser in, String subject) {
    array(in, subject);
    var numbers = new ArrayList<Long>();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      numbers.add(whole(in, subject));
    }
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  static List<String> strings(JsonParser in, String subject) {
    array(in, subject);
    var words = new ArrayList<String>();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      words.add(string(in, subject));
    }
    return words;
  }

  static void end(JsonParser in) {
    if (in.nextToken() != null) {
      throw unexpected(in, "after the JSON object", "the end of the body");
    }
  }
}
