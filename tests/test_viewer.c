/* The page that `plot -o view.html` writes. What it does in a browser is tested by tests/viewer. */
#include "landscape/plot.h"
#include "support.h"
#include <math.h>

/* In a directory of its own, with a stand-in for three.js. */
static int enter(void **state) {
    if (make_directory(state) != 0 || chdir(*state) != 0)
        return -1;
    write_text("three.js", "THREE = 'WebGLRenderer'");
    return setenv("LANDSCAPE_THREE", "three.js", 1);
}

static int leave(void **state) {
    unsetenv("LANDSCAPE_THREE");
    return chdir("/") == 0 ? remove_directory(state) : -1;
}

static void make_surface(struct ls_surface *surface) {
    struct ls_range x = {-1, 1, 3}, y = {0, 1, 2};
    assert_int_equal(ls_surface_create(surface, &x, &y, NULL), LS_OK);
    const double losses[] = {0.1, 1e9, LS_NOT_COMPUTED, NAN, INFINITY, 1e-3};
    for (int i = 0; i < 6; i++) {
        surface->loss[i] = losses[i];
        surface->accuracy[i] = i;
    }
}

static enum ls_status write_page(const struct ls_surface *surface, struct ls_error *error) {
    const struct ls_plot_options options = ls_plot_defaults();
    return ls_plot_surfaces(&surface, 1, &options, "page.html", error);
}

/* The page, zero-terminated; from malloc. */
static char *read_page(void) {
    FILE *file = fopen("page.html", "rb");
    char *page = calloc(1, 1 << 20);
    assert_non_null(file);
    assert_non_null(page);
    assert_in_range(fread(page, 1, (1 << 20) - 1, file), 1000, (1 << 20) - 2);
    fclose(file);
    return page;
}

static int count(const char *text, const char *what) {
    int found = 0;
    while ((text = strstr(text, what))) {
        found++;
        text++;
    }
    return found;
}

/* The bytes of base64 text that ends at a quote. */
static size_t decode(const char *text, unsigned char *bytes) {
    const char *digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = 0;
    unsigned bits = 0;
    int have = 0;
    for (; *text != '"' && *text != '='; text++) {
        bits = bits << 6 | (unsigned)(strchr(digits, *text) - digits);
        have += 6;
        if (have >= 8) {
            have -= 8;
            bytes[length++] = (unsigned char)(bits >> have);
        }
    }
    return length;
}

static void numbers_arrive_with_every_bit(void **state) {
    (void)state;
    struct ls_surface surface;
    unsigned char bytes[128];
    make_surface(&surface);
    assert_int_equal(write_page(&surface, NULL), LS_OK);
    char *page = read_page(), *surfaces = strstr(page, "\"surfaces\":");
    assert_non_null(surfaces);
    const struct {
        const char *key;
        const double *values;
        size_t count;
    } arrays[] = {{"\"x\":\"", surface.x, 3},
                  {"\"y\":\"", surface.y, 2},
                  {"\"loss\":\"", surface.loss, 6},
                  {"\"accuracy\":\"", surface.accuracy, 6}};
    for (int i = 0; i < 4; i++) {
        const char *at = strstr(surfaces, arrays[i].key);
        assert_non_null(at);
        assert_int_equal(decode(at + strlen(arrays[i].key), bytes), 8 * arrays[i].count);
        for (size_t k = 0; k < arrays[i].count; k++) {
            uint64_t bits, found = 0;
            memcpy(&bits, &arrays[i].values[k], 8);
            for (int b = 7; b >= 0; b--)
                found = found << 8 | bytes[8 * k + (size_t)b];
            assert_true(bits == found);
        }
    }
    free(page);
    ls_surface_free(&surface);
}

static void metadata_cannot_leave_its_string(void **state) {
    (void)state;
    struct ls_surface surface;
    make_surface(&surface);
    assert_int_equal(write_page(&surface, NULL), LS_OK);
    char *plain = read_page();
    assert_int_equal(ls_metadata_set(&surface.metadata, NULL, "arch", "%s",
                                     "</script><!--<script>\"\\\n\xff</title>"),
                     LS_OK);
    assert_int_equal(write_page(&surface, NULL), LS_OK);
    char *page = read_page();
    static const char *const marks[] = {"</script", "<script", "<!--", "</title", "\xff"};
    for (int i = 0; i < 5; i++)
        assert_int_equal(count(page, marks[i]), count(plain, marks[i]));
    assert_non_null(strstr(
        page, "\\u003c/script\\u003e\\u003c!--\\u003cscript\\u003e\\u0022\\u005c\\u000a\\ufffd"));
    assert_non_null(strstr(page, "<title>&#60;/script&#62;"));
    free(plain);
    free(page);
    ls_surface_free(&surface);
}

static void every_part_is_put_in_and_the_page_asks_for_nothing(void **state) {
    (void)state;
    struct ls_surface surface;
    make_surface(&surface);
    assert_int_equal(write_page(&surface, NULL), LS_OK);
    char *page = read_page();
    assert_int_equal(count(page, "THREE = 'WebGLRenderer'"), 1);
    assert_int_equal(count(page, ".js@") + count(page, ".css@") + count(page, "@data@"), 0);
    assert_int_equal(count(page, " src=") + count(page, "<link") + count(page, "@import"), 0);
    assert_non_null(strstr(page, "default-src 'none'"));
    assert_non_null(strstr(page, "Permission is hereby granted"));
    free(page);
    ls_surface_free(&surface);
}

static void without_three_there_is_no_page(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_error error;
    make_surface(&surface);
    setenv("LANDSCAPE_THREE", "nowhere.js", 1);
    assert_int_equal(write_page(&surface, &error), LS_IO);
    assert_message(&error, "nowhere.js");
    write_text("three.js", "WebGLRenderer </script>");
    setenv("LANDSCAPE_THREE", "three.js", 1);
    assert_int_equal(write_page(&surface, &error), LS_BAD_FILE);
    assert_message(&error, "three.js is not the three.min.js");
    assert_int_equal(count_entries("."), 1);
    ls_surface_free(&surface);
}

#define IN_OWN(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_OWN(numbers_arrive_with_every_bit),
        IN_OWN(metadata_cannot_leave_its_string),
        IN_OWN(every_part_is_put_in_and_the_page_asks_for_nothing),
        IN_OWN(without_three_there_is_no_page),
    };
    return cmocka_run_group_tests_name("viewer", tests, NULL, NULL);
}
