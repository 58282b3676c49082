// fanout: opens many streaming HTTP subscribers, publishes at a fixed rate from its own
// connections, and reports deliveries, losses, latency, reply time, and the server processes' CPU
// time and memory. One JSON line on standard output.
//
// A message carries the time at which it was due to be sent, so a publisher that is made to wait
// counts as latency. Without --rate the streams are opened and the memory they cost is reported;
// with --hold they are read until standard input ends, while another program publishes.
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base.h"
#include "histogram.h"
#include "marks.h"
#include "net.h"
#include "publisher.h"
#include "request.h"
#include "usage.h"

enum { PUBLISHERS_MAX = 64, EVENTS = 512, STREAMS_PER_SOURCE = 20000 };
enum { PUBLISHER_TAG = 1u << 31, INPUT_TAG = 1u << 30 };  // in epoll's data, beside stream numbers
static const uint64_t QUIET_NS = 3 * NS_PER_S;            // without a delivery: the rest is lost
static const uint64_t DRAIN_NS = 30 * NS_PER_S;  // the most that --hold waits after its end

static int port = 8080, stream_count, connect_rate = 4000, settle_s = 2, hold;
static int rate, seconds = 10, message_bytes = 200, publisher_count = 4, burst = 1, per_message;
static const char *stream_file, *publish_file, *token_file, *pids = "", *label = "run";

struct stream {
  int fd;
  bool answered, accepted;
  struct marks marks;
  uint64_t received;  // messages of this run
};

static struct stream* streams;
static struct publisher publishers[PUBLISHERS_MAX];
static int epoll;
static uint64_t connected, refused, closed_by_server;
static uint64_t started_at, arrived_at, delivered, stale, last_delivery_at;
static uint64_t sent, replied, refused_publishes, unanswered;
static struct histogram latency, reply_time;
static bool input_ended;

static void delivery(void* context, uint64_t due) {
  struct stream* s = context;
  if (!started_at || due < started_at) {
    stale++;
    return;
  }
  s->received++;
  delivered++;
  last_delivery_at = arrived_at;
  histogram_record(&latency, arrived_at > due ? arrived_at - due : 0);
}

static void stream_read(struct stream* s) {
  static char buffer[1 << 18];
  ssize_t n = read(s->fd, buffer, sizeof buffer);
  if (n > 0) {
    if (!s->answered) {
      s->answered = true;
      s->accepted = n > 12 && (!strncmp(buffer + 9, "200", 3) || !strncmp(buffer + 9, "101", 3));
      connected += s->accepted;
    }
    arrived_at = now_ns();
    marks_scan(&s->marks, buffer, n, delivery, s);
  } else if (n == 0 || errno != EAGAIN) {
    close(s->fd);
    s->fd = -1;
    closed_by_server++;
  }
}

static void publisher_event(struct publisher* p);

// Handles what is ready, or waits for it for at most `wait_ns`; returns the number of events.
static int poll_once(uint64_t wait_ns) {
  struct epoll_event events[EVENTS];
  struct timespec wait = {wait_ns / NS_PER_S, wait_ns % NS_PER_S};
  int n = epoll_pwait2(epoll, events, EVENTS, &wait, NULL);
  for (int i = 0; i < n; i++) {
    uint32_t id = events[i].data.u32;
    if (id & PUBLISHER_TAG) {
      publisher_event(&publishers[id & ~PUBLISHER_TAG]);
    } else if (id & INPUT_TAG) {
      char bytes[256];
      input_ended = read(STDIN_FILENO, bytes, sizeof bytes) <= 0;
    } else {
      stream_read(&streams[id]);
    }
  }
  return n;
}

static void watch(int fd, uint32_t id) {
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = id};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) die("epoll: %s", strerror(errno));
}

static void open_streams(const struct request_template* request) {
  static char text[1 << 20];
  uint64_t began = now_ns();
  for (int i = 0; i < stream_count; i++) {
    struct stream* s = &streams[i];
    s->fd = loopback_connect(port, i / STREAMS_PER_SOURCE, SUBSCRIBER, true);
    if (s->fd < 0) {
      refused++;
      continue;
    }
    struct request_values values = {.subscriber = i, .subscribers = stream_count};
    size_t length = request_render(request, values, 0, text, sizeof text);
    if (send(s->fd, text, length, MSG_NOSIGNAL) != (ssize_t)length) refused++;
    set_nonblocking(s->fd);
    watch(s->fd, i);
    while (connect_rate && now_ns() < began + i * NS_PER_S / connect_rate) usleep(200);
    if (i % EVENTS == EVENTS - 1) poll_once(0);
  }
}

