#pragma once
#include <ares.h>
#include <ares_nameser.h>
#include <ares_dns.h>

// Macros with arguments, which Swift does not import. Each reads a fixed part of a message; whoever calls has made sure
// that it is within the message.

static inline int bulkhead_ares_is_authoritative(const unsigned char *header) { return DNS_HEADER_AA(header); }

static inline int bulkhead_ares_code(const unsigned char *header) { return DNS_HEADER_RCODE(header); }

static inline int bulkhead_ares_questions(const unsigned char *header) { return DNS_HEADER_QDCOUNT(header); }

static inline int bulkhead_ares_answers(const unsigned char *header) { return DNS_HEADER_ANCOUNT(header); }

static inline int bulkhead_ares_authorities(const unsigned char *header) { return DNS_HEADER_NSCOUNT(header); }

static inline int bulkhead_ares_record_type(const unsigned char *record) { return DNS_RR_TYPE(record); }

static inline int bulkhead_ares_record_class(const unsigned char *record) { return DNS_RR_CLASS(record); }

static inline unsigned int bulkhead_ares_record_ttl(const unsigned char *record) { return DNS_RR_TTL(record); }

static inline int bulkhead_ares_record_length(const unsigned char *record) { return DNS_RR_LEN(record); }

static inline unsigned int bulkhead_ares_number(const unsigned char *place) { return DNS__32BIT(place); }

// The sizes of those parts.
enum {
    bulkhead_ares_header_size = HFIXEDSZ,
    bulkhead_ares_question_size = QFIXEDSZ,
    bulkhead_ares_record_size = RRFIXEDSZ,
    bulkhead_ares_number_size = INT32SZ,
};

static inline int bulkhead_ares_is_readable(int sockets, int index) {
    return ARES_GETSOCK_READABLE(sockets, index) != 0;
}

static inline int bulkhead_ares_is_writable(int sockets, int index) {
    return ARES_GETSOCK_WRITABLE((unsigned int)sockets, index) != 0;
}
