package tidings.auth;

import java.util.Base64;

/** The one encoded object in a text between {@code BEGIN} and {@code END} lines (RFC 7468). */
final class Pem {
  private Pem() {}

  /**
   * The bytes of the object.
   *
   * @param label what it is called, for example {@code PUBLIC KEY}
   * @throws IllegalArgumentException if there is none
   */
  static byte[] decode(String label, String pem) {
    String head = "-----BEGIN " + label + "-----";
    int from = pem.indexOf(head);
    int to = pem.indexOf("-----END " + label + "-----");
    if (from < 0 || to < from) {
      throw new IllegalArgumentException(
          "no " + label.toLowerCase(java.util.Locale.ROOT) + " (expected \"" + head + "\")");
    }
    return Base64.getMimeDecoder().decode(pem.substring(from + head.length(), to));
  }
}
