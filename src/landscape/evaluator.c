#include "landscape/evaluator.h"
#include "base/child.h"
#include "base/metadata.h"
#include "base/observer.h"
#include <jansson.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROTOCOL = 1,
    MOST_FACT = 1000, /* bytes of what it says of itself */
    MOST_COMMAND = 4000
};

/* Seconds that a process has to end in when there is nothing more to do. */
#define PATIENCE 2.0

struct ls_evaluators {
    const struct ls_network *network;
    int count;
    struct ls_child *children; /* [count] */
    struct ls_metadata origin;
};

/* {"name": "conv1.weight", "shape": [16, 3, 3, 3]}, or NULL. */
static json_t *tensor_of(const struct ls_tensor *tensor) {
    json_t *shape = json_array();
    bool good = shape;
    for (int i = 0; i < tensor->rank && good; i++)
        good = json_array_append_new(shape, json_integer(tensor->size[i])) == 0;
    if (good)
        return json_pack("{s:s, s:o}", "name", tensor->name, "shape", shape);
    json_decref(shape);
    return NULL;
}

/* {"landscape": 1, "tensors": [...]}; NULL without memory. Free with free(). */
static char *greeting(const struct ls_network *network) {
    json_t *tensors = json_array();
    bool good = tensors;
    for (int t = 0; t < network->tensor_count && good; t++)
        good = json_array_append_new(tensors, tensor_of(&network->tensors[t])) == 0;
    json_t *all = good ? json_pack("{s:i, s:O}", "landscape", PROTOCOL, "tensors", tensors) : NULL;
    char *text = all ? json_dumps(all, JSON_COMPACT) : NULL;
    json_decref(tensors);
    json_decref(all);
    return text;
}

/* *answer = the object on the next line it says; an answer {"error": "..."} is an error. */
static enum ls_status hear(struct ls_child *child, const struct ls_observer *observer,
                           json_t **answer, struct ls_error *error) {
    const char *line;
    json_error_t fault;
    enum ls_status status = ls_child_read(child, &line, observer, error);
    if (status)
        return status;
    *answer = json_loads(line, JSON_REJECT_DUPLICATES, &fault);
    if (!json_is_object(*answer)) {
        status = ls_fail(error, LS_BAD_FILE,
                         "it says '%.100s', which is no JSON object (%s; a loss that is not finite "
                         "is null); other output belongs to its stderr",
                         line, *answer ? "but another value" : fault.text);
    } else if (json_is_string(json_object_get(*answer, "error"))) {
        status = ls_fail(error, LS_IO, "it reports: %s",
                         json_string_value(json_object_get(*answer, "error")));
    }
    if (status) {
        json_decref(*answer);
        *answer = NULL;
    }
    return status;
}

/* Puts the evaluator in front of what is wrong with it. */
static enum ls_status blame(const struct ls_evaluators *e, enum ls_status status,
                            const struct ls_error *reason, struct ls_error *error) {
    if (status == LS_INTERRUPTED || status == LS_NO_MEMORY)
        return ls_fail(error, status, "%s", reason->message);
    return ls_fail(error, status, "the evaluator '%.200s' failed: %s",
                   ls_metadata_get(&e->origin, "evaluator"), reason->message);
}

