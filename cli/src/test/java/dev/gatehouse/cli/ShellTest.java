package dev.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShellTest {
  @Test
  void quotesForEachShell() {
    assertThat(Shell.SH.export("K", "a'b $x\\")).isEqualTo("export K='a'\\''b $x\\'");
    assertThat(Shell.FISH.export("K", "a'b\\")).isEqualTo("set -gx K 'a\\'b\\\\'");
    assertThat(Shell.POWERSHELL.export("K", "a'b")).isEqualTo("$env:K = 'a''b'");
  }

  @Test
  void removesAVariableInEachShell() {
    assertThat(Shell.SH.unset("K")).isEqualTo("unset K");
    assertThat(Shell.FISH.unset("K")).isEqualTo("set -e K");
    assertThat(Shell.POWERSHELL.unset("K")).startsWith("Remove-Item Env:K");
  }
}
