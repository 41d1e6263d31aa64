// A BGP neighbour that takes routes and measures: it completes the session, checks and counts every
// UPDATE, keeps one bit for each expected prefix, and prints what it saw as lines of JSON.
//
//   sink (--dial | --listen) ADDRESS --local ADDRESS --as N --first A.B.C.D --count N
//        [--timeout SECONDS] [--idle SECONDS] [--watch]
//
// The expected prefixes are the --count host routes that begin at --first. The first line is printed
// as soon as all have been announced, or when nothing came for --idle seconds. With --watch it then
// stays, and prints a line for each further UPDATE with the time at which it was read
// (CLOCK_MONOTONIC, nanoseconds), until the session ends.

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { OPEN = 1, UPDATE, NOTIFICATION, KEEPALIVE };
enum { HEADER = 19, MAXIMUM = 4096, HOLD_TIME = 240 };

static struct {
  const char *address, *local;
  bool listens, watches;
  uint32_t as, first, count;
  double timeout, idle;
} options = {.timeout = 600, .idle = 15};

static struct {
  int64_t established, first, nearly, last; // when; 0 is not yet
  bool confirmed;                           // the neighbour sent its KEEPALIVE
  uint64_t updates, octets;                 // of UPDATEs that announce
  uint32_t distinct, repeated, unexpected, longest, most;
  uint32_t announced, withdrawn;            // by the UPDATE at hand
  uint64_t faults;
  char fault[120];
  uint64_t *seen;
} state;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static unsigned two(const uint8_t *bytes) { return bytes[0] << 8 | bytes[1]; }

static void fault(const char *text, unsigned value) {
  if (state.faults++ == 0) snprintf(state.fault, sizeof state.fault, "%s (%u)", text, value);
}

static void die(const char *text) {
  perror(text);
  exit(1);
}

// Counts the prefixes of one field; each must be well-formed, and each announced one expected.
static void take_prefixes(const uint8_t *at, const uint8_t *end, bool announced) {
  while (at < end) {
    unsigned bits = *at++, octets = (bits + 7) / 8;
    if (bits > 32 || octets > (size_t)(end - at)) return fault("a prefix is cut or too long", bits);
    if (!announced) {
      state.withdrawn++;
      at += octets;
      continue;
    }
    state.announced++;
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++) value = value << 8 | (i < octets ? at[i] : 0);
    at += octets;
    uint32_t index = value - options.first;
    if (bits != 32 || index >= options.count) {
      state.unexpected++;
    } else if (state.seen[index / 64] >> index % 64 & 1) {
      state.repeated++;
    } else {
      state.seen[index / 64] |= 1ULL << index % 64;
      state.distinct++;
    }
  }
}

// Walks the attributes; an announcement must have the three well-known mandatory ones.
static void check_attributes(const uint8_t *at, const uint8_t *end, bool announces) {
  bool present[256] = {false};
  while (at < end) {
    size_t left = end - at;
    size_t head = at[0] & 0x10 ? 4 : 3;
    if (left < head) return fault("an attribute is cut", left);
    size_t length = head == 4 ? two(at + 2) : at[2];
    if (left - head < length) return fault("an attribute overruns", at[1]);
    if (present[at[1]]) fault("an attribute comes twice", at[1]);
    present[at[1]] = true;
    at += head + length;
  }
  for (unsigned type = 1; announces && type <= 3; type++)
    if (!present[type]) fault("a mandatory attribute is missing", type);
}

