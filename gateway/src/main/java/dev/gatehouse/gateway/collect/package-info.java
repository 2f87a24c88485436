/** Copies of what requests and answers say, for services whose owner wants them collected. */
@NullMarked
package dev.gatehouse.gateway.collect;

import org.jspecify.annotations.NullMarked;
