package tidings.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.server.cli.Running.Ended;

final class CommandLineTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  @TempDir private Path folder;

  @BeforeEach
  void configure() throws IOException {
    Files.writeString(folder.resolve("key"), SECRET + "\n");
    Files.writeString(
        folder.resolve("hub.yaml"),
        "access: {keys: [{id: main, algorithm: HS256, secret-file: key, issuer: x, audience: y}]}");
  }

  private String config() {
    return folder.resolve("hub.yaml").toString();
  }

  @Test
  void aGoodConfigurationIsZero() throws Exception {
    Ended ended = Running.here("check-config", "--config", config());

    assertThat(ended.err()).isEmpty();
    assertThat(ended.out()).startsWith("ok: 127.0.0.1 port 8080");
    assertThat(ended.code()).isZero();
  }

  @Test
  void aWrongConfigurationIsTwoWithALineForEachFault() throws Exception {
    Files.writeString(folder.resolve("hub.yaml"), "http: {prot: 1}\nstore: {sqlit: a}\n");
    Ended ended = Running.here("check-config", "--dev", "--config", config());

    assertThat(ended.out()).isEmpty();
    assertThat(ended.err())
        .isEqualTo(
            """
            %1$s:1: http.prot: unknown key (did you mean port?)
            %1$s:2: store.sqlit: unknown key (did you mean sqlite?)
            """
                .formatted(config()));
    assertThat(ended.code()).isEqualTo(2);
  }

  @Test
  void aWrongCommandLineIsTwoWithOneLine() throws Exception {
    Ended ended = Running.here("check-config", "--confg=hub.yaml");

    assertThat(ended.err())
        .hasLineCount(1)
        .contains("--confg", "did you mean --config?", "tidings check-config --help");
    assertThat(ended.code()).isEqualTo(2);
  }

  @Test
  void aHubThatIsNotThereIsOneWithOneLine() throws Exception {
    Ended ended =
        Running.here("publish", "--hub", "http://127.0.0.1:1", "--to", "everyone", "--title", "x");

    assertThat(ended.err())
        .isEqualTo("tidings publish: can't reach http://127.0.0.1:1: is the hub running there?\n");
    assertThat(ended.code()).isEqualTo(1);
  }

  @Test
  void aTokenIsTakenWithoutItsLineEndAndNeverRepeated() throws Exception {
    String token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl";
    Ended lineEnd = publish(Map.of("TIDINGS_TOKEN", token + "\r\n"));
    Ended broken = publish(Map.of("TIDINGS_TOKEN", token + "\rx"));
    Ended mistyped = Running.here(publishing("--tokne", token));
    Ended joined = Running.here(publishing("--tokne=" + token));

    assertThat(lineEnd.err()).startsWith("tidings publish: can't reach http://127.0.0.1:1");
    assertThat(broken.err()).hasLineCount(1).startsWith("tidings publish: --token: a space, ");
    assertThat(mistyped.err()).hasLineCount(1).contains("--tokne");
    assertThat(joined.err()).hasLineCount(1).contains("--tokne=(token)");
    assertThat(List.of(lineEnd, broken, mistyped, joined))
        .allSatisfy(ended -> assertThat(ended.out() + ended.err()).doesNotContain("eyJ", "c2ln"));
  }

  private Ended publish(Map<String, String> environment) throws Exception {
    try (Running running = Running.start(folder, environment, null, publishing())) {
      return running.end();
    }
  }

  private static String[] publishing(String... more) {
    List<String> arguments = new ArrayList<>(List.of("publish", "--hub", "http://127.0.0.1:1"));
    arguments.addAll(List.of(more));
    arguments.addAll(List.of("--title", "x", "--to", "everyone"));
    return arguments.toArray(String[]::new);
  }

  @Test
  void helpAndVersionGoToStandardOutput() throws Exception {
    Ended help = Running.run(folder, "--help");
    Ended version = Running.run(folder, "--version");

    assertThat(help.out()).contains("check-config", "check-store", "token", "publish", "listen");
    assertThat(version.out()).startsWith("tidings ");
    assertThat(List.of(help.code(), version.code())).containsOnly(0);
  }

  @Test
  void aTokenIsSignedByTheConfiguredKey() throws Exception {
    Ended ended =
        Running.here(
            "token",
            "--config",
            config(),
            "--user",
            "alice",
            "--publish",
            "topic:#",
            "--subscribe",
            "topic:#",
            "everyone",
            "--ttl",
            "2h");

    assertThat(ended.err()).isEmpty();
    SignedJWT token = SignedJWT.parse(ended.out().strip());
    JWTClaimsSet claims = token.getJWTClaimsSet();
    assertThat(token.verify(new MACVerifier(SECRET.getBytes(StandardCharsets.UTF_8)))).isTrue();
    assertThat(claims.getSubject()).isEqualTo("alice");
    assertThat(claims.getIssuer()).isEqualTo("x");
    assertThat(claims.getAudience()).containsExactly("y");
    assertThat(claims.getClaim("tidings"))
        .isEqualTo(
            Map.of("publish", List.of("topic:#"), "subscribe", List.of("topic:#", "everyone")));
    assertThat(
            Duration.between(
                claims.getIssueTime().toInstant(), claims.getExpirationTime().toInstant()))
        .hasHours(2);
  }

  @Test
  void aPatternThatIsNoneIsRefused() throws Exception {
    Ended ended = Running.here("token", "--config", config(), "--user", "a", "--publish", "shop.#");

    assertThat(ended.err()).contains("\"shop.#\" (expected everyone, user:ID, user:* or topic:");
    assertThat(ended.code()).isEqualTo(2);
  }

  @Test
  void anUnknownKeyNamesThoseThatThereAre() throws Exception {
    Ended ended = Running.here("token", "--config", config(), "--user", "a", "--key", "mian");

    assertThat(ended.err())
        .isEqualTo("tidings token: no key \"mian\" in access.keys (expected one of [main])\n");
    assertThat(ended.code()).isEqualTo(1);
  }
}
