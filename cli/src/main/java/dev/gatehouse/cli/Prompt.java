package dev.gatehouse.cli;

import java.util.Optional;

/** Asks the person in front of the terminal for something that is not shown; nobody is none. */
@FunctionalInterface
interface Prompt {
  Optional<char[]> ask(String question);

  /** The one of this process, which has to have a terminal at both ends. */
  static Prompt system() {
    return question ->
        Optional.ofNullable(System.console())
            .filter(java.io.Console::isTerminal)
            .flatMap(console -> Optional.ofNullable(console.readPassword("%s: ", question)));
  }
}
