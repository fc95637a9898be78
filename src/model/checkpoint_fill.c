#include "model/checkpoint_parts.h"
#include "model/dtype.h"
#include "model/tensor_extent.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_COUNTER = 1 << 24 }; /* up to here floats, which counters become, count by ones */

_Static_assert((int)LS_MAX_EXTENT_RANK == (int)LS_MAX_STORED_RANK,
               "the sizes of a stored tensor are copied into an extent");

static const char parallel_prefix[] = "module.";

size_t ls_checkpoint_prefix(const struct ls_tensor_file *file) {
    const size_t length = strlen(parallel_prefix);
    for (int i = 0; i < file->tensor_count; i++)
        if (strncmp(file->tensors[i].name, parallel_prefix, length) != 0)
            return 0;
    return file->tensor_count > 0 ? length : 0;
}

/* Tensors that only the network or only the file has, and the first of each. */
struct strangers {
    const char *missing, *unexpected; /* NULL: there is none */
    int missing_count, unexpected_count;
};

/* Whether a file has torchvision's names for a network of the kind that has others here. */
static bool is_torchvision(const struct ls_tensor_file *file, const struct ls_network *network) {
    bool theirs = false, ours = false;
    for (int i = 0; i < file->tensor_count; i++)
        theirs = theirs || strstr(file->tensors[i].name, ".downsample.");
    for (int t = 0; t < network->tensor_count; t++)
        ours = ours || strstr(network->tensors[t].name, ".shortcut.");
    return theirs && ours;
}

/* Our own checkpoints say what they are of, and so does a network that comes in a file. */
static bool is_foreign(const struct ls_tensor_file *file, const struct ls_network *network) {
    return !ls_metadata_get(&file->metadata, "arch") && !network->sha256[0];
}

static void describe(const struct strangers *s, const char *arch, char *what, size_t size) {
    if (s->missing && s->unexpected)
        snprintf(what, size,
                 "not a checkpoint of %.200s: lacks %d of its tensors ('%s') and has %d others "
                 "('%.100s')",
                 arch, s->missing_count, s->missing, s->unexpected_count, s->unexpected);
    else if (s->missing)
        snprintf(what, size, "lacks %d of the tensors of %.200s ('%s')", s->missing_count, arch,
                 s->missing);
    else
        snprintf(what, size, "has %d tensors that %.200s does not have ('%.100s')",
                 s->unexpected_count, arch, s->unexpected);
}

static enum ls_status fail_names(const struct strangers *s, const struct ls_network *network,
                                 const struct ls_tensor_file *file, const char *name,
                                 struct ls_error *error) {
    static const char torchvision[] =
        "'downsample' is torchvision's name for what is 'shortcut' here, in networks of the same "
        "kind (torchvision's ResNet-34 is resnet34-imagenet); ";
    char what[512];
    describe(s, network->arch, what, sizeof what);
    if (network->node_count == 0)
        return ls_fail(error, LS_MISMATCH, "%s: %s; is it of another network?", name, what);
    return ls_fail(error, LS_MISMATCH, "%s: %s; %sis it of another architecture (--arch)?%s", name,
                   what, is_torchvision(file, network) ? torchvision : "",
                   is_foreign(file, network) ? " " LS_FOREIGN_NETWORK : "");
}

/* found[network->tensor_count] = the file's tensor for each of the network's, NULL where there is
 * none. */
static enum ls_status match_names(const struct ls_stored_tensor **found,
                                  const struct ls_network *network,
                                  const struct ls_tensor_file *file, const char *name,
                                  struct ls_error *error) {
    const size_t prefix = ls_checkpoint_prefix(file);
    const bool own = prefix > 0 && ls_network_find(network, file->tensors[0].name);
    const size_t skip = own ? 0 : prefix;
    struct strangers s = {0};
    for (int i = 0; i < file->tensor_count; i++) {
        const struct ls_tensor *tensor = ls_network_find(network, file->tensors[i].name + skip);
        if (tensor)
            found[tensor - network->tensors] = &file->tensors[i];
        else if (s.unexpected_count++ == 0)
            s.unexpected = file->tensors[i].name;
    }
    for (int t = 0; t < network->tensor_count; t++)
        if (!found[t] && network->tensors[t].kind != LS_COUNTER && s.missing_count++ == 0)
            s.missing = network->tensors[t].name;
    return s.missing || s.unexpected ? fail_names(&s, network, file, name, error) : LS_OK;
}

static enum ls_status check_shape(const struct ls_tensor *tensor,
                                  const struct ls_stored_tensor *stored, const char *name,
                                  struct ls_error *error) {
    struct ls_extent wanted = ls_tensor_extent(tensor), found = {.rank = stored->rank};
    memcpy(found.size, stored->size, sizeof found.size);
    if (ls_extent_equal(&found, &wanted))
        return LS_OK;
    return ls_fail(error, LS_MISMATCH, "%s: tensor '%s' has shape %s, the network needs %s", name,
                   stored->name, ls_extent_text(&found).text, ls_extent_text(&wanted).text);
}

bool ls_checkpoint_ends(const char *name, const char *ending) {
    const size_t length = strlen(name), less = strlen(ending);
    return length >= less && strcmp(name + length - less, ending) == 0;
}

/* What makes `value` impossible in the tensor; NULL if nothing does. */
static const char *value_fault(const struct ls_tensor *tensor, double value) {
    if (!isfinite(value))
        return "not a finite number";
    if (fabs(value) > FLT_MAX)
        return "too large for a float";
    if (value < 0 && ls_checkpoint_ends(tensor->name, ".running_var"))
        return "a negative variance";
    if (tensor->kind == LS_COUNTER && (value < 0 || value != floor(value)))
        return "not a count";
    if (tensor->kind == LS_COUNTER && value > MAX_COUNTER)
        return "more than a float can count";
    return NULL;
}

static enum ls_status fill_tensor(float *values, const struct ls_tensor *tensor,
                                  const struct ls_stored_tensor *stored, const char *name,
                                  struct ls_error *error) {
    enum ls_status status = check_shape(tensor, stored, name, error);
    if (status)
        return status;
    if (ls_dtype_is_whole(stored->dtype) && tensor->kind != LS_COUNTER)
        return ls_fail(error, LS_MISMATCH,
                       "%s: tensor '%s' has type %s, weights are F32, F64, F16 or BF16", name,
                       stored->name, ls_dtype_name(stored->dtype));
    for (size_t i = 0; i < tensor->count; i++) {
        double value = ls_stored_value(stored, i);
        const char *fault = value_fault(tensor, value);
        if (fault)
            return ls_fail(error, isfinite(value) ? LS_BAD_FILE : LS_NOT_FINITE,
                           "%s: element %zu of tensor '%s' is %g: %s", name, i, stored->name, value,
                           fault);
        values[i] = (float)value;
    }
    return LS_OK;
}

enum ls_status ls_checkpoint_fill(float *values, const struct ls_network *network,
                                  const struct ls_tensor_file *file, const char *name,
                                  struct ls_error *error) {
    const struct ls_stored_tensor **found = calloc((size_t)network->tensor_count, sizeof(*found));
    if (!found)
        return ls_fail_memory(error, "a checkpoint's tensors");
    enum ls_status status = match_names(found, network, file, name, error);
    for (int t = 0; !status && t < network->tensor_count; t++) {
        const struct ls_tensor *tensor = &network->tensors[t];
        if (found[t])
            status = fill_tensor(values + tensor->offset, tensor, found[t], name, error);
        else
            values[tensor->offset] = 0; /* a counter the file leaves out */
    }
    free(found);
    return status;
}
