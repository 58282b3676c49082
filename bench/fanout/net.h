// Loopback sockets.
#pragma once
#include <stdbool.h>

// A TCP socket to 127.0.0.1:port, bound to a source address of this process's own; the sockets
// that an earlier run left in TIME_WAIT then don't use up the ports. `source` (0 to 63) picks one
// of 64 addresses, each good for some 28,000 connections. A subscriber's receive buffer is small
// (16 KiB asked for), as ten thousand of them would have it. Returns -1 if the connection is
// refused; one that does not block may still be under way.
enum peer { PUBLISHER, SUBSCRIBER };
int loopback_connect(int port, int source, enum peer peer, bool blocking);

void set_nonblocking(int fd);
