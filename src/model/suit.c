#include "landscape/checkpoint.h"
#include "landscape/dataset.h"

enum ls_status ls_dataset_suit(struct ls_dataset *dataset, const struct ls_model *model,
                               struct ls_error *error) {
    const struct ls_network *network = &model->network;
    const char *pixels = ls_metadata_get(&model->metadata, "pixels");
    if (network->node_count == 0)
        return LS_OK;
    ls_dataset_widen(dataset, network->nodes[network->node_count - 1].out.channels);
    if (!pixels || network->nodes[0].out.channels != dataset->channels)
        return LS_OK; /* that they do not fit is told where they meet */
    return ls_dataset_normalise(dataset, pixels, error);
}
