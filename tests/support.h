/* What tests share: cmocka with all it needs, and a directory to work in. */
#ifndef LANDSCAPE_TESTS_SUPPORT_H
#define LANDSCAPE_TESTS_SUPPORT_H

#include "landscape/error.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those above. */
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A string printed into one of a few buffers that are used in turn. */
__attribute__((format(printf, 1, 2))) static inline const char *text(const char *format, ...) {
    static char buffers[8][2048];
    static int next;
    char *buffer = buffers[next++ % 8];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(buffer, sizeof buffers[0], format, arguments);
    va_end(arguments);
    return buffer;
}

static inline void remove_tree(const char *path) {
    DIR *directory = opendir(path);
    struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *name = malloc(strlen(path) + strlen(entry->d_name) + 2);
        sprintf(name, "%s/%s", path, entry->d_name);
        if (unlink(name) != 0)
            remove_tree(name);
        free(name);
    }
    if (directory)
        closedir(directory);
    rmdir(path);
}

/* cmocka fixtures: *state = the name of a new empty directory, which is removed with all it holds.
 */
static inline int make_directory(void **state) {
    const char *base = getenv("TMPDIR");
    char *name = malloc(4096);
    *state = name;
    if (!name)
        return -1;
    snprintf(name, 4096, "%s/landscape-test-XXXXXX", base ? base : "/tmp");
    return mkdtemp(name) ? 0 : -1;
}

static inline int remove_directory(void **state) {
    remove_tree(*state);
    free(*state);
    return 0;
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

static inline void write_text(const char *path, const char *content) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, strlen(content), file), strlen(content));
    assert_int_equal(fclose(file), 0);
}

/* An observer's stop: after as many questions as `context`, an int, says. */
static inline bool stop_after(void *context) {
    int *left = context;
    return --*left < 0;
}

/* Entries of a directory, "." and ".." not counted. */
static inline int count_entries(const char *path) {
    DIR *directory = opendir(path);
    int count = -2;
    assert_non_null(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

/* The message must hold `part`. */
static inline void assert_message(const struct ls_error *error, const char *part) {
    if (!strstr(error->message, part))
        fail_msg("\"%s\" does not mention \"%s\"", error->message, part);
}

/* FNV-1a, to pin down many bytes by one number. */
static inline uint64_t hash_bytes(const void *bytes, size_t count) {
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3;
    return hash;
}

#endif
