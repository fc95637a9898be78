#include "scans.h"
#include "networks.h"
#include "support.h"

void open_setting(struct setting *s, int images) {
    const struct ls_direction_source random = {.options = {.norm = LS_NORM_FILTER, .seed = 3}};
    make_model(&s->model, SMALL_RESNET, 1);
    open_small(&s->dataset, LS_TRAIN, images);
    assert_int_equal(ls_directions_make(&s->plane, &s->model, &random, true, NULL), LS_OK);
    s->line = (struct ls_directions){.x = s->plane.x};
    s->scan = (struct ls_scan){
        .model = &s->model, .dataset = &s->dataset, .directions = &s->plane, .threads = 1};
}

void close_setting(struct setting *s) {
    ls_model_free(&s->model);
    ls_dataset_free(&s->dataset);
    ls_directions_free(&s->plane);
}