static void read_until(uint64_t time) {
  for (uint64_t t; (t = now_ns()) < time;) poll_once(time - t);
}

static void publisher_event(struct publisher* p) {
  switch (publisher_read(p)) {
    case PUBLISHER_NOTHING:
      break;
    case PUBLISHER_REPLIED:
      replied++;
      histogram_record(&reply_time, now_ns() - p->sent_at);
      if (p->reply.status / 100 != 2 && refused_publishes++ == 0)
        fprintf(stderr, "fanout: first refused publish: %d %s\n", p->reply.status,
                p->reply.excerpt);
      break;
    case PUBLISHER_CLOSED:
      unanswered += p->busy;
      publisher_open(p, port);
      watch(p->fd, PUBLISHER_TAG | (p - publishers));
  }
}

// Message n is due at the end of its burst's interval.
static uint64_t due_at(uint64_t n) {
  return started_at + (n - n % burst + burst) * NS_PER_S / rate;
}

static void publish_due(const struct request_template* request, uint64_t total) {
  static char text[1 << 20], body[1 << 16];
  for (int i = 0; i < publisher_count && sent < total && due_at(sent) <= now_ns(); i++) {
    if (publishers[i].busy) continue;
    message_render(body, message_bytes, due_at(sent));
    struct request_values values = {.subscribers = stream_count, .message = sent, .body = body};
    publisher_send(&publishers[i], text, request_render(request, values, 0, text, sizeof text));
    sent++;
  }
}

static void publish_all(const struct request_template* request, uint64_t audience) {
  uint64_t total = (uint64_t)rate * seconds, deadline = (seconds * 4 + 20) * NS_PER_S;
  last_delivery_at = started_at = now_ns();
  for (;;) {
    publish_due(request, total);
    uint64_t t = now_ns(), wait = NS_PER_MS;
    // While every publisher is busy, the next event is a reply.
    if (sent < total && due_at(sent) > t && due_at(sent) - t < wait) wait = due_at(sent) - t;
    poll_once(wait);
    t = now_ns();
    bool complete = delivered >= total * audience && replied + unanswered >= total;
    if (sent == total && (complete || t - last_delivery_at > QUIET_NS)) break;
    if (t - started_at > deadline) break;
  }
}

static void hold_until_input_ends(void) {
  printf("{\"label\":\"%s\",\"ready\":%lu}\n", label, connected);
  fflush(stdout);
  last_delivery_at = started_at = now_ns();
  watch(STDIN_FILENO, INPUT_TAG);
  while (!input_ended) poll_once(NS_PER_S);
  uint64_t ended_at = now_ns(), t = ended_at;
  while (t - last_delivery_at < QUIET_NS && t - ended_at < DRAIN_NS) {
    poll_once(100 * NS_PER_MS);
    t = now_ns();
  }
}

// Per stream, so that one stream's repeated message does not hide another's loss.
static void count_losses(uint64_t* lost, uint64_t* repeated) {
  *lost = *repeated = 0;
  for (int i = 0; i < stream_count; i++) {
    if (!streams[i].accepted) continue;
    uint64_t due = per_message ? sent / stream_count + (i < (int)(sent % stream_count)) : sent;
    uint64_t got = streams[i].received;
    *lost += due > got ? due - got : 0;
    *repeated += got > due ? got - due : 0;
  }
}

static void read_options(int argc, char** argv) {
  const struct option_spec options[] = {
      {"port", &port, NULL, "port of the server on 127.0.0.1"},
      {"subs", &stream_count, NULL, "streams"},
      {"sub-req", NULL, &stream_file, "FILE: template of a stream's request"},
      {"pub-req", NULL, &publish_file, "FILE: template of a publish request"},
      {"tokens", NULL, &token_file, "FILE: a token a line, for {TOKEN}"},
      {"rate", &rate, NULL, "messages a second; 0 only opens the streams"},
      {"secs", &seconds, NULL, "how long to publish"},
      {"burst", &burst, NULL, "messages that are due at once"},
      {"size", &message_bytes, NULL, "bytes of a message"},
      {"pubs", &publisher_count, NULL, "publishers, 1 to 64"},
      {"per-msg", &per_message, NULL, "streams that get each message (1, with {K}); 0: all"},
      {"connect-rate", &connect_rate, NULL, "streams to open a second; 0: as fast as possible"},
      {"settle", &settle_s, NULL, "seconds to wait after connecting"},
      {"hold", &hold, NULL, "1: publish nothing, read until standard input ends"},
      {"pids", NULL, &pids, "A,B: the server's processes"},
      {"label", NULL, &label, "name of the run"},
  };
  parse_options(argc, argv, "the load of many streams", options, COUNT(options));
  if (!stream_file || (rate && !publish_file)) die("--sub-req and --pub-req are needed");
  if (publisher_count < 1 || publisher_count > PUBLISHERS_MAX) die("--pubs: 1 to 64");
  if (message_bytes < 32 || message_bytes > 65535) die("--size: 32 to 65535");
  if (burst < 1 || per_message > 1) die("--burst: 1 or more; --per-msg: 0 or 1");
}

