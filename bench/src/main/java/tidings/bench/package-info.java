/** Micro-benchmarks of the hot path, run by {@code bench/jmh}. */
@NullMarked
package tidings.bench;

import org.jspecify.annotations.NullMarked;
