package tidings.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.request;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tidings.core.problem.Problem;
import tidings.http.exchange.Request;
import tidings.http.exchange.Sender;

/** What proxies say, and who is believed (docs/configuration.md, http). */
final class ProxyTest {
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
  private static final TrustedProxies PROXIES = TrustedProxies.of(List.of("10.0.0.0/8", "fd00::1"));

  static {
    Leaks.watch();
  }

  private static Sender sender(String headers) throws UnknownHostException {
    HttpHeaders said = new DefaultHttpHeaders();
    for (String line : headers.isEmpty() ? new String[0] : headers.split(" ?\\| ?", -1)) {
      int colon = line.indexOf(": ");
      said.add(line.substring(0, colon), line.substring(colon + 2));
    }
    return new Forwarded(PROXIES, InetAddress.getByName("10.1.2.3"), false).sender(said);
  }

  // --- headers of requests ---

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "''                              ! 10.1.2.3",
        "192.0.2.1                       ! 192.0.2.1",
        "192.0.2.9, 192.0.2.1            ! 192.0.2.1",
        "192.0.2.9,192.0.2.1 , 10.0.0.7  ! 192.0.2.1",
        "10.0.0.8, 10.0.0.7              ! 10.0.0.8",
        "192.0.2.9, unknown              ! 10.1.2.3",
        "192.0.2.9, unknown, 10.0.0.7    ! 10.0.0.7",
        "2001:db8::1, fd00::1            ! 2001:db8::1",
        "192.0.2.1:4711                  ! 192.0.2.1",
        "[2001:db8::1]:4711              ! 2001:db8::1",
        "192.0.2.9 | X-Forwarded-For: 192.0.2.1 ! 192.0.2.1",
      })
  void theClientIsTheLastThatIsNoTrustedProxy(String forwardedFor, String client)
      throws UnknownHostException {
    assertThat(sender("X-Forwarded-For: " + forwardedFor).client())
        .isEqualTo(InetAddress.getByName(client));
    assertThat(PROXIES.contains(InetAddress.getByName("10.1.2.3"))).isTrue();
    assertThat(PROXIES.contains(InetAddress.getByName("fd00::2"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "for=192.0.2.1                                        ! 192.0.2.1   ! false !",
        "for=192.0.2.1;proto=https;host=hub.example           ! 192.0.2.1   ! true  ! hub.example",
        "For=\"192.0.2.1:80\" ; PROTO=HTTPS                   ! 192.0.2.1   ! true  !",
        "for=\"[2001:db8::1]:4711\";by=10.1.2.3               ! 2001:db8::1 ! false !",
        "for=\"[2001:db8::1]\";host=\"[2001:db8::2]:443\"     ! 2001:db8::1 ! false ! [2001:db8::2]:443",
        "for=\"192.0.2.\\1\"                                  ! 192.0.2.1   ! false !",
        "for=192.0.2.9;proto=https, for=192.0.2.1;proto=http  ! 192.0.2.1   ! false !",
        "for=192.0.2.1;proto=https, for=10.0.0.7;proto=http   ! 192.0.2.1   ! true  !",
        "for=192.0.2.9;proto=https, for=_hidden               ! 10.1.2.3    ! false !",
        "for=192.0.2.1, , proto=https                         ! 10.1.2.3    ! true  !",
        "for=192.0.2.1 | Forwarded: for=10.0.0.7              ! 192.0.2.1   ! false !",
      })
  void theStandardHeaderSaysTheSame(String forwarded, String client, boolean secure, String host)
      throws UnknownHostException {
    assertThat(sender("Forwarded: " + forwarded))
        .isEqualTo(new Sender(InetAddress.getByName(client), secure, host, false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "192.0.2.1           ! https       ! hub.example        ! true  ! hub.example",
        "192.0.2.1           ! http, https ! a.example, b       ! true  ! b",
        "192.0.2.1, 10.0.0.7 ! https, http ! hub.example, inner ! true  ! hub.example",
        "192.0.2.1, 10.0.0.7 ! https       ! hub.example        ! true  ! hub.example",
        "192.0.2.1           ! wss         ! hub.example:8443   ! true  ! hub.example:8443",
        "192.0.2.1           ! ''          ! ''                 ! false !",
      })
  void schemeAndHostAreThoseThatTheClientUsed(
      String addresses, String proto, String hosts, boolean secure, String host)
      throws UnknownHostException {
    assertThat(
            sender(
                "X-Forwarded-For: %s | X-Forwarded-Proto: %s | X-Forwarded-Host: %s"
                    .formatted(addresses, proto, hosts)))
        .isEqualTo(new Sender(InetAddress.getByName("192.0.2.1"), secure, host, false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Forwarded: ",
        "Forwarded: for",
        "Forwarded: for=",
        "Forwarded: for=\"192.0.2.1",
        "Forwarded: for=\"192.0.2.1\\",
        "Forwarded: for=\", for=192.0.2.1",
        "Forwarded: for=192.0.2.1;for=192.0.2.2",
        "Forwarded: for=192.0.2.1 for=192.0.2.2",
        "Forwarded: for=192.0.2.1;proto=gopher",
        "Forwarded: for=192.0.2.1;host=\"a/b\"",
        "X-Forwarded-For: 192.0.2.1 | X-Forwarded-Proto: ftp",
        "X-Forwarded-For: 192.0.2.1 | X-Forwarded-Host: evil.example/path",
        "X-Forwarded-For: 192.0.2.1 | X-Forwarded-Host: user@evil.example",
        "X-Forwarded-For: 192.0.2.1 | Forwarded: for=192.0.2.2",
        "X-Forwarded-For: 192.0.2.1 | Forwarded: for=192.0.2.1;proto=https",
        "X-Forwarded-Proto: https | Forwarded: for=192.0.2.1;proto=https",
        "X-Forwarded-For: 192.0.2.1 | Forwarded: for=192.0.2.1;host=evil.example",
      })
  void whatCannotBeReadOrContradictsItselfIsRefused(String headers) throws UnknownHostException {
    Sender sender = sender(headers);
    assertThat(requireNonNull(sender.fault()).kind()).isEqualTo(Problem.Kind.INVALID_REQUEST);
    assertThat(sender.client()).isEqualTo(InetAddress.getByName("10.1.2.3"));
    assertThat(sender.host()).isNull();
    assertThat(sender.secure()).isFalse();
  }

  @Test
  void bothFormsMaySayTheSame() throws UnknownHostException {
    assertThat(
            sender(
                    "X-Forwarded-For: 192.0.2.1 | X-Forwarded-Proto: https | Forwarded:"
                        + " for=192.0.2.1;proto=https")
                .fault())
        .isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "hub.example,     false, http://hub.example",
    "hub.example:80,  false, http://hub.example",
    "hub.example:80,  true,  https://hub.example:80",
    "Hub.Example:443, true,  https://hub.example",
    "[::1]:8080,      false, http://[::1]:8080",
  })
  void theOriginIsThatOfTheClient(String host, boolean secure, String origin) {
    DefaultHttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    head.headers().set("Host", "inner:1234");
    InetAddress client = InetAddress.getLoopbackAddress();
    assertThat(new Request(head, new Sender(client, secure, host, false), "", "id").origin())
        .isEqualTo(origin);
  }

  @Test
  void onlyConfiguredProxiesAreBelieved() {
    String told =
        "Host: a\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n";
    String asked = request("GET", "/metrics", null).replace("Host: localhost\r\n", told);
    try (RunningHub plain = RunningHub.start();
        RunningHub behind = RunningHub.start(RunningHub.Options.DEFAULTS.behind("127.0.0.1"))) {
      assertThat(plain.call(asked).header("Strict-Transport-Security")).isNull();
      assertThat(behind.call(asked).header("Strict-Transport-Security")).isNotNull();
      String wrong = asked.replace("https", "gopher");
      assertThat(plain.call(wrong).status()).isEqualTo(403);
      Wire.Answer refused = behind.call(wrong);
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.field()).isEqualTo("X-Forwarded-Proto");
    }
  }

  // --- the PROXY protocol ---

  private static ByteBuf bytes(String latin) {
    return Unpooled.copiedBuffer(latin, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  private static ByteBuf hex(String digits) {
    return Unpooled.wrappedBuffer(HexFormat.of().parseHex(digits.replace(" ", "")));
  }

  private static ProxyHeader read(ByteBuf in) {
    return requireNonNull(ProxyHeader.read(in));
  }

  @Test
  void bothVersionsSayWhoseTheConnectionIs() throws UnknownHostException {
    InetAddress four = InetAddress.getByName("192.0.2.1");
    InetAddress six = InetAddress.getByName("2001:db8::1");
    String more = " 11 000c c0000201 0a000001 1267 0050";
    assertThat(read(bytes("PROXY TCP4 192.0.2.1 10.0.0.1 4711 80\r\nGET")))
        .isEqualTo(new ProxyHeader(four, false, false));
    assertThat(read(bytes("PROXY TCP6 2001:db8::1 fd00::1 4711 80\r\n")))
        .isEqualTo(new ProxyHeader(six, false, false));
    assertThat(read(bytes("PROXY TCP6 ::ffff:192.0.2.1 fd00::1 4711 80\r\n")).client())
        .isEqualTo(four);
    assertThat(read(bytes("PROXY UNKNOWN\r\n"))).isEqualTo(new ProxyHeader(null, false, false));
    assertThat(read(bytes("PROXY UNKNOWN whatever else\r\n")).client()).isNull();
    assertThat(read(hex(SIGNATURE + "21" + more))).isEqualTo(new ProxyHeader(four, false, false));
    assertThat(
            read(
                hex(
                    SIGNATURE
                        + "21 21 0024 20010db8000000000000000000000001"
                        + "fd000000000000000000000000000001 1267 0050")))
        .isEqualTo(new ProxyHeader(six, false, false));
    assertThat(read(hex(SIGNATURE + "20" + more)).own()).isTrue();
    assertThat(read(hex(SIGNATURE + "21 00 0000")).client()).isNull();
    assertThat(
            read(
                hex(
                    SIGNATURE
                        + "21 11 0017 c0000201 0a000001 1267 0050 04 0000 20 0005 01 00000000")))
        .isEqualTo(new ProxyHeader(four, true, false));
  }

  @Test
  void aHeaderThatComesByteByByteIsWaitedFor() {
    String more = "21 11 000f c0000201 0a000001 1267 0050 040000".replace(" ", "");
    for (ByteBuf whole :
        List.of(bytes("PROXY TCP4 192.0.2.1 10.0.0.1 4711 80\r\n"), hex(SIGNATURE + more))) {
      for (int length = 0; length < whole.readableBytes(); length++) {
        ByteBuf part = whole.slice(0, length);
        assertThat(ProxyHeader.read(part)).isNull();
        assertThat(part.readerIndex()).isZero();
      }
      assertThat(ProxyHeader.read(whole)).isNotNull();
      assertThat(whole.isReadable()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\n",
        "PROXY TCP4 192.0.2.1 10.0.0.1 4711\r\n",
        "PROXY TCP4 192.0.2.1 10.0.0.1 4711 80 1\r\n",
        "PROXY TCP4 2001:db8::1 10.0.0.1 4711 80\r\n",
        "PROXY TCP6 192.0.2.1 10.0.0.1 4711 80\r\n",
        "PROXY TCP4 example.org 10.0.0.1 4711 80\r\n",
        "PROXY UDP4 192.0.2.1 10.0.0.1 4711 80\r\n",
        "PROXY TCP4 192.0.2.1 10.0.0.1 4711 80\n",
        "PROXY \r\n",
        "PROXX",
        "\r\n\r\n\0\r\nQUIT\r",
        "\r\n\r\n\0\r\nQUIT\n\021\021\0\014",
        "\r\n\r\n\0\r\nQUIT\n\042\021\0\014",
        "\r\n\r\n\0\r\nQUIT\n\041\021\377\377",
        "\r\n\r\n\0\r\nQUIT\n\041\021\0\004aaaa",
        "\r\n\r\n\0\r\nQUIT\n\041\021\0\016aaaabbbbccddT\0",
        "\r\n\r\n\0\r\nQUIT\n\041\021\0\017aaaabbbbccddT\0\001",
      })
  void whatIsNoProxyHeaderIsRefused(String text) {
    assertThatThrownBy(() -> ProxyHeader.read(bytes(text)))
        .isInstanceOf(CorruptedFrameException.class);
  }

  @Test
  void aLineWithoutEndIsRefused() {
    assertThat(ProxyHeader.read(bytes("PROXY TCP4 " + "1".repeat(95)))).isNull();
    assertThatThrownBy(() -> ProxyHeader.read(bytes("PROXY TCP4 " + "1".repeat(96))))
        .isInstanceOf(CorruptedFrameException.class);
  }

  private static RunningHub.Options announced() {
    return RunningHub.Options.DEFAULTS.connections(100, 2, "127.0.0.1").proxyProtocol();
  }

  private static String line(String client) {
    return "PROXY TCP4 " + client + " 127.0.0.1 4711 80\r\n";
  }

  @Test
  void aConnectionIsTheClientsThatTheProxyNames() {
    try (RunningHub hub = RunningHub.start(announced())) {
      String asks = request("GET", "/status", null);
      try (Wire first = hub.wire().send(line("192.0.2.1") + asks);
          Wire second = hub.wire().send(line("192.0.2.1") + asks)) {
        assertThat(first.answer().body()).isEqualTo("ALIVE");
        assertThat(second.answer().body()).isEqualTo("ALIVE");
        try (Wire third = hub.wire().send(line("192.0.2.1") + asks);
            Wire other = hub.wire().send(line("192.0.2.2") + asks)) {
          assertThat(third.read()).isEqualTo(-1);
          assertThat(other.answer().body()).isEqualTo("ALIVE");
        }
        assertThat(first.send(asks).answer().body()).isEqualTo("ALIVE");
      }
      // what the client says of itself is not believed, and nobody is on this machine
      Wire.Answer metrics =
          hub.call(
              line("192.0.2.3")
                  + request("GET", "/metrics", null)
                      .replace("Host", "X-Forwarded-For: 127.0.0.1\r\nHost"));
      assertThat(metrics.status()).isEqualTo(403);
      assertThat(hub.call(line("127.0.0.1") + request("GET", "/metrics", null)).status())
          .isEqualTo(403);
      assertThat(hub.call("PROXY UNKNOWN\r\n" + request("GET", "/metrics", null)).status())
          .isEqualTo(403);
    }
  }

  /** Nobody has looked at the headers of such a connection. */
  @Test
  void whomTheProxyDoesNotKnowIsNotBelieved() {
    try (RunningHub hub = RunningHub.start(announced())) {
      String stray = "X-Forwarded-Proto: gopher\r\nHost";
      String request = request("GET", "/status", null).replace("Host", stray);
      assertThat(hub.call(line("192.0.2.1") + request).status()).isEqualTo(200);
      assertThat(hub.call("PROXY UNKNOWN\r\n" + request).status()).isEqualTo(200);
    }
  }

  @Test
  void theProxysOwnChecksAreFromThisMachine() throws IOException {
    try (RunningHub hub = RunningHub.start(announced());
        Wire wire = hub.wire()) {
      ByteArrayOutputStream own = new ByteArrayOutputStream();
      own.write(HexFormat.of().parseHex(SIGNATURE + "20000000"));
      own.write(request("GET", "/metrics", null).getBytes(US_ASCII));
      assertThat(wire.send(own.toByteArray()).answer().status()).isEqualTo(200);
    }
  }

  @Test
  void whoDoesNotBeginWithTheHeaderIsClosed() {
    try (RunningHub hub = RunningHub.start(announced().deadline(Duration.ofSeconds(1)))) {
      try (Wire plain = hub.wire().send(request("GET", "/status", null));
          Wire silent = hub.wire();
          Wire half = hub.wire().send("PROXY TCP4 192.0.2.1 ")) {
        assertThat(plain.read()).isEqualTo(-1);
        assertThat(silent.read()).isEqualTo(-1);
        assertThat(half.read()).isEqualTo(-1);
      }
    }
    RunningHub.Options others = RunningHub.Options.DEFAULTS.behind("192.0.2.0/24").proxyProtocol();
    try (RunningHub hub = RunningHub.start(others);
        Wire stranger = hub.wire()) {
      assertThat(stranger.read()).isEqualTo(-1);
    }
  }

  @Test
  void theHeaderComesBeforeTls(@TempDir Path folder) throws Exception {
    Certificate certificate = Certificate.of("EC");
    TlsFiles files =
        new TlsFiles(
            Files.writeString(folder.resolve("chain.pem"), certificate.certificatePem()),
            Files.writeString(folder.resolve("key.pem"), certificate.keyPem()),
            InstantSource.system());
    try (RunningHub hub = RunningHub.start(announced().tls(files));
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), hub.port)) {
      plain.setSoTimeout(20_000);
      plain.getOutputStream().write(line("192.0.2.1").getBytes(US_ASCII));
      try (SSLSocket tls =
          (SSLSocket)
              certificate
                  .trusting()
                  .getSocketFactory()
                  .createSocket(plain, "localhost", hub.port, true)) {
        tls.getOutputStream()
            .write(
                request("GET", "/v1/session", all("alice"))
                    .replace("Host:", "Connection: close\r\nHost:")
                    .getBytes(US_ASCII));
        assertThat(new String(tls.getInputStream().readAllBytes(), US_ASCII))
            .startsWith("HTTP/1.1 200 ")
            .contains("\"user\":\"alice\"");
      }
      try (Wire redirected = new Wire(hub.server.redirectPort())) {
        assertThat(
                redirected
                    .send(line("192.0.2.1") + "GET / HTTP/1.1\r\nHost: hub.example\r\n\r\n")
                    .answer()
                    .status())
            .isEqualTo(308);
      }
    }
  }

  // --- a path prefix ---

  @Test
  void everythingIsFoundBelowThePrefix() {
    RunningHub.Options options =
        RunningHub.Options.DEFAULTS.pathPrefix("/a/tidings").publicly("topic:#", "everyone");
    try (RunningHub hub = RunningHub.start(options)) {
      for (String path :
          List.of(
              "/v1/session", "/v1/notifications", "/status", "/openapi.yaml", "/", "/metrics")) {
        assertThat(hub.get("/a/tidings" + path, null).status()).as(path).isEqualTo(200);
        assertThat(hub.get(path, null).status()).as("taken off: " + path).isEqualTo(200);
      }
      assertThat(hub.get("/a/tidings/assets/main-abc123.js", null).header("Cache-Control"))
          .contains("immutable");
      assertThat(hub.get("/a/tidings/openapi.yaml", null).body()).contains("- url: ./\n");
      for (String other : List.of("/a", "/a/tidingsx/status", "/a/tidings/a/tidings/status")) {
        assertThat(hub.get(other, null).status()).as(other).isEqualTo(404);
      }
      Wire.Answer bare = hub.get("/a/tidings", null);
      assertThat(bare.status()).isEqualTo(308);
      assertThat(bare.header("Location")).isEqualTo("/a/tidings/");
      Wire.Answer stored =
          hub.call(
              RunningHub.post(
                      all("p"), "application/json", "{\"to\":[\"everyone\"],\"title\":\"a\"}")
                  .replace("POST /", "POST /a/tidings/"));
      String location = requireNonNull(stored.header("Location"));
      assertThat(location).startsWith("/a/tidings/v1/notifications/");
      assertThat(hub.get(location, null).body()).contains("\"title\":\"a\"");
      try (Wire stream = hub.stream(all("a"), "").send("")) {
        assertThat(stream.headers().getFirst()).isEqualTo("HTTP/1.1 200 OK");
      }
    }
  }
}
