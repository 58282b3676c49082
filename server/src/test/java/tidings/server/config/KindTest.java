package tidings.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KindTest {

  @ParameterizedTest
  @CsvSource({"250ms,PT0.25S", "30s,PT30S", "5m,PT5M", "12h,PT12H", "30d,PT720H"})
  void durationsHaveUnits(String text, Duration duration) {
    assertThat(read(Kind.duration("1ms", "365d"), text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "-1s", "1.5h", "30S", "366d", "0ms", "999999999999999999d"})
  void whatIsNoDurationIsRefused(String text) {
    assertThat(read(Kind.duration("1ms", "365d"), text)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"1,1", "7B,7", "64KiB,65536", "1MiB,1048576", "4GiB,4294967296", "2 GiB,2147483648"})
  void sizesHaveBinaryUnits(String text, long bytes) {
    assertThat(read(Kind.size("0B", "1TiB"), text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "4GB", "4gib", "2TiB", "-1", "0x10"})
  void whatIsNoSizeIsRefused(String text) {
    assertThat(read(Kind.size("0B", "1TiB"), text)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://example.org", "http://localhost:5173", "https://[::1]:8443"})
  void originsHaveASchemeAndAHost(String text) {
    assertThat(read(Kind.ORIGIN, text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"*", "null", "example.org", "https://example.org/", "ftp://a", "https://u@a"})
  void whatIsNoOriginIsRefused(String text) {
    assertThat(read(Kind.ORIGIN, text)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/8", "127.0.0.1", "::1", "fd00::/8", "0.0.0.0/0"})
  void networksAreAddressesWithALength(String text) {
    assertThat(read(Kind.NETWORK, text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost", "10.0.0.0/33", "10.0.0.0/", "fd00::/129", "1.2.3.4.5"})
  void whatIsNoNetworkIsRefused(String text) {
    assertThat(read(Kind.NETWORK, text)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"/,''", "/tidings,/tidings", "/tidings/,/tidings", "/a/b.c,/a/b.c"})
  void aPathPrefixEndsWithoutASlash(String text, String prefix) {
    assertThat(read(Kind.PATH_PREFIX, text)).isEqualTo(prefix);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "tidings", "//", "/a//b", "/..", "/a/../b", "/a b", "/é", "/a?b", "/a%20"})
  void whatIsNoPathPrefixIsRefused(String text) {
    assertThat(read(Kind.PATH_PREFIX, text)).isNull();
  }

  private static <T> @Nullable T read(Kind<T> kind, String text) {
    return kind.parse().apply(text);
  }
}
