package tidings.bench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/**
 * Signs tokens (RFC 7515, ES256) for a measurement: a line of standard input is header and claims,
 * encoded and with a dot between; a line of standard output is the token.
 */
public final class SignTokens {
  private SignTokens() {}

  /**
   * @param arguments a PEM file with a P-256 key in PKCS #8
   */
  public static void main(String[] arguments) throws Exception {
    Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    signature.initSign(key(Path.of(arguments[0])));
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    StringBuilder tokens = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      signature.update(line.getBytes(StandardCharsets.US_ASCII));
      String end = Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
      tokens.append(line).append('.').append(end).append('\n');
    }
    System.out.print(tokens);
  }

  private static PrivateKey key(Path file) throws Exception {
    String pem = Files.readString(file).replaceAll("-----[A-Z ]+-----", "");
    byte[] der = Base64.getMimeDecoder().decode(pem);
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
  }
}
