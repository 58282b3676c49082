package tidings.server.config;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tidings.auth.Authorities;
import tidings.auth.KeySet;
import tidings.auth.PairAlgorithm;

/** The JWK set of an issuer: its keys verify tokens. */
public sealed interface AccessKeySet {

  /** What the token's {@code iss} must be. */
  String issuer();

  /** What the token's {@code aud} must contain. */
  String audience();

  /** Those that the keys may be of. */
  Set<PairAlgorithm> algorithms();

  /** A set in a file. */
  record InFile(String issuer, String audience, Set<PairAlgorithm> algorithms, Path file)
      implements AccessKeySet {

    public InFile {
      algorithms = Set.copyOf(algorithms);
    }
  }

  /** A set at a URL. */
  record AtUrl(
      String issuer, String audience, Set<PairAlgorithm> algorithms, KeySet.Endpoint endpoint)
      implements AccessKeySet {

    public AtUrl {
      algorithms = Set.copyOf(algorithms);
    }
  }

  /** Keys that say something of a URL. */
  List<String> ONLY_OF_URLS = List.of("allow-http", "refresh", "max-stale", "ca-file");

  static AccessKeySet read(Section section) {
    String issuer =
        section.required(
            "issuer",
            Kind.TEXT,
            "https://login.example.org",
            "Whose keys these are: what a token's `iss` must be. No other key or set is this"
                + " issuer's.");
    String audience =
        section.required(
            "audience",
            Kind.TEXT,
            "tidings",
            "What a token's `aud` must contain, so that one that was meant for another program is"
                + " not taken.");
    List<PairAlgorithm> listed =
        section.list(
            "algorithms",
            Kind.oneOf(List.of(PairAlgorithm.values()), PairAlgorithm::name),
            "Which algorithms the keys may be of; all three if none is listed. A key's type says"
                + " which it is of, a token never chooses it.");
    Path file =
        section.path("file", "A file with the set. Read again when it changes, within a second.");
    URI url =
        section.optional(
            "url", Kind.WEB_URL, "Where the set is fetched from. Redirects are not followed.");
    boolean http =
        section.get(
            "allow-http",
            Kind.BOOLEAN,
            "false",
            "Whether the URL may be `http:` beyond this machine. Whoever is on the way can then make"
                + " tokens for everyone.");
    Duration refresh =
        section.get(
            "refresh",
            Kind.duration("1s", "1d"),
            "5m",
            "How often the URL is fetched, give or take a tenth; every 10 s while it fails, and"
                + " sooner when a token names a key that is not known, though not twice within 5 s.");
    Duration staleMax =
        section.optional(
            "max-stale",
            Kind.duration("1m", "365d"),
            "For how long the keys are believed while the URL can't be read, at least twice"
                + " `refresh`. After that, what they signed ends, and this issuer's tokens are 503"
                + " until it can. Without it, always.");
    Path authorities =
        section.path(
            "ca-file",
            "A PEM file with the certificate authorities that may have signed the URL's"
                + " certificate, and no others; read at the start. Without it, those whom the Java"
                + " platform trusts.");
    Set<PairAlgorithm> algorithms =
        listed.isEmpty() ? EnumSet.allOf(PairAlgorithm.class) : EnumSet.copyOf(listed);
    if ((file == null) == (url == null)) {
      section.fault("", "give either file or url");
    }
    if (authorities != null) {
      try {
        var _ = Authorities.trusting(authorities);
      } catch (IOException e) {
        section.fault("ca-file", authorities + ": " + e.getMessage());
      }
    }
    if (url == null) {
      for (String key : ONLY_OF_URLS) {
        section.refuse(key, "has no meaning for a file (expected with url only)");
      }
      return inFile(section, issuer, audience, algorithms, file);
    }
    if (staleMax != null && staleMax.compareTo(refresh.multipliedBy(2)) < 0) {
      section.fault("max-stale", "one failure would be too many (expected at least twice refresh)");
    }
    if (!http && url.getScheme().equals("http") && !isLoopback(url.getHost())) {
      section.fault(
          "url", "whoever is on the way could change the keys (expected https:, or allow-http)");
    }
    return new AtUrl(
        issuer, audience, algorithms, new KeySet.Endpoint(url, refresh, staleMax, authorities));
  }

  private static AccessKeySet inFile(
      Section section,
      String issuer,
      String audience,
      Set<PairAlgorithm> algorithms,
      @Nullable Path file) {
    if (file != null) {
      try {
        KeySet.inFile(new KeySet.Issuer(issuer, audience, algorithms), file, () -> 0, new Random())
            .readNow();
      } catch (IOException e) {
        section.fault("file", file + ": " + e.getMessage());
      }
    }
    return new InFile(issuer, audience, algorithms, file == null ? Path.of("") : file);
  }

  private static boolean isLoopback(String host) {
    return host.toLowerCase(Locale.ROOT).equals("localhost")
        || host.equals("[::1]")
        || LOOPBACK.matcher(host).matches();
  }

  /** 127.0.0.0/8, each number without a leading zero, which some read as octal. */
  Pattern LOOPBACK = Pattern.compile("127(\\.(0|[1-9][0-9]{0,2})){3}");
}
