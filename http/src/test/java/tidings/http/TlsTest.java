package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.request;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates, their files, and what is spoken over TLS. */
final class TlsTest {
  private static final InstantSource CLOCK = InstantSource.system();

  @TempDir private Path folder;
  private Path chain;
  private Path key;

  @BeforeEach
  void files() {
    chain = folder.resolve("chain.pem");
    key = folder.resolve("key.pem");
  }

  private TlsFiles write(Certificate certificate) throws IOException {
    Files.writeString(chain, certificate.certificatePem());
    Files.writeString(key, certificate.keyPem());
    return new TlsFiles(chain, key, CLOCK);
  }

  private static RunningHub start(TlsFiles files) {
    return RunningHub.start(RunningHub.Options.DEFAULTS.tls(files));
  }

  /** What the hub says over one version of TLS to a client that trusts a certificate. */
  private static String call(RunningHub hub, SSLContext trusting, String version)
      throws IOException {
    try (SSLSocket socket =
        (SSLSocket) trusting.getSocketFactory().createSocket("127.0.0.1", hub.port)) {
      socket.setSoTimeout(20_000);
      socket.setEnabledProtocols(new String[] {version});
      socket
          .getOutputStream()
          .write(
              request("GET", "/health/live", null)
                  .replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void eachKindOfKeyServesOverHttp11(String algorithm) throws Exception {
    Certificate certificate = Certificate.of(algorithm);
    try (RunningHub hub = start(write(certificate));
        HttpClient client =
            HttpClient.newBuilder()
                .sslContext(certificate.trusting())
                .version(HttpClient.Version.HTTP_1_1)
                .build()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create("https://localhost:" + hub.port + "/v1/session"))
                  .header("Authorization", "Bearer " + all("alice"))
                  .timeout(Duration.ofSeconds(20))
                  .build(),
              BodyHandlers.ofString());
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
      assertThat(answer.body()).contains("\"user\":\"alice\"");
      assertThat(answer.headers().firstValue("strict-transport-security")).isPresent();
      assertThat(answer.headers().firstValue("x-content-type-options")).hasValue("nosniff");
    }
  }

  @Test
  void onlyTodaysVersionsAreSpoken() throws Exception {
    Certificate certificate = Certificate.of("EC");
    SSLContext trusting = certificate.trusting();
    try (RunningHub hub = start(write(certificate))) {
      assertThat(call(hub, trusting, "TLSv1.3")).startsWith("HTTP/1.1 200 ");
      assertThat(call(hub, trusting, "TLSv1.2")).startsWith("HTTP/1.1 200 ");
      try (Wire wire = hub.wire()) { // a ClientHello of TLS 1.0, without any extension
        wire.send(
            new byte[] {
              22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
              16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 0, 0, 2, 0, 47, 1,
              0
            });
        assertThat(wire.rest().charAt(0)).as("an alert").isEqualTo((char) 21);
      }
    }
  }

  /** Without forward secrecy, or with a mode that has been broken before. */
  @Test
  void yesterdaysCiphersAreRefused() throws Exception {
    Certificate certificate = Certificate.of("EC");
    SSLContext trusting = certificate.trusting();
    try (RunningHub hub = start(write(certificate));
        SSLSocket socket =
            (SSLSocket) trusting.getSocketFactory().createSocket("127.0.0.1", hub.port)) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.setEnabledCipherSuites(
          new String[] {
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"
          });
      assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLHandshakeException.class);
    }
  }

  @Test
  void plainHttpOnThatPortHarmsNobody() throws Exception {
    Certificate certificate = Certificate.of("EC");
    try (RunningHub hub = start(write(certificate))) {
      try (Wire wire = hub.wire().send(request("GET", "/health/live", null))) {
        assertThat(wire.rest()).doesNotContain("HTTP/1.1 200");
      }
      assertThat(call(hub, certificate.trusting(), "TLSv1.3")).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void aNewCertificateIsTakenWithoutARestart() throws Exception {
    Certificate old = Certificate.of("EC");
    Certificate fresh = Certificate.of("RSA");
    TlsFiles files = write(old);
    try (RunningHub hub = start(files)) {
      Files.writeString(chain, fresh.certificatePem()); // the key is still that of the old one
      files.refresh();
      assertThat(call(hub, old.trusting(), "TLSv1.3")).startsWith("HTTP/1.1 200 ");
      Files.writeString(key, fresh.keyPem());
      files.refresh();
      assertThat(call(hub, fresh.trusting(), "TLSv1.3")).startsWith("HTTP/1.1 200 ");
      assertThatThrownBy(() -> call(hub, old.trusting(), "TLSv1.3"))
          .isInstanceOf(SSLException.class);
      Files.delete(chain);
      files.refresh();
      assertThat(call(hub, fresh.trusting(), "TLSv1.3")).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void filesThatAreWrongAreNamed() throws Exception {
    Certificate certificate = Certificate.of("EC");
    write(certificate);
    Files.writeString(
        key, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
    assertThatThrownBy(() -> new TlsFiles(chain, key, CLOCK))
        .hasMessageContainingAll(key.toString(), "PKCS #8");
    Files.writeString(key, Certificate.make("EC").keyPem());
    assertThatThrownBy(() -> new TlsFiles(chain, key, CLOCK))
        .hasMessageContainingAll(key.toString(), "is not that of the certificate");
    Files.writeString(chain, "nothing");
    assertThatThrownBy(() -> new TlsFiles(chain, key, CLOCK))
        .hasMessageContainingAll(chain.toString(), "no certificate");
  }

  @Test
  void plainHttpIsRedirected() throws Exception {
    Certificate certificate = Certificate.of("EC");
    try (RunningHub hub = start(write(certificate));
        Wire wire = new Wire(hub.server.redirectPort());
        Wire without = new Wire(hub.server.redirectPort())) {
      Wire.Answer answer =
          wire.send("GET /v1/session?a=b HTTP/1.1\r\nHost: hub.example:8080\r\n\r\n").answer();
      assertThat(answer.status()).isEqualTo(308);
      assertThat(answer.header("Location"))
          .isEqualTo("https://hub.example:" + hub.port + "/v1/session?a=b");
      assertThat(without.send("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n").answer().status())
          .isEqualTo(400);
    }
  }
}
