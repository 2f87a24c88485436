package dev.gatehouse.certificates.acme;

import java.net.URI;
import java.util.List;

/** Who we are to an authority; contacts are addresses such as {@code mailto:ops@contoso.com}. */
public record AcmeAccount(List<URI> contacts, boolean termsAgreed, ExternalBinding binding) {
  public AcmeAccount {
    contacts = List.copyOf(contacts);
    for (var contact : contacts) {
      if (contact.getScheme() == null) {
        throw new IllegalArgumentException(
            "contact: " + contact + " (expected: an address as in mailto:ops@contoso.com)");
      }
    }
  }
}
