package dev.gatehouse.server.boot;

import dev.gatehouse.server.identity.Installation;
import dev.gatehouse.server.operation.Operations;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.state.Database;
import dev.gatehouse.server.state.Timers;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What every feature stands on: time, chance, threads, and what outlives the process. */
record Ground(
    Clock clock,
    SecureRandom random,
    ExecutorService threads,
    Sealer sealer,
    Database database,
    Timers timers,
    Operations operations,
    Installation installation) {

  static Ground open(DataFolder folder, Closer closer) throws IOException {
    var clock = Clock.systemUTC();
    var random = new SecureRandom();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    closer.add("data folder", folder);
    closer.add("threads", threads::shutdownNow);
    Sealer sealer = Sealer.open(folder.masterKey());
    Database database = Database.open(folder.database());
    closer.add("database", database);
    var timers = new Timers(database, threads);
    return new Ground(
        clock,
        random,
        threads,
        sealer,
        database,
        timers,
        new Operations(database, timers, clock, random),
        new Installation(database, sealer));
  }
}
