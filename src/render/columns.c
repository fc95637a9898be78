#include "render/columns.h"
#include "base/alloc.h"
#include "base/file.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 64 << 20 };

/* A file being read. */
struct reader {
    const char *path;
    const char *const *names; /* [wanted] */
    int wanted;
    const char *kind, *header;
    char *next;             /* the text that is left */
    int line;               /* number of the line at hand, from 1 */
    int columns;            /* of the header */
    int at[LS_MAX_COLUMNS]; /* which column holds what is wanted */
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
    char *line = next_line(reader);
    if (!line)
        return ls_fail(error, LS_BAD_FILE, "%s: the file is empty", reader->path);
    for (int w = 0; w < reader->wanted; w++)
        reader->at[w] = -1;
    for (char *field; (field = next_field(&line)) != NULL; reader->columns++)
        for (int w = 0; w < reader->wanted; w++)
            if (strcmp(field, reader->names[w]) == 0)
                reader->at[w] = reader->columns;
    for (int w = 0; w < reader->wanted; w++)
        if (reader->at[w] < 0)
            return ls_fail(error, LS_BAD_FILE,
                           "%s, line 1: there is no column '%s'; a %s starts with %s", reader->path,
                           reader->names[w], reader->kind, reader->header);
    return LS_OK;
}

/* Parses one line into the last place of the columns. */
static enum ls_status read_line(struct reader *reader, char *line, struct ls_columns *columns,
                                struct ls_error *error) {
    int column = 0;
    for (char *field; (field = next_field(&line)) != NULL; column++) {
        char *end;
        double value = strtod(field, &end);
        if (end == field || *end)
            return ls_fail(error, LS_BAD_FILE, "%s, line %d: '%.40s' in column %d is not a number",
                           reader->path, reader->line, field, column + 1);
        for (int w = 0; w < reader->wanted; w++)
            if (reader->at[w] == column)
                columns->values[w][columns->count] = value;
    }
    if (column != reader->columns)
        return ls_fail(error, LS_BAD_FILE, "%s, line %d: %d fields where the header has %d",
                       reader->path, reader->line, column, reader->columns);
    columns->lines[columns->count++] = reader->line;
    return LS_OK;
}

static enum ls_status read_text(struct ls_columns *columns, struct reader *reader,
                                struct ls_error *error) {
    size_t lines = 1;
    for (const char *c = reader->next; *c; c++)
        lines += *c == '\n';
    columns->lines = ls_alloc(lines, sizeof *columns->lines);
    if (!columns->lines)
        return ls_fail_memory(error, reader->path);
    for (int w = 0; w < reader->wanted; w++) {
        columns->values[w] = ls_alloc(lines, sizeof *columns->values[w]);
        if (!columns->values[w])
            return ls_fail_memory(error, reader->path);
    }
    enum ls_status status = read_header(reader, error);
    for (char *line; status == LS_OK && (line = next_line(reader)) != NULL;)
        if (*line)
            status = read_line(reader, line, columns, error);
    if (status == LS_OK && columns->count == 0)
        status =
            ls_fail(error, LS_BAD_FILE, "%s: there is nothing below the header yet", reader->path);
    return status;
}

enum ls_status ls_columns_read(struct ls_columns *columns, const char *path,
                               const char *const *names, int wanted, const char *kind,
                               const char *header, struct ls_error *error) {
    unsigned char *bytes;
    size_t byte_count;
    *columns = (struct ls_columns){0};
    enum ls_status status = ls_file_read(path, MAX_BYTES, &bytes, &byte_count, error);
    if (status != LS_OK)
        return status;
    struct reader reader = {.path = path,
                            .names = names,
                            .wanted = wanted,
                            .kind = kind,
                            .header = header,
                            .next = (char *)bytes};
    status = strlen((char *)bytes) == byte_count
                 ? read_text(columns, &reader, error)
                 : ls_fail(error, LS_BAD_FILE, "%s: this is no text file", path);
    free(bytes);
    if (status != LS_OK)
        ls_columns_free(columns);
    return status;
}

void ls_columns_free(struct ls_columns *columns) {
    for (int w = 0; w < LS_MAX_COLUMNS; w++)
        free(columns->values[w]);
    free(columns->lines);
    *columns = (struct ls_columns){0};
}
