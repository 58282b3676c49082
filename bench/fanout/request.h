// Request templates: files with marks that are filled in for each request.
//
//   {N} subscriber number      {SEQ} message number        {K} message number modulo subscribers
//   {BODY} the message         {LEN} length of the content {TOKEN} line N of the token file
//   {CURSOR} where a returning subscriber left off
//
// The content is everything after the first blank line; line ends before it become CR LF.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct request_template {
  const char* head;
  const char* content;
};

struct request_values {
  unsigned subscriber;
  unsigned subscribers;
  uint64_t message;
  const char* body;    // null: empty
  const char* cursor;  // null: empty
};

struct request_template request_template_read(const char* path);

// Lines for {TOKEN} from now on; the subscriber's number modulo their count picks one. Null: as before.
void request_tokens_read(const char* path);

// Renders into `out` (of `size` bytes) and returns the length. With `array` > 0 the content is a
// JSON array of that many copies, numbered from `message` on.
size_t request_render(const struct request_template* t, struct request_values values,
                      unsigned array, char* out, size_t size);

// A message of `size` bytes that begins with the mark "@<ns>@".
void message_render(char* out, size_t size, uint64_t ns);
