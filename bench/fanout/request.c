#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"

static char** tokens;
static unsigned token_count;

struct request_template request_template_read(const char* path) {
  char* text = read_file(path);
  char* blank = strstr(text, "\n\n");
  if (!blank) die("%s: a request template needs a blank line after its headers", path);
  char* content = strdup(blank + 2);
  blank[2] = 0;
  return (struct request_template){text, content};
}

void request_tokens_read(const char* path) {
  if (!path) return;
  char* text = read_file(path);
  token_count = 0;
  for (char* line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
    tokens = realloc(tokens, (token_count + 1) * sizeof *tokens);
    tokens[token_count++] = line;
  }
}

struct output {
  char *at, *end;
};

static void append(struct output* o, const char* text, size_t n) {
  if ((size_t)(o->end - o->at) <= n) die("a request is too long");
  memcpy(o->at, text, n);
  o->at += n;
}

static void append_text(struct output* o, const char* text) {
  append(o, text, strlen(text));
}

static void append_number(struct output* o, uint64_t number) {
  char digits[24];
  append(o, digits, snprintf(digits, sizeof digits, "%lu", (unsigned long)number));
}

static int is_mark(const char* p, const char* mark) {
  return !strncmp(p, mark, strlen(mark));
}

// Appends the value of the mark at p and returns the mark's length; 0 if there is no mark.
static size_t append_mark(struct output* o, const char* p, const struct request_values* v,
                          size_t content_length) {
  if (is_mark(p, "{N}")) return append_number(o, v->subscriber), 3;
  if (is_mark(p, "{K}"))
    return append_number(o, v->subscribers ? v->message % v->subscribers : 0), 3;
  if (is_mark(p, "{SEQ}")) return append_number(o, v->message), 5;
  if (is_mark(p, "{LEN}")) return append_number(o, content_length), 5;
  if (is_mark(p, "{BODY}")) return append_text(o, v->body ? v->body : ""), 6;
  if (is_mark(p, "{CURSOR}")) return append_text(o, v->cursor ? v->cursor : ""), 8;
  if (is_mark(p, "{TOKEN}")) {
    if (!token_count) die("{TOKEN} in a template needs --tokens FILE");
    return append_text(o, tokens[v->subscriber % token_count]), 7;
  }
  return 0;
}

static void expand(struct output* o, const char* p, const struct request_values* v,
                   const char* line_end, size_t content_length) {
  while (*p) {
    size_t literal = strcspn(p, "{\n");
    append(o, p, literal);
    p += literal;
    if (*p == '\n') {
      append_text(o, line_end);
      p++;
    } else if (*p) {
      size_t mark = append_mark(o, p, v, content_length);
      if (!mark) append(o, p, mark = 1);
      p += mark;
    }
  }
}

size_t request_render(const struct request_template* t, struct request_values values,
                      unsigned array, char* out, size_t size) {
  static char content[1 << 20];
  struct output c = {content, content + sizeof content};
  struct request_values each = values;
  if (array) append_text(&c, "[");
  for (unsigned i = 0; i < (array ? array : 1); i++, each.message++) {
    if (i) append_text(&c, ",");
    expand(&c, t->content, &each, "\n", 0);
  }
  if (array) append_text(&c, "]");
  struct output o = {out, out + size};
  expand(&o, t->head, &values, "\r\n", c.at - content);
  append(&o, content, c.at - content);
  *o.at = 0;
  return o.at - out;
}

void message_render(char* out, size_t size, uint64_t ns) {
  size_t n = sprintf(out, "@%lu@", (unsigned long)ns);
  for (; n < size; n++) out[n] = 'a' + n % 26;
  out[n] = 0;
}
