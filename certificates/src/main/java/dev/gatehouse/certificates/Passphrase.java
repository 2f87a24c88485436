package dev.gatehouse.certificates;

/** What opens an encrypted key, or nothing; never prints it. An empty one counts as none. */
public final class Passphrase {
  public static final Passphrase NONE = new Passphrase(new char[0]);

  private final char[] characters;

  private Passphrase(char[] characters) {
    this.characters = characters;
  }

  /** Keeps a copy: the caller may wipe its own. */
  public static Passphrase of(char[] characters) {
    return new Passphrase(characters.clone());
  }

  boolean given() {
    return characters.length > 0;
  }

  char[] characters() {
    return characters.clone();
  }

  @Override
  public String toString() {
    return given() ? "•••" : "none";
  }
}
