package tidings.auth;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where a JWK set is kept. Asked by one thread at a time, which it may block. */
interface KeySetSource extends AutoCloseable {
  /** A set is no larger. */
  int BYTES_MAX = 256 << 10;

  /**
   * What stands there.
   *
   * @param etag what this version may be asked for by, null if it has no such name
   */
  record Fetched(byte[] json, @Nullable String etag) {}

  /**
   * Fetches what stands there.
   *
   * @param etag that of the version which is known, null for none
   * @return null if that is still what stands there
   * @throws IOException saying why nothing came
   */
  @Nullable Fetched fetch(@Nullable String etag) throws IOException, InterruptedException;

  @Override
  default void close() {}

  /** How the source is called where it is reported; holds no secret. */
  @Override
  String toString();
}
