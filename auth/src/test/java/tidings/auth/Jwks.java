package tidings.auth;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JWK sets as issuers publish them. */
final class Jwks {
  private Jwks() {}

  /** A set of these keys. */
  static byte[] set(String... keys) {
    return Tokens.ascii("{\"keys\":[" + String.join(",", keys) + "]}");
  }

  /** The public half of a pair. */
  static String key(KeyPair pair, String id) {
    return publicKey(pair, id).toJSONString();
  }

  /** The same with members that are changed, or removed if their value is null. */
  static String key(KeyPair pair, String id, String member, @Nullable Object value) {
    Map<String, @Nullable Object> members = new HashMap<>(publicKey(pair, id).toJSONObject());
    members.put(member, value);
    return JSONObjectUtils.toJSONString(members);
  }

  private static JWK publicKey(KeyPair pair, String id) {
    return switch (pair.getPublic()) {
      case RSAPublicKey rsa -> new RSAKey.Builder(rsa).keyID(id).build();
      case ECPublicKey ec ->
          new ECKey.Builder(Curve.forECParameterSpec(ec.getParams()), ec).keyID(id).build();
      default ->
          new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(last32(pair))).keyID(id).build();
    };
  }

  private static byte[] last32(KeyPair pair) {
    byte[] encoded = pair.getPublic().getEncoded();
    return Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
  }
}
