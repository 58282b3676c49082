package tidings.rabbitmq;

import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What a source takes from outside.
 *
 * @param clock the wall clock
 * @param nanoTicker monotonic nanoseconds
 * @param random for jitter; thread-safe
 */
public record Surroundings(InstantSource clock, LongSupplier nanoTicker, RandomGenerator random) {}
