#define _GNU_SOURCE
#include "publisher.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base.h"
#include "net.h"

enum { PUBLISHER_SOURCE = 63 };

void reply_reset(struct reply* r) {
  memset(r, 0, sizeof *r);
}

static void keep_excerpt(struct reply* r, const char* bytes, size_t n) {
  size_t have = strlen(r->excerpt), room = sizeof r->excerpt - 1 - have;
  memcpy(r->excerpt + have, bytes, n < room ? n : room);
}

static void feed_body(struct reply* r, const char* bytes, size_t n) {
  keep_excerpt(r, bytes, n);
  if (!r->chunked) {
    r->body_left -= n < r->body_left ? n : r->body_left;
    r->complete = !r->body_left;
    return;
  }
  size_t keep = sizeof r->tail;
  if (n >= keep) {
    memcpy(r->tail, bytes + n - keep, keep);
  } else {
    memmove(r->tail, r->tail + n, keep - n);
    memcpy(r->tail + keep - n, bytes, n);
  }
  r->complete = !memcmp(r->tail, "0\r\n\r\n", keep);
}

// One request is in flight at a time, so all that follows the head belongs to this reply.
bool reply_feed(struct reply* r, const char* bytes, size_t n) {
  if (r->in_body) {
    feed_body(r, bytes, n);
    return r->complete;
  }
  size_t room = sizeof r->head - 1 - r->head_length;
  if (n > room && !memmem(bytes, room, "\r\n\r\n", 4)) die("a reply's head is over 8 KiB");
  size_t taken = n < room ? n : room, before = r->head_length;
  memcpy(r->head + before, bytes, taken);
  r->head_length += taken;
  r->head[r->head_length] = 0;
  char* end = strstr(r->head, "\r\n\r\n");
  if (!end) return false;
  if (sscanf(r->head, "HTTP/1.%*d %d", &r->status) != 1) die("not HTTP: %.60s", r->head);
  end[2] = 0;
  size_t body_at = end + 4 - r->head - before;
  char* length = strcasestr(r->head, "\r\ncontent-length:");
  r->chunked = strcasestr(r->head, "\r\ntransfer-encoding: chunked");
  r->body_left = length ? strtoul(length + 17, NULL, 10) : 0;
  r->in_body = true;
  feed_body(r, bytes + body_at, n - body_at);
  return r->complete;
}

void publisher_open(struct publisher* p, int port) {
  p->busy = false;
  p->fd = loopback_connect(port, PUBLISHER_SOURCE, PUBLISHER, true);
  if (p->fd < 0) die("publisher: cannot connect to port %d: %s", port, strerror(errno));
  int buffer = 1 << 18;
  setsockopt(p->fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
}

void publisher_send(struct publisher* p, const char* request, size_t length) {
  reply_reset(&p->reply);
  p->busy = true;
  p->sent_at = now_ns();
  for (size_t sent = 0; sent < length;) {
    ssize_t n = send(p->fd, request + sent, length - sent, MSG_NOSIGNAL);
    if (n < 0 && errno != EINTR) die("publisher: cannot send: %s", strerror(errno));
    if (n > 0) sent += n;
  }
}

enum publisher_event publisher_read(struct publisher* p) {
  static char buffer[1 << 16];
  ssize_t n = recv(p->fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n > 0) {
    if (!p->busy) die("publisher: a reply without a request: %.60s", buffer);
    if (!reply_feed(&p->reply, buffer, n)) return PUBLISHER_NOTHING;
    p->busy = false;
    return PUBLISHER_REPLIED;
  }
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return PUBLISHER_NOTHING;
  close(p->fd);
  return PUBLISHER_CLOSED;
}
