/* From a checkpoint's pickle to the tensors of its state_dict. */
#include "model/dtype.h"
#include "model/torch_parts.h"
#include <stdlib.h>
#include <string.h>

enum { NOTHING = -1 };

/* Tensors may share a storage, so that they are larger together than the file; but not much. */
enum { MAX_SHARING = 4 };

/* A tensor as the pickle describes it: a view of a storage. */
struct view {
    const struct ls_torch_storage *storage;
    size_t offset;                     /* of its first element in the storage */
    size_t stride[LS_MAX_STORED_RANK]; /* in elements */
    struct ls_stored_tensor tensor;    /* without data */
};

static bool is_call(const struct ls_pickle *p, int value, enum ls_torch_function function) {
    return p->values[value].kind == LS_PICKLE_CALL && p->values[value].integer == (int64_t)function;
}

static bool is_dict(const struct ls_pickle *p, int value) {
    return p->values[value].kind == LS_PICKLE_DICT || is_call(p, value, LS_TORCH_ORDERED_DICT);
}

static bool is_tensor(const struct ls_pickle *p, int value) {
    return is_call(p, value, LS_TORCH_TENSOR) || is_call(p, value, LS_TORCH_OLD_TENSOR) ||
           is_call(p, value, LS_TORCH_PARAMETER);
}

static bool has_tensors(const struct ls_pickle *p, int value) {
    if (!is_dict(p, value))
        return false;
    for (int i = p->values[value].first; i != NOTHING; i = p->items[i].next)
        if (is_tensor(p, p->items[i].value))
            return true;
    return false;
}

/* Python 2 pickles an OrderedDict as a call with the list of its pairs: makes them its items. */
static void take_pairs(struct ls_pickle *p, int value) {
    int list, pair[2];
    if (!is_call(p, value, LS_TORCH_ORDERED_DICT) || p->values[value].first != NOTHING ||
        !ls_pickle_tuple(p, p->values[value].argument, &list, 1) ||
        p->values[list].kind != LS_PICKLE_LIST)
        return;
    for (int i = p->values[list].first; i != NOTHING; i = p->items[i].next)
        if (p->items[i].key != NOTHING || !ls_pickle_tuple(p, p->items[i].value, pair, 2))
            return;
    for (int i = p->values[list].first; i != NOTHING; i = p->items[i].next) {
        ls_pickle_tuple(p, p->items[i].value, pair, 2);
        p->items[i].key = pair[0];
        p->items[i].value = pair[1];
    }
    p->values[value].first = p->values[list].first;
}

/* The first entry of a dict that is called `name`; NOTHING if there is none. */
static int find_entry(const struct ls_pickle *p, int dict, const char *name) {
    for (int i = p->values[dict].first; i != NOTHING; i = p->items[i].next)
        if (ls_pickle_is(p, p->items[i].key, name))
            return p->items[i].value;
    return NOTHING;
}

/* The state_dict: the root, or the entry of the root that is called as one. */
static int find_state_dict(struct ls_pickle *p) {
    static const char *const names[] = {"state_dict", "model_state_dict", "model", "net"};
    if (!is_dict(p, p->root))
        return NOTHING;
    take_pairs(p, p->root);
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        const int entry = find_entry(p, p->root, names[n]);
        if (entry == NOTHING)
            continue;
        take_pairs(p, entry);
        if (has_tensors(p, entry))
            return entry;
    }
    return has_tensors(p, p->root) ? p->root : NOTHING;
}

/* The storage a tensor refers to, read from the archive when it is first asked for. */
static enum ls_status find_storage(struct ls_torch_reader *reader, int reference,
                                   struct view *view) {
    struct ls_torch_storage described;
    enum ls_status status = ls_torch_describe_storage(reader, reference, &described);
    if (status)
        return status;
    struct ls_torch_storage *found =
        ls_torch_find_storage(reader, described.key, described.key_length);
    if (!found && reader->archive) {
        found = ls_torch_add_storage(reader, &described);
        if (!found)
            return ls_fail_memory(reader->error, reader->name);
        status = ls_torch_read_archived(reader, found);
    }
    view->storage = found;
    if (!status && (!found || (!found->data && found->count) || found->type != described.type ||
                    found->count != described.count))
        status = ls_fail(reader->error, LS_BAD_FILE, "%s: the numbers of tensor '%s' are not there",
                         reader->name, view->tensor.name);
    return status;
}

