package dev.gatehouse.server.certificate;

import dev.gatehouse.server.alert.Alert;
import dev.gatehouse.server.routing.Names;
import dev.gatehouse.server.routing.Publication;
import java.util.function.Consumer;

/**
 * Where a certificate comes to be seen: the gateway, the DNS, the proof that it is, and who hears
 * of it when it is not.
 */
public record Outside(
    Publication publication, Names names, ServedProof proof, Consumer<Alert> alerts) {}
