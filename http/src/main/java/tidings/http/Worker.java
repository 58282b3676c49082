package tidings.http;

import java.net.InetAddress;
import tidings.core.delivery.Dispatcher;
import tidings.http.limit.Counts;

/**
 * What all connections of an event loop share.
 *
 * @param tasks work under way off the loops, by the client's network: of all loops
 */
record Worker(Dispatcher dispatcher, Deadlines deadlines, Counts<InetAddress> tasks) {}
