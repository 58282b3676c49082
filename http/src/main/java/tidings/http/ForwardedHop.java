package tidings.http;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * What one proxy says of whoever came to it.
 *
 * @param from its address, or a word that hides it; null if it does not say
 * @param proto by which scheme
 * @param host what host it asked for
 */
record ForwardedHop(@Nullable String from, @Nullable String proto, @Nullable String host) {

  /**
   * Those of the {@code X-Forwarded-…} headers, the nearest proxy last. A list of schemes or hosts
   * that is shorter than that of the addresses is that of the nearest proxies; its first counts for
   * those further away.
   */
  static List<ForwardedHop> common(List<String> from, List<String> proto, List<String> host) {
    List<String> addresses = items(from);
    List<String> protos = items(proto);
    List<String> hosts = items(host);
    List<ForwardedHop> hops = new ArrayList<>();
    for (int distance = Math.max(1, addresses.size()) - 1; distance >= 0; distance--) {
      hops.add(
          new ForwardedHop(
              nearest(addresses, distance), nearest(protos, distance), nearest(hosts, distance)));
    }
    return hops;
  }

  private static List<String> items(List<String> lines) {
    List<String> items = new ArrayList<>();
    for (String item : String.join(",", lines).split(",", -1)) {
      items.add(item.strip());
    }
    return items;
  }

  private static @Nullable String nearest(List<String> items, int distance) {
    String item = items.get(Math.max(0, items.size() - 1 - distance));
    return item.isEmpty() ? null : item;
  }

  /**
   * Those of the header {@code Forwarded} (RFC 7239, section 4), the nearest proxy last.
   *
   * @throws Refusal if it can't be read
   */
  static List<ForwardedHop> standard(List<String> lines) {
    return new Reading(String.join(",", lines)).hops();
  }

  /** Goes through the header from its start to its end, once. */
  private static final class Reading {
    private final String text;
    private int at;

    Reading(String text) {
      this.text = text;
    }

    List<ForwardedHop> hops() {
      List<ForwardedHop> hops = new ArrayList<>();
      do {
        skipSpaces();
        if (at < text.length() && text.charAt(at) != ',') { // empty elements are passed over
          hops.add(hop());
        }
      } while (skip(','));
      if (at < text.length() || hops.isEmpty()) {
        throw unreadable();
      }
      return hops;
    }

    private ForwardedHop hop() {
      @Nullable String from = null;
      @Nullable String proto = null;
      @Nullable String host = null;
      Set<String> names = new HashSet<>();
      do {
        skipSpaces();
        String name = token("=").toLowerCase(Locale.ROOT);
        if (!names.add(name) || !skip('=')) {
          throw unreadable();
        }
        String value = at < text.length() && text.charAt(at) == '"' ? quoted() : token(";, \t");
        switch (name) {
          case "for" -> from = value;
          case "proto" -> proto = value;
          case "host" -> host = value;
          default -> {} // by, and what may come
        }
        skipSpaces();
      } while (skip(';'));
      return new ForwardedHop(from, proto, host);
    }

    private String token(String ends) {
      int begin = at;
      while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
        char c = text.charAt(at);
        if (c <= ' ' || c > '~' || c == '"' || c == ',' || c == ';') {
          throw unreadable();
        }
        at++;
      }
      if (at == begin) {
        throw unreadable();
      }
      return text.substring(begin, at);
    }

    private String quoted() {
      StringBuilder value = new StringBuilder();
      at++;
      while (at < text.length() && text.charAt(at) != '"') {
        if (text.charAt(at) == '\\') {
          at++;
        }
        if (at < text.length()) {
          value.append(text.charAt(at++));
        }
      }
      if (!skip('"')) {
        throw unreadable();
      }
      return value.toString();
    }

    private boolean skip(char wanted) {
      if (at < text.length() && text.charAt(at) == wanted) {
        at++;
        return true;
      }
      return false;
    }

    private void skipSpaces() {
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
        at++;
      }
    }

    private static Refusal unreadable() {
      return new Problem(
              Problem.Kind.INVALID_REQUEST,
              "Forwarded can't be read (expected, as in RFC 7239, for=ADDRESS;proto=https;host=NAME)",
              "Forwarded")
          .refusal();
    }
  }
}
