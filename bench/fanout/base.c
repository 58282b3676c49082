#define _GNU_SOURCE
#include "base.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * NS_PER_S + t.tv_nsec;
}

void die(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s: ", program_invocation_short_name);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  exit(2);
}

char* read_file(const char* path) {
  FILE* file = fopen(path, "r");
  if (!file) die("cannot open %s: %s", path, strerror(errno));
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char* text = malloc(size + 1);
  text[fread(text, 1, size, file)] = 0;
  fclose(file);
  return text;
}

static void print_help(const char* purpose, const struct option_spec* specs, size_t count) {
  printf("%s: %s\n", program_invocation_short_name, purpose);
  for (size_t i = 0; i < count; i++) {
    char value[32] = "";
    if (specs[i].number) snprintf(value, sizeof value, " (%d)", *specs[i].number);
    printf("  --%-14s %s%s\n", specs[i].name, specs[i].meaning, value);
  }
}

void parse_options(int argc, char** argv, const char* purpose, const struct option_spec* specs,
                   size_t count) {
  for (int i = 1; i < argc; i += 2) {
    if (!strcmp(argv[i], "--help")) {
      print_help(purpose, specs, count);
      exit(0);
    }
    size_t k = 0;
    while (k < count && (strncmp(argv[i], "--", 2) || strcmp(argv[i] + 2, specs[k].name))) k++;
    if (k == count) die("unknown option %s (see --help)", argv[i]);
    if (i + 1 == argc) die("%s needs a value", argv[i]);
    const char* value = argv[i + 1];
    if (specs[k].text) {
      *specs[k].text = value;
      continue;
    }
    char* end;
    long number = strtol(value, &end, 10);
    if (!*value || *end || number < 0 || number > 1000000000)
      die("%s %s: expected a number", argv[i], value);
    *specs[k].number = number;
  }
}