static void take_update(const uint8_t *message, unsigned length, int64_t time) {
  const uint8_t *body = message + HEADER, *end = message + length;
  unsigned withdrawn = two(body);
  if (withdrawn + 4 > length - HEADER) return fault("the withdrawn routes overrun", withdrawn);
  const uint8_t *attributes = body + 2 + withdrawn + 2;
  unsigned attributes_length = two(attributes - 2);
  if (attributes_length > (size_t)(end - attributes))
    return fault("the attributes overrun", attributes_length);
  const uint8_t *prefixes = attributes + attributes_length;

  state.announced = state.withdrawn = 0;
  take_prefixes(body + 2, body + 2 + withdrawn, false);
  check_attributes(attributes, prefixes, prefixes < end);
  take_prefixes(prefixes, end, true);
  if (length > state.longest) state.longest = length;
  if (state.announced > state.most) state.most = state.announced;
  if (state.announced == 0 || state.last) return;
  state.updates++;
  state.octets += length;
  if (!state.first) state.first = time;
  if (!state.nearly && state.distinct >= options.count - options.count / 100) state.nearly = time;
  if (state.distinct == options.count) state.last = time;
}

static void send_message(int socket, unsigned type, const uint8_t *body, unsigned length) {
  uint8_t message[MAXIMUM];
  memset(message, 0xFF, 16);
  message[16] = (HEADER + length) >> 8;
  message[17] = HEADER + length;
  message[18] = type;
  memcpy(message + HEADER, body, length);
  if (write(socket, message, HEADER + length) != (ssize_t)(HEADER + length)) die("write");
}

static void send_open(int socket) {
  uint32_t as = options.as, id = ntohl(inet_addr(options.local));
  uint8_t body[] = {
      4, as >> 8, as, 0, HOLD_TIME, id >> 24, id >> 16, id >> 8, id, 16,
      2, 14, 1, 4, 0, 1, 0, 1,                       // IPv4 unicast
      2, 0,                                          // route refresh
      65, 4, as >> 24, as >> 16, as >> 8, as,        // AS numbers of four octets
  };
  send_message(socket, OPEN, body, sizeof body);
}

static struct sockaddr_in address_of(const char *text, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (inet_pton(AF_INET, text, &address.sin_addr) != 1) die(text);
  return address;
}

// Returns the connection, or -1 when none came about in time.
static int meet(int64_t deadline) {
  int one = 1;
  if (options.listens) {
    struct sockaddr_in here = address_of(options.local, 179);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 1)) die("listen");
    struct pollfd ready = {.fd = listener, .events = POLLIN};
    if (poll(&ready, 1, (deadline - now()) / 1000000) != 1) return -1;
    return accept(listener, NULL, NULL);
  }
  struct sockaddr_in here = address_of(options.local, 0), there = address_of(options.address, 179);
  while (now() < deadline) {
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(connection, (struct sockaddr *)&here, sizeof here)) die("bind");
    if (connect(connection, (struct sockaddr *)&there, sizeof there) == 0) return connection;
    close(connection);
    usleep(100000);
  }
  return -1;
}

static void report(const char *end) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
      + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
#define SINCE(time) ((time) && state.established ? ((time) - state.established) / 1e9 : -1)
  printf("{\"end\": \"%s\", \"first\": %.6f, \"p99\": %.6f, \"last\": %.6f, \"updates\": %lu, "
         "\"octets\": %lu, \"distinct\": %u, \"repeated\": %u, \"unexpected\": %u, \"longest\": %u, "
         "\"most\": %u, \"faults\": %lu, \"fault\": \"%s\", \"cpu\": %.4f}\n",
         end, SINCE(state.first), SINCE(state.nearly), SINCE(state.last), state.updates,
         state.octets, state.distinct, state.repeated, state.unexpected, state.longest, state.most,
         state.faults, state.fault, cpu);
  fflush(stdout);
}

