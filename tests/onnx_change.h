/* ONNX files that are changed after they have been read, as no program would write them. */
#ifndef LANDSCAPE_TESTS_ONNX_CHANGE_H
#define LANDSCAPE_TESTS_ONNX_CHANGE_H

#include "model/onnx_network.h"

/* The attribute of a node, which must be there. */
LsOnnx__Attribute *onnx_attribute(const struct ls_onnx *onnx, int node, const char *name);

/* The number of the node of this type that has `earlier` others before it, which must be there. */
int onnx_node(const struct ls_onnx *onnx, const char *type, int earlier);

/* Replaces a text. */
void onnx_rename(char **text, const char *other);

/* Appends a name to a node's inputs or outputs. */
void onnx_add_name(char ***names, size_t *count, const char *name);

/* Appends a node of one input and one output. */
void onnx_append(struct ls_onnx *onnx, const char *type, const char *input, const char *output);

/* Writes the changed file to memory and reads it from there. */
enum ls_status onnx_read_again(struct ls_onnx *onnx, const char *path, struct ls_error *error);

/* A change for which the file must be refused, and what the message must say. */
struct onnx_refusal {
    void (*change)(struct ls_onnx *onnx);
    const char *why;
};

/* Checks that of the file at `path`. */
void onnx_check_refusals(const char *path, const struct onnx_refusal *cases, size_t count);

#endif
