package tidings.http.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tidings.http.exchange.Request;

/**
 * A file with its precompressed variants, each with an ETag of its own.
 *
 * @param type its media type
 */
record StaticFile(String type, Map<Coding, Content> variants) {

  /** How a variant is compressed, the best first. */
  enum Coding {
    BR(".br", "br"),
    GZIP(".gz", "gzip"),
    IDENTITY("", "identity");

    final String suffix;
    final String token;

    Coding(String suffix, String token) {
      this.suffix = suffix;
      this.token = token;
    }
  }

  /** The bytes of a variant. */
  record Content(Coding coding, byte[] bytes, String etag) {}

  /** Reads a resource, null if there is none. */
  static @Nullable StaticFile read(String resource) {
    Map<Coding, Content> variants = new EnumMap<>(Coding.class);
    for (Coding coding : Coding.values()) {
      byte[] bytes = bytes(resource + coding.suffix);
      if (bytes != null) {
        variants.put(coding, new Content(coding, bytes, etag(bytes)));
      }
    }
    return variants.containsKey(Coding.IDENTITY)
        ? new StaticFile(MediaTypes.of(resource), variants)
        : null;
  }

  private static byte @Nullable [] bytes(String resource) {
    try (InputStream in = StaticFile.class.getClassLoader().getResourceAsStream(resource)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String etag(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "\"" + HexFormat.of().formatHex(digest, 0, 16) + "\"";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The best variant that the client takes. */
  Content variant(Request request) {
    String accepted = String.join(",", request.headers("Accept-Encoding"));
    for (Content content : variants.values()) {
      if (content.coding == Coding.IDENTITY || accepts(accepted, content.coding.token)) {
        return content;
      }
    }
    throw new IllegalStateException("every file has its plain variant");
  }

  /** Whether a list of codings (RFC 9110, 12.5.3) names one, and not with weight 0. */
  private static boolean accepts(String accepted, String token) {
    for (String item : accepted.split(",", -1)) {
      String[] parts = item.split(";", -1);
      if (parts[0].strip().equalsIgnoreCase(token)) {
        return parts.length == 1 || !parts[1].strip().matches("[qQ]=0(\\.0*)?");
      }
    }
    return false;
  }
}
