package tidings.rabbitmq;

/** What a {@link Session} acts on, in the order in which it happened. */
sealed interface Event {

  record Delivered(Delivery delivery) implements Event {}

  /**
   * The log has it on stable storage.
   *
   * @param repeated whether it had it before
   */
  record Appended(Delivery delivery, boolean repeated) implements Event {}

  /** It can't be read, and was put aside on stable storage. */
  record Parked(Delivery delivery, String reason) implements Event {}

  /** The store takes nothing now: try again later. */
  record Deferred(Delivery delivery, String reason) implements Event {}

  /** The log may have it or not: only a redelivery settles that. */
  record Doubtful(Delivery delivery, String reason) implements Event {}

  /** The log will never take it: to be parked. */
  record Rejected(Delivery delivery, String reason) implements Event {}

  /** The connection, or its use, is over. */
  record Ended(String reason) implements Event {}
}
