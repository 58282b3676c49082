package tidings.store;

/**
 * Thrown when a store can't be opened; the message names the file, what is wrong, and the remedy.
 */
public final class StoreUnusable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreUnusable(String message) {
    super(message);
  }

  public StoreUnusable(String message, Throwable cause) {
    super(message, cause);
  }
}
