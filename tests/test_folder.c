/* Pictures in directories, against what PIL and torchvision make of them:
 * tools/reference/make_pictures.py wrote the pictures and the archives of what is expected. */
#include "data/picture.h"
#include "landscape/dataset.h"
#include "support.h"

#define FIXTURES "tests/fixtures/folder/"

static void open_data(struct ls_dataset *data, const char *name, enum ls_split split, int limit) {
    struct ls_error error;
    if (ls_dataset_open(data, name, split, limit, &error))
        fail_msg("%s", error.message);
}

/* Both round after the rows and after the columns, but not always to the same byte: up to one in
 * twenty may be off, by the tolerance. */
static void assert_same(const char *name, const char *expected_name, enum ls_split split,
                        int tolerance) {
    int off = 0;
    struct ls_dataset data, expected;
    open_data(&data, text("folder:" FIXTURES "%s", name), split, 0);
    open_data(&expected, text("npz:" FIXTURES "%s.npz", expected_name), split, 0);
    assert_int_equal(data.count, expected.count);
    assert_int_equal(data.height, expected.height);
    assert_int_equal(data.width, expected.width);
    const int plane = data.height * data.width;
    for (int i = 0; i < data.count; i++) {
        assert_int_equal(data.labels[i], expected.labels[i]);
        for (int c = 0; c < data.channels; c++)
            for (int p = 0; p < plane; p++) {
                const int is = data.pixels[(i * data.channels + c) * plane + p],
                          should = expected.pixels[(i * 3 + c) * plane + p];
                off += is != should;
                if (abs(is - should) > tolerance)
                    fail_msg("%s: image %d, channel %d, pixel %d is %d, not %d", name, i, c, p, is,
                             should);
            }
    }
    if (20 * off > data.count * data.channels * plane)
        fail_msg("%s: %d bytes are off", name, off);
    ls_dataset_free(&data);
    ls_dataset_free(&expected);
}

static void pictures_are_as_torchvision_makes_them(void **state) {
    (void)state;
    for (int split = LS_TRAIN; split <= LS_TEST; split++) {
        assert_same("mixed@24x24", "mixed-24x24", (enum ls_split)split, 2);
        assert_same("mixed@16x40", "mixed-16x40", (enum ls_split)split, 2);
        assert_same("mixed/@14x14x1", "mixed-14x14x1", (enum ls_split)split, 2);
    }
    assert_same("equal", "equal", LS_TRAIN, 0);
    assert_same("equal/", "equal", LS_TRAIN, 0);
    assert_same("grey", "grey", LS_TRAIN, 0);
}

/* Bees have label 1 in both splits, though only one of them has ants. */
static void classes_are_those_of_all_splits(void **state) {
    struct ls_dataset data;
    float pixel[3 * 24 * 24];
    (void)state;
    open_data(&data, "folder:" FIXTURES "mixed//@24x24", LS_TEST, 0);
    assert_string_equal(data.name, "folder:" FIXTURES "mixed@24x24");
    assert_int_equal(data.classes, 3);
    assert_int_equal(data.count, 2);
    assert_int_equal(data.labels[0], 1);
    assert_int_equal(data.labels[1], 2);
    ls_dataset_image(&data, 1, pixel);
    assert_float_equal(pixel[2], (data.pixels[5 * 24 * 24] / 255. - 0.406) / 0.225, 1e-5);
    ls_dataset_free(&data);
    open_data(&data, "folder:" FIXTURES "grey", LS_TRAIN, 3);
    assert_int_equal(data.channels, 1);
    assert_int_equal(data.count, 3);
    const int labels[] = {0, 1, 0};
    for (int i = 0; i < 3; i++)
        assert_int_equal(data.labels[i], labels[i]);
    ls_dataset_image(&data, 0, pixel);
    assert_float_equal(pixel[0], (data.pixels[0] - 127.5) / 127.5, 1e-6);
    ls_dataset_free(&data);
}

static void make(const char *directory, const char *name) {
    assert_int_equal(mkdir(text("%s/%s", directory, name), 0777), 0);
}

/* The first `size` bytes of a fixture, or all if there are not as many. */
static void copy(const char *fixture, const char *directory, const char *name, size_t size) {
    static unsigned char bytes[8192];
    FILE *from = fopen(text(FIXTURES "%s", fixture), "rb"),
         *to = fopen(text("%s/%s", directory, name), "wb");
    assert_true(from && to);
    const size_t read = fread(bytes, 1, size < sizeof bytes ? size : sizeof bytes, from);
    assert_int_equal(fwrite(bytes, 1, read, to), read);
    assert_int_equal(fclose(from), 0);
    assert_int_equal(fclose(to), 0);
}

static void classes_may_be_named(void **state) {
    const char *directory = *state;
    struct ls_dataset data;
    make(directory, "10");
    make(directory, "9");
    make(directory, ".hidden");
    copy("equal/dark/1.png", directory, "10/a.png", SIZE_MAX);
    copy("equal/dark/2.png", directory, "9/a.png", SIZE_MAX);
    copy("equal/dark/2.png", directory, "9/.a.gif", SIZE_MAX);
    write_text(text("%s/9/notes.txt", directory), "no picture");
    open_data(&data, text("folder:%s", directory), LS_TRAIN, 0);
    assert_int_equal(data.count, 2);
    assert_int_equal(data.classes, 2);
    const int first_of_ten = data.pixels[3];
    ls_dataset_free(&data);
    write_text(text("%s/classes.txt", directory), "8\r\n9\n10\n\n11");
    open_data(&data, text("folder:%s", directory), LS_TRAIN, 0);
    assert_int_equal(data.classes, 4);
    assert_int_equal(data.labels[0], 1);
    assert_int_equal(data.labels[1], 2);
    assert_int_equal(data.pixels[3 * 8 * 8 + 3], first_of_ten);
    ls_dataset_free(&data);
}

