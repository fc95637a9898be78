/* What the surface of a scan records of its origin, and which scan may go on with it. */
#include "landscape/cpu.h"
#include "networks.h"
#include "scans.h"
#include "support.h"

/* Opens a surface over side x side, which must succeed. */
static void open_surface(struct ls_surface *surface, const struct setting *s, const char *path) {
    struct ls_error error = {0};
    if (ls_scan_open(&s->scan, &side, &side, path, surface, &error))
        fail_msg("%s", error.message);
}

/* Opening another scan must fail and name `difference`. */
static void assert_other_scan(const struct setting *s, const char *path, const char *difference) {
    struct ls_surface surface;
    struct ls_error error = {0};
    assert_int_equal(ls_scan_open(&s->scan, &side, &side, path, &surface, &error), LS_MISMATCH);
    assert_message(&error, path);
    assert_message(&error, difference);
}

/* All of what the scan command does can be done from C. */
static void opened_scan_continues_only_itself(void **state) {
    struct setting s, other;
    struct ls_surface surface;
    const char *path = text("%s/surface.h5", (char *)*state);
    int left = 2;
    const struct ls_observer observer = {.stop = stop_after, .context = &left};
    open_setting(&s, 20);
    open_setting(&other, 19);
    open_surface(&surface, &s, path);
    assert_int_equal(ls_surface_missing(&surface), 9);
    assert_string_equal(ls_metadata_get(&surface.metadata, "seed"), "3");
    assert_string_equal(ls_metadata_get(&surface.metadata, "data"), "synthetic:0");
    assert_non_null(ls_metadata_get(&surface.metadata, "kernels"));
    s.scan.observer = &observer;
    assert_int_equal(ls_scan_run(&s.scan, &surface, path, NULL), LS_INTERRUPTED);
    ls_surface_free(&surface);

    open_surface(&surface, &s, path);
    assert_int_equal(ls_surface_missing(&surface), 7);
    assert_int_equal(ls_metadata_set(&surface.metadata, NULL, "kernels", "another machine's"),
                     LS_OK);
    assert_int_equal(ls_surface_write(&surface, path, NULL), LS_OK);
    ls_surface_free(&surface);
    snprintf(s.dataset.name, sizeof s.dataset.name, "elsewhere");
    open_surface(&surface, &s, path);
    assert_int_equal(ls_surface_missing(&surface), 7);
    assert_string_equal(ls_metadata_get(&surface.metadata, "kernels"),
                        text("another machine's, %s", ls_cpu_name(ls_cpu_used())));
    assert_int_equal(ls_surface_write(&surface, path, NULL), LS_OK);
    ls_surface_free(&surface);
    open_surface(&surface, &s, path); /* each is named once */
    assert_string_equal(ls_metadata_get(&surface.metadata, "kernels"),
                        text("another machine's, %s", ls_cpu_name(ls_cpu_used())));
    ls_surface_free(&surface);

    s.dataset.pixels[7] ^= 1;
    assert_other_scan(&s, path, "data_sha256");
    s.dataset.pixels[7] ^= 1;
    assert_other_scan(&other, path, "images 20");
    s.scan.loss = LS_MSE;
    assert_other_scan(&s, path, "loss cross-entropy");
    s.scan.loss = LS_CROSS_ENTROPY;
    s.scan.relative_error = 0.02;
    assert_other_scan(&s, path, "was scanned without relative_error");
    open_surface(&surface, &s, NULL);
    assert_int_equal(ls_surface_write(&surface, path, NULL), LS_OK);
    ls_surface_free(&surface);
    s.scan.relative_error = 0.03;
    assert_other_scan(&s, path, "relative_error 0.02, this run asks for relative_error 0.03");
    s.scan.relative_error = 0;
    assert_other_scan(&s, path, "relative_error 0.02, this run has none");
    s.model.values[0] += 1; /* a model from no file is known by its values */
    assert_other_scan(&s, path, "model_sha256");
    close_setting(&s);
    close_setting(&other);
}

