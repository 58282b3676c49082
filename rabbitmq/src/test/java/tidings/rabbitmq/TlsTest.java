package tidings.rabbitmq;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code amqps:} against a broker whose certificate names {@code localhost} alone. */
@ExtendWith(Broker.Given.class)
final class TlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private static SSLContext usual;
  private static SSLContext own;

  private final Broker broker;
  private String host = "";
  @TempDir Path folder;

  TlsTest(Broker broker) {
    this.broker = broker;
  }

  @BeforeAll
  static void makeCertificate(@TempDir Path keys) throws Exception {
    usual = SSLContext.getDefault();
    own = context(certificate(keys));
  }

  @BeforeEach
  void newHost() {
    host = broker.host();
  }

  @AfterEach
  void trustAsUsual() {
    SSLContext.setDefault(usual);
  }

  @Test
  void aTrustedBrokerOfTheRightNameIsConsumed() throws Exception {
    SSLContext.setDefault(own);
    try (Proxy proxy = tlsBroker();
        Hub hub = new Hub(folder)) {
      hub.startAndAwaitUp(Settings.of(url("localhost", proxy), Settings.EXCLUSIVE));
    }
  }

  @Test
  void aBrokerOfAnotherNameIsRefused() throws Exception {
    SSLContext.setDefault(own);
    try (Proxy proxy = tlsBroker();
        Hub hub = new Hub(folder)) {
      RabbitSource source = hub.start(Settings.of(url("127.0.0.1", proxy), Settings.EXCLUSIVE));
      Hub.awaitDown(source, "subject alternative names");
    }
  }

  @Test
  void aBrokerThatNobodyVouchesForIsRefused() throws Exception {
    try (Proxy proxy = tlsBroker();
        Hub hub = new Hub(folder)) {
      RabbitSource source = hub.start(Settings.of(url("localhost", proxy), Settings.EXCLUSIVE));
      Hub.awaitDown(source, "valid certification path");
    }
  }

  private String url(String name, Proxy proxy) {
    return "amqps://tidings:tidings@%s:%d/%s".formatted(name, proxy.port(), host);
  }

  private Proxy tlsBroker() throws Exception {
    ServerSocket listening =
        own.getServerSocketFactory().createServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
    return Proxy.tls(listening, broker.port());
  }

  private static Path certificate(Path folder) throws Exception {
    Path store = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "broker",
                "-keyalg",
                "EC",
                "-dname",
                "CN=broker",
                "-ext",
                "san=dns:localhost",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD),
                "-validity",
                "2")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.txt").toFile())
            .start();
    if (keytool.waitFor() != 0) {
      throw new IllegalStateException(Files.readString(folder.resolve("keytool.txt")));
    }
    return store;
  }

  /** Shows this certificate, and trusts it and no other. */
  private static SSLContext context(Path store) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory shown = KeyManagerFactory.getInstance("PKIX");
    shown.init(keys, PASSWORD);
    TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
    trusted.init(keys);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(shown.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }
}
