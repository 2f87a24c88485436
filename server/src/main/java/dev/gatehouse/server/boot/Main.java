package dev.gatehouse.server.boot;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/**
 * Runs the server until it is told to stop: {@code up [--data DIR] [--https-port P] [--http-port P]
 * [--dns-port P]}.
 */
public final class Main {
  /** Wrong usage or settings, a port that is taken, a data folder that is in use. */
  private static final int CANNOT_START = 2;

  private Main() {}

  public static void main(String[] arguments) throws InterruptedException {
    Map<String, String> environment = System.getenv();
    try {
      Map<String, String> options = options(arguments);
      Path data = data(options, environment);
      DataFolder.makePrivate(data);
      // Before the first logger is made: the log belongs into the data folder.
      System.setProperty("gatehouse.logs", data.resolve("logs").toString());
      serve(data, environment, options);
    } catch (SettingsException | IOException e) {
      System.err.println("gatehouse: " + e.getMessage());
      System.exit(CANNOT_START);
    }
  }

  private static void serve(Path data, Map<String, String> environment, Map<String, String> options)
      throws IOException, InterruptedException {
    Settings settings = Settings.read(data, environment, options);
    var folder = DataFolder.open(data, environment);
    var wiring = new Wiring(settings, folder);
    try {
      wiring.start();
    } catch (RuntimeException | IOException e) {
      LoggerFactory.getLogger(Main.class).error("the start failed", e);
      wiring.close();
      folder.close();
      throw new SettingsException(Objects.requireNonNullElse(e.getMessage(), e.toString()));
    }
    var stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  wiring.close();
                  stopped.countDown();
                },
                "stop"));
    System.out.println(wiring.greeting());
    stopped.await();
  }

  private static Map<String, String> options(String[] arguments) {
    Map<String, String> known =
        Map.of(
            "--data", "data",
            "--https-port", "listen.https-port",
            "--http-port", "listen.http-port",
            "--dns-port", "listen.dns-port");
    var options = new HashMap<String, String>();
    for (int i = 0; i < arguments.length; i += 2) {
      int equals = arguments[i].indexOf('=');
      String name = equals < 0 ? arguments[i] : arguments[i].substring(0, equals);
      String key = known.get(name);
      if (key == null) {
        throw new SettingsException(
            "up: unknown option '"
                + name
                + "' (expected: --data, --https-port, --http-port, --dns-port, --detach)");
      }
      if (equals < 0 && i + 1 == arguments.length) {
        throw new SettingsException("up: " + name + " needs a value");
      }
      options.put(key, equals < 0 ? arguments[i + 1] : arguments[i].substring(equals + 1));
      i -= equals < 0 ? 0 : 1;
    }
    return options;
  }

  private static Path data(Map<String, String> options, Map<String, String> environment) {
    String chosen = options.remove("data");
    if (chosen != null) {
      return Path.of(chosen).toAbsolutePath().normalize();
    }
    return DataFolder.standard(environment);
  }
}