// What opening the streams took.
struct opening {
  struct usage before, after;
  double seconds, tcp_mb;
};

static struct opening open_and_settle(void) {
  struct request_template request = request_template_read(stream_file);
  struct opening o = {.before = usage_of(pids)};
  double tcp_before = tcp_memory_mb();
  uint64_t began = now_ns();
  open_streams(&request);
  o.seconds = (now_ns() - began) / 1e9;
  read_until(now_ns() + settle_s * NS_PER_S);
  o.after = usage_of(pids);
  o.tcp_mb = tcp_memory_mb() - tcp_before;
  return o;
}

static void print_opening(struct opening o) {
  double growth_mb = o.after.rss_mb - o.before.rss_mb;
  printf("\"connect_s\":%.2f,\"cpu_connect_s\":%.2f,\"kb_per_conn\":%.2f,\"tcp_mb\":%.1f,",
         o.seconds, o.after.cpu_s - o.before.cpu_s,
         stream_count ? growth_mb * 1024 / stream_count : 0, o.tcp_mb);
}

static void print_deliveries(double cpu_s) {
  uint64_t lost, repeated, audience = per_message ? 1 : connected;
  count_losses(&lost, &repeated);
  if (hold) lost = repeated = 0;  // the publisher knows how many there were
  double elapsed_s = (last_delivery_at - started_at) / 1e9;
  printf(
      "\"rate\":%d,\"size\":%d,\"sent\":%lu,\"acked\":%lu,\"refused_publishes\":%lu,"
      "\"unanswered\":%lu,\"delivered\":%lu,\"expected\":%lu,\"lost\":%lu,\"repeated\":%lu,"
      "\"stale\":%lu,\"elapsed_s\":%.2f,\"deliveries_per_s\":%.0f,"
      "\"cpu_us_per_delivery\":%.3f,",
      rate, message_bytes, sent, replied, refused_publishes, unanswered, delivered, sent * audience,
      lost, repeated, stale, elapsed_s, elapsed_s > 0 ? delivered / elapsed_s : 0,
      delivered ? cpu_s * 1e6 / delivered : 0);
  histogram_print_ms(&latency, "lat_ms");
  printf(",");
  histogram_print_ms(&reply_time, "ack_ms");
  printf(",");
}

static void publish_at_rate(void) {
  struct request_template request = request_template_read(publish_file);
  for (int i = 0; i < publisher_count; i++) {
    publisher_open(&publishers[i], port);
    watch(publishers[i].fd, PUBLISHER_TAG | i);
  }
  publish_all(&request, per_message ? 1 : connected);
}

int main(int argc, char** argv) {
  read_options(argc, argv);
  request_tokens_read(token_file);
  streams = calloc(stream_count, sizeof *streams);
  epoll = epoll_create1(EPOLL_CLOEXEC);

  struct opening opening = open_and_settle();
  struct usage before = usage_of(pids);
  double own_cpu = own_cpu_s();
  if (hold)
    hold_until_input_ends();
  else if (rate)
    publish_at_rate();
  struct usage after = usage_of(pids);

  printf("{\"label\":\"%s\",\"subs\":%d,\"connected\":%lu,\"refused\":%lu,\"closed\":%lu,", label,
         stream_count, connected, refused, closed_by_server);
  print_opening(opening);
  if (hold || rate) print_deliveries(after.cpu_s - before.cpu_s);
  printf("\"server_cpu_s\":%.3f,\"client_cpu_s\":%.3f,\"rss_mb\":[%.1f,%.1f,%.1f]}\n",
         after.cpu_s - before.cpu_s, own_cpu_s() - own_cpu, opening.before.rss_mb,
         opening.after.rss_mb, after.rss_mb);
  return 0;
}
