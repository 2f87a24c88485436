package dev.gatehouse.gateway.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo.OnnxTensorType;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What a tensor holds, with its names in the three payloads. */
enum ElementType {
  FLOAT("float", 1, "FP32", 4, OnnxJavaType.FLOAT),
  UINT8("uint8", 2, "UINT8", 1, OnnxJavaType.UINT8),
  INT8("int8", 3, "INT8", 1, OnnxJavaType.INT8),
  UINT16("uint16", 4, "UINT16", 2, OnnxJavaType.UNKNOWN),
  INT16("int16", 5, "INT16", 2, OnnxJavaType.INT16),
  INT32("int32", 6, "INT32", 4, OnnxJavaType.INT32),
  INT64("int64", 7, "INT64", 8, OnnxJavaType.INT64),
  STRING("string", 8, "BYTES", 0, OnnxJavaType.STRING),
  BOOL("bool", 9, "BOOL", 1, OnnxJavaType.BOOL),
  FLOAT16("float16", 10, "FP16", 2, OnnxJavaType.FLOAT16),
  DOUBLE("double", 11, "FP64", 8, OnnxJavaType.DOUBLE),
  UINT32("uint32", 12, "UINT32", 4, OnnxJavaType.UNKNOWN),
  UINT64("uint64", 13, "UINT64", 8, OnnxJavaType.UNKNOWN),
  BFLOAT16("bfloat16", 16, "BF16", 2, OnnxJavaType.BFLOAT16);

  private static final Map<OnnxTensorType, ElementType> BY_ONNX = byOnnx();

  /** ONNX's own word, used in messages. */
  final String word;

  /** The number in {@code TensorProto.DataType}. */
  final int number;

  /** The word of the Open Inference Protocol. */
  final String datatype;

  /** Bytes of one element; 0 where elements have no fixed size. */
  final int size;

  /** What an input is made of; UNKNOWN where ONNX Runtime's Java binding cannot make one. */
  final OnnxJavaType javaType;

  ElementType(String word, int number, String datatype, int size, OnnxJavaType javaType) {
    this.word = word;
    this.number = number;
    this.datatype = datatype;
    this.size = size;
    this.javaType = javaType;
  }

  static Optional<ElementType> of(OnnxTensorType type) {
    return Optional.ofNullable(BY_ONNX.get(type));
  }

  private static Map<OnnxTensorType, ElementType> byOnnx() {
    var found = new EnumMap<OnnxTensorType, ElementType>(OnnxTensorType.class);
    for (var type : values()) {
      found.put(OnnxTensorType.valueOf("ONNX_TENSOR_ELEMENT_DATA_TYPE_" + type.name()), type);
    }
    return found;
  }

  boolean floating() {
    return switch (this) {
      case FLOAT, DOUBLE, FLOAT16, BFLOAT16 -> true;
      case UINT8, INT8, UINT16, INT16, INT32, INT64, STRING, BOOL, UINT32, UINT64 -> false;
    };
  }

  /** The least whole number an element holds. */
  long least() {
    return switch (this) {
      case INT8 -> Byte.MIN_VALUE;
      case INT16 -> Short.MIN_VALUE;
      case INT32 -> Integer.MIN_VALUE;
      case INT64 -> Long.MIN_VALUE;
      case UINT8, UINT16, UINT32, UINT64, BOOL, STRING, FLOAT, DOUBLE, FLOAT16, BFLOAT16 -> 0;
    };
  }

  /** The greatest whole number an element of an input holds. */
  long greatest() {
    return switch (this) {
      case INT8 -> Byte.MAX_VALUE;
      case UINT8 -> 0xFF;
      case INT16 -> Short.MAX_VALUE;
      case UINT16 -> 0xFFFF;
      case INT32 -> Integer.MAX_VALUE;
      case UINT32 -> 0xFFFF_FFFFL;
      case BOOL -> 1;
      case INT64, UINT64, STRING, FLOAT, DOUBLE, FLOAT16, BFLOAT16 -> Long.MAX_VALUE;
    };
  }
}