/* numbers[*count] = the integers, none negative, of a tuple. */
static bool read_sizes(const struct ls_pickle *p, int tuple, int64_t *numbers, int *count) {
    if (p->values[tuple].kind != LS_PICKLE_TUPLE)
        return false;
    *count = 0;
    for (int i = p->values[tuple].first; i != NOTHING; i = p->items[i].next) {
        const struct ls_pickle_value *value = &p->values[p->items[i].value];
        if (*count == LS_MAX_STORED_RANK || value->kind != LS_PICKLE_INTEGER || value->integer < 0)
            return false;
        numbers[(*count)++] = value->integer;
    }
    return true;
}

/* Fills shape and count, and checks that all elements lie inside the storage. */
static bool read_shape(const struct ls_pickle *p, int offset, int size, int stride,
                       struct view *view) {
    struct ls_stored_tensor *tensor = &view->tensor;
    int64_t strides[LS_MAX_STORED_RANK];
    int stride_count;
    if (p->values[offset].kind != LS_PICKLE_INTEGER || p->values[offset].integer < 0 ||
        !read_sizes(p, size, tensor->size, &tensor->rank) ||
        !read_sizes(p, stride, strides, &stride_count) || stride_count != tensor->rank)
        return false;
    view->offset = (size_t)p->values[offset].integer;
    tensor->count = 1;
    for (int i = 0; i < tensor->rank; i++)
        if (tensor->size[i] == 0)
            tensor->count = 0;
    if (tensor->count == 0)
        return true;
    if (view->offset >= view->storage->count)
        return false;
    size_t left = view->storage->count - 1 - view->offset; /* elements behind the first */
    for (int i = 0; i < tensor->rank; i++) {
        const size_t steps = (size_t)tensor->size[i] - 1;
        view->stride[i] = (size_t)strides[i];
        if (steps && view->stride[i] > left / steps)
            return false;
        left -= steps * view->stride[i];
        if ((size_t)tensor->size[i] > SIZE_MAX / 16 / tensor->count)
            return false;
        tensor->count *= (size_t)tensor->size[i];
    }
    return true;
}

/* What _rebuild_tensor_v2 is to do to the tensor's numbers, as {'neg': True}: nothing, as a rule.
 */
static bool is_nothing(const struct ls_pickle *p, int value) {
    return p->values[value].kind == LS_PICKLE_NONE ||
           (p->values[value].kind == LS_PICKLE_DICT && p->values[value].first == NOTHING);
}

/* Reads the tensor that a pickle's value describes; view->tensor has its name. */
static enum ls_status read_view(struct ls_torch_reader *reader, int value, struct view *view) {
    const struct ls_pickle *p = &reader->pickle;
    int part[7];
    if (is_call(p, value, LS_TORCH_PARAMETER) &&
        ls_pickle_tuple(p, p->values[value].argument, part, 3))
        value = part[0];
    const int arguments = is_tensor(p, value) ? p->values[value].argument : NOTHING;
    const bool more = arguments != NOTHING && ls_pickle_tuple(p, arguments, part, 7);
    if (arguments == NOTHING || is_call(p, value, LS_TORCH_PARAMETER) ||
        !(more || ls_pickle_tuple(p, arguments, part, 6) || ls_pickle_tuple(p, arguments, part, 4)))
        return ls_fail(reader->error, LS_BAD_FILE, "%s: entry '%s' of the state_dict is no tensor",
                       reader->name, view->tensor.name);
    if (more && !is_nothing(p, part[6]))
        return ls_fail(reader->error, LS_BAD_FILE,
                       "%s: tensor '%s' is to be negated or conjugated when it is loaded; save a "
                       "clone of it",
                       reader->name, view->tensor.name);
    enum ls_status status = find_storage(reader, part[0], view);
    if (status)
        return status;
    view->tensor.dtype = ls_torch_dtype(view->storage->type);
    if (!read_shape(p, part[1], part[2], part[3], view))
        return ls_fail(reader->error, LS_BAD_FILE,
                       "%s: the shape of tensor '%s' does not fit its numbers", reader->name,
                       view->tensor.name);
    return LS_OK;
}

