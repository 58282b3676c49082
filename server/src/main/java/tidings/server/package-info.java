/** Configuration, command line and wiring: the only place that constructs adapters. */
@NullMarked
package tidings.server;

import org.jspecify.annotations.NullMarked;
