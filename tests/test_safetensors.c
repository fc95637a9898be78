#include "base/metadata.h"
#include "model/safetensors.h"
#include "support.h"
#include <math.h>

/* The bytes of a file with the header `json` and `data_bytes` of data, numbered 0, 1, ...; from
 * malloc. */
static unsigned char *make_file(const char *json, size_t data_bytes, size_t *byte_count) {
    uint64_t length = strlen(json);
    *byte_count = sizeof length + length + data_bytes;
    unsigned char *bytes = malloc(*byte_count);
    assert_non_null(bytes);
    memcpy(bytes, &length, sizeof length);
    memcpy(bytes + sizeof length, json, length);
    for (size_t i = 0; i < data_bytes; i++)
        bytes[sizeof length + length + i] = (unsigned char)i;
    return bytes;
}

static void assert_refused(const char *json, size_t data_bytes, const char *why) {
    struct ls_tensor_file file;
    struct ls_error error = {0};
    size_t count;
    unsigned char *bytes = make_file(json, data_bytes, &count);
    assert_int_equal(ls_safetensors_parse(&file, "some.file", bytes, count, &error), LS_BAD_FILE);
    assert_message(&error, "some.file: ");
    assert_message(&error, why);
    free(bytes);
}

static void reads_tensors_in_order_of_their_bytes(void **state) {
    (void)state;
    struct ls_tensor_file file;
    size_t count;
    unsigned char *bytes =
        make_file("{\"__metadata__\":{\"b\":\"1\",\"a\":\"\\u00e9\"},"
                  "\"late\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[8,16]},"
                  "\"early\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[0,8],\"x\":1},"
                  "\"none\":{\"dtype\":\"F32\",\"shape\":[3,0],\"data_offsets\":[8,8]}}   ",
                  16, &count);
    assert_int_equal(ls_safetensors_parse(&file, "f", bytes, count, NULL), LS_OK);
    assert_int_equal(file.tensor_count, 3);
    assert_string_equal(file.tensors[0].name, "early");
    assert_string_equal(file.tensors[1].name, "none");
    assert_string_equal(file.tensors[2].name, "late");
    assert_int_equal(file.tensors[0].rank, 2);
    assert_int_equal(file.tensors[0].size[1], 2);
    assert_int_equal(file.tensors[0].count, 4);
    assert_int_equal(file.tensors[1].count, 0);
    assert_int_equal(file.tensors[2].count, 1);
    assert_true(ls_stored_value(&file.tensors[2], 0) == (double)0x0f0e0d0c0b0a0908);
    assert_int_equal(file.metadata.count, 2);
    assert_string_equal(ls_metadata_get(&file.metadata, "a"), "\xc3\xa9");
    ls_tensor_file_free(&file);
}

static void refuses_what_is_not_the_format(void **state) {
    (void)state;
    assert_refused("{", 0, "JSON");
    assert_refused("[]", 0, "no JSON header");
    assert_refused("{} x", 0, "JSON");
    assert_refused("{\"a\":{},\"a\":{}}", 0, "JSON");
    assert_refused("{\"a\":3}", 0, "'a' is not a JSON object");
    assert_refused("{\"a\":{}}", 0, "'a' has no dtype");
    assert_refused("{\"__metadata__\":[]}", 0, "__metadata__");
    assert_refused("{\"__metadata__\":{\"k\":1}}", 0, "'k' is not a string");
    assert_refused("{}", 8, "8 bytes behind the last tensor");

    struct ls_tensor_file file;
    struct ls_error error;
    unsigned char bytes[16] = {200, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
    assert_int_equal(ls_safetensors_parse(&file, "f", bytes, 7, &error), LS_BAD_FILE);
    assert_message(&error, "only 7 bytes");
    assert_int_equal(ls_safetensors_parse(&file, "f", bytes, 16, &error), LS_BAD_FILE);
    assert_message(&error, "header of 200 bytes in a file of 16");
    memset(bytes, 255, 8);
    assert_int_equal(ls_safetensors_parse(&file, "f", bytes, 16, &error), LS_BAD_FILE);
    assert_message(&error, "header of 18446744073709551615 bytes");
}

static void refuses_headers_that_lie(void **state) {
    (void)state;
#define ENTRY(name, type, shape, offsets)                                                          \
    "\"" name "\":{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"
    assert_refused("{" ENTRY("a", "F32", "[2]", "[0,8]") "," ENTRY("b", "F32", "[2]", "[4,12]") "}",
                   12, "'a' and 'b' overlap");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("b", "F32", "[1]", "[8,12]") "}",
                   12, "4 bytes before tensor 'b'");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[4,8]") "}", 8, "4 bytes before tensor 'a'");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[0,4]") "}", 9, "5 bytes behind");
    assert_refused("{" ENTRY("a", "F32", "[2]", "[4,12]") "}", 8, "ends at byte 12");
    assert_refused("{" ENTRY("a", "F32", "[2]", "[0,4]") "}", 8, "has 4 bytes");
    assert_refused("{" ENTRY("a", "F32", "[3]", "[0,8]") "}", 8, "larger than the file");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[4,0]") "}", 8, "data_offsets [4, 0]");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[-4,0]") "}", 8, "data_offsets [-4, 0]");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[0]") "}", 8, "two data_offsets");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[0,4.0]") "}", 8, "two data_offsets");
    assert_refused("{" ENTRY("a", "F32", "[-1]", "[0,4]") "}", 8, "dimension 0");
    assert_refused("{" ENTRY("a", "F32", "[1,1.5]", "[0,4]") "}", 8, "dimension 1");
    assert_refused("{" ENTRY("a", "F32", "4", "[0,4]") "}", 8, "no shape");
    assert_refused("{" ENTRY("a", "F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]") "}", 8, "9 dimensions");
    assert_refused("{" ENTRY("a", "F32", "[4294967296,4294967296]", "[0,0]") "}", 0, "larger");
    assert_refused("{" ENTRY("a", "F32", "[9223372036854775808]", "[0,4]") "}", 4, "JSON");
    assert_refused("{" ENTRY("a", "F8_E4M3", "[4]", "[0,4]") "}", 4, "type 'F8_E4M3'");
