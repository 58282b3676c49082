package tidings.http;

import tidings.core.delivery.Dispatcher;

/** What belongs to an event loop, and is shared by all that it carries. */
record Worker(Dispatcher dispatcher, Deadlines deadlines) {}
