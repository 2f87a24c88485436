/**
 * What happens before a request exists: the hello, the choice of a certificate, TLS contexts and
 * session tickets. Knows nothing of HTTP.
 */
@NullMarked
package dev.gatehouse.gateway.tls;

import org.jspecify.annotations.NullMarked;
