package tidings.auth;

import java.nio.ByteBuffer;

/** SHA-256 of a token: stands for it where the token itself must not be kept. */
record TokenDigest(long a, long b, long c, long d) {

  static TokenDigest of(String token) {
    ByteBuffer digest = ByteBuffer.wrap(Sha256.of(token));
    return new TokenDigest(digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
  }
}
