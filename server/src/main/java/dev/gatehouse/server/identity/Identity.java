package dev.gatehouse.server.identity;

import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.state.Database;
import java.security.SecureRandom;
import java.time.InstantSource;

/** The feature as one: its admin principal, its tokens and its routes. */
public final class Identity {
  private final Admin admin;
  private final AccessTokens tokens;
  private final DeviceLogins devices;
  private final InstantSource clock;

  public Identity(
      Installation installation, Database database, InstantSource clock, SecureRandom random) {
    this.admin = Admin.of(installation, random);
    this.tokens = new AccessTokens(installation, clock);
    this.devices = new DeviceLogins(database, clock, random);
    this.clock = clock;
  }

  public Admin admin() {
    return admin;
  }

  public AccessTokens tokens() {
    return tokens;
  }

  public void addTo(Router router) {
    new CloudRoutes(admin).addTo(router);
    new TokenRoutes(admin, tokens, devices, clock).addTo(router);
    new DevicePage(admin, devices).addTo(router);
  }
}
