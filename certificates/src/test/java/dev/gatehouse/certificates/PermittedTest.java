package dev.gatehouse.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PermittedTest {
  @Test
  void alwaysHoldsTheLoopbackAddresses() {
    assertThat(new Permitted(List.of("localhost"), List.of()).ranges())
        .containsExactly("127.0.0.0/8", "0:0:0:0:0:0:0:1/128");
  }

  @Test
  void takesASingleAddressAsARangeOfOne() {
    var permitted = new Permitted(List.of("localhost"), List.of("192.0.2.7", "198.51.100.0/23"));

    assertThat(permitted.covers("192.0.2.7")).isTrue();
    assertThat(permitted.covers("192.0.2.8")).isFalse();
    assertThat(permitted.covers("198.51.101.255")).isTrue();
    assertThat(permitted.covers("198.51.102.0")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10.0.0.0/33", "10.0.0.0/x", "10.0.0.0/-1", "localhost/8", "::/129"})
  void refusesWhatIsNoRange(String range) {
    assertThatThrownBy(() -> new Permitted(List.of("localhost"), List.of(range)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("range: '" + range + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*.contoso.test", "a b", "-a.test"})
  void refusesWhatIsNoZone(String zone) {
    assertThatThrownBy(() -> new Permitted(List.of(zone), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("zone: '" + zone + "'");
  }

  @Test
  void needsAZone() {
    assertThatThrownBy(() -> new Permitted(List.of(), List.of()))
        .hasMessageContaining("at least one");
  }
}
