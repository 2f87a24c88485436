/**
 * Reading, checking, issuing and planning the renewal of certificates; knows nothing of serving.
 */
@NullMarked
package dev.gatehouse.certificates;

import org.jspecify.annotations.NullMarked;