/* Takes over what the first process says of itself. */
static enum ls_status describe(struct ls_evaluators *e, const json_t *answer,
                               struct ls_error *error) {
    static const char *const keys[][2] = {
        {"name", "arch"}, {"data", "data"}, {"split", "split"}, {"loss", "loss"}}; /* on surfaces */
    enum ls_status status = LS_OK;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !status; i++) {
        const json_t *value = json_object_get(answer, keys[i][0]);
        if (value && !json_is_string(value))
            return ls_fail(error, LS_BAD_FILE, "its \"%s\" is no string", keys[i][0]);
        if (value && json_string_length(value) > MOST_FACT)
            return ls_fail(error, LS_BAD_FILE, "its \"%s\" has more than %d bytes", keys[i][0],
                           MOST_FACT);
        if (value)
            status = ls_metadata_set(&e->origin, error, keys[i][1], "%s", json_string_value(value));
    }
    const char *split = ls_metadata_get(&e->origin, "split");
    if (split && strcmp(split, ls_split_name(LS_TRAIN)) != 0 &&
        strcmp(split, ls_split_name(LS_TEST)) != 0)
        return ls_fail(error, LS_BAD_FILE, "its \"split\" is neither \"train\" nor \"test\"");
    const json_t *samples = json_object_get(answer, "samples");
    if (samples && json_integer_value(samples) < 1)
        return ls_fail(error, LS_BAD_FILE, "its \"samples\" is no number of samples");
    if (samples && !status)
        status = ls_metadata_set(&e->origin, error, "samples", "%lld",
                                 (long long)json_integer_value(samples));
    return status;
}

/* Waits until process i is ready. */
static enum ls_status welcome(struct ls_evaluators *e, int i, const struct ls_observer *observer,
                              struct ls_error *error) {
    json_t *answer = NULL;
    enum ls_status status = hear(&e->children[i], observer, &answer, error);
    if (!status && !json_is_true(json_object_get(answer, "ready")))
        status = ls_fail(error, LS_BAD_FILE, "its first line does not say \"ready\": true");
    if (!status && i == 0)
        status = describe(e, answer, error);
    json_decref(answer);
    return status;
}

/* Sends bytes. That a process does not take them is no failure yet: what it says of it is read
 * next. */
static enum ls_status tell(struct ls_child *child, const void *bytes, size_t count,
                           const struct ls_observer *observer, struct ls_error *error) {
    enum ls_status status = ls_child_send(child, bytes, count, false, observer, error);
    return status == LS_IO ? LS_OK : status;
}

/* Starts all before it waits for the first: loading data takes them long. */
static enum ls_status start(struct ls_evaluators *e, const char *command,
                            const struct ls_observer *observer, struct ls_error *error) {
    char *text = greeting(e->network);
    enum ls_status status = text ? LS_OK : ls_fail_memory(error, "an evaluator's tensors");
    for (int i = 0; i < e->count && !status; i++)
        status = ls_child_start(&e->children[i], command, error);
    for (int i = 0; i < e->count && !status; i++)
        status = tell(&e->children[i], text, strlen(text), observer, error);
    for (int i = 0; i < e->count && !status; i++)
        status = tell(&e->children[i], "\n", 1, observer, error);
    for (int i = 0; i < e->count && !status; i++)
        status = welcome(e, i, observer, error);
    free(text);
    return status;
}

enum ls_status ls_evaluators_start(struct ls_evaluators **result, const char *command, int count,
                                   const struct ls_network *network,
                                   const struct ls_observer *observer, struct ls_error *error) {
    struct ls_error reason = {0};
    *result = NULL;
    if (count < 1 || strlen(command) > MOST_COMMAND)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "an evaluator is at least one process of a command of at most %d bytes",
                       MOST_COMMAND);
    struct ls_evaluators *e = calloc(1, sizeof *e);
    if (!e)
        return ls_fail_memory(error, "an evaluator");
    *e = (struct ls_evaluators){.network = network, .count = count};
    e->children = calloc((size_t)count, sizeof *e->children);
    for (int i = 0; i < count && e->children; i++)
        e->children[i].socket = -1;
    enum ls_status status = e->children
                                ? ls_metadata_set(&e->origin, &reason, "evaluator", "%s", command)
                                : ls_fail_memory(&reason, "the evaluators");
    if (!status)
        status = start(e, command, observer, &reason);
    if (status) {
        status = blame(e, status, &reason, error);
        ls_evaluators_stop(e);
        return status;
    }
    *result = e;
    return LS_OK;
}

void ls_evaluators_stop(struct ls_evaluators *e) {
    if (!e)
        return;
    for (int i = 0; i < e->count && e->children; i++)
        ls_child_dismiss(&e->children[i]);
    const double start = omp_get_wtime();
    for (int i = 0; i < e->count && e->children; i++)
        ls_child_end(&e->children[i], fmax(PATIENCE - (omp_get_wtime() - start), 0));
    free(e->children);
    ls_metadata_free(&e->origin);
    free(e);
}

