// storm: many streams that had connected lose their connections, miss some messages, and come back
// all at once with their cursors. Times count from the moment at which all begin to come back, so
// waiting in the listen queue, being turned away with `retry:` and the client's own work are in
// them. One JSON line on standard output.
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base.h"
#include "histogram.h"
#include "net.h"
#include "publisher.h"
#include "request.h"
#include "sse.h"
#include "usage.h"

enum { EVENTS = 512, CONNECTS_AT_ONCE = 64, STREAMS_PER_SOURCE = 20000, SOURCES_A_LIFE = 8 };
enum { RETRY_DEFAULT_MS = 1000 };  // what a stream waits that was closed without `retry:`

static int port = 8080, stream_count = 1000, missed = 1000, array = 100, message_bytes = 200;
static int connect_rate = 4000, settle_s = 2, timeout_s = 120, hello_event = 1;
static const char *stream_file, *again_file, *publish_file, *token_file, *again_token_file,
    *pids = "", *label = "run";

struct stream {
  int fd;  // -1: not connected
  bool asked, greeted, caught_up;
  unsigned attempts;
  uint64_t retry_at;  // of one that was turned away
  struct sse sse;
  char cursor[64];
  uint64_t received, position;
};

static struct stream* streams;
static struct request_template stream_request, again_request;
static int epoll;
static bool returning;
static uint64_t storm_began;
static unsigned greeted, caught_up, first_received;
static uint64_t turned_away, refused, gaps, disorder, repeated, deliveries;
static struct histogram hello_time, caught_up_time;

static void check_caught_up(struct stream* s) {
  if (!s->greeted || s->caught_up || s->received < (uint64_t)missed) return;
  s->caught_up = true;
  caught_up++;
  if (returning) histogram_record(&caught_up_time, now_ns() - storm_began);
}

static void greet(struct stream* s) {
  if (s->greeted) return;
  s->greeted = true;
  greeted++;
  if (returning) histogram_record(&hello_time, now_ns() - storm_began);
}

static void on_event(void* context, const struct sse* sse) {
  struct stream* s = context;
  if (sse->id[0]) strcpy(s->cursor, sse->id);
  if (!strcmp(sse->event, "hello")) greet(s);
  gaps += !strcmp(sse->event, "gap");
  if (sse->event[0]) return;
  if (!returning) {
    first_received += s->received++ == 0;
    return;
  }
  deliveries++;
  if (++s->received > (uint64_t)missed) repeated++;
  const char* dot = strchr(sse->id, '.');  // only the hub's own cursors can be compared
  if (dot) {
    uint64_t position = strtoull(dot + 1, NULL, 10);
    disorder += position <= s->position;
    s->position = position;
  }
}

static void watch(struct stream* s, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u32 = s - streams};
  if (epoll_ctl(epoll, operation, s->fd, &event)) die("epoll: %s", strerror(errno));
}