/* Copies the elements, row by row. */
static void copy_elements(const struct view *view, unsigned char *to) {
    const struct ls_stored_tensor *tensor = &view->tensor;
    const size_t size = ls_dtype_size(tensor->dtype);
    int64_t index[LS_MAX_STORED_RANK] = {0};
    size_t from = view->offset;
    for (size_t i = 0; i < tensor->count; i++) {
        memcpy(to + i * size, view->storage->data + from * size, size);
        for (int d = tensor->rank - 1; d >= 0; d--) {
            from += view->stride[d];
            if (++index[d] < tensor->size[d])
                break;
            from -= view->stride[d] * (size_t)tensor->size[d];
            index[d] = 0;
        }
    }
}

/* A copy of the entry's key in memory of its own. */
static char *copy_name(const struct ls_pickle *p, int key) {
    const struct ls_pickle_value *value = &p->values[key];
    return value->kind == LS_PICKLE_STRING ? strndup(value->text, value->length) : strdup("?");
}

static enum ls_status take_tensor(struct ls_torch_reader *reader, struct ls_tensor_file *file,
                                  const struct ls_pickle_item *item, size_t capacity) {
    struct view view = {.tensor.name = copy_name(&reader->pickle, item->key)};
    if (!view.tensor.name)
        return ls_fail_memory(reader->error, "a tensor's name");
    enum ls_status status = read_view(reader, item->value, &view);
    size_t size = status ? 0 : ls_dtype_size(view.tensor.dtype);
    if (!status && view.tensor.count > (capacity - file->byte_count) / size)
        status = ls_fail(reader->error, LS_BAD_FILE,
                         "%s: tensor '%s' is larger than the file; is it expanded?", reader->name,
                         view.tensor.name);
    if (status) {
        free(view.tensor.name);
        return status;
    }
    view.tensor.data = file->bytes + file->byte_count;
    copy_elements(&view, file->bytes + file->byte_count);
    file->byte_count += view.tensor.count * size;
    file->tensors[file->tensor_count++] = view.tensor;
    return LS_OK;
}

enum ls_status ls_torch_take_tensors(struct ls_torch_reader *reader, struct ls_tensor_file *file) {
    const struct ls_pickle *p = &reader->pickle;
    const int state_dict = find_state_dict(&reader->pickle);
    if (state_dict == NOTHING)
        return ls_fail(reader->error, LS_BAD_FILE,
                       "%s: holds no state_dict; save model.state_dict() with torch.save",
                       reader->name);
    int count = 0;
    for (int i = p->values[state_dict].first; i != NOTHING; i = p->items[i].next)
        count++;
    if (count > LS_TORCH_MAX_TENSORS)
        return ls_fail(reader->error, LS_BAD_FILE, "%s: has %d tensors, more than %d", reader->name,
                       count, LS_TORCH_MAX_TENSORS);
    const size_t capacity = reader->byte_count * MAX_SHARING;
    file->tensors = calloc((size_t)count, sizeof *file->tensors);
    file->bytes = malloc(capacity);
    if (!file->tensors || !file->bytes)
        return ls_fail_memory(reader->error, reader->name);
    enum ls_status status = LS_OK;
    for (int i = p->values[state_dict].first; i != NOTHING && !status; i = p->items[i].next)
        status = take_tensor(reader, file, &p->items[i], capacity);
    return status;
}
