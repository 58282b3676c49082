package tidings.store.sqlite;

import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What the store takes from outside.
 *
 * @param clock the wall clock
 * @param nanoTicker monotonic nanoseconds
 * @param random names epochs; unpredictable in production
 * @param fatal told, on the writer's thread, of a failure after which the store can't be trusted
 *     any more; it must make the process stop
 */
public record Surroundings(
    InstantSource clock,
    LongSupplier nanoTicker,
    RandomGenerator random,
    Consumer<Throwable> fatal) {}
