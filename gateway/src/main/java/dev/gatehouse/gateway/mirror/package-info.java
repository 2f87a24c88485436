/**
 * Copies of requests for a version on trial: bounded in number and size, dropped rather than waited
 * for, and answered to nobody.
 */
@NullMarked
package dev.gatehouse.gateway.mirror;

import org.jspecify.annotations.NullMarked;
