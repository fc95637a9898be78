/* Checkpoints: safetensors files with PyTorch's tensor names and shapes; files of torch.save are
 * read, too. */
#ifndef LANDSCAPE_CHECKPOINT_H
#define LANDSCAPE_CHECKPOINT_H

#include "landscape/metadata.h"
#include "landscape/network.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A network with its values. */
struct ls_model {
    struct ls_network network;
    float *values;               /* [network.value_count]; owned */
    struct ls_metadata metadata; /* "arch", "epoch", "seed", ...: the file's __metadata__ */
    char sha256[65];             /* of the file read; empty for a model that was made */
};

/* Makes a model of `arch` with initial values of `seed`. */
enum ls_status ls_model_create(struct ls_model *model, const char *arch, uint64_t seed,
                               struct ls_error *error);

/* Reads a checkpoint. The architecture is `arch`, or if that is NULL the file's metadata entry
 * "arch". Every tensor of the network must be there with its shape (num_batches_tracked may be
 * missing and is then 0); tensors the network does not have are an error; values must be finite and
 * running variances not negative. float32, float64, float16 and bfloat16 weights are accepted. */
enum ls_status ls_model_load(struct ls_model *model, const char *path, const char *arch,
                             struct ls_error *error);

/* Reads the tensors of a network that this program need not know: all of floating point and
 * counters of batches, in the file's order; running means and variances are told from parameters by
 * their names. The network has no nodes, and for architecture what the metadata say, or the file's
 * name without directory and ending. `like`, unless it is NULL, is a network that the file must be
 * of: then its tensors are read, in its order. */
enum ls_status ls_model_load_tensors(struct ls_model *model, const char *path,
                                     const struct ls_network *like, struct ls_error *error);

/* Writes the model's tensors as float32 (counters as int64) and its metadata with "arch" set,
 * through a temporary file that is moved into place. */
enum ls_status ls_model_save(const struct ls_model *model, const char *path,
                             struct ls_error *error);
void ls_model_free(struct ls_model *model);

#ifdef __cplusplus
}
#endif

#endif