int ls_evaluators_count(const struct ls_evaluators *evaluators) {
    return evaluators->count;
}

const struct ls_metadata *ls_evaluators_origin(const struct ls_evaluators *evaluators) {
    return &evaluators->origin;
}

/* *value = the answer's number; null, which JSON has for what is none, is not a number. `absent`
 * where there is nothing. */
static enum ls_status number(const json_t *answer, const char *key, double absent, double *value,
                             struct ls_error *error) {
    const json_t *found = json_object_get(answer, key);
    *value = found ? json_is_null(found) ? NAN : json_number_value(found) : absent;
    if (found && !json_is_number(found) && !json_is_null(found))
        return ls_fail(error, LS_BAD_FILE, "its \"%s\" is no number", key);
    return LS_OK;
}

static enum ls_status understand(const json_t *answer, struct ls_result *result,
                                 struct ls_error *error) {
    *result = (struct ls_result){.mean_iou = -1};
    if (!json_object_get(answer, "loss"))
        return ls_fail(error, LS_BAD_FILE, "its answer has no \"loss\"");
    enum ls_status status = number(answer, "loss", -1, &result->loss, error);
    if (!status)
        status = number(answer, "accuracy", -1, &result->accuracy, error);
    if (!status)
        status = number(answer, "loss_error", -1, &result->loss_error, error);
    if (!status && result->accuracy > 100)
        return ls_fail(error, LS_BAD_FILE, "its \"accuracy\" is more than 100 %%");
    if (!(result->accuracy >= 0))
        result->accuracy = -1; /* not known */
    return status;
}

/* An observer that does not wait for ever. */
struct patience {
    const struct ls_observer *observer;
    double end;
};

static bool is_over(void *context) {
    const struct patience *patience = context;
    return omp_get_wtime() > patience->end || ls_stopped(patience->observer);
}

/* It said something before it had all there is to say something about: an error, one line too many,
 * or a part of one, whose rest need not come. */
static enum ls_status spoke_early(struct ls_child *child, const struct ls_observer *observer,
                                  struct ls_error *error) {
    struct patience patience = {observer, omp_get_wtime() + 1};
    const struct ls_observer hasty = {.stop = is_over, .context = &patience};
    json_t *answer = NULL;
    enum ls_status status = hear(child, &hasty, &answer, error);
    json_decref(answer);
    if (status && (status != LS_INTERRUPTED || ls_stopped(observer)))
        return status;
    return ls_fail(error, LS_BAD_FILE,
                   "it answers before it is asked, or more than once; other output belongs to its "
                   "stderr");
}

/* Sends it a point and hears the answer. */
static enum ls_status converse(struct ls_child *child, const float *values, size_t count,
                               const struct ls_observer *observer, json_t **answer,
                               struct ls_error *error) {
    if (ls_child_has_spoken(child))
        return spoke_early(child, observer, error);
    enum ls_status status =
        ls_child_send(child, values, count * sizeof *values, true, observer, error);
    if (status == LS_IO || status == LS_BAD_FILE) {
        struct ls_error why = {0};
        enum ls_status reason = spoke_early(child, observer, &why);
        return ls_fail(error, reason, "%s", why.message);
    }
    return status ? status : hear(child, observer, answer, error);
}

enum ls_status ls_evaluators_ask(struct ls_evaluators *e, int which, const float *values,
                                 const struct ls_observer *observer, struct ls_result *result,
                                 struct ls_error *error) {
    struct ls_child *child = &e->children[which];
    struct ls_error reason = {0};
    json_t *answer = NULL;
    enum ls_status status =
        converse(child, values, e->network->value_count, observer, &answer, &reason);
    if (!status)
        status = understand(answer, result, &reason);
    json_decref(answer);
    return status ? blame(e, status, &reason, error) : LS_OK;
}
