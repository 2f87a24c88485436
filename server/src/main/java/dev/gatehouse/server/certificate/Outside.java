package dev.gatehouse.server.certificate;

import dev.gatehouse.server.routing.Names;
import dev.gatehouse.server.routing.Publication;

/** Where a certificate comes to be seen: the gateway, the DNS, and the proof that it is. */
public record Outside(Publication publication, Names names, ServedProof proof) {}
