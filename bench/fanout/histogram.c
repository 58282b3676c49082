#include "histogram.h"

#include <math.h>
#include <stdio.h>

#include "base.h"

// Values under 32 have a bucket each (row 0); row r >= 1 holds [32 << (r - 1), 64 << (r - 1)).
static unsigned bucket_of(uint64_t ns) {
  if (ns < 32) return ns;
  unsigned row = 63 - __builtin_clzll(ns) - 4;
  return row * 32 + ((ns >> (row - 1)) & 31);
}

void histogram_record(struct histogram* h, uint64_t ns) {
  h->buckets[bucket_of(ns)]++;
  h->samples++;
  h->sum += ns;
  if (ns > h->max) h->max = ns;
}

double histogram_quantile_ns(const struct histogram* h, double q) {
  if (!h->samples) return 0;
  uint64_t rank = ceil(q * h->samples), seen = 0;
  if (!rank) rank = 1;
  unsigned i = 0;
  while ((seen += h->buckets[i]) < rank) i++;
  unsigned row = i / 32;
  double middle = row ? (32 + i % 32 + 0.5) * (1ull << (row - 1)) : i;
  return middle < h->max ? middle : h->max;
}

double histogram_mean_ns(const struct histogram* h) {
  return h->samples ? (double)h->sum / h->samples : 0;
}

void histogram_print_ms(const struct histogram* h, const char* name) {
  printf("\"%s\":{\"mean\":%.3f,\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f}", name,
         histogram_mean_ns(h) / NS_PER_MS, histogram_quantile_ns(h, .5) / NS_PER_MS,
         histogram_quantile_ns(h, .99) / NS_PER_MS, histogram_quantile_ns(h, .999) / NS_PER_MS,
         (double)h->max / NS_PER_MS);
}
