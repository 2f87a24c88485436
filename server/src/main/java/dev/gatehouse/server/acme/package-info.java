/**
 * Certificate authorities that speak ACME: the keys of our accounts with them, and where they are
 * shown that names are ours.
 */
@NullMarked
package dev.gatehouse.server.acme;

import org.jspecify.annotations.NullMarked;
