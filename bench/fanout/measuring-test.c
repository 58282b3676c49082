// Tests of the measuring itself: what is wrong here would be wrong in every figure.
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base.h"
#include "histogram.h"
#include "marks.h"
#include "publisher.h"
#include "request.h"
#include "sse.h"
#include "usage.h"

#define EXPECT(condition)                                                        \
  do {                                                                           \
    if (!(condition)) die("%s:%d: expected %s", __FILE__, __LINE__, #condition); \
  } while (0)

static int ascending(const void* a, const void* b) {
  uint64_t x = *(const uint64_t*)a, y = *(const uint64_t*)b;
  return (x > y) - (x < y);
}

static void a_quantile_is_within_two_percent_of_the_exact_one(void) {
  static struct histogram h;
  enum { SAMPLES = 100000 };
  static uint64_t values[SAMPLES];
  srand(1);
  for (int i = 0; i < SAMPLES; i++) {
    values[i] = exp(rand() / (double)RAND_MAX * 25);  // 1 ns to 72 s, even over the magnitudes
    histogram_record(&h, values[i]);
  }
  qsort(values, SAMPLES, sizeof *values, ascending);
  for (int permille = 1; permille <= 1000; permille++) {
    double exact = values[(size_t)ceil(permille / 1000. * SAMPLES) - 1];
    double got = histogram_quantile_ns(&h, permille / 1000.);
    EXPECT(fabs(got - exact) <= exact * .0160);
  }
  EXPECT(histogram_quantile_ns(&h, 1) <= h.max && h.max == values[SAMPLES - 1]);
}

static void quantiles_of_few_samples_are_nearest_rank(void) {
  static struct histogram h;
  EXPECT(histogram_quantile_ns(&h, .5) == 0 && histogram_mean_ns(&h) == 0);
  for (int i = 1; i <= 10; i++) histogram_record(&h, i);
  EXPECT(histogram_quantile_ns(&h, .5) == 5);
  EXPECT(histogram_quantile_ns(&h, .99) == 10);
  EXPECT(histogram_mean_ns(&h) == 5.5);
  histogram_record(&h, UINT64_MAX);
  EXPECT(histogram_quantile_ns(&h, 1) > 1e19);
}

struct found {
  int count;
  uint64_t last;
};

static void note(void* context, uint64_t value) {
  struct found* f = context;
  f->count++;
  f->last = value;
}

static void marks_are_found_however_the_stream_is_cut(void) {
  const char* text = "a@b.c @@12345678901@ @1234@ data: @98765432109876@xyz @ 5@";
  for (size_t cut = 0; cut <= strlen(text); cut++) {
    struct marks m = {0};
    struct found f = {0};
    marks_scan(&m, text, cut, note, &f);
    marks_scan(&m, text + cut, strlen(text) - cut, note, &f);
    EXPECT(f.count == 2 && f.last == 98765432109876);
  }
}

static void a_reply_is_complete_at_its_last_byte_and_not_before(void) {
  const char* replies[] = {
      "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello",
      "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      "HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n",
  };
  static struct reply r;
  for (size_t k = 0; k < COUNT(replies); k++) {
    size_t length = strlen(replies[k]);
    for (size_t cut = 0; cut <= length; cut++) {
      reply_reset(&r);
      EXPECT(reply_feed(&r, replies[k], cut) == (cut == length));
      if (cut < length) EXPECT(reply_feed(&r, replies[k] + cut, length - cut));
      EXPECT(r.status == 201);
    }
    reply_reset(&r);
    for (size_t i = 0; i < length; i++)
      EXPECT(reply_feed(&r, replies[k] + i, 1) == (i == length - 1));
  }
}

static char seen[256];

static void list_event(void* context, const struct sse* s) {
  (void)context;
  size_t n = strlen(seen);
  snprintf(seen + n, sizeof seen - n, "%s/%s ", s->event, s->id);
}

static void events_are_read_however_the_stream_is_cut(void) {
  const char* streams[] = {
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nevent: hello\nid: e.1\n"
      "data: {}\n\nretry: 250\n\n: comment\n\nid: e.2\ndata: x\n\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1a\r\nevent: hello\nid: e.1\ndata:\r\n"
      "d\r\n {}\n\nretry: 2\r\n1D\r\n50\n\n: comment\n\nid: e.2\ndata:\r\n4\r\n x\n\n\r\n",
  };
  static struct sse s;
  for (size_t k = 0; k < COUNT(streams); k++) {
    size_t length = strlen(streams[k]);
    for (size_t cut = 0; cut <= length; cut++) {
      seen[0] = 0;
      sse_reset(&s);
      sse_feed(&s, streams[k], cut, list_event, NULL);
      sse_feed(&s, streams[k] + cut, length - cut, list_event, NULL);
      EXPECT(!strcmp(seen, "hello/e.1 /e.2 ") && s.status == 200 && s.retry_ms == 250);
    }
  }
}

static void a_request_states_the_length_of_its_content(void) {
  struct request_template t = {"POST /{N}/{K} HTTP/1.1\nContent-Length: {LEN}\n\n",
                               "{\"a\":\"{BODY}\",\"n\":{SEQ}}"};
  struct request_values v = {.subscriber = 7, .subscribers = 4, .message = 9, .body = "b"};
  char out[256];
  request_render(&t, v, 0, out, sizeof out);
  EXPECT(!strcmp(out, "POST /7/1 HTTP/1.1\r\nContent-Length: 15\r\n\r\n{\"a\":\"b\",\"n\":9}"));
  request_render(&t, v, 2, out, sizeof out);
  EXPECT(!strcmp(out,
                 "POST /7/1 HTTP/1.1\r\nContent-Length: 34\r\n\r\n"
                 "[{\"a\":\"b\",\"n\":9},{\"a\":\"b\",\"n\":10}]"));
}

static void cpu_time_is_that_of_the_process(void) {
  char self[16];
  sprintf(self, "%d", getpid());
  double before = usage_of(self).cpu_s;
  while (usage_of(self).cpu_s - before < .05) continue;
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  EXPECT(fabs(t.tv_sec + t.tv_nsec / 1e9 - usage_of(self).cpu_s) < .005);
  EXPECT(usage_of(self).rss_mb > .05);
  EXPECT(usage_of("").cpu_s == 0);
}

#define RUN(test) (test(), puts("ok " #test))

int main(void) {
  RUN(a_quantile_is_within_two_percent_of_the_exact_one);
  RUN(quantiles_of_few_samples_are_nearest_rank);
  RUN(marks_are_found_however_the_stream_is_cut);
  RUN(a_reply_is_complete_at_its_last_byte_and_not_before);
  RUN(events_are_read_however_the_stream_is_cut);
  RUN(a_request_states_the_length_of_its_content);
  RUN(cpu_time_is_that_of_the_process);
  return 0;
}
