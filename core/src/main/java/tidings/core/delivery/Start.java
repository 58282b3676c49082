package tidings.core.delivery;

/** Where a stream begins. */
public sealed interface Start {

  /** After what the dispatcher has reached. */
  record Latest() implements Start {}

  /** With the oldest entry that is kept. */
  record Earliest() implements Start {}

  /**
   * After a cursor.
   *
   * @param cursor as the client gave it; what is no cursor counts as one of an unknown epoch
   */
  record After(String cursor) implements Start {}
}
