/* ONNX files that are changed after they have been read, as no program would write them. */
#ifndef LANDSCAPE_TESTS_ONNX_CHANGE_H
#define LANDSCAPE_TESTS_ONNX_CHANGE_H

#include "model/onnx_network.h"

/* The attribute of a node, which must be there. */
LsOnnx__Attribute *onnx_attribute(const struct ls_onnx *onnx, int node, const char *name);

/* The number of the node of this type that has `earlier` others before it, which must be there. */
int onnx_node(const struct ls_onnx *onnx, const char *type, int earlier);

/* That node. */
LsOnnx__Node *onnx_find(const struct ls_onnx *onnx, const char *type, int earlier);

/* Replace the number that is a node's second input, or number i of those that are an input. */
void onnx_set_number(const struct ls_onnx *onnx, const char *type, int earlier, float number);
void onnx_set_whole(const struct ls_onnx *onnx, const char *type, int earlier, size_t input,
                    size_t i, int64_t number);

/* Give a node what another takes or makes; one input more; an attribute more, of whole numbers; no
 * attributes. */
void onnx_take(const struct ls_onnx *onnx, const char *type, int earlier, size_t input,
               const char *name);
void onnx_add_input(LsOnnx__Node *node, const char *name);
void onnx_add_wholes(LsOnnx__Node *to, const char *name, size_t count, const int64_t *wholes);
void onnx_drop_attributes(LsOnnx__Node *node);

/* Appends a row of whole numbers to what is stored. */
void onnx_add_row(const struct ls_onnx *onnx, const char *name, size_t count,
                  const int64_t *wholes);

/* Appends a single number to what is stored, which thus may be trained. */
void onnx_add_number(const struct ls_onnx *onnx, const char *name, float number);

/* Puts the last node in front of node n. */
void onnx_move_last(const struct ls_onnx *onnx, int n);

/* What the graph puts out. */
void onnx_set_output(const struct ls_onnx *onnx, const char *name);

/* Replaces a text. */
void onnx_rename(char **text, const char *other);

/* Appends a name to a node's inputs or outputs. */
void onnx_add_name(char ***names, size_t *count, const char *name);

/* Appends a node of one input and one output, and returns it. */
LsOnnx__Node *onnx_append(struct ls_onnx *onnx, const char *type, const char *input,
                          const char *output);

/* Writes the changed file to memory and reads it from there. */
enum ls_status onnx_read_again(struct ls_onnx *onnx, const char *path, struct ls_error *error);

/* A change for which the file must be refused, and what the message must say. */
struct onnx_refusal {
    void (*change)(struct ls_onnx *onnx);
    const char *why;
};

/* Checks that of the file at `path`. */
void onnx_check_refusals(const char *path, const struct onnx_refusal *cases, size_t count);

/* Reads the file at `path` and changes it; or makes the network that it is then. */
void onnx_change(struct ls_onnx *onnx, const char *path, void (*change)(struct ls_onnx *onnx));
void onnx_make(struct ls_network *network, const char *path, void (*change)(struct ls_onnx *onnx));

/* Checks that the changed file is known, and that of an image so many numbers come. */
void onnx_check_taken(const char *path, void (*change)(struct ls_onnx *onnx), int numbers);

#endif
