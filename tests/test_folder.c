/* Pictures in directories, against what PIL and torchvision make of them:
 * tools/reference/make_pictures.py wrote the pictures and the archives of what is expected. */
#include "data/picture.h"
#include "landscape/dataset.h"
#include "support.h"

#define FIXTURES "tests/fixtures/folder/"

static void open_data(struct ls_dataset *data, const char *name, enum ls_split split, int limit) {
    struct ls_error error;
    if (ls_dataset_open(data, name, split, limit, 0, NULL, &error))
        fail_msg("%s", error.message);
}

static void assert_same(const char *name, const char *expected_name, enum ls_split split) {
    struct ls_dataset data, expected;
    open_data(&data, text("folder:" FIXTURES "%s", name), split, 0);
    open_data(&expected, text("npz:" FIXTURES "%s.npz", expected_name), split, 0);
    assert_int_equal(data.count, expected.count);
    assert_int_equal(data.height, expected.height);
    assert_int_equal(data.width, expected.width);
    assert_int_equal(data.classes, expected.classes);
    const int plane = data.height * data.width;
    for (int i = 0; i < data.count; i++) {
        assert_int_equal(data.labels[i], expected.labels[i]);
        for (int c = 0; c < data.channels; c++)
            for (int p = 0; p < plane; p++) {
                const int is = data.pixels[(i * data.channels + c) * plane + p],
                          should = expected.pixels[(i * 3 + c) * plane + p];
                if (is != should)
                    fail_msg("%s: image %d, channel %d, pixel %d is %d, not %d", name, i, c, p, is,
                             should);
            }
    }
    ls_dataset_free(&data);
    ls_dataset_free(&expected);
}

static void pictures_are_as_torchvision_makes_them(void **state) {
    (void)state;
    for (int split = LS_TRAIN; split <= LS_TEST; split++) {
        assert_same("mixed@24x24", "mixed-24x24", (enum ls_split)split);
        assert_same("mixed@16x40x3", "mixed-16x40", (enum ls_split)split);
        assert_same("mixed@25x3", "mixed-25x3", (enum ls_split)split);
        assert_same("mixed/@14x14x1", "mixed-14x14x1", (enum ls_split)split);
    }
    assert_same("equal", "equal", LS_TRAIN);
    assert_same("equal/", "equal", LS_TRAIN);
    assert_same("grey", "grey", LS_TRAIN);
}

