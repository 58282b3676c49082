package tidings.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Gives the token that a request goes with. It is asked anew for each request and each opening of a
 * stream, from several threads: keep a token until shortly before its end.
 */
@FunctionalInterface
public interface TokenSource {
  /**
   * The token, null for none.
   *
   * @throws IOException if there is none to be had now: a stream tries again later
   */
  @Nullable String token() throws IOException;
}
