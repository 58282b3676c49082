package tidings.server.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether the hub speaks TLS itself.
 *
 * @param certificate a PEM file, null for plain HTTP
 * @param key a PEM file, given if the certificate is
 * @param redirectPort where plain HTTP is sent on to HTTPS, null for nowhere
 * @param hsts how long browsers are to take no plain HTTP of this host
 */
public record TlsConfig(
    @Nullable Path certificate, @Nullable Path key, @Nullable Integer redirectPort, Duration hsts) {

  static TlsConfig read(Section section) {
    TlsConfig config =
        new TlsConfig(
            section.path(
                "certificate-file",
                "A PEM file with the certificate, and those that lead to its root after it. With it,"
                    + " the hub speaks HTTPS and HTTP/2. Read again when it changes."),
            section.path(
                "key-file",
                "A PEM file with its private key, unencrypted PKCS #8. Read again when it changes."),
            section.optional(
                "redirect-port",
                Kind.integer(0, 65_535),
                "A port where plain HTTP is answered with a redirect to HTTPS."),
            section.get(
                "hsts",
                Kind.duration("0s", "730d"),
                "1d",
                "How long browsers that were here by HTTPS take no plain HTTP of this host, on any"
                    + " of its ports (Strict-Transport-Security). Once all of the host is HTTPS,"
                    + " `365d` is usual."));
    if ((config.certificate == null) != (config.key == null)) {
      section.fault("", "give both certificate-file and key-file, or neither");
    } else if (config.certificate == null && config.redirectPort != null) {
      section.fault("redirect-port", "redirects to HTTPS (expected certificate-file beside it)");
    }
    return config;
  }
}
