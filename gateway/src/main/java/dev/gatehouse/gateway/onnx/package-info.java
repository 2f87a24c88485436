/**
 * ONNX models that score in the gateway's process, asked with {@code {"data": rows}}, with the JSON
 * of ONNX Runtime Server or with the Open Inference Protocol v2. It knows nothing of routes, keys
 * or where model files come from.
 */
@NullMarked
package dev.gatehouse.gateway.onnx;

import org.jspecify.annotations.NullMarked;
