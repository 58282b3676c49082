// A histogram of nanoseconds: 32 linear buckets in each power of two, so at most 1.6 % off.
#pragma once
#include <stdint.h>

struct histogram {
  uint64_t buckets[60 * 32];
  uint64_t samples, sum, max;
};

void histogram_record(struct histogram* h, uint64_t ns);

// The value at rank ceil(q × samples), as its bucket's middle (never above the maximum); 0 if
// empty.
double histogram_quantile_ns(const struct histogram* h, double q);

double histogram_mean_ns(const struct histogram* h);

// Prints `"name":{"mean":…,"p50":…,"p99":…,"p999":…,"max":…}` in milliseconds.
void histogram_print_ms(const struct histogram* h, const char* name);
