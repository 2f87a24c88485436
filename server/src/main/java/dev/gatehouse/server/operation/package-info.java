/**
 * Long jobs that callers wait for: an operation is stored before it runs, runs again from its
 * beginning after a crash, and ends in succeeded or failed. What a kind of operation does belongs
 * to its feature; the two wire shapes of an operation belong to the features whose clients poll
 * them.
 */
@NullMarked
package dev.gatehouse.server.operation;

import org.jspecify.annotations.NullMarked;
