/* Files of torch.save, made by tools/reference/make_torch_files.py. */
#include "base/file.h"
#include "model/torch_file.h"
#include "support.h"

static const char *fixture(const char *name) {
    return text("tests/fixtures/torch/%s", name);
}

static void read_file(struct ls_tensor_file *file, const char *name) {
    struct ls_error error = {0};
    if (ls_tensor_file_read(file, fixture(name), NULL, &error))
        fail_msg("%s", error.message);
}

static const struct ls_stored_tensor *find(const struct ls_tensor_file *file, const char *prefix,
                                           const char *name) {
    for (int i = 0; i < file->tensor_count; i++)
        if (strcmp(file->tensors[i].name, text("%s%s", prefix, name)) == 0)
            return &file->tensors[i];
    fail_msg("no tensor %s%s", prefix, name);
    return NULL;
}

static void assert_shape(const struct ls_stored_tensor *tensor, enum ls_dtype dtype, int rank,
                         const int64_t *size) {
    assert_int_equal(tensor->dtype, dtype);
    assert_int_equal(tensor->rank, rank);
    for (int d = 0; d < rank; d++)
        assert_int_equal(tensor->size[d], size[d]);
}

/* Element i of a float tensor must be thirds[i] / 3, to the bit. */
static void assert_thirds(const struct ls_stored_tensor *tensor, size_t count, const int *thirds) {
    assert_int_equal(tensor->count, count);
    for (size_t i = 0; i < count; i++)
        assert_true(ls_stored_value(tensor, i) == (float)(thirds[i] / 3.));
}

/* The tensors that the fixtures have, each called `prefix` + its name. */
static void assert_state_dict(const char *name, const char *prefix) {
    struct ls_tensor_file file;
    read_file(&file, name);
    assert_int_equal(file.tensor_count, 10);
    const struct ls_stored_tensor *tensor = find(&file, prefix, "plain");
    assert_shape(tensor, LS_DTYPE_F32, 2, (int64_t[]){2, 3});
    assert_thirds(tensor, 6, (int[]){1, 2, 3, 4, 5, 6});
    assert_thirds(find(&file, prefix, "again"), 6, (int[]){1, 2, 3, 4, 5, 6});
    tensor = find(&file, prefix, "turned");
    assert_shape(tensor, LS_DTYPE_F32, 2, (int64_t[]){3, 2});
    assert_thirds(tensor, 6, (int[]){1, 4, 2, 5, 3, 6});
    assert_thirds(find(&file, prefix, "part"), 3, (int[]){3, 5, 7});
    int order[24];
    for (int i = 0; i < 24; i++)
        order[i] = i + 1;
    tensor = find(&file, prefix, "last");
    assert_shape(tensor, LS_DTYPE_F32, 4, (int64_t[]){1, 2, 3, 4});
    assert_thirds(tensor, 24, order);
    tensor = find(&file, prefix, "double");
    assert_shape(tensor, LS_DTYPE_F64, 1, (int64_t[]){2});
    assert_true(ls_stored_value(tensor, 1) == 2. / 3);
    tensor = find(&file, prefix, "half");
    assert_shape(tensor, LS_DTYPE_F16, 1, (int64_t[]){3});
    assert_true(ls_stored_value(tensor, 0) == 0x555p-12);
    tensor = find(&file, prefix, "brain");
    assert_shape(tensor, LS_DTYPE_BF16, 1, (int64_t[]){3});
    assert_true(ls_stored_value(tensor, 0) == 0xabp-9);
    tensor = find(&file, prefix, "count");
    assert_shape(tensor, LS_DTYPE_I64, 0, NULL);
    assert_true(ls_stored_value(tensor, 0) == -7);
    assert_int_equal(find(&file, prefix, "none")->count, 0);
    ls_tensor_file_free(&file);
}

static void reads_state_dicts(void **state) {
    (void)state;
    assert_state_dict("plain.pth", "");
    assert_state_dict("protocol4.pth", "");
    assert_state_dict("nested.pth", "module.");
}

