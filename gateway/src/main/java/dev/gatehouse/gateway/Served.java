package dev.gatehouse.gateway;

/**
 * One request that is over, as an access log wants it; no query, no header and no body is in it.
 *
 * @param remote the client's address
 * @param host empty for a request that could not be read
 * @param service empty for one that reached no service
 * @param version empty for one that reached no version, such as a refused key
 * @param path as the client sent it, without the query
 * @param status 499 when the client left before its answer was whole
 * @param bytes of the answer's body that were sent
 * @param nanos from the request's head to the answer's last byte
 */
public record Served(
    String remote,
    String host,
    String service,
    String version,
    String method,
    String path,
    int status,
    long bytes,
    long nanos,
    String requestId) {}
