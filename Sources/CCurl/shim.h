#pragma once
#include <curl/curl.h>

// Options and questions are variadic functions, which Swift does not import; and each must be given a value of exactly
// the type that the option takes. One function a type, so that the compiler checks it.

static inline CURLcode bulkhead_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode bulkhead_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

// libcurl copies the text, except that of CURLOPT_POSTFIELDS.
static inline CURLcode bulkhead_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

// The list is not copied: it must live as long as the transfer.
static inline CURLcode bulkhead_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode bulkhead_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

// How many bytes were put into the buffer; 0 is the end.
typedef size_t (*bulkhead_curl_read)(char *buffer, size_t size, size_t count, void *context);

static inline CURLcode bulkhead_curl_set_read(CURL *handle, bulkhead_curl_read callback, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_READFUNCTION, callback);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_READDATA, context) : code;
}

typedef size_t (*bulkhead_curl_write)(char *buffer, size_t size, size_t count, void *context);

static inline CURLcode bulkhead_curl_set_write(CURL *handle, bulkhead_curl_write callback, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, callback);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_WRITEDATA, context) : code;
}

// What passes over the connection, in both directions; needs CURLOPT_VERBOSE.
typedef int (*bulkhead_curl_debug)(CURL *handle, curl_infotype type, char *data, size_t size, void *context);

static inline CURLcode bulkhead_curl_set_debug(CURL *handle, bulkhead_curl_debug callback, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, callback);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_DEBUGDATA, context) : code;
}

// Asked about once a second, and more often while data move; anything but 0 aborts the transfer.
typedef int (*bulkhead_curl_progress)(
    void *context, curl_off_t download_total, curl_off_t downloaded, curl_off_t upload_total, curl_off_t uploaded);

static inline CURLcode bulkhead_curl_set_progress(CURL *handle, bulkhead_curl_progress callback, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, callback);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context) : code;
}

static inline CURLcode bulkhead_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode bulkhead_curl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
