package tidings.http;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's certificate and its key, from PEM files that are read again when they change.
 * Thread-safe; {@link #refresh} blocks.
 */
public final class TlsFiles {
  private static final Logger logger = LoggerFactory.getLogger(TlsFiles.class);
  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
  private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private final Path certificateFile;
  private final Path keyFile;
  private final InstantSource clock;
  private byte[] certificateRead = {};
  private byte[] keyRead = {};
  private @Nullable String complaint; // what was said about the files last
  private volatile SslContext context;

  /**
   * Reads the files.
   *
   * @param certificateFile the certificate, and those that lead to its root after it
   * @param keyFile its private key, unencrypted PKCS #8
   * @throws IOException naming the file and what was expected
   */
  public TlsFiles(Path certificateFile, Path keyFile, InstantSource clock) throws IOException {
    this.certificateFile = certificateFile;
    this.keyFile = keyFile;
    this.clock = clock;
    this.certificateRead = Files.readAllBytes(certificateFile);
    this.keyRead = Files.readAllBytes(keyFile);
    this.context = read();
  }

  /** What new connections use. */
  SslContext context() {
    return context;
  }

  /**
   * Reads the files again if they changed. While they are wrong, or belong to different pairs, the
   * former ones stay in use, and the log says so.
   */
  public synchronized void refresh() {
    try {
      byte[] certificate = Files.readAllBytes(certificateFile);
      byte[] key = Files.readAllBytes(keyFile);
      if (Arrays.equals(certificate, certificateRead) && Arrays.equals(key, keyRead)) {
        return;
      }
      certificateRead = certificate;
      keyRead = key;
      context = read();
      complaint = null;
      logger.info("took the new certificate of {}", certificateFile);
    } catch (IOException e) {
      String text = e.toString();
      if (!text.equals(complaint)) {
        logger.warn("the certificate in use stays: {}", text);
      }
      complaint = text;
    }
  }

  private SslContext read() throws IOException {
    List<X509Certificate> chain = chain();
    PrivateKey key = key();
    if (!belong(key, chain.getFirst().getPublicKey())) {
      throw new IOException(
          "the key of %s is not that of the certificate in %s".formatted(keyFile, certificateFile));
    }
    Instant end = chain.getFirst().getNotAfter().toInstant();
    if (end.isBefore(clock.instant())) {
      logger.warn("the certificate of {} expired at {}", certificateFile, end);
    }
    return SslContextBuilder.forServer(key, chain.toArray(X509Certificate[]::new))
        .sslProvider(SslProvider.JDK)
        .protocols(PROTOCOLS)
        .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                ApplicationProtocolNames.HTTP_2,
                ApplicationProtocolNames.HTTP_1_1))
        .build();
  }

  private List<X509Certificate> chain() throws IOException {
    try {
      List<X509Certificate> chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(certificateRead))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!chain.isEmpty()) {
        return chain;
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(noCertificate(), e);
    }
    throw new IOException(noCertificate());
  }

  private String noCertificate() {
    return certificateFile + ": no certificate (expected PEM, -----BEGIN CERTIFICATE-----)";
  }

  private PrivateKey key() throws IOException {
    Matcher pem = PRIVATE_KEY.matcher(new String(keyRead, StandardCharsets.US_ASCII));
    if (pem.find()) {
      var spec = new PKCS8EncodedKeySpec(decoded(pem.group(1)));
      for (String algorithm : KEY_ALGORITHMS) {
        PrivateKey key = key(algorithm, spec);
        if (key != null) {
          return key;
        }
      }
    }
    throw new IOException(
        keyFile
            + ": no private key (expected an unencrypted RSA, EC or Ed25519 key in PKCS #8, as"
            + " openssl pkcs8 -topk8 -nocrypt writes it)");
  }

  /** The bytes of base64; none if it is damaged, which is no key either. */
  private static byte[] decoded(String base64) {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  private static @Nullable PrivateKey key(String algorithm, PKCS8EncodedKeySpec spec) {
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(spec);
    } catch (InvalidKeySpecException e) {
      return null; // of another algorithm
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }

  private static boolean belong(PrivateKey key, PublicKey certified) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "EdDSA";
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
