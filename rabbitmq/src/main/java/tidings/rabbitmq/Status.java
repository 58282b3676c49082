package tidings.rabbitmq;

import java.time.Instant;

/** Whether messages flow from a source. */
public sealed interface Status {

  /** The queue is consumed and the store takes what comes. */
  record Up() implements Status {}

  /**
   * Nothing flows.
   *
   * @param reason for an operator, without credentials
   * @param since when it stopped
   */
  record Down(String reason, Instant since) implements Status {}
}