static void images_are_normalised_and_named(void **state) {
    struct ls_dataset data;
    struct ls_error error;
    float pixel[3 * 24 * 24];
    char usual[65], other[65];
    (void)state;
    open_data(&data, "folder:" FIXTURES "mixed//@24x24", LS_TEST, 1);
    assert_string_equal(data.name, "folder:" FIXTURES "mixed@24x24");
    ls_dataset_image(&data, 0, pixel);
    assert_float_equal(pixel[0], (data.pixels[0] / 255. - 0.485) / 0.229, 1e-5);
    assert_float_equal(pixel[1], (data.pixels[24 * 24] / 255. - 0.456) / 0.224, 1e-5);
    assert_float_equal(pixel[2], (data.pixels[2 * 24 * 24] / 255. - 0.406) / 0.225, 1e-5);
    ls_dataset_sha256(&data, usual);
    assert_int_equal(ls_dataset_normalise(&data, "0.5/0.5", NULL), LS_OK);
    ls_dataset_sha256(&data, other);
    assert_string_not_equal(usual, other);
    ls_dataset_free(&data);
    open_data(&data, "folder:" FIXTURES "grey", LS_TRAIN, 3);
    assert_int_equal(data.channels, 1);
    assert_int_equal(data.count, 3);
    ls_dataset_image(&data, 0, pixel);
    assert_float_equal(pixel[0], (data.pixels[0] - 127.5) / 127.5, 1e-6);
    ls_dataset_free(&data);
    assert_int_equal(
        ls_dataset_open(&data, "folder:" FIXTURES "grey", LS_TRAIN, 5, 0, NULL, &error),
        LS_BAD_ARGUMENT);
    assert_message(&error, "4 train images, 5 asked for");
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

/* The class of a data set's picture, which is told by one byte of it. */
static int label_with(const struct ls_dataset *data, int pixel) {
    const int size = data->channels * data->height * data->width;
    for (int i = 0; i < data->count; i++)
        if (data->pixels[i * size + 3] == pixel)
            return data->labels[i];
    return -1;
}

/* Any number of first images is of the classes as all images are. */
static void classes_come_in_proportion(void **state) {
    enum { ALL = 10 };
    static const struct {
        const char *name;
        int pictures;
    } classes[] = {{"a", 1}, {"b", 6}, {"c", 3}};
    static const int wanted[ALL] = {0, 1, 2, 1, 1, 2, 1, 1, 2, 1};
    struct ls_dataset data;
    for (int c = 0; c < 3; c++) {
        make(*state, classes[c].name);
        for (int i = 0; i < classes[c].pictures; i++)
            copy("equal/dark/1.png", *state, text("%s/%d.png", classes[c].name, i), SIZE_MAX);
    }
    open_data(&data, text("folder:%s", (const char *)*state), LS_TRAIN, 0);
    assert_int_equal(data.count, ALL);
    for (int i = 0; i < ALL; i++)
        assert_int_equal(data.labels[i], wanted[i]);
    ls_dataset_free(&data);
}

static void classes_may_be_named(void **state) {
    const char *directory = *state;
    struct ls_dataset data;
    const char *const good[] = {"8\r\n9\n10\n\n11", "\xEF\xBB\xBF"
                                                    "8\n9 \n 10/\t\n11\n"};
    make(directory, "10");
    make(directory, "9");
    make(directory, ".hidden");
    make(directory, "__MACOSX");
    make(directory, "__a");
    copy("equal/dark/3.png", directory, "__a/1.png", SIZE_MAX);
    copy("equal/dark/1.png", directory, "10/a.png", SIZE_MAX);
    copy("equal/dark/2.png", directory, "9/a.png", SIZE_MAX);
    copy("equal/dark/2.png", directory, "9/.a.gif", SIZE_MAX);
    write_text(text("%s/9/notes.txt", directory), "no picture");
    open_data(&data, text("folder:%s", directory), LS_TRAIN, 0);
    assert_int_equal(data.count, 3);
    assert_int_equal(data.classes, 3);
    assert_int_equal(data.labels[0], 0); /* "10" comes before "9", and that before "__a" */
    const int ten = data.pixels[3], nine = data.pixels[3 * 8 * 8 + 3];
    assert_int_not_equal(ten, nine);
    ls_dataset_free(&data);
    assert_int_equal(unlink(text("%s/__a/1.png", directory)), 0);
    assert_int_equal(rmdir(text("%s/__a", directory)), 0);
    for (int g = 0; g < 2; g++) {
        write_text(text("%s/classes.txt", directory), good[g]);
        open_data(&data, text("folder:%s", directory), LS_TRAIN, 0);
        assert_int_equal(data.classes, 4);
        assert_int_equal(label_with(&data, nine), 1);
        assert_int_equal(label_with(&data, ten), 2);
        ls_dataset_free(&data);
    }
}

static void assert_refused(const char *name, enum ls_split split, const char *why) {
    struct ls_dataset data;
    struct ls_error error;
    if (ls_dataset_open(&data, name, split, 0, 0, NULL, &error) == LS_OK)
        fail_msg("%s is read", name);
    assert_message(&error, why);
    assert_null(data.pixels);
    assert_null(data.labels);
    assert_int_not_equal(ls_dataset_open(&data, name, split, 0, 0, NULL, NULL), LS_OK);
}

static void reading_stops_when_the_observer_asks(void **state) {
    struct ls_dataset data;
    struct ls_error error;
    (void)state;
    int left = 2;
    const struct ls_observer observer = {.stop = stop_after, .context = &left};
    assert_int_equal(
        ls_dataset_open(&data, "folder:" FIXTURES "grey", LS_TRAIN, 0, 1, &observer, &error),
        LS_INTERRUPTED);
    assert_null(data.pixels);
    left = 4;
    assert_int_equal(
        ls_dataset_open(&data, "folder:" FIXTURES "grey", LS_TRAIN, 0, 1, &observer, &error),
        LS_OK);
    ls_dataset_free(&data);
}

static void wrong_names_are_refused(void **state) {
    const char *directory = *state;
    struct ls_dataset data;
    assert_refused("folder", LS_TRAIN, "folder:DIR");
    assert_refused("folder:", LS_TRAIN, "folder:DIR");
    assert_refused("folder:@8x8", LS_TRAIN, "folder:DIR");
    assert_refused("folder:none", LS_TRAIN, "directory none: No such file");
    assert_refused("folder:none@8x9x4", LS_TRAIN, "directory none@8x9x4: No such file");
    assert_refused("folder:Makefile@8x8", LS_TRAIN, "directory Makefile: Not a directory");
    assert_refused("folder:tests@8x8x2", LS_TRAIN, "'@8x8x2' is no extent: @224x224");
    assert_refused("folder:tests@224", LS_TRAIN, "'@224' is no extent");
    assert_refused("folder:tests@4097x8", LS_TRAIN, "up to 4096");
    make(directory, "x@8x8");
    make(directory, "x@8x8/a");
    copy("grey/a/0.png", directory, "x@8x8/a/1.png", SIZE_MAX);
    open_data(&data, text("folder:%s/x@8x8/", directory), LS_TRAIN, 0);
    assert_int_equal(data.height, 5);
    assert_string_equal(data.name, text("folder:%s/x@8x8/", directory));
    ls_dataset_free(&data);
}

static void wrong_directories_are_refused(void **state) {
    const char *directory = *state;
    char name[4096];
    snprintf(name, sizeof name, "folder:%s", directory);
    assert_refused("folder:" FIXTURES "equal", LS_TEST, "no test images, which would be in");
    assert_refused("folder:" FIXTURES "mixed", LS_TRAIN, "folder:DIR@224x224 scales them all");
    assert_refused(name, LS_TRAIN, "no directory for each class in it");
    copy("equal/dark/1.png", directory, "1.png", SIZE_MAX);
    assert_refused(name, LS_TRAIN, "no directory for each class in it, only pictures");
    make(directory, "a");
    assert_refused(name, LS_TRAIN, "/a: has no PNG or JPEG files in it");
    copy("equal/dark/1.png", directory, "a/1.png", SIZE_MAX);
    static const char *const files[][2] = {{"b\n", "'a' among its train images is no class"},
                                           {"", "'a' among its train images is no class"},
                                           {"a\nb\na\n", "names 'a' twice"},
                                           {"a\n../a\n", "'../a' is no name"},
                                           {"a\n..\n", "'..' is no name"}};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        write_text(text("%s/classes.txt", directory), files[f][0]);
        assert_refused(name, LS_TRAIN, files[f][1]);
    }
    copy("equal/dark/1.png", directory, "classes.txt", SIZE_MAX);
    assert_refused(name, LS_TRAIN, "classes.txt: is no text");
    assert_int_equal(unlink(text("%s/classes.txt", directory)), 0);
    assert_int_equal(symlink("nowhere", text("%s/classes.txt", directory)), 0);
    assert_refused(name, LS_TRAIN, "classes.txt: No such file");
    assert_int_equal(unlink(text("%s/classes.txt", directory)), 0);
}

