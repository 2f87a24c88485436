package dev.gatehouse.server.compute.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class UvMessageTest {

  @Test
  void namesTheVersionThatDoesNotExist() {
    assertThat(
            said(
                "error: No solution found when resolving dependencies",
                "  cause: Because there is no version of scikit-learn==99.1 and you require scikit-learn==99.1, we can",
                "         conclude that your requirements are unsatisfiable."))
        .isEqualTo("The package index has no scikit-learn==99.1.");
  }

  @Test
  void namesThePackageThatDoesNotExist() {
    assertThat(
            said(
                "  cause: Because nosuch was not found in the package registry and you require nosuch, we can"))
        .isEqualTo("The package index has no package named nosuch.");
  }

  @Test
  void namesWhatNeedsAnotherPython() {
    var lines =
        List.of(
            "  cause: Because the current Python version (3.9.18) does not satisfy Python>=3.10 and scikit-learn==1.7.0 depends",
            "         on Python>=3.10, we can conclude that scikit-learn==1.7.0 cannot be used.");
    assertThat(UvMessage.fault(1, lines))
        .hasMessage(
            "scikit-learn==1.7.0 needs Python>=3.10, but the environment has Python 3.9.18.");
    assertThat(UvMessage.missedPython(lines)).contains(new UvMessage.PythonBound(true, 3, 10));
  }

  @Test
  void tellsAContradiction() {
    assertThat(
            said(
                "  cause: Because a==1 depends on numpy>=1.19.5 and you require a==1, we can conclude that you require numpy>=1.19.5.",
                "         And because you require numpy==1.18.0, we can conclude that your requirements are unsatisfiable."))
        .startsWith("The requirements contradict each other: Because a==1 depends on numpy>=1.19.5")
        .endsWith("And because you require numpy==1.18.0.");
  }

  @Test
  void tellsThatTheNetworkIsDown() {
    var fault =
        UvMessage.fault(
            2,
            List.of(
                "error: Request failed after 3 retries in 11.6s",
                "  cause: Failed to fetch: https://u:p@index.test:1/simple/numpy/",
                "  cause: tcp connect error"));
    assertThat(fault)
        .hasMessage(
            "The package index at index.test:1 could not be reached; check the network and the index settings of this machine.");
    assertThat(fault.temporary()).isTrue();
  }

  @Test
  void tellsWhatCannotBeReadOrBuilt() {
    assertThat(
            said(
                "error: Couldn't parse requirement in `r.txt` at position 6",
                "  cause: Unexpected end of version",
                "         joblib=="))
        .startsWith("A requirement cannot be read: Unexpected end of version");
    assertThat(said("  x Failed to build `numpy==1.18.0`"))
        .startsWith("numpy==1.18.0 has no ready-made package");
  }

  @Test
  void fallsBackToTheLastLine() {
    assertThat(said("first", "something new")).endsWith("(exit code 1): something new");
    assertThat(said()).endsWith("it said nothing");
  }

  private static String said(String... lines) {
    return UvMessage.fault(1, List.of(lines)).getMessage();
  }
}
