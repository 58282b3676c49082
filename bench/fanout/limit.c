// limit: the least a fan-out server can do. One thread, epoll, one write() for each subscriber and
// message; no HTTP parsing beyond the first letter, no storage, no checks. What a subscriber's
// socket does not take is lost.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base.h"

enum { SUBSCRIBERS_MAX = 1000000, EVENTS = 512 };
static int subscribers[SUBSCRIBERS_MAX], subscriber_count;

static int listen_on(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr*)&address, sizeof address))
    die("port %d: %s", port, strerror(errno));
  listen(fd, 4096);
  return fd;
}

static void accept_all(int epoll, int listener) {
  int fd, one = 1;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  }
}

static void put(int fd, const char* bytes, size_t n) {
  ssize_t written = write(fd, bytes, n);
  (void)written;
}

static void forget(int fd) {
  close(fd);
  for (int i = 0; i < subscriber_count; i++)
    if (subscribers[i] == fd) {
      subscribers[i] = subscribers[--subscriber_count];
      break;
    }
}

static void handle(int fd, const char* request) {
  static const char stream_head[] =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n";
  static const char publish_reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  static char frame[70000];
  if (request[0] == 'G') {
    put(fd, stream_head, sizeof stream_head - 1);
    subscribers[subscriber_count++] = fd;
    return;
  }
  const char* blank = strstr(request, "\r\n\r\n");
  if (!blank) return;
  int n = sprintf(frame, "data: %s\n\n", blank + 4);
  put(fd, publish_reply, sizeof publish_reply - 1);
  for (int i = 0; i < subscriber_count; i++) put(subscribers[i], frame, n);
}

int main(int argc, char** argv) {
  static char request[65536];
  int listener = listen_on(argc > 1 ? atoi(argv[1]) : 9000), epoll = epoll_create1(0);
  struct epoll_event events[EVENTS], event = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  signal(SIGPIPE, SIG_IGN);
  for (;;) {
    int n = epoll_wait(epoll, events, EVENTS, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        accept_all(epoll, listener);
        continue;
      }
      ssize_t length = read(fd, request, sizeof request - 1);
      if (length <= 0) {
        forget(fd);
        continue;
      }
      request[length] = 0;
      handle(fd, request);
    }
  }
}
