import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** java SignToken.java KEY USER: prints a token for an hour, signed with Ed25519. */
class SignToken {
  public static void main(String[] args) throws Exception {
    String pem = Files.readString(Path.of(args[0])).replaceAll("-----[A-Z ]+-----|\\s", "");
    var key = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem));
    String user = args[1];
    if (!user.matches("[A-Za-z0-9_.@-]+")) { // a JSON library would quote whatever it is
      throw new IllegalArgumentException(user);
    }
    long now = System.currentTimeMillis() / 1000;
    String header = "{\"alg\":\"EdDSA\",\"kid\":\"main\"}";
    String claims =
        """
        {"iss":"shop","aud":"tidings","sub":"%s","iat":%d,"exp":%d,
         "tidings":{"subscribe":["topic:shop.#"]}}"""
            .formatted(user, now, now + 3600);
    var base64 = Base64.getUrlEncoder().withoutPadding();
    String input =
        base64.encodeToString(header.getBytes()) + "." + base64.encodeToString(claims.getBytes());
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(KeyFactory.getInstance("Ed25519").generatePrivate(key));
    signature.update(input.getBytes());
    System.out.println(input + "." + base64.encodeToString(signature.sign()));
  }
}
