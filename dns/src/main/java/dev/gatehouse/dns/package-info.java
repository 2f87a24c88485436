/**
 * Authoritative DNS: an immutable {@link dev.gatehouse.dns.Zone}, the look-up of RFC 1034, 2308 and
 * 4592 over it, and a server for UDP and TCP that reads one snapshot per question; signed updates
 * (RFC 2136) of a zone on another server, and questions to others about one name. It neither
 * recurses, signs nor transfers zones, and knows nothing of the other modules.
 */
@NullMarked
package dev.gatehouse.dns;

import org.jspecify.annotations.NullMarked;
