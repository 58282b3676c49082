/** The hub's own JSON format of a notification, as published over HTTP and AMQP. */
@NullMarked
package tidings.gates.tidings;

import org.jspecify.annotations.NullMarked;
