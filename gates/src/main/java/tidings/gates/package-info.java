/** Payloads of other systems, turned into drafts. */
@NullMarked
package tidings.gates;

import org.jspecify.annotations.NullMarked;
