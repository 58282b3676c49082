/** One request and its answer: what every endpoint is written against. */
@NullMarked
package tidings.http.exchange;

import org.jspecify.annotations.NullMarked;