#undef ENTRY
}

/* Truncated anywhere or with any one bit of its header flipped, a file is refused or understood,
 * never trusted. */
static void survives_damage(void **state) {
    (void)state;
    size_t count;
    unsigned char *whole =
        make_file("{\"__metadata__\":{\"arch\":\"x\"},"
                  "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                  "\"b\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,16]}}",
                  16, &count);
    struct ls_tensor_file file;
    for (size_t length = 0; length < count; length++) {
        unsigned char *part = malloc(length + 1); /* exactly sized, for the address sanitizer */
        memcpy(part, whole, length);
        assert_int_equal(ls_safetensors_parse(&file, "f", part, length, NULL), LS_BAD_FILE);
        free(part);
    }
    for (size_t bit = 0; bit < 8 * (count - 16); bit++) {
        unsigned char *flipped = malloc(count);
        memcpy(flipped, whole, count);
        flipped[bit / 8] ^= (unsigned char)(1 << bit % 8);
        if (ls_safetensors_parse(&file, "f", flipped, count, NULL) == LS_OK) {
            for (int t = 0; t < file.tensor_count; t++)
                ls_stored_value(&file.tensors[t], file.tensors[t].count - 1);
            ls_tensor_file_free(&file);
        } else {
            free(flipped);
        }
    }
    free(whole);
}

static double value_of(enum ls_dtype dtype, const void *data) {
    struct ls_stored_tensor tensor = {.dtype = dtype, .count = 1, .data = data};
    return ls_stored_value(&tensor, 0);
}

static double half(uint16_t bits) {
    return value_of(LS_DTYPE_F16, &bits);
}

static double bfloat(uint16_t bits) {
    return value_of(LS_DTYPE_BF16, &bits);
}

static void converts_elements(void **state) {
    (void)state;
    assert_true(half(0x3c00) == 1);
    assert_true(half(0xc000) == -2);
    assert_true(half(0x7bff) == 65504);
    assert_true(half(0x0001) == 0x1p-24);
    assert_true(half(0x03ff) == 1023 * 0x1p-24);
    assert_true(half(0x0400) == 0x1p-14);
    assert_true(half(0x8000) == 0 && signbit(half(0x8000)));
    assert_true(half(0x7c00) == INFINITY && half(0xfc00) == -INFINITY);
    assert_true(isnan(half(0x7c01)));
    assert_true(bfloat(0x3f80) == 1);
    assert_true(bfloat(0xbfc0) == -1.5);
    assert_true(bfloat(0x7f80) == INFINITY && isnan(bfloat(0x7fc0)));
    assert_true(value_of(LS_DTYPE_F32, &(float){0.1f}) == 0.1f);
    assert_true(value_of(LS_DTYPE_F64, &(double){0.1}) == 0.1);
    assert_true(value_of(LS_DTYPE_I64, &(int64_t){-7}) == -7);
}