static void reads_the_old_format(void **state) {
    (void)state;
    assert_state_dict("legacy.pth", "");
    assert_state_dict("nested-legacy.t7", "module.");
}

/* Python 2 pickles an OrderedDict in another way. */
static void reads_what_python_2_saved(void **state) {
    (void)state;
    assert_state_dict("python2.pth", "");
    assert_state_dict("nested-python2.pth", "module.");
}

static void reads_parameters(void **state) {
    (void)state;
    struct ls_tensor_file file;
    read_file(&file, "parameter.pth");
    assert_thirds(find(&file, "", "plain"), 6, (int[]){1, 2, 3, 4, 5, 6});
    ls_tensor_file_free(&file);
}

static void reads_whole_numbers(void **state) {
    static const struct {
        const char *name;
        enum ls_dtype dtype;
        double values[2];
    } cases[] = {
        {"int", LS_DTYPE_I32, {5, -7}},  {"short", LS_DTYPE_I16, {5, -7}},
        {"char", LS_DTYPE_I8, {5, -7}},  {"byte", LS_DTYPE_U8, {5, 200}},
        {"bool", LS_DTYPE_BOOL, {0, 1}},
    };
    struct ls_tensor_file file;
    (void)state;
    read_file(&file, "whole.pth");
    assert_thirds(find(&file, "", "plain"), 6, (int[]){1, 2, 3, 4, 5, 6});
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const struct ls_stored_tensor *tensor = find(&file, "", cases[c].name);
        assert_shape(tensor, cases[c].dtype, 1, (int64_t[]){2});
        for (size_t i = 0; i < 2; i++)
            assert_true(ls_stored_value(tensor, i) == cases[c].values[i]);
    }
    ls_tensor_file_free(&file);
}

