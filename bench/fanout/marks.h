// Finds the marks "@<ns>@" (see message_render) in a stream that arrives in pieces. Any stream
// whose payload passes through as text works: SSE, chunked or not, WebSocket.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct marks {
  uint64_t value;
  uint8_t state, digits;
};

// Calls `found` with `context` and the value of each mark that ends in these bytes.
void marks_scan(struct marks* m, const char* bytes, size_t n,
                void (*found)(void* context, uint64_t value), void* context);
