package tidings.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens made by hand, so that they can say what no library would. */
final class Tokens {
  static final byte[] SECRET = ascii("0123456789abcdef0123456789abcdef");
  static final KeyPair ED25519 = pair("Ed25519", 255);
  static final KeyPair RSA = pair("RSA", 2_048);
  static final KeyPair P256 = pair("EC", 256);

  private Tokens() {}

  /** The bytes that a header and claims are signed as. */
  static String input(String header, String claims) {
    return base64(header.getBytes(StandardCharsets.UTF_8))
        + "."
        + base64(claims.getBytes(StandardCharsets.UTF_8));
  }

  static String hmac(String header, String claims) {
    return hmac("HmacSHA256", SECRET, header, claims);
  }

  static String hmac(String algorithm, byte[] secret, String header, String claims) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(secret, algorithm));
      String input = input(header, claims);
      return input + "." + base64(mac.doFinal(ascii(input)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The pair with which tokens of an algorithm are signed unless a test says otherwise. */
  static KeyPair pair(PairAlgorithm algorithm) {
    return switch (algorithm) {
      case RS256 -> RSA;
      case ES256 -> P256;
      case EdDSA -> ED25519;
    };
  }

  static KeyPair pair(String algorithm, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String signed(PairAlgorithm algorithm, String header, String claims) {
    return signed(algorithm, pair(algorithm), header, claims);
  }

  /** Signed not by the code that is tested, but by Nimbus where it can. */
  static String signed(PairAlgorithm algorithm, KeyPair pair, String header, String claims) {
    String input = input(header, claims);
    try {
      Base64URL signature =
          switch (algorithm) {
            case RS256 ->
                new RSASSASigner(pair.getPrivate())
                    .sign(new JWSHeader(JWSAlgorithm.RS256), ascii(input));
            case ES256 ->
                new ECDSASigner((ECPrivateKey) pair.getPrivate())
                    .sign(new JWSHeader(JWSAlgorithm.ES256), ascii(input));
            case EdDSA -> Base64URL.encode(sign("Ed25519", pair, input));
          };
      return input + "." + signature;
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A signature as the JDK calls it. */
  static byte[] sign(String algorithm, KeyPair pair, String input) {
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(pair.getPrivate());
      signature.update(ascii(input));
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String publicPem(KeyPair pair) {
    return pem("PUBLIC KEY", pair.getPublic().getEncoded());
  }

  static String privatePem(KeyPair pair) {
    return pem("PRIVATE KEY", pair.getPrivate().getEncoded());
  }

  private static String pem(String label, byte[] encoded) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder().encodeToString(encoded), label);
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
