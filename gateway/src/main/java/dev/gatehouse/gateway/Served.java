package dev.gatehouse.gateway;

/**
 * One request that is over, as an access log wants it; no query, no header and no body is in it.
 *
 * @param remote the client's address
 * @param tls the version of the protocol, or empty for plain HTTP
 * @param serverName of the TLS hello, or empty
 * @param host empty for a request that could not be read
 * @param service empty for one that reached no service
 * @param version empty for one that reached no version, such as a refused key
 * @param path as the client sent it, without the query
 * @param status 499 when the client left before its answer was whole
 * @param received bytes of the request's body
 * @param bytes of the answer's body that were sent
 * @param nanos from the request's head to the answer's last byte
 * @param traceId of the trace that it belongs to, by our word or the caller's; or empty
 */
public record Served(
    String remote,
    String tls,
    String serverName,
    String host,
    String service,
    String version,
    String method,
    String path,
    int status,
    long received,
    long bytes,
    long nanos,
    String requestId,
    String traceId) {}