static void wrong_entries_are_refused(void **state) {
    const char *directory = *state;
    char name[4096];
    snprintf(name, sizeof name, "folder:%s", directory);
    make(directory, "a");
    make(directory, "a/below");
    copy("equal/dark/1.png", directory, "a/1.png", SIZE_MAX);
    static const char *const refused[] = {"a/below/2.bmp", "a/below/2.WEBP", "a/2.gif"};
    for (size_t r = 0; r < sizeof refused / sizeof *refused; r++) {
        copy("equal/dark/1.png", directory, refused[r], SIZE_MAX);
        assert_refused(name, LS_TRAIN, text("%s: only PNG and JPEG", refused[r]));
        assert_int_equal(unlink(text("%s/%s", directory, refused[r])), 0);
    }
    assert_int_equal(mkfifo(text("%s/a/2.png", directory), 0600), 0);
    assert_refused(name, LS_TRAIN, "a/2.png: is called a picture, but is no file");
    assert_int_equal(unlink(text("%s/a/2.png", directory)), 0);
    assert_int_equal(symlink("nowhere", text("%s/b", directory)), 0);
    assert_refused(name, LS_TRAIN, "/b: No such file");
    assert_int_equal(unlink(text("%s/b", directory)), 0);
    assert_int_equal(symlink("..", text("%s/a/below/up", directory)), 0);
    assert_refused(name, LS_TRAIN, "too many directories");
}

