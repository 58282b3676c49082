package tidings.server.config;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Publisher;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.TopicPattern;
import tidings.core.problem.Refusal;

/**
 * A sort of value that a key can have.
 *
 * @param expected what it looks like, to follow "expected"
 * @param shown whether errors may repeat the text
 * @param parse the value of a text, or null if the text isn't one
 */
record Kind<T>(String expected, boolean shown, Function<String, @Nullable T> parse) {
  static final Kind<String> TEXT = new Kind<>("a text", Kind::text);
  static final Kind<String> SECRET = new Kind<>("a text", false, Kind::text);
  static final Kind<Path> PATH = new Kind<>("a path", Kind::path);
  static final Kind<Boolean> BOOLEAN =
      new Kind<>("true or false", text -> Map.of("true", true, "false", false).get(text));

  /** An AMQP URL. Not shown, since it may hold a password. */
  static final Kind<URI> AMQP_URL =
      new Kind<>("a URL like amqp://host:5672/vhost, or amqps:", false, Kind::amqp);

  /** Where something is fetched. Not shown, since what is refused may hold a password. */
  static final Kind<URI> WEB_URL =
      new Kind<>("a URL like https://host/path, without a user or a fragment", false, Kind::web);

  static final Kind<String> ORIGIN =
      new Kind<>("an origin like https://www.example.org, without a path", Kind::origin);
  static final Kind<String> COOKIE =
      new Kind<>(
          "1 to 64 of A–Z a–z 0–9 _ -", text -> text.matches("[A-Za-z0-9_-]{1,64}") ? text : null);
  static final Kind<String> NETWORK =
      new Kind<>("an IP address or a network like 10.0.0.0/8", Kind::network);

  /** What paths begin with, without a slash at its end: nothing for {@code /}. */
  static final Kind<String> PATH_PREFIX =
      new Kind<>("a path like /tidings, or / for none", Kind::pathPrefix);

  /** Who a source's messages are from. */
  static final Kind<Publisher> PUBLISHER =
      new Kind<>("a name, or sub:ID with the subject of tokens", Kind::publisher);

  static final Kind<AddressPattern> PUBLIC =
      new Kind<>(
          "everyone, or a topic pattern like shop.orders.*: words of A–Z a–z 0–9 _ - joined by"
              + " dots, * for one word, # for any number",
          Kind::publicAddress);

  Kind(String expected, Function<String, @Nullable T> parse) {
    this(expected, true, parse);
  }

  /** What is wrong with a text that isn't one. */
  String refusal(String text) {
    return (shown ? "\"" + text + "\"" : "wrong") + " (expected " + expected + ")";
  }

  static Kind<Integer> integer(int min, int max) {
    return new Kind<>(
        "a whole number from " + min + " to " + max,
        text -> {
          Long value = Quantity.number(text);
          return value == null || value < min || value > max ? null : value.intValue();
        });
  }

  /** A number of at least one. */
  static Kind<Long> count() {
    return new Kind<>(
        "a whole number of at least 1",
        text -> {
          Long value = Quantity.number(text);
          return value == null || value < 1 ? null : value;
        });
  }

  static Kind<Duration> duration(String min, String max) {
    Duration least = Objects.requireNonNull(Quantity.duration(min));
    Duration most = Objects.requireNonNull(Quantity.duration(max));
    return new Kind<>(
        "a duration from " + min + " to " + max + ", in ms, s, m, h or d",
        text -> {
          Duration value = Quantity.duration(text);
          return value == null || value.compareTo(least) < 0 || value.compareTo(most) > 0
              ? null
              : value;
        });
  }

  /** A number of bytes. */
  static Kind<Long> size(String min, String max) {
    long least = Objects.requireNonNull(Quantity.bytes(min));
    long most = Objects.requireNonNull(Quantity.bytes(max));
    return new Kind<>(
        "a size from " + min + " to " + max + ", in B, KiB, MiB, GiB or TiB",
        text -> {
          Long value = Quantity.bytes(text);
          return value == null || value < least || value > most ? null : value;
        });
  }

  static <T> Kind<T> oneOf(List<T> values, Function<T, String> spelling) {
    Map<String, T> named = values.stream().collect(Collectors.toMap(spelling, value -> value));
    return new Kind<>(
        values.stream().map(spelling).collect(Collectors.joining(" or ")), named::get);
  }

  private static @Nullable String text(String text) {
    return text.isBlank() || text.chars().anyMatch(Character::isISOControl) ? null : text;
  }

  private static @Nullable Path path(String text) {
    try {
      return text.isBlank() ? null : Path.of(text);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static @Nullable URI uri(String text) {
    try {
      URI uri = URI.create(text);
      return uri.getScheme() == null || uri.getHost() == null ? null : uri;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable URI amqp(String text) {
    URI uri = uri(text);
    return uri != null && List.of("amqp", "amqps").contains(uri.getScheme()) ? uri : null;
  }

  private static @Nullable URI web(String text) {
    URI uri = uri(text);
    boolean plain =
        uri != null
            && List.of("http", "https").contains(uri.getScheme())
            && uri.getRawUserInfo() == null
            && uri.getRawFragment() == null;
    return plain ? uri : null;
  }

  private static @Nullable String origin(String text) {
    URI uri = uri(text);
    boolean bare =
        uri != null
            && List.of("http", "https").contains(uri.getScheme())
            && text.equals(uri.getScheme() + "://" + uri.getAuthority())
            && uri.getUserInfo() == null;
    return bare ? text : null;
  }

  private static @Nullable String pathPrefix(String text) {
    String bare = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    return bare.matches("(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*") && !text.isEmpty() ? bare : null;
  }

  private static @Nullable String network(String text) {
    int slash = text.indexOf('/');
    try {
      int bits =
          InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash)).getAddress().length
              * 8;
      boolean fits = slash < 0 || integer(0, bits).parse.apply(text.substring(slash + 1)) != null;
      return fits ? text : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable Publisher publisher(String text) {
    if (!text.startsWith("sub:")) {
      return text.isEmpty() ? null : Publisher.source(text);
    }
    try {
      return Publisher.subject(new Address.User(text.substring("sub:".length())).id());
    } catch (Refusal e) {
      return null;
    }
  }

  private static @Nullable AddressPattern publicAddress(String text) {
    try {
      return text.equals("everyone")
          ? new AddressPattern.One(Address.EVERYONE)
          : AddressPattern.of("topic:" + TopicPattern.of(text));
    } catch (Refusal e) {
      return null;
    }
  }
}
