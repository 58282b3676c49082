package tidings.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.post;
import static tidings.http.RunningHub.request;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Whatever stands where a request should: answered or ended, with nothing that is the hub's fault,
 * nothing leaked, and good clients beside it.
 */
final class RequestFuzzTest {
  private static final Duration TIME =
      Duration.ofSeconds(System.getenv("TIDINGS_TEST_LONG") == null ? 3 : 60);
  private static final int PATIENCE_MS = 10_000;
  private static final int PING_BYTES = 8;

  /** 505 is what a request in another version of HTTP is answered with. */
  private static final Pattern FAULT = Pattern.compile("HTTP/1\\.1 5(?!05 )\\d\\d ");

  private static final Pattern HEAD =
      Pattern.compile("HTTP/1\\.1 \\d{3} [ -~]*\r\n([!-9;-~]+: [ -~]*\r\n)*\r\n");

  private static final String[] PARTS = {
    "\r\n",
    "\r\n\r\n",
    "\n",
    "\r",
    "\0",
    " ",
    "\t",
    ":",
    ";",
    "%00",
    "%",
    "%zz",
    "%c0%af",
    "?",
    "#",
    "//",
    "/../",
    "\u00e9",
    "\u00ff",
    "HTTP/1.1",
    "HTTP/2.0",
    "HTTP/1.0",
    "HTTP/9",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "Content-Length: 5\r\n",
    "Content-Length: -1\r\n",
    "Content-Length: 99999999999999999999\r\n",
    "Content-Length: 1,1\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip, chunked\r\n",
    "Transfer-Encoding: \u000bchunked\r\n",
    "Expect: 100-continue\r\n",
    "Connection: close\r\n",
    "Connection: upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    "Host: other\r\n",
    "X-Request-Id: a\u0001b\r\n",
    "Last-Event-ID: \u00e9\r\n",
    "Origin: null\r\n",
    " folded\r\n",
    "ffffffffffffffff\r\n",
    "-1\r\n",
    "0\r\n\r\n",
    "A: " + "x".repeat(20_000) + "\r\n",
    "y".repeat(9_000)
  };

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();
  private final List<String> good = new ArrayList<>();

  @BeforeEach
  void listen() {
    said.start();
    root().addAppender(said);
  }