/* A network's test error says something of a surface over images of the same kind alone. */
static void results_on_other_data_are_not_recorded(void **state) {
    static const struct {
        const char *trained, *scanned;
        bool same;
    } cases[] = {{"cifar10:somewhere", "synthetic:0", false},
                 {"synthetic:5", "synthetic:0", true},
                 {"cifar10:here", "cifar10:there", true},
                 {"npz:a.npz", "npz:data/a.npz", true},
                 {"npz:data/a.npz", "npz:data/b.npz", false},
                 {"npz:a.npz", "npz", false},
                 {"npz", "npz", true},
                 {"folder:pets@64x64", "folder:data/pets@64x64", true},
                 {"folder:pets@64x64", "folder:pets@32x32", false}};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const bool same = cases[c].same;
        struct setting s;
        struct ls_surface surface;
        open_setting(&s, 20);
        assert_false(ls_scan_of_other_data(&s.scan));
        ls_metadata_set(&s.model.metadata, NULL, "data", "%s", cases[c].trained);
        snprintf(s.dataset.name, sizeof s.dataset.name, "%s", cases[c].scanned);
        ls_metadata_set(&s.model.metadata, NULL, "test_error", "12.4");
        assert_int_equal(ls_scan_of_other_data(&s.scan), !same);
        open_surface(&surface, &s, NULL);
        assert_int_equal(ls_metadata_get(&surface.metadata, "model_test_error") != NULL, same);
        ls_surface_free(&surface);
        close_setting(&s);
    }
}

/* The same images under another name: what that hides stays known, in either order. */
static void names_of_data_do_not_matter(void **state) {
    static const char *const names[] = {"npz:trained.npz", "npz:copy.npz"};
    const char *const paths[] = {text("%s/a.h5", (char *)*state), text("%s/b.h5", (char *)*state)};
    struct ls_surface surfaces[2], surface;
    struct setting s;
    open_setting(&s, 20);
    ls_metadata_set(&s.model.metadata, NULL, "data", "%s", names[0]);
    ls_metadata_set(&s.model.metadata, NULL, "test_error", "12.4");
    for (int i = 0; i < 2; i++) {
        snprintf(s.dataset.name, sizeof s.dataset.name, "%s", names[i]);
        open_surface(&surfaces[i], &s, NULL);
        assert_int_equal(ls_surface_write(&surfaces[i], paths[i], NULL), LS_OK);
    }
    for (int i = 0; i < 2; i++) {
        snprintf(s.dataset.name, sizeof s.dataset.name, "%s", names[1 - i]);
        open_surface(&surface, &s, paths[i]);
        assert_string_equal(ls_metadata_get(&surface.metadata, "model_test_error"), "12.4");
        ls_surface_free(&surface);
    }
    assert_int_equal(ls_surface_merge(&surfaces[1], "b", &surfaces[0], "a", NULL), LS_OK);
    assert_string_equal(ls_metadata_get(&surfaces[1].metadata, "model_test_error"), "12.4");
    for (int i = 0; i < 2; i++)
        ls_surface_free(&surfaces[i]);
    close_setting(&s);
}

static void opened_scan_saves_its_directions(void **state) {
    struct setting s;
    struct ls_surface surface;
    struct ls_directions found;
    struct ls_error error = {0};
    const char *path = text("%s/directions.h5", (char *)*state);
    const struct ls_direction_source file = {.file = path};
    open_setting(&s, 20);
    s.scan.save_directions = path;
    for (int run = 0; run < 2; run++) { /* the second finds them there */
        open_surface(&surface, &s, NULL);
        assert_string_equal(ls_metadata_get(&surface.metadata, "dir_file"), path);
        ls_surface_free(&surface);
    }
    assert_int_equal(ls_directions_make(&found, &s.model, &file, true, NULL), LS_OK);
    assert_memory_equal(found.x, s.plane.x, s.model.network.value_count * sizeof(float));
    assert_memory_equal(found.y, s.plane.y, s.model.network.value_count * sizeof(float));
    assert_int_equal(strlen(ls_metadata_get(&found.origin, "directions_sha256")), 64);
    s.plane.x[0] += 1;
    assert_int_equal(ls_scan_open(&s.scan, &side, &side, NULL, &surface, &error), LS_MISMATCH);
    assert_message(&error, "other directions");
    ls_directions_free(&found);
    close_setting(&s);
}

