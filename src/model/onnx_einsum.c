/* Einsum in ONNX: the products of attention, whose dimensions are named by letters. */
#include "model/onnx_walk.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The letters of the dimensions of two operands and of what becomes of them. */
struct equation {
    char operand[2][LS_ONNX_DIMENSIONS + 1], result[LS_ONNX_DIMENSIONS + 1];
};

/* The letters up to `end` of *text, or all, which moves on behind it; false: there is no such end,
 * they are too many, one is twice there, or something else is. */
static bool take_letters(const char **text, const char *end, char *letters) {
    size_t count = 0;
    const char *stop = *end ? strstr(*text, end) : *text + strlen(*text);
    if (!stop)
        return false;
    for (const char *at = *text; at < stop; at++) {
        if (*at == ' ')
            continue;
        letters[count] = '\0';
        if (!isalpha((unsigned char)*at) || count == LS_ONNX_DIMENSIONS || strchr(letters, *at))
            return false;
        letters[count++] = *at;
    }
    letters[count] = '\0';
    *text = stop + strlen(end);
    return true;
}

static bool parse(const struct ls_onnx_walk *w, struct equation *e) {
    char *text = ls_onnx_text(w->node, "equation");
    const char *at = text;
    const bool sound = text && take_letters(&at, ",", e->operand[0]) &&
                       take_letters(&at, "->", e->operand[1]) && take_letters(&at, "", e->result);
    free(text);
    return sound;
}

/* Appends to *letters the letter of `from` that is in the result and not in the other operand, or
 * the other way round; false: there is not just one. */
static bool append_letter(const char *from, const char *other, bool in_other, const char *result,
                          char *letters) {
    const size_t length = strlen(letters);
    int found = 0;
    for (const char *l = from; *l; l++)
        if (!strchr(result, *l) == in_other && !strchr(other, *l) != in_other) {
            letters[length] = *l;
            letters[length + 1] = '\0';
            found++;
        }
    return found == 1;
}

/* The letters in the order of a product of matrices: those of both and the result, then those of
 * rows and columns. False: the equation is no such product. */
static bool arrange(const struct equation *e, struct equation *product) {
    size_t count = 0;
    for (const char *l = e->result; *l; l++)
        if (strchr(e->operand[0], *l) && strchr(e->operand[1], *l))
            product->result[count++] = *l;
    product->result[count] = '\0';
    strcpy(product->operand[0], product->result);
    strcpy(product->operand[1], product->result);
    const bool rows =
        append_letter(e->operand[0], e->operand[1], false, e->result, product->operand[0]) &&
        append_letter(e->operand[0], e->operand[1], true, e->result, product->operand[0]);
    const bool columns =
        append_letter(e->operand[1], e->operand[0], true, e->result, product->operand[1]) &&
        append_letter(e->operand[1], e->operand[0], false, e->result, product->operand[1]);
    if (!rows || !columns)
        return false;
    product->result[count] = product->operand[0][count];
    product->result[count + 1] = product->operand[1][count + 1];
    product->result[count + 2] = '\0';
    return strlen(product->operand[0]) == strlen(e->operand[0]) &&
           strlen(product->operand[1]) == strlen(e->operand[1]) &&
           strlen(product->result) == strlen(e->result);
}

/* x with its dimensions in another order of their letters. */
static struct ls_onnx_value permuted(struct ls_onnx_walk *w, struct ls_onnx_value x,
                                     const char *from, const char *to) {
    int64_t order[LS_ONNX_DIMENSIONS];
    const int rank = (int)strlen(from);
    if (w->builder.status || rank != x.view.rank)
        return ls_onnx_refuse(w, "names other dimensions than its inputs have");
    for (int d = 0; d < rank; d++)
        order[d] = strchr(from, to[d]) - from;
    return ls_onnx_permuted(w, x, order);
}

static struct ls_onnx_value einsum(struct ls_onnx_walk *w) {
    struct equation e = {0}, product = {0};
    if (w->node->n_input != 2 || !parse(w, &e) || !arrange(&e, &product))
        return ls_onnx_refuse(w,
                              "is known here for products of matrices only, of two operands that "
                              "have one dimension each of their own");
    const struct ls_onnx_value x = permuted(w, ls_onnx_factor(w, 0), e.operand[0],
                                            product.operand[0]),
                               y = permuted(w, ls_onnx_factor(w, 1), e.operand[1],
                                            product.operand[1]);
    const struct ls_onnx_value made = ls_onnx_multiply_matrices(w, x, y);
    return permuted(w, made, product.result, e.result);
}

static const struct ls_onnx_operation members[] = {{"Einsum", " equation ", einsum}};

const struct ls_onnx_operations ls_onnx_einsums = {members, sizeof members / sizeof *members};
