/**
 * Certificates from any authority that speaks ACME (RFC 8555): accounts, challenges, profiles and
 * renewal windows. Where a challenge's answer is published is the business of the caller's solvers.
 */
@NullMarked
package dev.gatehouse.certificates.acme;

import org.jspecify.annotations.NullMarked;
