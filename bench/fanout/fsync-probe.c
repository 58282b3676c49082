// fsync-probe: appends a block to a file and forces it to stable storage, over and over, and how
// many times a second that succeeds: what the disk allows any durable server without grouping.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "histogram.h"

int main(int argc, char** argv) {
  int seconds = 5, bytes = 4096;
  const char *directory = ".", *label = "fsync";
  const struct option_spec options[] = {
      {"dir", NULL, &directory, "DIRECTORY on the filesystem to probe"},
      {"secs", &seconds, NULL, "how long"},
      {"bytes", &bytes, NULL, "bytes of a block"},
      {"label", NULL, &label, "name of the run"},
  };
  parse_options(argc, argv, "append and fsync in a loop", options, COUNT(options));
  char path[4096];
  snprintf(path, sizeof path, "%s/fsync-probe-XXXXXX", directory);
  int fd = mkostemp(path, O_APPEND);
  if (fd < 0) die("%s: %s", path, strerror(errno));
  unlink(path);
  char* block = malloc(bytes);
  memset(block, 'x', bytes);
  static struct histogram times;
  uint64_t started_at = now_ns(), end = started_at + seconds * NS_PER_S, t = started_at;
  while (t < end) {
    if (write(fd, block, bytes) != bytes || fsync(fd)) die("%s: %s", path, strerror(errno));
    uint64_t done = now_ns();
    histogram_record(&times, done - t);
    t = done;
  }
  printf("{\"label\":\"%s\",\"bytes\":%d,\"fsyncs_per_s\":%.0f,", label, bytes,
         times.samples / ((t - started_at) / 1e9));
  histogram_print_ms(&times, "fsync_ms");
  printf("}\n");
  return 0;
}
