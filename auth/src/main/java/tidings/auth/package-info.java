/** Tokens and keys, turned into grants. */
@NullMarked
package tidings.auth;

import org.jspecify.annotations.NullMarked;