/* Neither is a class taken for a split, nor a split for a class. */
static void splits_are_told_from_classes(void **state) {
    const char *directory = *state;
    char name[4096];
    struct ls_dataset data;
    snprintf(name, sizeof name, "folder:%s", directory);
    make(directory, "Train");
    copy("equal/dark/1.png", directory, "Train/1.png", SIZE_MAX);
    assert_refused(name, LS_TRAIN,
                   "Train: has pictures in it: move them into a directory for each class");
    assert_int_equal(unlink(text("%s/Train/1.png", directory)), 0);
    make(directory, "Train/a");
    make(directory, "Train/b");
    copy("equal/dark/1.png", directory, "Train/a/1.png", SIZE_MAX);
    copy("equal/dark/2.png", directory, "Train/b/1.png", SIZE_MAX);
    open_data(&data, name, LS_TRAIN, 0);
    assert_int_equal(data.count, 2);
    ls_dataset_free(&data);
    make(directory, "test");
    assert_refused(name, LS_TEST, "no test images");
    make(directory, "test/b");
    copy("equal/dark/3.png", directory, "test/b/1.png", SIZE_MAX);
    open_data(&data, name, LS_TEST, 0);
    assert_int_equal(data.count, 1);
    assert_int_equal(data.labels[0], 1); /* as in training */
    assert_int_equal(data.classes, 2);
    const int tested = data.pixels[3];
    ls_dataset_free(&data);
    make(directory, "valid");
    make(directory, "valid/a");
    copy("equal/bright/1.png", directory, "valid/a/1.png", SIZE_MAX);
    open_data(&data, name, LS_TEST, 0);
    assert_int_equal(data.pixels[3], tested);
    ls_dataset_free(&data);
    make(directory, "test/unknown"); /* where images without labels are kept */
    open_data(&data, name, LS_TEST, 0);
    assert_int_equal(data.labels[0], 0);
    ls_dataset_free(&data);
    make(directory, "valid/c");
    assert_refused(name, LS_TEST, "'c' among its test images is no class");
    copy("equal/dark/1.png", directory, "test/1.png", SIZE_MAX);
    assert_refused(name, LS_TEST, "test: has pictures in it: move them");
    open_data(&data, name, LS_TRAIN, 0); /* which that is nothing to */
    assert_int_equal(data.count, 2);
    ls_dataset_free(&data);
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

/* Of several pictures that cannot be read, the first is told of, although it takes the longest. */
static void damaged_pictures_are_refused(void **state) {
    const char *directory = *state;
    char name[4096];
    static const struct {
        const char *fixture;
        size_t size;
    } cut[] = {{"mixed/train/ants/1.png", 900},        {"mixed/train/ants/1.png", 20},
               {"mixed/train/ants/1.png", 0},          {"mixed/train/ants/2.JPEG", 900},
               {"mixed/train/ants/2.JPEG", 200},       {"mixed/train/bees/10.jpg", 1500},
               {"mixed/train/bees/4.jfif", 700},       {"grey.npz", SIZE_MAX},
               {"mixed/train/ants/more-1/3.png", 2000}};
    snprintf(name, sizeof name, "folder:%s@8x8", directory);
    make(directory, "a");
    for (int i = 0; i < 200; i++)
        copy("equal/dark/0.png", directory, text("a/%03d.png", i), SIZE_MAX);
    for (size_t c = 0; c < sizeof cut / sizeof *cut; c++) {
        copy(cut[c].fixture, directory, "a/017.png", cut[c].size);
        for (int i = 18; i < 30; i++)
            copy("grey.npz", directory, text("a/%03d.png", i), 3);
        assert_refused(name, LS_TRAIN, "a/017.png: cannot be read as a picture");
    }
}

/* Room is not made for what a small file claims to be. */
static void vast_pictures_are_refused(void **state) {
    unsigned char bytes[8192];
    struct ls_picture picture;
    struct ls_error error;
    (void)state;
    FILE *file = fopen(FIXTURES "mixed/train/bees/4.jfif", "rb");
    assert_non_null(file);
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);
    size_t at = 0;
    while (at + 9 < size &&
           (bytes[at] != 0xFF || bytes[at + 1] != 0xC2)) /* its progressive frame */
        at++;
    assert_in_range(at, 1, size - 10);
    bytes[at + 5] = bytes[at + 7] = 0xF0; /* height and width */
    assert_int_equal(ls_picture_decode(&picture, "vast.jpg", bytes, size, &error), LS_BAD_FILE);
    assert_message(&error, "it is too large");
}

