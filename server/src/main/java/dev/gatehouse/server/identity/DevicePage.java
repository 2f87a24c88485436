package dev.gatehouse.server.identity;

import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import java.io.IOException;
import java.util.Map;

/** The page on which a user approves a device login with the admin principal's secret. */
final class DevicePage {
  private static final String PATH = "/adfs/device";

  private final Admin admin;
  private final DeviceLogins devices;

  DevicePage(Admin admin, DeviceLogins devices) {
    this.admin = admin;
    this.devices = devices;
  }

  void addTo(Router router) {
    router
        .open(
            "GET", PATH, Envelope.OAUTH, _ -> page(200, "Enter the code that your program shows."))
        .open("POST", PATH, Envelope.OAUTH, this::approve);
  }

  private Response approve(Request request) throws IOException {
    Map<String, String> form = request.form();
    String code = form.getOrDefault("user_code", "");
    if (!admin.is(form.getOrDefault("client_id", ""), form.getOrDefault("client_secret", ""))) {
      devices.refused(code);
      return page(401, "The principal or its secret is wrong; './gatehouse env' prints both.");
    }
    return devices.approve(code)
        ? page(200, "Done: your program is signed in. You can close this page.")
        : page(
            400,
            "There is no login with this code, or it has expired; start again in your program.");
  }

  private static Response page(int status, String message) {
    return Response.text(
            status,
            "text/html; charset=utf-8",
            """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Gatehouse sign-in</title>
            <style>
            body { font: 1.1em sans-serif; max-width: 26em; margin: 3em auto; padding: 0 1em }
            label, input, button { display: block; width: 100%%; box-sizing: border-box; font: inherit }
            label { margin-top: 1em } input, button { padding: .5em } button { margin-top: 1.5em }
            </style>
            <h1>Gatehouse</h1>
            <p role="status">%s</p>
            <form method="post">
            <label for="code">Code</label><input id="code" name="user_code" autocomplete="off" required autofocus>
            <label for="id">Principal (AZUREML_SERVICE_PRINCIPAL_ID)</label><input id="id" name="client_id" required>
            <label for="secret">Its secret</label><input id="secret" name="client_secret" type="password" required>
            <button>Sign in</button>
            </form>
            </html>
            """
                .formatted(message))
        .with(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
        .with("Cache-Control", "no-store");
  }
}
