package dev.gatehouse.gateway.onnx;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Tensors as ONNX Runtime Server writes them: Protocol Buffers' JSON of {@code onnx.TensorProto},
 * with 64-bit numbers as strings and bytes in base64.
 */
final class ServerTensors {
  /** How elements are sent; answers take the form of their request, as that server does. */
  enum Form {
    RAW,
    TYPED
  }

  private ServerTensors() {}

  /** Reads all inputs; the form is RAW if every input was raw. */
  static Form read(JsonParser in, Feed feed) {
    Json.object(in, "'inputs'");
    var form = Form.RAW;
    for (var name = in.nextName(); name != null; name = in.nextName()) {
      in.nextToken();
      if (tensor(in, feed, feed.spec(name)) == Form.TYPED) {
        form = Form.TYPED;
      }
    }
    return form;
  }

  private static Form tensor(JsonParser in, Feed feed, TensorSpec spec) {
    var subject = "input '" + spec.name() + "'";
    Json.object(in, subject);
    var elements = feed.begin(spec);
    var shape = new long[0];
    var form = Form.TYPED;
    for (var field = in.nextName(); field != null; field = in.nextName()) {
      in.nextToken();
      switch (field) {
        case "dims" -> shape = Json.wholes(in, subject + " dims");
        case "dataType", "data_type" -> type(in, spec, subject);
        case "rawData", "raw_data" -> {
          raw(in, spec, elements);
          form = Form.RAW;
        }
        case "floatData", "float_data" ->
            typed(in, spec, elements, field, Set.of(ElementType.FLOAT));
        case "doubleData", "double_data" ->
            typed(in, spec, elements, field, Set.of(ElementType.DOUBLE));
        case "int32Data", "int32_data" -> typed(in, spec, elements, field, INT32_DATA);
        case "int64Data", "int64_data" ->
            typed(in, spec, elements, field, Set.of(ElementType.INT64));
        case "stringData", "string_data" ->
            typed(in, spec, elements, field, Set.of(ElementType.STRING));
        default -> in.skipChildren();
      }
    }
    feed.finish(spec, shape, elements);
    return form;
  }

  private static final Set<ElementType> INT32_DATA =
      Set.of(
          ElementType.INT32,
          ElementType.INT16,
          ElementType.INT8,
          ElementType.UINT16,
          ElementType.UINT8,
          ElementType.BOOL,
          ElementType.FLOAT16,
          ElementType.BFLOAT16);

  private static void type(JsonParser in, TensorSpec spec, String subject) {
    var expected = spec.type();
    boolean right =
        (in.currentToken() == JsonToken.VALUE_STRING && !number(in.getString()))
            ? in.getString().toLowerCase(Locale.ROOT).equals(expected.word)
            : Json.whole(in, subject + " dataType") == expected.number;
    if (!right) {
      throw Json.unexpected(
          in, subject + " dataType", expected.number + ", which is " + expected.word);
    }
  }

  private static boolean number(String text) {
    return !text.isEmpty() && Character.isDigit(text.charAt(0));
  }

  private static void raw(JsonParser in, TensorSpec spec, Elements elements) {
    var subject = "input '" + spec.name() + "' rawData";
    if (spec.type() == ElementType.STRING) {
      throw Refusal.badRequest(subject + ": strings have no raw form (expected: stringData)");
    }
    var bytes = base64(in, subject);
    if (bytes.length % spec.type().size != 0) {
      throw Refusal.badRequest(
          subject
              + ": "
              + bytes.length
              + " bytes (expected: a multiple of "
              + spec.type().size
              + ")");
    }
    elements.addRaw(bytes, 0, bytes.length);
  }

  private static byte[] base64(JsonParser in, String subject) {
    var text = Json.string(in, subject);
    try {
      boolean url = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
      return (url ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text);
    } catch (IllegalArgumentException _) {
      throw Json.unexpected(in, subject, "base64");
    }
  }

  private static void typed(
      JsonParser in, TensorSpec spec, Elements elements, String field, Set<ElementType> types) {
    if (!types.contains(spec.type())) {
      throw Refusal.badRequest(
          "input '" + spec.name() + "': " + field + " holds no " + spec.type().word);
    }
    var subject = "input '" + spec.name() + "' " + field;
    Json.array(in, subject);
    while (in.nextToken() != JsonToken.END_ARRAY) {
      element(in, spec, elements, subject);
    }
  }

  private static void element(JsonParser in, TensorSpec spec, Elements elements, String subject) {
    switch (spec.type()) {
      case STRING -> elements.addString(new String(base64(in, subject), StandardCharsets.UTF_8));
      case FLOAT, DOUBLE, BOOL -> NestedArray.element(in, spec, elements);
      case FLOAT16, BFLOAT16 -> elements.addWhole(ranged(in, 0, 0xFFFF, subject));
      case INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64 ->
          elements.addWhole(ranged(in, spec.type().least(), spec.type().greatest(), subject));
    }
  }

  private static long ranged(JsonParser in, long least, long greatest, String subject) {
    long value = Json.whole(in, subject);
    if (value < least || value > greatest) {
      throw Json.unexpected(in, subject, least + " to " + greatest);
    }
    return value;
  }

  static void write(JsonGenerator out, TensorWriter tensor, Form form) {
    out.writeStartObject();
    out.writeArrayPropertyStart("dims");
    for (long dim : tensor.shape) {
      out.writeString(Long.toString(dim));
    }
    out.writeEndArray();
    out.writeNumberProperty("dataType", tensor.type.number);
    if (form == Form.RAW && tensor.type != ElementType.STRING) {
      out.writeBinaryProperty("rawData", tensor.raw());
    } else {
      out.writeArrayPropertyStart(field(tensor.type));
      for (int i = 0; i < tensor.count(); i++) {
        write(out, tensor, i);
      }
      out.writeEndArray();
    }
    out.writeEndObject();
  }

  private static String field(ElementType type) {
    return switch (type) {
      case FLOAT -> "floatData";
      case DOUBLE -> "doubleData";
      case STRING -> "stringData";
      case INT64 -> "int64Data";
      case UINT32, UINT64 -> "uint64Data";
      case INT8, UINT8, INT16, UINT16, INT32, BOOL, FLOAT16, BFLOAT16 -> "int32Data";
    };
  }

  private static void write(JsonGenerator out, TensorWriter tensor, int index) {
    switch (tensor.type) {
      case FLOAT, DOUBLE -> tensor.element(out, index);
      case STRING -> out.writeBinary(tensor.string(index).getBytes(StandardCharsets.UTF_8));
      case INT64 -> out.writeString(Long.toString(tensor.whole(index)));
      case UINT32, UINT64 -> out.writeString(Long.toUnsignedString(tensor.whole(index)));
      case INT8, UINT8, INT16, UINT16, INT32, BOOL, FLOAT16, BFLOAT16 ->
          out.writeNumber(tensor.whole(index));
    }
  }
}