  /** Nothing went out at a pipeline's end, and no handler failed: either would have been said. */
  @AfterEach
  void nothingWasWrong() {
    root().detachAppender(said);
    assertThat(said.list.stream().filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN)))
        .as("seed %d", seed)
        .isEmpty();
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  // --- HTTP/1 ---

  @Test
  void whateverIsSentIsAnsweredOrEndsTheConnection() throws IOException {
    try (RunningHub hub = RunningHub.start()) {
      seeds();
      int answered = 0;
      int rounds = 0;
      for (long end = System.nanoTime() + TIME.toNanos(); System.nanoTime() < end; rounds++) {
        byte[] sent = changed(good.get(random.nextInt(good.size()))).getBytes(ISO_8859_1);
        String got = exchange(hub.port, sent);
        if (!got.isEmpty()) {
          answered++;
          assertThat(HEAD.matcher(got).lookingAt()).as(because(sent) + got).isTrue();
          assertThat(FAULT.matcher(got).find()).as(because(sent) + got).isFalse();
        }
        if (rounds % 100 == 0) {
          assertThat(hub.get("/status", null).body()).isEqualTo("ALIVE");
        }
      }
      assertThat(answered).as("answers in %d rounds", rounds).isGreaterThan(rounds / 4);
      Awaitility.await().until(() -> hub.server.connections() == 0);
    }
  }

  private void seeds() {
    String token = all("fuzz");
    String json = "{\"to\":[\"topic:a.b\"],\"title\":\"Hi\",\"data\":{\"a\":[1,2]}}";
    good.add(request("GET", "/status", null));
    good.add(request("HEAD", "/v1/notifications?limit=2&after=earliest&to=topic:a.%23", token));
    good.add(request("GET", "/v1/notifications?wait=1s&after=latest", token));
    good.add(request("GET", "/v1/stream?to=everyone&type=a.*&level=info", token));
    good.add(request("OPTIONS", "*", null));
    good.add(request("DELETE", "/v1/notifications/0190a1b2-0000-7000-8000-000000000000", token));
    good.add(post(token, "application/json", json));
    good.add(post(token, "application/json", "[" + json + "," + json + "]"));
    good.add(post(token, "application/x-ndjson", json + "\n" + json + "\n"));
    good.add(
        "POST /v1/notifications HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
            + token
            + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            + Integer.toHexString(json.length())
            + ";x=y\r\n"
            + json
            + "\r\n0\r\nTrailer: x\r\n\r\n");
    good.add(request("GET", "/status", null) + request("GET", "/v1/session", token));
  }

  private String changed(String text) {
    StringBuilder changed = new StringBuilder(text);
    for (int n = random.nextInt(5); n > 0; n--) {
      int at = random.nextInt(changed.length());
      switch (random.nextInt(5)) {
        case 0 -> changed.setCharAt(at, (char) random.nextInt(256));
        case 1 -> changed.insert(at, PARTS[random.nextInt(PARTS.length)]);
        case 2 -> changed.delete(at, Math.min(changed.length() - 1, at + 1 + random.nextInt(40)));
        case 3 -> changed.insert(at, text, 0, random.nextInt(text.length()));
        default -> {
          for (int i = random.nextInt(60); i > 0; i--) {
            changed.insert(at, (char) random.nextInt(256));
          }
        }
      }
    }
    return changed.toString();
  }

  /** Sends bytes, split at random places, and their end; answers all that comes until the end. */
  private String exchange(int port, byte[] sent) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MS);
      try {
        for (int at = 0; at < sent.length; ) {
          int piece = random.nextInt(4) == 0 ? 1 + random.nextInt(20) : sent.length;
          int length = Math.min(piece, sent.length - at);
          socket.getOutputStream().write(sent, at, length);
          at += length;
        }
        socket.shutdownOutput();
      } catch (SocketException e) {
        // it was ended before all was sent
      }
      try {
        return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
      } catch (SocketTimeoutException e) {
        throw new AssertionError(because(sent) + "neither answer nor end", e);
      } catch (SocketException e) {
        return ""; // reset is an end too
      }
    }
  }

  private String because(byte[] sent) {
    return "seed " + seed + "\n" + new String(sent, ISO_8859_1) + "\n--- ";
  }

  // --- HTTP/2 ---

  @Test
  void whateverIsAHeadOverHttp2IsReadOrMalformed() {
    for (int i = 0; i < 200_000; i++) {
      Http2Headers headers = new DefaultHttp2Headers(false);
      String[] fields = fields();
      for (int n = 0; n < fields.length; n += 2) {
        if (!fields[n].isEmpty()) { // which the codec refuses before
          headers.add(fields[n], fields[n + 1]);
        }
      }
      HttpRequest head;
      try {
        head = Http2Head.read(headers);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + headers, e);
      }
      if (head != null) {
        assertThat(head.headers().entries())
            .as("seed %d: %s", seed, headers)
            .noneMatch(header -> isUnsafe(header.getKey()) || isUnsafe(header.getValue()));
      }
    }
  }

  private static boolean isUnsafe(String text) {
    return text.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0);
  }

  @Test
  void whateverFramesAreSentAreAnsweredOrEndTheConnection(@TempDir Path folder) throws IOException {
    Certificate certificate = Certificate.of("EC");
    Path chain = Files.writeString(folder.resolve("chain.pem"), certificate.certificatePem());
    Path key = Files.writeString(folder.resolve("key.pem"), certificate.keyPem());
    TlsFiles tls = new TlsFiles(chain, key, InstantSource.system());
    try (RunningHub hub = RunningHub.start(RunningHub.Options.DEFAULTS.tls(tls))) {
      Http2Wire wire = new Http2Wire(hub.port, certificate.trusting(), 1 << 20);
      int stream = 1;
      int answers = 0;
      for (long end = System.nanoTime() + TIME.toNanos(); System.nanoTime() < end; stream += 2) {
        int heard = talk(wire, stream);
        if (heard < 0) {
          wire.close();
          wire = new Http2Wire(hub.port, certificate.trusting(), 1 << 20);
          stream = -1;
        } else {
          answers += heard;
        }
      }
      wire.close();
      assertThat(answers).as("seed %d", seed).isPositive();
      Awaitility.await().until(() -> hub.server.connections() == 0);
    }
  }

  /** Says something; answers as {@link #heard} does. */
  private int talk(Http2Wire wire, int stream) {
    try {
      return sendSomething(wire, stream) ? heard(wire) : -1;
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof SSLException) {
        return -1; // an end while something was on its way
      }
      throw new AssertionError("seed " + seed + ": neither answer nor end", e);
    }
  }

  private boolean sendSomething(Http2Wire wire, int stream) {
    boolean sent =
        random.nextInt(20) > 0
            ? wire.request(stream, random.nextBoolean(), fields())
            : wire.send(random.nextInt(12), random.nextInt(256), random.nextInt(8), bytes(64));
    if (sent && random.nextInt(6) == 0) {
      sent = wire.send(Http2Wire.DATA, random.nextInt(2), stream, bytes(300));
    }
    if (sent && random.nextInt(4) == 0) {
      sent = wire.reset(stream);
    }
    return sent;
  }

  /** How many answers there were until the hub had read all; less than none if it has ended. */
  private int heard(Http2Wire wire) {
    if (!wire.send(Http2Wire.PING, 0, 0, new byte[PING_BYTES])) {
      return -1;
    }
    int answers = 0;
    for (Http2Wire.Frame frame = wire.frame(); frame != null; frame = wire.frame()) {
      if (frame.type() == Http2Wire.PING && frame.flags() == Http2Wire.ACK) {
        return answers;
      }
      if (frame.type() == Http2Wire.HEADERS) {
        answers++;
        String status = String.valueOf(wire.headers(frame).status());
        assertThat(status).as("seed %d", seed).doesNotStartWith("5");
      }
    }
    return -1;
  }

  private String[] fields() {
    List<String> fields =
        new ArrayList<>(
            List.of(
                ":method",
                "GET",
                ":scheme",
                "https",
                ":path",
                "/status",
                ":authority",
                "a",
                "x",
                "y",
                "cookie",
                "a=b"));
    for (int n = random.nextInt(3); n > 0; n--) {
      int at = random.nextInt(fields.size() / 2) * 2;
      switch (random.nextInt(5)) {
        case 0 -> fields.set(at, text());
        case 1 -> fields.set(at + 1, text());
        case 2 -> fields.addAll(at, List.of(fields.get(at), text()));
        case 3 -> fields.addAll(List.of(text(), text()));
        default -> {
          if (fields.size() > 2) {
            fields.remove(at);
            fields.remove(at);
          }
        }
      }
    }
    return fields.toArray(String[]::new);
  }

  private String text() {
    return switch (random.nextInt(4)) {
      case 0 -> "";
      case 1 -> PARTS[random.nextInt(PARTS.length - 2)];
      case 2 -> ":" + new String(bytes(6), ISO_8859_1);
      default -> new String(bytes(12), ISO_8859_1);
    };
  }

  private byte[] bytes(int max) {
    byte[] bytes = new byte[random.nextInt(max + 1)];
    random.nextBytes(bytes);
    return bytes;
  }
}
