/** The notification, the log, access and delivery: what the hub is, without any technology. */
@NullMarked
package tidings.core;

import org.jspecify.annotations.NullMarked;
