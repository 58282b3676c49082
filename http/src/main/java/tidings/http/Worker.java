package tidings.http;

import java.net.InetAddress;
import tidings.core.delivery.Dispatcher;
import tidings.http.limit.Counts;
import tidings.http.limit.Lanes;

/**
 * What all connections of an event loop share.
 *
 * @param tasks work under way off the loops, by the client's network: of all loops
 * @param reads what reads the store, by who asked, or by the network of who did not say: of all
 *     loops
 */
record Worker(
    Dispatcher dispatcher, Deadlines deadlines, Counts<InetAddress> tasks, Lanes<Object> reads) {}
