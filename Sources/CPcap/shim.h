#include <pcap/pcap.h>
#include <stdint.h>

// When a frame was captured, in nanoseconds since 1970. In C, since which module struct timeval belongs to
// depends on the order in which a compiler loads them.
static inline uint64_t cpcap_time(const struct pcap_pkthdr *header) {
  return (uint64_t)header->ts.tv_sec * 1000000000 + (uint64_t)header->ts.tv_usec * 1000;
}
