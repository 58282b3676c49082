/** The one durable order of all that happened: its port, its entries, cursors and newest part. */
@NullMarked
package tidings.core.log;

import org.jspecify.annotations.NullMarked;
