#include "render/training_log.h"
#include "base/alloc.h"
#include "base/file.h"
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { EPOCH, TRAIN_ERROR, TEST_ERROR, WANTED };
enum { MAX_LOG_BYTES = 64 << 20 };

/* A file being read. */
struct reader {
    const char *path;
    char *next;     /* the text that is left */
    int line;       /* number of the line at hand, from 1 */
    int columns;    /* of the header */
    int at[WANTED]; /* which column holds what is wanted */
};

/* Cuts the next line off the text; NULL at its end. */
static char *next_line(struct reader *reader) {
    char *line = reader->next;
    if (!line || !*line)
        return NULL;
    char *end = line + strcspn(line, "\n");
    reader->next = *end ? end + 1 : NULL;
    *end = 0;
    if (end > line && end[-1] == '\r')
        end[-1] = 0;
    reader->line++;
    return line;
}

/* Cuts the next field off the line; NULL behind the last one. */
static char *next_field(char **line) {
    char *field = *line;
    if (!field)
        return NULL;
    char *end = strchr(field, ',');
    *line = end ? end + 1 : NULL;
    if (end)
        *end = 0;
    return field;
}

static enum ls_status read_header(struct reader *reader, struct ls_error *error) {
    static const char *const names[WANTED] = {"epoch", "train_error", "test_error"};
    char *line = next_line(reader);
    if (!line)
        return ls_fail(error, LS_BAD_FILE, "%s: the file is empty", reader->path);
    for (int w = 0; w < WANTED; w++)
        reader->at[w] = -1;
    for (char *field; (field = next_field(&line)) != NULL; reader->columns++)
        for (int w = 0; w < WANTED; w++)
            if (strcmp(field, names[w]) == 0)
                reader->at[w] = reader->columns;
    for (int w = 0; w < WANTED; w++)
        if (reader->at[w] < 0)
            return ls_fail(error, LS_BAD_FILE,
                           "%s, line 1: there is no column '%s'; a log starts with "
                           "epoch,rate,train_loss,train_error,test_loss,test_error",
                           reader->path, names[w]);
    return LS_OK;
}

/* Parses one line into the last place of the log. */
static enum ls_status read_line(struct reader *reader, char *line, struct ls_training_log *log,
                                struct ls_error *error) {
    double *const into[WANTED] = {log->epoch, log->train_error, log->test_error};
    int column = 0;
    for (char *field; (field = next_field(&line)) != NULL; column++) {
        char *end;
        double value = strtod(field, &end);
        if (end == field || *end)
            return ls_fail(error, LS_BAD_FILE, "%s, line %d: '%.40s' in column %d is not a number",
                           reader->path, reader->line, field, column + 1);
        for (int w = 0; w < WANTED; w++)
            if (reader->at[w] == column)
                into[w][log->count] = value;
    }
    if (column != reader->columns)
        return ls_fail(error, LS_BAD_FILE, "%s, line %d: %d fields where the header has %d",
                       reader->path, reader->line, column, reader->columns);
    double epoch = log->epoch[log->count];
    if (!isfinite(epoch) || (log->count > 0 && epoch <= log->epoch[log->count - 1]))
        return ls_fail(error, LS_BAD_FILE, "%s, line %d: epochs must rise", reader->path,
                       reader->line);
    log->count++;
    return LS_OK;
}

static enum ls_status read_text(struct ls_training_log *log, const char *path, char *text,
                                struct ls_error *error) {
    size_t lines = 1;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    log->epoch = ls_alloc(lines, sizeof *log->epoch);
    log->train_error = ls_alloc(lines, sizeof *log->train_error);
    log->test_error = ls_alloc(lines, sizeof *log->test_error);
    if (!log->epoch || !log->train_error || !log->test_error)
        return ls_fail_memory(error, path);
    struct reader reader = {.path = path, .next = text};
    enum ls_status status = read_header(&reader, error);
    for (char *line; status == LS_OK && (line = next_line(&reader)) != NULL;)
        if (*line)
            status = read_line(&reader, line, log, error);
    if (status == LS_OK && log->count == 0)
        status = ls_fail(error, LS_BAD_FILE, "%s: there are no epochs in it yet", path);
    return status;
}

enum ls_status ls_training_log_read(struct ls_training_log *log, const char *path,
                                    struct ls_error *error) {
    unsigned char *bytes;
    size_t byte_count;
    *log = (struct ls_training_log){0};
    enum ls_status status = ls_file_read(path, MAX_LOG_BYTES, &bytes, &byte_count, error);
    if (status != LS_OK)
        return status;
    status = strlen((char *)bytes) == byte_count
                 ? read_text(log, path, (char *)bytes, error)
                 : ls_fail(error, LS_BAD_FILE, "%s: this is no text file", path);
    free(bytes);
    if (status != LS_OK)
        ls_training_log_free(log);
    return status;
}

void ls_training_log_free(struct ls_training_log *log) {
    free(log->epoch);
    free(log->train_error);
    free(log->test_error);
    *log = (struct ls_training_log){0};
}
