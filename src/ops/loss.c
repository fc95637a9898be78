#include "ops/loss.h"
#include <math.h>
#include <string.h>

const char *ls_loss_name(enum ls_loss loss) {
    return loss == LS_MSE ? "mse" : "cross-entropy";
}

enum ls_status ls_loss_parse(enum ls_loss *loss, const char *name, struct ls_error *error) {
    for (int l = LS_CROSS_ENTROPY; l <= LS_MSE; l++)
        if (strcmp(name, ls_loss_name((enum ls_loss)l)) == 0) {
            *loss = (enum ls_loss)l;
            return LS_OK;
        }
    return ls_fail(error, LS_BAD_ARGUMENT, "unknown loss '%.32s'; known are cross-entropy, mse",
                   name);
}

static double largest(const float *logits, int classes) {
    double top = logits[0];
    for (int c = 1; c < classes; c++)
        if (!(logits[c] <= top)) /* a logit that is not a number wins, as in PyTorch */
            top = logits[c];
    return top;
}

static double exponential_sum(const float *logits, int classes, double top) {
    double sum = 0;
    for (int c = 0; c < classes; c++)
        sum += exp(logits[c] - top);
    return sum;
}

/* -log softmax[label] */
static double cross_entropy(const float *logits, int classes, int label) {
    const double top = largest(logits, classes);
    return log(exponential_sum(logits, classes, top)) + top - logits[label];
}

/* mean over classes of (softmax - one-hot)^2, as torch.nn.MSELoss on the softmax */
static double mean_square(const float *logits, int classes, int label) {
    const double top = largest(logits, classes), sum = exponential_sum(logits, classes, top);
    double total = 0;
    for (int c = 0; c < classes; c++) {
        double difference = exp(logits[c] - top) / sum - (c == label);
        total += difference * difference;
    }
    return total / classes;
}

/* The class of the largest logit, the first of equal ones; as in PyTorch, of the first logit that
 * is not a number if there is one. */
static int prediction(const float *logits, int classes) {
    int best = 0;
    for (int c = 1; c < classes && !isnan(logits[best]); c++)
        if (!(logits[c] <= logits[best]))
            best = c;
    return best;
}

double ls_loss_image(enum ls_loss loss, struct ls_shape shape, const float *logits,
                     const uint16_t *labels, double *correct) {
    const int pixels = shape.height * shape.width, classes = shape.channels;
    double total = 0, right = 0;
    for (int p = 0; p < pixels; p++, logits += classes) {
        total += loss == LS_MSE ? mean_square(logits, classes, labels[p])
                                : cross_entropy(logits, classes, labels[p]);
        right += prediction(logits, classes) == labels[p];
    }
    *correct += right / pixels;
    return total / pixels;
}

void ls_overlap_count(struct ls_shape shape, const float *logits, const uint16_t *labels,
                      struct ls_overlap *overlaps) {
    const int pixels = shape.height * shape.width, classes = shape.channels;
    for (int p = 0; p < pixels; p++, logits += classes) {
        const int predicted = prediction(logits, classes);
        overlaps[predicted].predicted++;
        overlaps[labels[p]].labelled++;
        overlaps[predicted].both += predicted == labels[p];
    }
}

double ls_overlap_mean_iou(const struct ls_overlap *overlaps, int classes) {
    double sum = 0;
    int occurring = 0;
    for (int c = 0; c < classes; c++) {
        const struct ls_overlap *o = &overlaps[c];
        const uint64_t either = o->predicted + o->labelled - o->both;
        if (either == 0)
            continue;
        sum += (double)o->both / (double)either;
        occurring++;
    }
    return occurring ? sum / occurring : 0;
}

void ls_cross_entropy_gradient(struct ls_shape shape, const float *logits, const uint16_t *labels,
                               double scale, float *gradient) {
    const int pixels = shape.height * shape.width, classes = shape.channels;
    for (int p = 0; p < pixels; p++, logits += classes, gradient += classes) {
        const double top = largest(logits, classes), sum = exponential_sum(logits, classes, top);
        for (int c = 0; c < classes; c++)
            gradient[c] = (float)((exp(logits[c] - top) / sum - (c == labels[p])) * scale / pixels);
    }
}

void ls_cross_entropy_curvature(struct ls_shape shape, const float *logits, const float *tangent,
                                double scale, float *change) {
    const int pixels = shape.height * shape.width, classes = shape.channels;
    for (int p = 0; p < pixels; p++, logits += classes, tangent += classes, change += classes) {
        const double top = largest(logits, classes), sum = exponential_sum(logits, classes, top);
        double mean = 0;
        for (int c = 0; c < classes; c++)
            mean += exp(logits[c] - top) / sum * tangent[c];
        for (int c = 0; c < classes; c++)
            change[c] = (float)(exp(logits[c] - top) / sum * (tangent[c] - mean) * scale / pixels);
    }
}
