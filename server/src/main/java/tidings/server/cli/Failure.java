package tidings.server.cli;

import org.jspecify.annotations.Nullable;

/** A command that could not be carried out; the message is one line that says what to do. */
public final class Failure extends Exception {
  private static final long serialVersionUID = 1;

  public Failure(String message) {
    super(message);
  }

  public Failure(@Nullable String message, Throwable cause) {
    super(message, cause);
  }
}
