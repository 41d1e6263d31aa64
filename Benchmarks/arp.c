// Asks by ARP and measures the answers. See README.md; arp.py calls this.
//
//   arp latency INTERFACE SENDER TARGET COUNT PAUSE_US   one question at a time
//   arp rate    INTERFACE SENDER TARGET SECONDS WINDOW   as many as are answered, WINDOW on their way
//   arp storm   INTERFACE SENDER TARGET SECONDS RATE     RATE questions per second, whoever answers;
//                                                        the low 16 bits of TARGET count up
//   arp answer  INTERFACE TARGET ANY 0 0                 answers for TARGET until it is ended: the least
//                                                        that a process which sleeps in between can do
//
// All but the last print one JSON object.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FRAME = 42, BATCH = 64 };

static uint8_t question[FRAME];
static int sock;

static void fail(const char *what) {
  fprintf(stderr, "arp: %s: %s\n", what, strerror(errno));
  exit(1);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// Opens the interface for ARP replies to us, and writes the question.
static void prepare(const char *interface, const char *sender, const char *target) {
  sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (sock < 0) fail("socket");
  struct sock_filter replies[] = {
      {0x28, 0, 0, 12}, {0x15, 0, 3, ETH_P_ARP}, {0x28, 0, 0, 20},
      {0x15, 0, 1, 2},  {0x06, 0, 0, 0xffff},    {0x06, 0, 0, 0},
  };
  struct sock_fprog program = {.len = 6, .filter = replies};
  if (setsockopt(sock, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program)) fail("filter");
  int size = 64 << 20;
  setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  int on = 1;
  setsockopt(sock, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
  setsockopt(sock, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on);
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET,
      .sll_protocol = htons(ETH_P_ARP),
      .sll_ifindex = (int)if_nametoindex(interface),
  };
  if (bind(sock, (struct sockaddr *)&address, sizeof address)) fail(interface);
  struct ifreq request = {0};
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
  if (ioctl(sock, SIOCGIFHWADDR, &request)) fail("SIOCGIFHWADDR");

  const uint8_t *mac = (const uint8_t *)request.ifr_hwaddr.sa_data;
  static const uint8_t header[] = {0, 1, 8, 0, 6, 4, 0, 1};
  memset(question, 0xff, 6);
  memcpy(question + 6, mac, 6);
  question[12] = 0x08, question[13] = 0x06;
  memcpy(question + 14, header, 8);
  memcpy(question + 22, mac, 6);
  if (inet_pton(AF_INET, sender, question + 28) != 1) fail("sender");
  if (inet_pton(AF_INET, target, question + 38) != 1) fail("target");
}

// Sends up to `count` questions and gives how many went.
static int ask(int count) {
  struct mmsghdr messages[BATCH] = {0};
  struct iovec vector = {question, FRAME};
  if (count > BATCH) count = BATCH;
  for (int i = 0; i < count; i++) messages[i].msg_hdr.msg_iov = &vector, messages[i].msg_hdr.msg_iovlen = 1;
  int sent = sendmmsg(sock, messages, (unsigned)count, MSG_DONTWAIT);
  return sent < 0 ? 0 : sent;
}

// Takes the answers that have come, and gives their number.
static int take(void) {
  static uint8_t buffers[BATCH][64];
  struct mmsghdr messages[BATCH] = {0};
  struct iovec vectors[BATCH];
  for (int i = 0; i < BATCH; i++) {
    vectors[i] = (struct iovec){buffers[i], sizeof buffers[i]};
    messages[i].msg_hdr.msg_iov = &vectors[i], messages[i].msg_hdr.msg_iovlen = 1;
  }
  int count = recvmmsg(sock, messages, BATCH, MSG_DONTWAIT, NULL);
  return count < 0 ? 0 : count;
}

// Takes answers, and waits for them for a second. It sleeps: where the answerer shares this processor, an
// asker that looks again and again would keep it from answering.
static int await(void) {
  struct pollfd polled = {.fd = sock, .events = POLLIN};
  int count = take();
  return count || poll(&polled, 1, 1000) <= 0 ? count : take();
}

static int ascending(const void *left, const void *right) {
  uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
  return (a > b) - (a < b);
}

static void latency(int count, useconds_t pause) {
  uint64_t *times = calloc((size_t)count, sizeof *times);
  if (!times) fail("memory");
  int answered = 0, lost = 0;
  for (int i = 0; i < count; i++) {
    uint64_t begin = now();
    if (ask(1) != 1) fail("send");
    if (await() > 0) {
      times[answered++] = now() - begin;
    } else {
      lost++;
    }
    if (pause) usleep(pause);
    while (take() > 0) continue;
  }
  if (!answered) { printf("{\"answered\": 0, \"lost\": %d}\n", lost); return; }
  qsort(times, (size_t)answered, sizeof *times, ascending);
  printf("{\"answered\": %d, \"lost\": %d, \"p50\": %.2f, \"p99\": %.2f, \"max\": %.2f}\n", answered, lost,
         (double)times[answered / 2] / 1e3, (double)times[(long)answered * 99 / 100] / 1e3,
         (double)times[answered - 1] / 1e3);
}

static void rate(double seconds, int window) {
  long sent = 0, answered = 0, given_up = 0;
  uint64_t begin = now(), end = begin + (uint64_t)(seconds * 1e9), last = begin;
  while (now() < end) {
    long free = window - (sent - answered - given_up);
    if (free > 0) sent += ask((int)(free > BATCH ? BATCH : free));
    int taken = take();
    if (taken) last = now(), answered += taken;
    if (sent - answered - given_up < window) continue;
    // A nap in which many answers come, so that the waking of the asker is not what is measured.
    if (!taken) usleep(20);
    if (now() - last > 50000000) given_up = sent - answered;
  }
  double elapsed = (double)(now() - begin) / 1e9;
  usleep(50000);
  for (int taken; (taken = take());) answered += taken;
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
               (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  printf("{\"sent\": %ld, \"answered\": %ld, \"seconds\": %.3f, \"cpu\": %.3f}\n", sent, answered, elapsed,
         cpu);
}

static void storm(double seconds, long per_second) {
  long sent = 0, answered = 0;
  uint64_t begin = now(), end = begin + (uint64_t)(seconds * 1e9), time;
  uint16_t number = 0;
  while ((time = now()) < end) {
    long owed = (long)((double)(time - begin) / 1e9 * (double)per_second) - sent;
    for (; owed > 0; owed--, number++) {
      question[40] = (uint8_t)(number >> 8), question[41] = (uint8_t)number;
      if (ask(1) == 1) sent++;
    }
    answered += take();
    usleep(200);
  }
  printf("{\"sent\": %ld, \"answered\": %ld, \"seconds\": %.3f}\n", sent, answered,
         (double)(now() - begin) / 1e9);
}

static void answer(void) {
  uint32_t target;
  memcpy(&target, question + 28, 4);
  struct sock_filter requests[] = {
      {0x28, 0, 0, 12}, {0x15, 0, 5, ETH_P_ARP},     {0x28, 0, 0, 20},        {0x15, 0, 3, 1},
      {0x20, 0, 0, 38}, {0x15, 0, 1, ntohl(target)}, {0x06, 0, 0, 0x0000ffff}, {0x06, 0, 0, 0},
  };
  struct sock_fprog program = {.len = 8, .filter = requests};
  if (setsockopt(sock, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program)) fail("filter");
  question[21] = 2;
  uint8_t asked[64];
  while (recv(sock, asked, sizeof asked, 0) >= FRAME) {
    memcpy(question, asked + 6, 6);
    memcpy(question + 32, asked + 22, 10);
    if (send(sock, question, FRAME, 0) < 0 && errno != ENOBUFS) fail("send");
  }
  fail("recv");
}

int main(int argc, char **argv) {
  if (argc != 7) {
    fprintf(stderr, "usage: see the head of arp.c\n");
    return 2;
  }
  prepare(argv[2], argv[3], argv[4]);
  if (!strcmp(argv[1], "latency")) latency(atoi(argv[5]), (useconds_t)atoi(argv[6]));
  else if (!strcmp(argv[1], "rate")) rate(atof(argv[5]), atoi(argv[6]));
  else if (!strcmp(argv[1], "storm")) storm(atof(argv[5]), atol(argv[6]));
  else if (!strcmp(argv[1], "answer")) answer();
  else return 2;
  return 0;
}