static void connect_stream(struct stream* s) {
  int i = s - streams, life = s->attempts++ % (63 / SOURCES_A_LIFE);
  sse_reset(&s->sse);
  s->asked = false;
  s->retry_at = 0;
  s->fd = loopback_connect(port, life * SOURCES_A_LIFE + i / STREAMS_PER_SOURCE, SUBSCRIBER, false);
  if (s->fd < 0) {
    s->retry_at = now_ns() + RETRY_DEFAULT_MS * NS_PER_MS;
    turned_away++;
    return;
  }
  watch(s, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

static void ask(struct stream* s) {
  static char text[1 << 16];
  struct request_values values = {
      .subscriber = s - streams, .subscribers = stream_count, .cursor = s->cursor};
  size_t n =
      request_render(returning ? &again_request : &stream_request, values, 0, text, sizeof text);
  s->asked = true;
  watch(s, EPOLL_CTL_MOD, EPOLLIN);
  if (send(s->fd, text, n, MSG_NOSIGNAL) != (ssize_t)n && errno != ECONNRESET && errno != EPIPE)
    die("send: %s", strerror(errno));
}

static void drop(struct stream* s) {
  close(s->fd);
  s->fd = -1;
}

static void read_stream(struct stream* s) {
  static char buffer[1 << 18];
  ssize_t n = read(s->fd, buffer, sizeof buffer);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    int wait_ms = s->sse.retry_ms >= 0 ? s->sse.retry_ms : RETRY_DEFAULT_MS;
    s->retry_at = now_ns() + wait_ms * NS_PER_MS;
    turned_away++;
    drop(s);
    return;
  }
  sse_feed(&s->sse, buffer, n, on_event, s);
  if (s->sse.status && s->sse.status != 200) {
    if (refused++ == 0) fprintf(stderr, "storm: first refused stream: %.80s\n", s->sse.head);
    drop(s);  // for good, like an EventSource
    return;
  }
  if (s->sse.status && !hello_event) greet(s);
  check_caught_up(s);
}

static void poll_once(int wait_ms) {
  struct epoll_event events[EVENTS];
  int n = epoll_wait(epoll, events, EVENTS, wait_ms);
  for (int i = 0; i < n; i++) {
    struct stream* s = &streams[events[i].data.u32];
    if (!s->asked && events[i].events & EPOLLOUT)
      ask(s);
    else
      read_stream(s);
  }
}

static void retry_due(void) {
  uint64_t t = now_ns();
  for (int i = 0; i < stream_count; i++)
    if (streams[i].retry_at && streams[i].retry_at <= t) connect_stream(&streams[i]);
}

// Polls until a counter reaches the number of streams, or the time is over.
static void await(const unsigned* count, uint64_t deadline) {
  uint64_t next_retry = 0;
  while (*count + refused < (unsigned)stream_count && now_ns() < deadline) {
    if (now_ns() >= next_retry) {
      retry_due();
      next_retry = now_ns() + 10 * NS_PER_MS;
    }
    poll_once(10);
  }
}

static void connect_all(int rate) {
  uint64_t began = now_ns();
  for (int i = 0; i < stream_count; i++) {
    connect_stream(&streams[i]);
    while (rate && now_ns() < began + i * NS_PER_S / rate) poll_once(1);
    if (i % CONNECTS_AT_ONCE == CONNECTS_AT_ONCE - 1) poll_once(0);
  }
}

static void publish(struct publisher* p, const struct request_template* request, unsigned first,
                    unsigned count) {
  static char text[1 << 20], body[1 << 16];
  message_render(body, message_bytes, now_ns());
  struct request_values values = {.message = first, .body = body};
  publisher_send(p, text, request_render(request, values, array ? count : 0, text, sizeof text));
  enum publisher_event event;
  while ((event = publisher_read(p)) == PUBLISHER_NOTHING) usleep(100);
  if (event == PUBLISHER_CLOSED) die("publish: the server closed the connection");
  if (p->reply.status / 100 != 2) die("publish: %d %s", p->reply.status, p->reply.excerpt);
}

// On a connection of its own: servers close those that say nothing for a while.
static void publish_all(const struct request_template* request, int count) {
  struct publisher p;
  publisher_open(&p, port);
  int step = array ? array : 1;
  for (int i = 0; i < count; i += step)
    publish(&p, request, i, count - i < step ? count - i : step);
  close(p.fd);
}

static void disconnect_all(void) {
  for (int i = 0; i < stream_count; i++) {
    struct stream* s = &streams[i];
    if (s->fd >= 0) drop(s);
    s->retry_at = s->received = 0;
    s->greeted = s->caught_up = false;
  }
  greeted = caught_up = 0;
  turned_away = refused = gaps = 0;
}

static uint64_t deadline(void) {
  return now_ns() + timeout_s * NS_PER_S;
}

int main(int argc, char** argv) {
  const struct option_spec options[] = {
      {"port", &port, NULL, "port of the server on 127.0.0.1"},
      {"subs", &stream_count, NULL, "streams"},
      {"missed", &missed, NULL, "messages that each misses"},
      {"sub-req", NULL, &stream_file, "FILE: template of a stream's first request"},
      {"again-req", NULL, &again_file, "FILE: template of its return, with {CURSOR}"},
      {"pub-req", NULL, &publish_file, "FILE: template of a publish request"},
      {"tokens", NULL, &token_file, "FILE: a token a line, for {TOKEN}"},
      {"again-tokens", NULL, &again_token_file, "FILE: tokens to return with; by default the same"},
      {"array", &array, NULL, "messages in a publish request's array; 0: no array"},
      {"size", &message_bytes, NULL, "bytes of a message"},
      {"hello-event", &hello_event, NULL, "1: `hello` greets a stream; 0: status 200 does"},
      {"connect-rate", &connect_rate, NULL, "first connects a second; 0: as fast as possible"},
      {"settle", &settle_s, NULL, "seconds between the loss and the return"},
      {"timeout", &timeout_s, NULL, "seconds to wait for all to be back"},
      {"pids", NULL, &pids, "A,B: the server's processes"},
      {"label", NULL, &label, "name of the run"},
  };
  parse_options(argc, argv, "a reconnect storm", options, COUNT(options));
  if (!stream_file || !again_file || !publish_file)
    die("--sub-req, --again-req and --pub-req are needed");
  if (message_bytes < 32 || message_bytes > 65535) die("--size: 32 to 65535");
  stream_request = request_template_read(stream_file);
  again_request = request_template_read(again_file);
  struct request_template publish_request = request_template_read(publish_file);
  request_tokens_read(token_file);
  streams = calloc(stream_count, sizeof *streams);
  for (int i = 0; i < stream_count; i++) streams[i].fd = -1;
  epoll = epoll_create1(EPOLL_CLOEXEC);

  connect_all(connect_rate);
  await(&greeted, deadline());
  if (greeted < (unsigned)stream_count)
    die("only %u of %d streams connected at first", greeted, stream_count);
  if (missed) {
    publish_all(&publish_request, 1);  // so that every stream has a cursor
    await(&first_received, deadline());
    if (first_received < (unsigned)stream_count)
      die("only %u of %d streams received the first message", first_received, stream_count);
  }
  disconnect_all();
  uint64_t publish_began = now_ns();
  publish_all(&publish_request, missed);
  double publish_s = (now_ns() - publish_began) / 1e9;
  request_tokens_read(again_token_file);
  sleep(settle_s);

  struct usage before = usage_of(pids);
  double own_cpu = own_cpu_s();
  returning = true;
  storm_began = now_ns();
  connect_all(0);
  double connect_s = (now_ns() - storm_began) / 1e9;
  await(&caught_up, deadline());
  double elapsed_s = (now_ns() - storm_began) / 1e9;
  struct usage after = usage_of(pids);
  printf(
      "{\"label\":\"%s\",\"subs\":%d,\"missed\":%d,\"greeted\":%u,\"caught_up\":%u,"
      "\"turned_away\":%lu,\"refused\":%lu,\"gaps\":%lu,\"repeated\":%lu,\"disorder\":%lu,"
      "\"deliveries\":%lu,\"publish_s\":%.2f,\"connect_s\":%.2f,\"elapsed_s\":%.2f,",
      label, stream_count, missed, greeted, caught_up, turned_away, refused, gaps, repeated,
      disorder, deliveries, publish_s, connect_s, elapsed_s);
  histogram_print_ms(&hello_time, "hello_ms");
  printf(",");
  histogram_print_ms(&caught_up_time, "caught_up_ms");
  printf(",\"server_cpu_s\":%.3f,\"client_cpu_s\":%.3f,\"rss_mb\":[%.1f,%.1f]}\n",
         after.cpu_s - before.cpu_s, own_cpu_s() - own_cpu, before.rss_mb, after.rss_mb);
  return 0;
}
