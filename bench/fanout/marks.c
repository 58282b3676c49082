#include "marks.h"

#include <string.h>

enum { OUTSIDE, INSIDE };

// Ten digits or more: a mark is nanoseconds since the machine's start, and no mail address.
enum { DIGITS_MIN = 10 };

void marks_scan(struct marks* m, const char* bytes, size_t n,
                void (*found)(void* context, uint64_t value), void* context) {
  const char* end = bytes + n;
  for (const char* p = bytes; p < end; p++) {
    if (m->state == OUTSIDE) {
      p = memchr(p, '@', end - p);
      if (!p) return;
      *m = (struct marks){.state = INSIDE};
    } else if (*p >= '0' && *p <= '9' && m->digits < 20) {
      m->value = m->value * 10 + (*p - '0');
      m->digits++;
    } else if (*p == '@' && m->digits >= DIGITS_MIN) {
      found(context, m->value);
      m->state = OUTSIDE;
    } else {
      *m = (struct marks){.state = *p == '@' ? INSIDE : OUTSIDE};
    }
  }
}
