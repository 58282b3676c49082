package tidings.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens made by hand, so that they can say what no library would. */
final class Tokens {
  static final byte[] SECRET = ascii("0123456789abcdef0123456789abcdef");
  static final KeyPair PAIR = pair();

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

  static String ed25519(String header, String claims) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(PAIR.getPrivate());
      String input = input(header, claims);
      signature.update(ascii(input));
      return input + "." + base64(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String publicPem() {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(PAIR.getPublic().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static KeyPair pair() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