// Handles one whole message. Returns false when the session is over.
static bool take_message(int socket, const uint8_t *message, unsigned length, int64_t time) {
  switch (message[18]) {
  case OPEN:
    // With this KEEPALIVE the neighbour can be Established, and not before. The moment at which we
    // read its own KEEPALIVE would be later when we had to wait for a CPU, and flatter it.
    state.established = now();
    send_message(socket, KEEPALIVE, NULL, 0);
    return true;
  case KEEPALIVE:
    state.confirmed = true;
    return true;
  case UPDATE: {
    if (!state.confirmed) fault("an UPDATE before the KEEPALIVE", length);
    if (length < HEADER + 4) return fault("a short UPDATE", length), false;
    bool was_complete = state.last;
    take_update(message, length, time);
    if (!was_complete && state.last) report("complete");
    if (was_complete && options.watches) {
      printf("{\"time\": %ld, \"announced\": %u, \"withdrawn\": %u}\n", time, state.announced,
             state.withdrawn);
      fflush(stdout);
    }
    return options.watches || !state.last;
  }
  case NOTIFICATION:
    return false;
  default:
    return true;
  }
}

// Reads until the table is complete, the neighbour ends the session, or nothing more comes.
static const char *converse(int socket, int64_t deadline) {
  static uint8_t buffer[1 << 18];
  size_t held = 0;
  int64_t heard = now(), next_keepalive = heard + HOLD_TIME / 3 * 1000000000LL;
  for (;;) {
    int64_t time = now();
    if (!state.last && time > deadline) return "timeout";
    if (!state.last && state.first && time - heard > options.idle * 1e9) return "idle";
    if (time > next_keepalive) {
      send_message(socket, KEEPALIVE, NULL, 0);
      next_keepalive = time + HOLD_TIME / 3 * 1000000000LL;
    }
    struct pollfd ready = {.fd = socket, .events = POLLIN};
    if (poll(&ready, 1, 200) <= 0) continue;
    ssize_t count = read(socket, buffer + held, sizeof buffer - held);
    if (count <= 0) return count ? "reset" : "closed";
    time = now();
    held += count;
    size_t at = 0;
    while (held - at >= HEADER) {
      const uint8_t *message = buffer + at;
      unsigned length = two(message + 16);
      for (int i = 0; i < 16; i++)
        if (message[i] != 0xFF) return fault("a marker is not all ones", message[i]), "garbled";
      if (length < HEADER || length > MAXIMUM) return fault("a message length", length), "garbled";
      if (held - at < length) break;
      if (message[18] == UPDATE) heard = time;
      if (!take_message(socket, message, length, time)) return "over";
      at += length;
    }
    memmove(buffer, buffer + at, held - at);
    held -= at;
  }
}

int main(int argc, char **argv) {
  static const struct option names[] = {
      {"dial", required_argument, 0, 'd'},    {"listen", required_argument, 0, 'l'},
      {"local", required_argument, 0, 'a'},   {"as", required_argument, 0, 's'},
      {"first", required_argument, 0, 'f'},   {"count", required_argument, 0, 'n'},
      {"timeout", required_argument, 0, 't'}, {"idle", required_argument, 0, 'i'},
      {"watch", no_argument, 0, 'w'},         {0, 0, 0, 0}};
  for (int name; (name = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    switch (name) {
    case 'd': options.address = optarg; break;
    case 'l': options.address = optarg; options.listens = true; break;
    case 'a': options.local = optarg; break;
    case 's': options.as = strtoul(optarg, NULL, 10); break;
    case 'f': options.first = ntohl(inet_addr(optarg)); break;
    case 'n': options.count = strtoul(optarg, NULL, 10); break;
    case 't': options.timeout = atof(optarg); break;
    case 'i': options.idle = atof(optarg); break;
    case 'w': options.watches = true; break;
    default: return 2;
    }
  }
  if (!options.address || !options.local || !options.as || !options.count) return 2;
  state.seen = calloc(options.count / 64 + 1, sizeof *state.seen);
  if (!state.seen) die("calloc");

  int64_t deadline = now() + options.timeout * 1e9;
  int connection = meet(deadline);
  if (connection < 0) return report("no connection"), 1;
  int one = 1;
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  send_open(connection);
  const char *end = converse(connection, deadline);
  if (!state.last) return report(end), 1;
  // Who measures us looks at the neighbour now, before it has the end of the session to deal with.
  if (!options.watches) sleep(1);
  return 0;
}