static void writes_what_it_reads(void **state) {
    const char *path = text("%s/a", (char *)*state), *again = text("%s/b", (char *)*state);
    float weights[] = {1, 2, 3};
    int64_t steps = 42;
    struct ls_stored_tensor tensors[] = {
        {"z.steps", LS_DTYPE_I64, 0, {0}, 1, &steps},
        {"a \"quoted\" name", LS_DTYPE_F32, 2, {1, 3}, 3, weights},
    };
    struct ls_metadata metadata = {0}, reversed = {0};
    assert_int_equal(ls_metadata_set(&metadata, NULL, "one", "1"), LS_OK);
    assert_int_equal(ls_metadata_set(&metadata, NULL, "two", "two\nlines"), LS_OK);
    assert_int_equal(ls_metadata_set(&reversed, NULL, "two", "two\nlines"), LS_OK);
    assert_int_equal(ls_metadata_set(&reversed, NULL, "one", "1"), LS_OK);
    assert_int_equal(ls_safetensors_write(path, tensors, 2, &metadata, NULL), LS_OK);
    assert_int_equal(ls_safetensors_write(again, tensors, 2, &reversed, NULL), LS_OK);

    struct ls_tensor_file file, same;
    assert_int_equal(ls_safetensors_read(&file, path, NULL), LS_OK);
    assert_int_equal(ls_safetensors_read(&same, again, NULL), LS_OK);
    assert_int_equal(file.byte_count, same.byte_count);
    assert_memory_equal(file.bytes, same.bytes, file.byte_count);
    assert_int_equal((file.byte_count - sizeof weights - sizeof steps) % 8, 0);
    assert_int_equal(file.tensor_count, 2);
    assert_string_equal(file.tensors[0].name, "z.steps");
    assert_true(ls_stored_value(&file.tensors[0], 0) == 42);
    assert_int_equal(file.tensors[1].size[1], 3);
    assert_memory_equal(file.tensors[1].data, weights, sizeof weights);
    assert_string_equal(ls_metadata_get(&file.metadata, "two"), "two\nlines");
    ls_tensor_file_free(&file);
    ls_tensor_file_free(&same);
    ls_metadata_free(&metadata);
    ls_metadata_free(&reversed);
}

/* As many entries as there are. */
static void keeps_all_metadata(void **state) {
    enum { ENTRIES = 50000 };
    float weight = 1;
    struct ls_stored_tensor tensor = {"w", LS_DTYPE_F32, 0, {0}, 1, &weight};
    struct ls_metadata metadata = {0}, copy = {0};
    for (int i = 0; i < ENTRIES; i++)
        assert_int_equal(ls_metadata_add(&metadata, text("key%d", i), text("%d", i), NULL), LS_OK);
    const char *path = text("%s/a", (char *)*state);
    assert_int_equal(ls_safetensors_write(path, &tensor, 1, &metadata, NULL), LS_OK);

    struct ls_tensor_file file;
    assert_int_equal(ls_safetensors_read(&file, path, NULL), LS_OK);
    assert_int_equal(file.metadata.count, ENTRIES);
    assert_string_equal(ls_metadata_get(&file.metadata, "key49999"), "49999");
    assert_int_equal(ls_metadata_copy(&copy, &file.metadata, NULL), LS_OK);
    assert_int_equal(copy.count, ENTRIES);
    ls_metadata_free(&copy);
    ls_metadata_free(&metadata);
    ls_tensor_file_free(&file);
}

static void refuses_to_write_nonsense(void **state) {
    const char *path = text("%s/a", (char *)*state);
    float weight = 1;
    struct ls_error error;
    struct ls_stored_tensor twins[] = {{"w", LS_DTYPE_F32, 0, {0}, 1, &weight},
                                       {"w", LS_DTYPE_F32, 0, {0}, 1, &weight}};
    assert_int_equal(ls_safetensors_write(path, twins, 2, NULL, &error), LS_BAD_ARGUMENT);
    assert_message(&error, "'w'");
    twins[1].name = "\xff";
    assert_int_equal(ls_safetensors_write(path, twins, 2, NULL, &error), LS_BAD_ARGUMENT);
    struct ls_metadata metadata = {0};
    assert_int_equal(ls_metadata_set(&metadata, NULL, "data", "\xff"), LS_OK);
    assert_int_equal(ls_safetensors_write(path, twins, 1, &metadata, &error), LS_BAD_ARGUMENT);
    assert_message(&error, "'data' is not UTF-8");
    ls_metadata_free(&metadata);
    assert_int_equal(count_entries(*state), 0);
    assert_int_equal(ls_safetensors_write(text("%s/no/a", (char *)*state), twins, 1, NULL, &error),
                     LS_IO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_tensors_in_order_of_their_bytes),
        cmocka_unit_test(refuses_what_is_not_the_format),
        cmocka_unit_test(refuses_headers_that_lie),
        cmocka_unit_test(survives_damage),
        cmocka_unit_test(converts_elements),
        IN_DIRECTORY(writes_what_it_reads),
        IN_DIRECTORY(keeps_all_metadata),
        IN_DIRECTORY(refuses_to_write_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
