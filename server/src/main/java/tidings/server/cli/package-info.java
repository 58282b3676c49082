/**
 * The command line. Answers go to standard output, everything else to standard error; the exit code
 * is 0 if it was done, 1 if it failed, 2 if the command line or the configuration is wrong.
 */
@NullMarked
package tidings.server.cli;

import org.jspecify.annotations.NullMarked;
