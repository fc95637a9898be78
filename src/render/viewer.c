/* A page is the template viewer.html with everything that it names as @NAME@ put in. */
#include "render/viewer.h"
#include "base/file.h"
#include "render/template.h"
#include "render/utf8.h"
#include "render/viewer_data.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LIBRARY = 16 << 20 }; /* bytes; three.js has about one million */

/* Text for HTML's title element, whatever is in it. */
static void add_escaped(struct ls_script *page, const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    while (*at) {
        int length = ls_utf8_printable(at);
        if (length == 0)
            ls_script_add(page, " ");
        else if (strchr("<>&\"'", *at))
            ls_script_add(page, "&#%d;", *at);
        else
            ls_script_add(page, "%.*s", length, (const char *)at);
        at += length ? length : 1;
    }
}

static void add_title(struct ls_script *page, const struct ls_request *request) {
    char name[512];
    const char *title = ls_request_title(request);
    add_escaped(page, title);
    for (int i = 0; !*title && i < request->count; i++) {
        ls_request_name(request, i, name, sizeof name);
        ls_script_add(page, i ? ", " : "");
        add_escaped(page, name);
    }
}

/* *source = three.js, from malloc. */
static enum ls_status read_three(unsigned char **source, struct ls_error *error) {
    const char *places[] = {getenv("LANDSCAPE_THREE"), "/usr/share/javascript/three/three.min.js",
                            "/usr/share/nodejs/three/build/three.min.js"};
    const int count = places[0] ? 1 : sizeof places / sizeof places[0];
    const char *path = NULL;
    size_t size;
    enum ls_status status = LS_UNSUPPORTED;
    for (int i = 0; i < count && status != LS_OK; i++)
        if ((path = places[i]))
            status = ls_file_read(path, MAX_LIBRARY, source, &size, error);
    if (status != LS_OK && places[0])
        return status;
    if (status != LS_OK)
        return ls_fail(error, LS_UNSUPPORTED,
                       "three.js, which the viewer draws with, is not installed: run 'make deps' "
                       "or 'apt-get install libjs-three', or name its three.min.js in "
                       "LANDSCAPE_THREE");
    /* It goes into a script element as it is, and has to say THREE there. */
    if (strlen((char *)*source) == size && strstr((char *)*source, "WebGLRenderer") &&
        !strstr((char *)*source, "</script"))
        return LS_OK;
    free(*source);
    return ls_fail(error, LS_BAD_FILE, "%s is not the three.min.js of three.js", path);
}

/* Puts in what the template calls `name`. */
static enum ls_status add_part(struct ls_script *page, const char *name,
                               const struct ls_request *request, struct ls_error *error) {
    if (strcmp(name, "title") == 0) {
        add_title(page, request);
    } else if (strcmp(name, "data") == 0) {
        ls_viewer_data(page, request);
    } else if (strcmp(name, "three.js") == 0) {
        unsigned char *source;
        enum ls_status status = read_three(&source, error);
        if (status != LS_OK)
            return status;
        ls_script_add(page, "%s", (char *)source);
        free(source);
    } else {
        const char *text = ls_template(name);
        if (!text)
            return ls_fail(error, LS_UNSUPPORTED, "this build has no part '%s' of the viewer",
                           name);
        ls_script_add(page, "%s", text);
    }
    return LS_OK;
}

static enum ls_status add_page(struct ls_script *page, const struct ls_request *request,
                               struct ls_error *error) {
    const char *at = ls_template("viewer.html"), *mark;
    while (at && (mark = strchr(at, '@'))) {
        char name[32];
        int length = (int)strcspn(mark + 1, "@");
        ls_script_add(page, "%.*s", (int)(mark - at), at);
        snprintf(name, sizeof name, "%.*s", length, mark + 1);
        enum ls_status status = add_part(page, name, request, error);
        if (status != LS_OK)
            return status;
        at = mark + length + 2;
    }
    ls_script_add(page, "%s", at ? at : "");
    return LS_OK;
}

enum ls_status ls_viewer_write(const struct ls_request *request, struct ls_error *error) {
    struct ls_script page = {0};
    enum ls_status status = add_page(&page, request, error);
    if (status == LS_OK)
        status = page.failed ? ls_fail_memory(error, request->path)
                             : ls_file_write(request->path, page.text, page.length, error);
    ls_script_free(&page);
    return status;
}