static void refuses_what_it_cannot_trust(void **state) {
    static const struct {
        const char *name, *why;
    } cases[] = {
        {"bad-command.pth", "calls posix.system"},
        {"bad-command-legacy.pth", "calls posix.system"},
        {"bad-command-protocol4.pth", "calls posix.system"},
        {"bad-module.pth", "calls torch.nn.modules.linear.Linear"},
        {"bad-nothing.pth", "holds no state_dict"},
        {"bad-entry.pth", "entry 'epoch' of the state_dict is no tensor"},
        {"bad-expanded.pth", "tensor 'plain' is larger than the file"},
        {"bad-negated.pth", "tensor 'plain' is to be negated"},
        {"bad-shape.pth", "the shape of tensor 'plain' does not fit"},
        {"bad-short.pth", "'data/0' in the archive has 12 bytes"},
        {"bad-missing.pth", "lacks 'data/0'"},
        {"bad-pickle.pth", "no data.pkl"},
        {"bad-compressed.pth", "compressed"},
        {"bad-order.pth", "not little-endian"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_tensor_file file;
        struct ls_error error = {0};
        assert_int_equal(ls_tensor_file_read(&file, fixture(cases[i].name), NULL, &error),
                         LS_BAD_FILE);
        assert_message(&error, fixture(cases[i].name));
        assert_message(&error, cases[i].why);
        assert_null(file.tensors);
    }
}

/* Reads a copy of the first `count` bytes that is exactly as large, for the address sanitizer. */
static enum ls_status parse_copy(const unsigned char *bytes, size_t count, size_t flipped) {
    struct ls_tensor_file file;
    struct ls_error error = {0};
    unsigned char *copy = malloc(count);
    assert_non_null(copy);
    memcpy(copy, bytes, count);
    if (flipped < count)
        copy[flipped] ^= 1 << flipped % 8;
    enum ls_status status = ls_torch_parse(&file, "f", copy, count, &error);
    if (status)
        assert_message(&error, "f: ");
    else
        ls_tensor_file_free(&file);
    free(copy);
    return status;
}

static void survives_damage(void **state) {
    static const char *const names[] = {"plain.pth", "legacy.pth"};
    (void)state;
    for (int n = 0; n < 2; n++) {
        unsigned char *bytes;
        size_t count;
        assert_int_equal(ls_file_read(fixture(names[n]), 1 << 20, &bytes, &count, NULL), LS_OK);
        assert_int_equal(parse_copy(bytes, count, SIZE_MAX), LS_OK);
        for (size_t length = 4; length < count; length++)
            assert_int_equal(parse_copy(bytes, length, SIZE_MAX), LS_BAD_FILE);
        for (size_t i = 0; i < count; i++)
            parse_copy(bytes, count, i);
        free(bytes);
    }
}

/* Appends `count` copies of `part` to a file of the old format. */
static void append(unsigned char *bytes, size_t *size, const char *part, size_t part_size,
                   int count) {
    for (int i = 0; i < count; i++) {
        memcpy(bytes + *size, part, part_size);
        *size += part_size;
    }
}

#define APPEND(part, count) append(bytes, &size, part, sizeof part - 1, count)

/* Small instructions must not make large work. */
static void refuses_what_would_take_long(void **state) {
    static const char start[] = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
                                "\x80\x02M\xe9\x03."
                                "\x80\x02}.";
    static const char storage[] = "\x80\x02((U\x07storagectorch\nFloatStorage\nU\1aU\3cpuK\0Ntq\0Q";
    struct ls_tensor_file file;
    struct ls_error error;
    unsigned char *bytes = malloc(1 << 23);
    (void)state;
    assert_non_null(bytes);

    size_t size = 0; /* one storage that is referred to again and again */
    APPEND(start, 1);
    APPEND(storage, 1);
    APPEND("h\0Q", 20000);
    APPEND("t.", 1);
    assert_int_equal(ls_torch_parse(&file, "f", bytes, size, &error), LS_BAD_FILE);
    assert_message(&error, "more than 20000 tensors");

    size = 0; /* its numbers, which are none, again and again */
    APPEND(start, 1);
    APPEND(storage, 1);
    APPEND("t.\x80\x02](U\1aq\0", 1);
    APPEND("h\0", 100);
    APPEND("e.", 1);
    APPEND("\0\0\0\0\0\0\0\0", 101);
    assert_int_equal(ls_torch_parse(&file, "f", bytes, size, &error), LS_BAD_FILE);
    assert_message(&error, "the numbers of a tensor twice");

    size = 0; /* more values than any checkpoint has */
    APPEND(start, 1);
    APPEND("\x80\x02(", 1);
    APPEND("N", (1 << 22) + 1);
    APPEND("t.", 1);
    assert_int_equal(ls_torch_parse(&file, "f", bytes, size, &error), LS_BAD_FILE);
    assert_message(&error, "more than 4194304 bytes");
    free(bytes);
}

/* Every bit of the numbers in an archive is under its checksum. */
static void finds_damaged_numbers(void **state) {
    unsigned char *bytes;
    size_t count, found = 0;
    const float third = 1 / 3.F;
    (void)state;
    assert_int_equal(ls_file_read(fixture("plain.pth"), 1 << 20, &bytes, &count, NULL), LS_OK);
    for (size_t i = 0; i + sizeof third <= count; i++)
        if (memcmp(bytes + i, &third, sizeof third) == 0) {
            found++;
            assert_int_equal(parse_copy(bytes, count, i), LS_BAD_FILE);
        }
    assert_true(found >= 3);
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_state_dicts),         cmocka_unit_test(reads_the_old_format),
        cmocka_unit_test(reads_what_python_2_saved), cmocka_unit_test(reads_parameters),
        cmocka_unit_test(reads_whole_numbers),       cmocka_unit_test(refuses_what_it_cannot_trust),
        cmocka_unit_test(survives_damage),           cmocka_unit_test(refuses_what_would_take_long),
        cmocka_unit_test(finds_damaged_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
