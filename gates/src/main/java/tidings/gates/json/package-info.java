/** Reads JSON texts token by token, strictly and with limits; what the gates share. */
@NullMarked
package tidings.gates.json;

import org.jspecify.annotations.NullMarked;
