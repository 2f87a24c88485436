package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.util.Comparator;
import software.amazon.smithy.jmespath.JmespathException;
import software.amazon.smithy.jmespath.JmespathExpression;
import software.amazon.smithy.jmespath.RuntimeType;
import software.amazon.smithy.jmespath.evaluation.JmespathRuntime;
import software.amazon.smithy.jmespath.evaluation.NumberType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/** JMESPath over our JSON, as {@code --query} of the Azure CLI. */
record Query(JmespathExpression expression) {
  private static final Documents DOCUMENTS = new Documents();

  static Query parse(String text) {
    try {
      return new Query(JmespathExpression.parse(text));
    } catch (JmespathException e) {
      throw new Failure(ExitCode.USAGE, "--query is no JMESPath: " + e.getMessage());
    }
  }

  JsonNode of(JsonNode document) {
    try {
      return expression.evaluate(document, DOCUMENTS);
    } catch (JmespathException e) {
      throw new Failure(ExitCode.FAILED, "--query does not fit the answer: " + e.getMessage());
    }
  }

  /** How the library reads and makes our documents. */
  private static final class Documents implements JmespathRuntime<JsonNode> {
    private static final JsonNodeFactory MAKE = JsonNodeFactory.instance;

    @Override
    public RuntimeType typeOf(JsonNode value) {
      return switch (value.getNodeType()) {
        case STRING, BINARY, POJO -> RuntimeType.STRING;
        case NUMBER -> RuntimeType.NUMBER;
        case BOOLEAN -> RuntimeType.BOOLEAN;
        case ARRAY -> RuntimeType.ARRAY;
        case OBJECT -> RuntimeType.OBJECT;
        case NULL, MISSING -> RuntimeType.NULL;
      };
    }

    @Override
    public int compare(JsonNode one, JsonNode other) {
      return one.isNumber() && other.isNumber()
          ? one.decimalValue().compareTo(other.decimalValue())
          : Comparator.<String>naturalOrder().compare(one.asString(""), other.asString(""));
    }

    @Override
    public JsonNode createNull() {
      return NullNode.getInstance();
    }

    @Override
    public JsonNode createBoolean(boolean value) {
      return MAKE.booleanNode(value);
    }

    @Override
    public boolean asBoolean(JsonNode value) {
      return value.booleanValue();
    }

    @Override
    public JsonNode createString(String value) {
      return MAKE.stringNode(value);
    }

    @Override
    public String asString(JsonNode value) {
      return value.stringValue();
    }

    @Override
    public JsonNode createNumber(Number value) {
      return Wire.parse(value.toString());
    }

    @Override
    public NumberType numberType(JsonNode value) {
      return value.isIntegralNumber() ? NumberType.LONG : NumberType.DOUBLE;
    }

    @Override
    public Number asNumber(JsonNode value) {
      return value.numberValue();
    }

    @Override
    public JsonNode element(JsonNode array, int index) {
      return known(array.path(index));
    }

    @Override
    public JsonNode value(JsonNode object, JsonNode key) {
      return known(object.path(key.asString("")));
    }

    @Override
    public int length(JsonNode value) {
      return value.isString()
          ? value.stringValue().codePointCount(0, value.stringValue().length())
          : value.size();
    }

    /** Of an object, its keys. */
    @Override
    public Iterable<? extends JsonNode> asIterable(JsonNode value) {
      return value.isObject()
          ? value.propertyNames().stream().map(this::createString).toList()
          : value;
    }

    @Override
    public ArrayBuilder<JsonNode> arrayBuilder() {
      ArrayNode made = Wire.array();
      return new ArrayBuilder<>() {
        @Override
        public void add(JsonNode value) {
          made.add(value);
        }

        @Override
        public void addAll(JsonNode values) {
          asIterable(values).forEach(made::add);
        }

        @Override
        public JsonNode build() {
          return made;
        }
      };
    }

    @Override
    public ObjectBuilder<JsonNode> objectBuilder() {
      ObjectNode made = Wire.object();
      return new ObjectBuilder<>() {
        @Override
        public void put(JsonNode key, JsonNode value) {
          made.set(key.asString(""), value);
        }

        @Override
        public void putAll(JsonNode object) {
          object.forEachEntry(made::set);
        }

        @Override
        public JsonNode build() {
          return made;
        }
      };
    }

    private static JsonNode known(JsonNode found) {
      return found.isMissingNode() ? NullNode.getInstance() : found;
    }
  }
}