/* Opens a scan of the model at `path`, towards models at paths x and y, and expects these markers.
 * The model itself must be at (0, 0), the others at (1, 0) and (0, 1). */
static void assert_marks(struct setting *s, const char *const paths[3], const char *const names[3],
                         const char *const expected[3]) {
    struct ls_surface surface;
    struct ls_directions directions = s->plane;
    static const char *const keys[] = {NULL, "model2", "model3"};
    int marker = 0;
    directions.origin = (struct ls_metadata){0};
    for (int i = 1; i < 3; i++)
        if (paths[i])
            assert_int_equal(ls_metadata_set(&directions.origin, NULL, keys[i], "%s", paths[i]),
                             LS_OK);
    s->scan.directions = &directions;
    s->scan.model_path = paths[0];
    for (int i = 0; i < 3; i++)
        s->scan.names[i] = names ? names[i] : NULL;
    open_surface(&surface, s, NULL);
    for (int i = 0; i < 3; i++) {
        if (!expected[i])
            continue;
        assert_true(marker < surface.marker_count);
        assert_string_equal(surface.markers[marker].name, expected[i]);
        assert_true(surface.markers[marker].x == (i == 1));
        assert_true(surface.markers[marker].y == (i == 2));
        marker++;
    }
    assert_int_equal(surface.marker_count, marker);
    ls_surface_free(&surface);
    ls_metadata_free(&directions.origin);
}

#define THREE (const char *const[3])

static void networks_of_a_plane_are_marked(void **state) {
    struct setting s;
    (void)state;
    open_setting(&s, 4);
    assert_marks(&s, THREE{"a.safetensors"}, NULL, THREE{NULL}); /* random directions */
    assert_marks(&s, THREE{"a.safetensors", "r/b.pth", "c.t7"}, NULL, THREE{"a", "b", "c"});
    assert_marks(&s, THREE{"runs/a/model.pt", "runs/b/model.pt", "runs/c/model.pt"}, NULL,
                 THREE{"a", "b", "c"});
    assert_marks(&s, THREE{"r/a/model.pt", "r/b/model.pt", "r/b/old.pt"}, NULL,
                 THREE{"a/model", "b/model", "b/old"});
    assert_marks(&s, THREE{"model.pt", "b/model.pt"}, NULL, THREE{"model", "b/model"});
    assert_marks(&s, THREE{"/model.pt", "/b/model.pt"}, NULL, THREE{"/model", "b/model"});
    assert_marks(&s, THREE{"r/a.pt", NULL, "r/b.pt"}, NULL, THREE{"a", NULL, "b"});
    assert_marks(&s, THREE{"a.pt", "a.pt", "b.pt"}, NULL, THREE{"a", "a", "b"});
    assert_marks(&s, THREE{"a.pt", NULL, "b.pt"}, THREE{"made", "trained"},
                 THREE{"made", NULL, "trained"});
    assert_marks(&s, THREE{NULL, "b.pt"}, NULL, THREE{SMALL_RESNET, "b"});
    close_setting(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(opened_scan_continues_only_itself),
        cmocka_unit_test(results_on_other_data_are_not_recorded),
        IN_DIRECTORY(names_of_data_do_not_matter),
        IN_DIRECTORY(opened_scan_saves_its_directions),
        cmocka_unit_test(networks_of_a_plane_are_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
