/**
 * The certificates of compute targets and services: issued or brought, stored sealed, put into the
 * gateway, proven by a handshake, renewed.
 */
@NullMarked
package dev.gatehouse.server.certificate;

import org.jspecify.annotations.NullMarked;
