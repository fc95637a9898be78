#include "model/dtype.h"
#include <math.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "safetensors files are little-endian, and so is every machine this runs on");

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {
    [LS_DTYPE_F32] = {"F32", 4},   [LS_DTYPE_F64] = {"F64", 8}, [LS_DTYPE_F16] = {"F16", 2},
    [LS_DTYPE_BF16] = {"BF16", 2}, [LS_DTYPE_I64] = {"I64", 8}, [LS_DTYPE_I32] = {"I32", 4},
    [LS_DTYPE_I16] = {"I16", 2},   [LS_DTYPE_I8] = {"I8", 1},   [LS_DTYPE_U8] = {"U8", 1},
    [LS_DTYPE_BOOL] = {"BOOL", 1},
};

const char *ls_dtype_name(enum ls_dtype dtype) {
    return dtypes[dtype].name;
}

size_t ls_dtype_size(enum ls_dtype dtype) {
    return dtypes[dtype].size;
}

bool ls_dtype_is_whole(enum ls_dtype dtype) {
    return dtype >= LS_DTYPE_I64;
}

bool ls_dtype_parse(enum ls_dtype *dtype, const char *name) {
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++) {
        if (strcmp(name, dtypes[i].name) == 0) {
            *dtype = (enum ls_dtype)i;
            return true;
        }
    }
    return false;
}

/* IEEE 754 binary16: 1 sign bit, 5 of exponent, 10 of mantissa. */
static double half_value(uint16_t bits) {
    int exponent = bits >> 10 & 31;
    int mantissa = bits & 1023;
    double magnitude;
    if (exponent == 31)
        magnitude = mantissa ? NAN : INFINITY;
    else if (exponent == 0)
        magnitude = ldexp(mantissa, -24);
    else
        magnitude = ldexp(1024 + mantissa, exponent - 25);
    return bits >> 15 ? -magnitude : magnitude;
}

/* bfloat16: the upper half of a float. */
static double bfloat_value(uint16_t bits) {
    uint32_t word = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

double ls_stored_value(const struct ls_stored_tensor *tensor, size_t i) {
    const unsigned char *at =
        (const unsigned char *)tensor->data + i * ls_dtype_size(tensor->dtype);
    union {
        float f32;
        double f64;
        uint16_t bits;
        int64_t i64;
        int32_t i32;
        int16_t i16;
        int8_t i8;
        uint8_t u8;
    } element;
    memcpy(&element, at, ls_dtype_size(tensor->dtype));
    switch (tensor->dtype) {
    case LS_DTYPE_F32:
        return element.f32;
    case LS_DTYPE_F64:
        return element.f64;
    case LS_DTYPE_F16:
        return half_value(element.bits);
    case LS_DTYPE_BF16:
        return bfloat_value(element.bits);
    case LS_DTYPE_I64:
        return (double)element.i64;
    case LS_DTYPE_I32:
        return element.i32;
    case LS_DTYPE_I16:
        return element.i16;
    case LS_DTYPE_I8:
        return element.i8;
    case LS_DTYPE_U8:
    case LS_DTYPE_BOOL:
        return element.u8;
    }
    return NAN;
}
