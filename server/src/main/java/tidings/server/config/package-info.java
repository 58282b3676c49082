/**
 * The hub's configuration: one YAML file, under the environment, under the command line's flags.
 *
 * <p>Each key is defined once, by the call that reads it ({@link tidings.server.config.Section});
 * parsing, errors, names of environment variables and the reference page are all made from that
 * call.
 */
@NullMarked
package tidings.server.config;

import org.jspecify.annotations.NullMarked;