static void assert_refused(const char *name, enum ls_split split, const char *why) {
    struct ls_dataset data;
    struct ls_error error;
    if (ls_dataset_open(&data, name, split, 0, &error) == LS_OK)
        fail_msg("%s is read", name);
    assert_message(&error, why);
    assert_null(data.pixels);
    assert_null(data.labels);
}

static void wrong_directories_are_refused(void **state) {
    const char *directory = *state;
    char name[4096];
    snprintf(name, sizeof name, "folder:%s", directory);
    assert_refused("folder", LS_TRAIN, "folder:DIR");
    assert_refused("folder:", LS_TRAIN, "folder:DIR");
    assert_refused("folder:none", LS_TRAIN, "none is not a directory");
    assert_refused("folder:Makefile@8x8", LS_TRAIN, "Makefile is not a directory");
    assert_refused("folder:tests@8x8x2", LS_TRAIN, "tests@8x8x2 is not a directory");
    assert_refused("folder:" FIXTURES "mixed@0x8", LS_TRAIN, "mixed@0x8 is not a directory");
    assert_refused("folder:" FIXTURES "equal", LS_TEST, "--split train");
    assert_refused("folder:" FIXTURES "mixed", LS_TRAIN, "folder:DIR@224x224 scales them all");
    assert_refused(name, LS_TRAIN, "no pictures in it");
    make(directory, "a");
    assert_refused(name, LS_TRAIN, "no pictures in it");
    copy("equal/dark/1.png", directory, "a/1.png", SIZE_MAX);
    write_text(text("%s/classes.txt", directory), "b\n");
    assert_refused(name, LS_TRAIN, "does not name 'a'");
    write_text(text("%s/classes.txt", directory), "a\nb\na\n");
    assert_refused(name, LS_TRAIN, "names 'a' twice");
    write_text(text("%s/classes.txt", directory), "");
    assert_refused(name, LS_TRAIN, "does not name 'a'");
    write_text(text("%s/classes.txt", directory), "a\n");
    make(directory, "a/below");
    copy("equal/dark/1.png", directory, "a/below/2.bmp", SIZE_MAX);
    assert_refused(name, LS_TRAIN, "a/below/2.bmp: only PNG and JPEG");
    assert_int_equal(unlink(text("%s/a/below/2.bmp", directory)), 0);
    assert_int_equal(symlink("..", text("%s/a/below/up", directory)), 0);
    assert_refused(name, LS_TRAIN, "too many directories");
}

static void colour_among_grey_is_refused(void **state) {
    struct ls_dataset data;
    (void)state;
    assert_refused("folder:" FIXTURES "blend", LS_TRAIN,
                   "a/2.png: in colour, where the first picture is grey; folder:DIR@5x7x3");
    for (int channels = 1; channels <= 3; channels += 2) {
        open_data(&data, text("folder:" FIXTURES "blend@5x7x%d", channels), LS_TRAIN, 0);
        assert_int_equal(data.channels, channels);
        ls_dataset_free(&data);
    }
}

/* Of several pictures that cannot be read, the first is told of, whichever thread comes first. */
static void damaged_pictures_are_refused(void **state) {
    const char *directory = *state;
    char name[4096];
    snprintf(name, sizeof name, "folder:%s@8x8", directory);
    static const struct {
        const char *fixture;
        size_t size;
    } cut[] = {{"mixed/train/ants/1.png", 900},
               {"mixed/train/ants/1.png", 20},
               {"mixed/train/ants/1.png", 0},
               {"mixed/train/ants/2.JPEG", 900},
               {"mixed/train/ants/2.JPEG", 200},
               {"mixed/train/bees/10.jpg", 1500},
               {"grey.npz", SIZE_MAX}};
    make(directory, "a");
    for (int i = 0; i < 40; i++)
        copy("equal/dark/0.png", directory, text("a/%02d.png", i), SIZE_MAX);
    for (size_t c = 0; c < sizeof cut / sizeof *cut; c++) {
        copy(cut[c].fixture, directory, "a/17.png", cut[c].size);
        copy("grey.npz", directory, "a/18.png", 300);
        copy("grey.npz", directory, "a/31.png", 300);
        assert_refused(name, LS_TRAIN, "a/17.png: cannot be read as a picture");
    }
}

/* Pixman's coordinates end at 32,767. */
static void extents_out_of_reach_are_refused(void **state) {
    struct ls_picture picture = {.width = 4000, .height = 1, .rgb = calloc(4000, 3)};
    struct ls_error error;
    (void)state;
    assert_non_null(picture.rgb);
    assert_int_equal(ls_picture_fit(&picture, 224, 224, "thin.png", &error), LS_BAD_FILE);
    assert_message(&error, "thin.png: 1 x 4000");
    assert_int_equal(ls_picture_fit(&picture, 4, 4, "thin.png", &error), LS_OK);
    assert_int_equal(picture.width, 4);
    ls_picture_free(&picture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_as_torchvision_makes_them),
        cmocka_unit_test(classes_are_those_of_all_splits),
        IN_DIRECTORY(classes_may_be_named),
        IN_DIRECTORY(wrong_directories_are_refused),
        IN_DIRECTORY(colour_among_grey_is_refused),
        IN_DIRECTORY(damaged_pictures_are_refused),
        cmocka_unit_test(extents_out_of_reach_are_refused),
    };
    return cmocka_run_group_tests_name("folder", tests, NULL, NULL);
}