/* White stays white at every scale, to the last row and column. */
static void extents_of_all_kinds_are_scaled(void **state) {
    static const int extents[][4] = {{1, 4000, 224, 224}, {4000, 1, 8, 8}, {1, 1, 7, 300},
                                     {1000, 30, 1, 1},    {3, 2, 224, 8},  {40000, 7, 5, 5}};
    (void)state;
    for (size_t e = 0; e < sizeof extents / sizeof *extents; e++) {
        const int *extent = extents[e];
        const size_t size = 3 * (size_t)extent[0] * (size_t)extent[1];
        struct ls_picture picture = {.height = extent[0], .width = extent[1], .rgb = malloc(size)};
        assert_non_null(picture.rgb);
        memset(picture.rgb, 255, size);
        assert_int_equal(ls_picture_fit(&picture, extent[2], extent[3], "white", NULL), LS_OK);
        assert_int_equal(picture.height, extent[2]);
        assert_int_equal(picture.width, extent[3]);
        for (int p = 0; p < 3 * extent[2] * extent[3]; p++)
            assert_int_equal(picture.rgb[p], 255);
        ls_picture_free(&picture);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_as_torchvision_makes_them),
        cmocka_unit_test(images_are_normalised_and_named),
        IN_DIRECTORY(classes_come_in_proportion),
        IN_DIRECTORY(classes_may_be_named),
        cmocka_unit_test(reading_stops_when_the_observer_asks),
        IN_DIRECTORY(wrong_names_are_refused),
        IN_DIRECTORY(wrong_directories_are_refused),
        IN_DIRECTORY(wrong_entries_are_refused),
        IN_DIRECTORY(splits_are_told_from_classes),
        cmocka_unit_test(colour_among_grey_is_refused),
        IN_DIRECTORY(damaged_pictures_are_refused),
        cmocka_unit_test(vast_pictures_are_refused),
        cmocka_unit_test(extents_of_all_kinds_are_scaled),
    };
    return cmocka_run_group_tests_name("folder", tests, NULL, NULL);
}
