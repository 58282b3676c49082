package tidings.auth;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The algorithms whose keys come in pairs (RFC 7518, 3.3 and 3.4; RFC 8037), by the JDK's own
 * cryptography. Named as in a token's header.
 */
public enum PairAlgorithm {
  /** RSASSA-PKCS1-v1_5 with SHA-256; keys of 2,048 bits or more. */
  RS256("RSA", "RSA", "SHA256withRSA", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048"),

  /** ECDSA with P-256 and SHA-256; a signature is R and S, 32 bytes each. */
  ES256(
      "EC",
      "P-256",
      "SHA256withECDSAinP1363Format",
      "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"),

  /** Ed25519. */
  EdDSA("Ed25519", "Ed25519", "Ed25519", "-algorithm ed25519");

  private static final int RSA_BITS_MIN = 2_048;

  /** The order of P-256 (FIPS 186-4, D.1.2.3): no other curve of the JDK has it. */
  private static final BigInteger P256_ORDER =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  /** What X.509 writes before the 32 bytes of a public key of Ed25519 (RFC 8410, 4). */
  private static final byte[] ED25519_HEAD = HexFormat.of().parseHex("302a300506032b6570032100");

  private final String keys;
  private final String called;
  private final String signatures;
  private final String generated;

  /**
   * @param keys what the JDK calls the keys
   * @param called what people call them
   * @param signatures what the JDK calls the signatures
   * @param generated how {@code openssl genpkey} makes one
   */
  PairAlgorithm(String keys, String called, String signatures, String generated) {
    this.keys = keys;
    this.called = called;
    this.signatures = signatures;
    this.generated = generated;
  }

  /**
   * Reads a public key.
   *
   * @param pem as {@code openssl pkey -pubout} writes it
   * @throws IllegalArgumentException if it isn't one of this algorithm, or too weak
   */
  PublicKey publicKey(String pem) {
    byte[] encoded = Pem.decode("PUBLIC KEY", pem);
    try {
      return checked(KeyFactory.getInstance(keys).generatePublic(new X509EncodedKeySpec(encoded)));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "not a public key of %s (openssl pkey -pubout makes one)".formatted(called), e);
    }
  }

  /**
   * The public key of Ed25519 whose point is encoded in these bytes (RFC 8032, 5.1.2).
   *
   * @throws IllegalArgumentException if it is none
   */
  static PublicKey ed25519(byte[] point) {
    byte[] encoded = Arrays.copyOf(ED25519_HEAD, ED25519_HEAD.length + point.length);
    System.arraycopy(point, 0, encoded, ED25519_HEAD.length, point.length);
    try {
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("no public key of Ed25519", e);
    }
  }

  /**
   * Reads a private key.
   *
   * @param pem in PKCS #8, as {@code openssl genpkey} writes it
   * @throws IllegalArgumentException if it isn't one of this algorithm, or too weak
   */
  PrivateKey privateKey(String pem) {
    byte[] encoded = Pem.decode("PRIVATE KEY", pem);
    try {
      return checked(
          KeyFactory.getInstance(keys).generatePrivate(new PKCS8EncodedKeySpec(encoded)));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "not a private key of %s (openssl genpkey %s makes one)".formatted(called, generated), e);
    }
  }

  /**
   * The same key.
   *
   * @throws IllegalArgumentException if it is too weak, or on another curve
   */
  <K> K checked(K key) {
    if (key instanceof RSAKey rsa && rsa.getModulus().bitLength() < RSA_BITS_MIN) {
      throw new IllegalArgumentException(
          "an RSA key of %d bits (expected at least %d)"
              .formatted(rsa.getModulus().bitLength(), RSA_BITS_MIN));
    }
    if (key instanceof ECKey ec && !ec.getParams().getOrder().equals(P256_ORDER)) {
      throw new IllegalArgumentException(
          "a key on the curve %s (expected P-256)".formatted(ec.getParams()));
    }
    return key;
  }

  /**
   * Whether a signature of these bytes is that of the key.
   *
   * @throws GeneralSecurityException if it is of the wrong shape
   */
  boolean verifies(PublicKey key, byte[] input, byte[] signed) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(signatures);
    signature.initVerify(key);
    signature.update(input);
    return signature.verify(signed);
  }

  /** Signs some bytes. */
  byte[] sign(PrivateKey key, byte[] input) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(signatures);
    signature.initSign(key);
    signature.update(input);
    return signature.sign();
  }
}
