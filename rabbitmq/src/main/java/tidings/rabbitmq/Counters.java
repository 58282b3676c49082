package tidings.rabbitmq;

import java.util.concurrent.atomic.LongAdder;

/**
 * What a source did since it was made. Thread-safe.
 *
 * @param received deliveries, repeated ones included
 * @param appended messages that the log took
 * @param repeated deliveries of messages that the log had already
 * @param parked messages that could not be read
 */
public record Counters(
    LongAdder received, LongAdder appended, LongAdder repeated, LongAdder parked) {

  Counters() {
    this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
  }
}
