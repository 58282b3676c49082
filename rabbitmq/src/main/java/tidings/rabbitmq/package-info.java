/** The source that reads from RabbitMQ. */
@NullMarked
package tidings.rabbitmq;

import org.jspecify.annotations.NullMarked;
