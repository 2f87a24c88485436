/** The TLS data plane: certificates by SNI, routes, admission, proxying, in-process ONNX. */
@NullMarked
package dev.gatehouse.gateway;

import org.jspecify.annotations.NullMarked;
