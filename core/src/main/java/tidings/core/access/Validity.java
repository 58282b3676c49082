package tidings.core.access;

/**
 * Whether credentials that were accepted are still good. Thread-safe; never blocks.
 *
 * <p>Whoever keeps a caller for longer than a request notes {@link #changes()}, then asks {@link
 * #holds}, and asks again once the changes are others. So credentials that are taken back at any
 * moment after they were accepted are noticed.
 */
public interface Validity {

  /**
   * How often credentials were taken back so far; 0 or more. It rises after {@link #holds} has
   * begun to say so.
   */
  long changes();

  /** Whether a caller's credentials have neither ended nor been taken back. */
  boolean holds(Caller caller);
}
