// A publisher: one keep-alive HTTP connection with at most one request in flight.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Reads one HTTP/1.1 reply that arrives in pieces: Content-Length, chunked, or no body at all.
struct reply {
  char head[8192];
  size_t head_length;
  bool in_body, chunked, complete;
  size_t body_left;  // of a Content-Length body
  char tail[5];      // the last bytes of a chunked body, which ends with "0\r\n\r\n"
  int status;
  char excerpt[160];  // how the body begins, for error messages
};

void reply_reset(struct reply* r);

// Takes the next bytes; true once the reply is complete.
bool reply_feed(struct reply* r, const char* bytes, size_t n);

struct publisher {
  int fd;
  bool busy;
  uint64_t sent_at;
  struct reply reply;
};

// Connects; ends the program if the server refuses. Call again after PUBLISHER_CLOSED.
void publisher_open(struct publisher* p, int port);

// Sends a request; blocks while the kernel's buffer is full.
void publisher_send(struct publisher* p, const char* request, size_t length);

enum publisher_event {
  PUBLISHER_NOTHING,
  PUBLISHER_REPLIED,  // the reply is in p->reply
  PUBLISHER_CLOSED    // by the server; a request in flight (p->busy) stays unanswered
};

// Reads what has arrived, without blocking.
enum publisher_event publisher_read(struct publisher* p);
