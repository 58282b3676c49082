// Reads a server-sent event stream that arrives in pieces: the HTTP head, chunks if there are any,
// lines, events.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sse {
  int status;  // 0 until the head is complete
  char event[16], id[64];
  bool has_data;
  int retry_ms;  // -1 until the stream has said one
  // internal
  char head[2048], line[96], size_line[20];
  size_t head_length, line_length, size_length;
  bool chunked;
  uint64_t chunk_left;
  enum { CHUNK_SIZE, CHUNK_DATA, CHUNK_END } chunk_state;
};

void sse_reset(struct sse* s);

// Takes the next bytes and calls `on_event` at the end of each event that has data; `event` is
// empty for an unnamed one, and `id` is the last one said.
void sse_feed(struct sse* s, const char* bytes, size_t n,
              void (*on_event)(void* context, const struct sse* s), void* context);
