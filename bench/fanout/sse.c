#define _GNU_SOURCE
#include "sse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"

struct sink {
  void (*on_event)(void* context, const struct sse* s);
  void* context;
};

void sse_reset(struct sse* s) {
  memset(s, 0, sizeof *s);
  s->retry_ms = -1;
}

// The value of the line's field, or null if the line is another field's.
static const char* field(const struct sse* s, const char* name) {
  size_t n = strlen(name);
  if (strncmp(s->line, name, n) || s->line[n] != ':') return NULL;
  return s->line + n + 1 + (s->line[n + 1] == ' ');
}

static void line_end(struct sse* s, struct sink sink) {
  size_t n = s->line_length < sizeof s->line ? s->line_length : sizeof s->line - 1;
  if (n && n == s->line_length && s->line[n - 1] == '\r') n--;
  s->line[n] = 0;
  s->line_length = 0;
  const char* value;
  if (!n) {
    if (s->has_data) sink.on_event(sink.context, s);
    s->event[0] = 0;
    s->has_data = false;
  } else if (field(s, "data")) {
    s->has_data = true;
  } else if ((value = field(s, "id"))) {
    snprintf(s->id, sizeof s->id, "%s", value);
  } else if ((value = field(s, "event"))) {
    snprintf(s->event, sizeof s->event, "%s", value);
  } else if ((value = field(s, "retry"))) {
    s->retry_ms = atoi(value);
  }
}

// Only a line's beginning is kept: that is where the fields are.
static void feed_lines(struct sse* s, const char* p, size_t n, struct sink sink) {
  const char* end = p + n;
  while (p < end) {
    const char* newline = memchr(p, '\n', end - p);
    size_t part = (newline ? newline : end) - p;
    if (s->line_length < sizeof s->line) {
      size_t room = sizeof s->line - s->line_length;
      memcpy(s->line + s->line_length, p, part < room ? part : room);
    }
    s->line_length += part;
    p += part;
    if (newline) {
      line_end(s, sink);
      p++;
    }
  }
}

static void feed_chunks(struct sse* s, const char* p, size_t n, struct sink sink) {
  for (const char* end = p + n; p < end;) {
    switch (s->chunk_state) {
      case CHUNK_SIZE:
        if (*p != '\n') {
          if (s->size_length == sizeof s->size_line - 1) die("a chunk's size is too long");
          s->size_line[s->size_length++] = *p++;
          break;
        }
        p++;
        s->size_line[s->size_length] = 0;
        s->size_length = 0;
        s->chunk_left = strtoull(s->size_line, NULL, 16);
        s->chunk_state = s->chunk_left ? CHUNK_DATA : CHUNK_END;
        break;
      case CHUNK_DATA: {
        size_t part = s->chunk_left < (size_t)(end - p) ? s->chunk_left : (size_t)(end - p);
        feed_lines(s, p, part, sink);
        p += part;
        if (!(s->chunk_left -= part)) s->chunk_state = CHUNK_END;
        break;
      }
      case CHUNK_END:
        if (*p++ == '\n') s->chunk_state = CHUNK_SIZE;
    }
  }
}

void sse_feed(struct sse* s, const char* bytes, size_t n,
              void (*on_event)(void* context, const struct sse* s), void* context) {
  size_t skip = 0;
  if (!s->status) {
    size_t before = s->head_length, room = sizeof s->head - 1 - before;
    size_t taken = n < room ? n : room;
    memcpy(s->head + before, bytes, taken);
    s->head_length += taken;
    s->head[s->head_length] = 0;
    char* blank = strstr(s->head, "\r\n\r\n");
    if (!blank) {
      if (taken == room) die("a stream's head is over 2 KiB");
      return;
    }
    if (sscanf(s->head, "HTTP/1.%*d %d", &s->status) != 1) die("not HTTP: %.60s", s->head);
    blank[2] = 0;
    s->chunked = strcasestr(s->head, "\r\ntransfer-encoding: chunked");
    skip = blank + 4 - s->head - before;
  }
  struct sink sink = {on_event, context};
  if (s->chunked)
    feed_chunks(s, bytes + skip, n - skip, sink);
  else
    feed_lines(s, bytes + skip, n - skip, sink);
}
