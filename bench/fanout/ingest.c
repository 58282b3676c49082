// ingest: publishers that send their next request as soon as the last one is answered, and how many
// messages a second are acknowledged. One JSON line on standard output.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base.h"
#include "histogram.h"
#include "publisher.h"
#include "request.h"
#include "usage.h"

enum { PUBLISHERS_MAX = 256 };
static const uint64_t LAST_REPLY_NS = 30 * NS_PER_S;

static int port = 8080, publisher_count = 64, array, seconds = 10, messages_max,
           message_bytes = 200;
static const char *publish_file, *token_file, *pids = "", *label = "run";

static struct publisher publishers[PUBLISHERS_MAX];
static unsigned messages_of[PUBLISHERS_MAX];  // in the request in flight
static struct request_template request;
static int epoll;
static unsigned in_flight;
static uint64_t sent, acknowledged, requests, refused, unanswered, last_reply_at;
static struct histogram reply_time;

static void send_next(int i) {
  static char text[1 << 20], body[1 << 16];
  unsigned count = array ? array : 1;
  if (messages_max && count > messages_max - sent) count = messages_max - sent;
  message_render(body, message_bytes, now_ns());
  struct request_values values = {.subscriber = i, .message = sent, .body = body};
  size_t length = request_render(&request, values, array ? count : 0, text, sizeof text);
  messages_of[i] = count;
  sent += count;
  in_flight++;
  publisher_send(&publishers[i], text, length);
}

static void open_publisher(int i) {
  publisher_open(&publishers[i], port);
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, publishers[i].fd, &event)) die("epoll: %s", strerror(errno));
}

// True if the publisher is free for another request.
static int finish(int i) {
  struct publisher* p = &publishers[i];
  switch (publisher_read(p)) {
    case PUBLISHER_NOTHING:
      return 0;
    case PUBLISHER_CLOSED: {
      int was_busy = p->busy;
      unanswered += was_busy;
      in_flight -= was_busy;
      open_publisher(i);
      return was_busy;
    }
    case PUBLISHER_REPLIED:
      break;
  }
  in_flight--;
  requests++;
  last_reply_at = now_ns();
  histogram_record(&reply_time, last_reply_at - p->sent_at);
  if (p->reply.status / 100 == 2)
    acknowledged += messages_of[i];
  else if (refused++ == 0)
    fprintf(stderr, "ingest: first refused publish: %d %s\n", p->reply.status, p->reply.excerpt);
  return 1;
}

int main(int argc, char** argv) {
  const struct option_spec options[] = {
      {"port", &port, NULL, "port of the server on 127.0.0.1"},
      {"pub-req", NULL, &publish_file, "FILE: template of a publish request"},
      {"tokens", NULL, &token_file, "FILE: a token a line, for {TOKEN}"},
      {"pubs", &publisher_count, NULL, "publishers, 1 to 256"},
      {"array", &array, NULL, "messages in a request's JSON array; 0: no array"},
      {"secs", &seconds, NULL, "how long to publish"},
      {"messages", &messages_max, NULL, "stop after so many messages; 0: no such end"},
      {"size", &message_bytes, NULL, "bytes of a message"},
      {"pids", NULL, &pids, "A,B: the server's processes"},
      {"label", NULL, &label, "name of the run"},
  };
  parse_options(argc, argv, "publishers without pause", options, COUNT(options));
  if (!publish_file) die("--pub-req is needed");
  if (publisher_count < 1 || publisher_count > PUBLISHERS_MAX) die("--pubs: 1 to 256");
  if (message_bytes < 32 || message_bytes > 65535) die("--size: 32 to 65535");
  request = request_template_read(publish_file);
  request_tokens_read(token_file);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < publisher_count; i++) open_publisher(i);

  struct usage before = usage_of(pids);
  double own_cpu = own_cpu_s();
  uint64_t started_at = now_ns(), end = started_at + seconds * NS_PER_S;
  for (int i = 0; i < publisher_count; i++)
    if (!messages_max || sent < (uint64_t)messages_max) send_next(i);
  while (in_flight && now_ns() < end + LAST_REPLY_NS) {
    struct epoll_event events[PUBLISHERS_MAX];
    int n = epoll_wait(epoll, events, PUBLISHERS_MAX, 100);
    for (int k = 0; k < n; k++) {
      int i = events[k].data.u32;
      if (!finish(i)) continue;
      if (now_ns() < end && (!messages_max || sent < (uint64_t)messages_max)) send_next(i);
    }
  }
  unanswered += in_flight;
  struct usage after = usage_of(pids);
  double elapsed_s = last_reply_at > started_at ? (last_reply_at - started_at) / 1e9 : 0;
  double cpu_s = after.cpu_s - before.cpu_s;
  printf(
      "{\"label\":\"%s\",\"pubs\":%d,\"array\":%d,\"size\":%d,\"requests\":%lu,\"messages\":%lu,"
      "\"refused_publishes\":%lu,\"unanswered\":%lu,\"elapsed_s\":%.2f,\"messages_per_s\":%.0f,",
      label, publisher_count, array, message_bytes, requests, acknowledged, refused, unanswered,
      elapsed_s, elapsed_s > 0 ? acknowledged / elapsed_s : 0);
  histogram_print_ms(&reply_time, "ack_ms");
  printf(
      ",\"server_cpu_s\":%.3f,\"client_cpu_s\":%.3f,\"cpu_us_per_message\":%.3f,"
      "\"rss_mb\":[%.1f,%.1f]}\n",
      cpu_s, own_cpu_s() - own_cpu, acknowledged ? cpu_s * 1e6 / acknowledged : 0, before.rss_mb,
      after.rss_mb);
  return 0;
}
