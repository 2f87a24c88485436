/** Wire records, problem codes and the HTTP client. */
@NullMarked
package dev.gatehouse.api;

import org.jspecify.annotations.NullMarked;
