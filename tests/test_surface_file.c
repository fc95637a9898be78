/* Surface files that this program did not write. */
#include "base/hdf5_write.h"
#include "landscape/surface.h"
#include "support.h"
#include <math.h>

/* A file made dataset by dataset, as other programs would. */
static struct ls_h5_output start_file(void) {
    struct ls_h5_output h5;
    assert_int_equal(ls_h5_create(&h5, "made by the test", NULL), LS_OK);
    return h5;
}

static void finish_file(struct ls_h5_output *h5, const char *path) {
    assert_int_equal(ls_h5_save(h5, path, NULL), LS_OK);
    ls_h5_close(h5);
}

static void put(const struct ls_h5_output *h5, const char *name, hid_t type,
                struct ls_extent extent, const double *values) {
    assert_int_equal(ls_h5_write(h5, name, type, H5T_NATIVE_DOUBLE, &extent, values, NULL), LS_OK);
}

static const double numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

static void assert_refused(const char *path, const char *why) {
    struct ls_surface surface;
    struct ls_error error = {0};
    assert_int_equal(ls_surface_read(&surface, path, &error), LS_BAD_FILE);
    assert_message(&error, path);
    assert_message(&error, why);
    assert_null(surface.loss);
}

/* The paper's code makes arrays [nx, ny] and fills them in the order of [ny, nx]. */
static void reads_files_of_the_papers_code(void **state) {
    const char *path = text("%s/theirs.h5", (char *)*state);
    struct ls_h5_output h5 = start_file();
    put(&h5, "xcoordinates", H5T_IEEE_F64LE, (struct ls_extent){1, {4}}, numbers);
    put(&h5, "ycoordinates", H5T_STD_I32BE, (struct ls_extent){1, {3}}, numbers);
    put(&h5, "train_loss", H5T_IEEE_F32LE, (struct ls_extent){2, {4, 3}}, numbers);
    put(&h5, "train_acc", H5T_STD_U8LE, (struct ls_extent){2, {4, 3}}, numbers);
    put(&h5, "test_loss", H5T_IEEE_F64LE, (struct ls_extent){1, {1}}, numbers);
    assert_int_equal(ls_h5_write_text(&h5, "dir_file", "their/dir.h5", NULL), LS_OK);
    finish_file(&h5, path);

    struct ls_surface surface;
    assert_int_equal(ls_surface_read(&surface, path, NULL), LS_OK);
    assert_int_equal(surface.nx, 4);
    assert_int_equal(surface.ny, 3);
    assert_false(surface.test);
    assert_true(surface.loss[1 * 4 + 2] == 6); /* x[2], y[1] */
    assert_true(surface.accuracy[11] == 11);
    assert_true(surface.loss_error[11] == LS_NOT_COMPUTED);
    assert_string_equal(ls_metadata_get(&surface.metadata, "dir_file"), "their/dir.h5");
    ls_surface_free(&surface);
}

/* Writes a file in the newest format the HDF5 library knows, with `extras` datasets nobody asks
 * for. */
static void write_newest(const char *path, int extras) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    assert_true(H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST) >= 0);
    struct ls_h5_output h5 = {.file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access)};
    assert_true(h5.file >= 0);
    const struct ls_extent four = {1, {4}};
    put(&h5, "xcoordinates", H5T_IEEE_F64LE, four, numbers);
    put(&h5, "test_loss", H5T_STD_I16BE, four, (double[]){3, -2, 32767, -32768});
    put(&h5, "test_acc", H5T_STD_U64BE, four, numbers);
    put(&h5, "test_loss_error", H5T_IEEE_F32BE, four, (double[]){0, 0, 0, 0.5});
    for (int i = 0; i < extras; i++) {
        char name[32];
        snprintf(name, sizeof name, "extra%d", i);
        put(&h5, name, H5T_IEEE_F64LE, four, numbers);
    }
    assert_int_equal(ls_h5_write_attribute(&h5, "seed", "7", NULL), LS_OK);
    H5Fclose(h5.file);
    H5Pclose(access);
}

static void reads_the_newer_format_of_small_groups(void **state) {
    const char *path = text("%s/new.h5", (char *)*state);
    struct ls_surface surface;
    write_newest(path, 0);
    assert_int_equal(ls_surface_read(&surface, path, NULL), LS_OK);
    assert_true(surface.test);
    assert_true(surface.loss[1] == -2 && surface.loss[2] == 32767 && surface.loss[3] == -32768);
    assert_true(surface.accuracy[3] == 3);
    assert_true(surface.loss_error[3] == 0.5);
    assert_string_equal(ls_metadata_get(&surface.metadata, "seed"), "7");
    ls_surface_free(&surface);
    write_newest(path, 20);
    assert_refused(path, "newer format");
}

/* Writes a file with nine attributes in the newest format that is accepted: in their header, or
 * apart from it, which is how HDF5 keeps more than eight. */
static void write_nine(const char *path, bool apart) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_FILE_CREATE);
    assert_true(H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST) >= 0);
    assert_true(H5Pset_attr_phase_change(creation, apart ? 8 : 9, apart ? 6 : 7) >= 0);
    struct ls_h5_output h5 = {.file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access)};
    assert_true(h5.file >= 0);
    const struct ls_extent four = {1, {4}};
    put(&h5, "xcoordinates", H5T_IEEE_F64LE, four, numbers);
    put(&h5, "test_loss", H5T_IEEE_F64LE, four, numbers);
    put(&h5, "test_acc", H5T_IEEE_F64LE, four, numbers);
    for (int i = 0; i < 9; i++) {
        const char key[] = {'k', (char)('0' + i), 0};
        assert_int_equal(ls_h5_write_attribute(&h5, key, "value", NULL), LS_OK);
    }
    H5Fclose(h5.file);
    H5Pclose(creation);
    H5Pclose(access);
}

static void misses_no_attributes(void **state) {
    const char *path = text("%s/nine.h5", (char *)*state);
    struct ls_surface surface;
    write_nine(path, false);
    assert_int_equal(ls_surface_read(&surface, path, NULL), LS_OK);
    assert_int_equal(surface.metadata.count, 9);
    ls_surface_free(&surface);
    write_nine(path, true);
    assert_refused(path, "its attributes are stored in HDF5's newer format");
}

static void refuses_what_is_not_hdf5(void **state) {
    const char *path = text("%s/bad.h5", (char *)*state);
    write_text(path, "");
    assert_refused(path, "not an HDF5 file");
    write_text(path, "xcoordinates");
    assert_refused(path, "not an HDF5 file");
    write_text(path, "\211HDF\r\n\032\n and then nothing of the kind");
    assert_refused(path, "not a sound HDF5 file");
    struct ls_surface surface;
    assert_int_equal(ls_surface_read(&surface, text("%s/none", (char *)*state), NULL), LS_IO);
}

static void refuses_truncated_files(void **state) {
    const char *path = text("%s/surface.h5", (char *)*state);
    struct ls_surface surface;
    struct ls_range five = {0, 1, 5};
    assert_int_equal(ls_surface_create(&surface, &five, &five, NULL), LS_OK);
    assert_int_equal(ls_surface_write(&surface, path, NULL), LS_OK);
    ls_surface_free(&surface);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    for (off_t length = info.st_size - 1; length > 0; length -= 97) {
        assert_int_equal(truncate(path, length), 0);
        assert_refused(path, "HDF5");
    }
}

/* Writes a good 4 x 3 file but for the dataset `name`, which is left out, or is the numbers 0, 1,
 * ... with another extent. */
static void write_with(const char *path, const char *name, const struct ls_extent *extent,
                       const double *values) {
    static const struct {
        const char *name;
        struct ls_extent extent;
    } parts[] = {
        {"xcoordinates", {1, {4}}},
        {"ycoordinates", {1, {3}}},
        {"train_loss", {2, {3, 4}}},
        {"train_acc", {2, {3, 4}}},
    };
    struct ls_h5_output h5 = start_file();
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(parts[i].name, name) != 0)
            put(&h5, parts[i].name, H5T_IEEE_F64LE, parts[i].extent, numbers);
        else if (extent)
            put(&h5, name, H5T_IEEE_F64LE, *extent, values);
    finish_file(&h5, path);
}

static void names_what_is_missing(void **state) {
    const char *path = text("%s/bad.h5", (char *)*state);
    write_with(path, "xcoordinates", NULL, NULL);
    assert_refused(path, "no dataset 'xcoordinates'");
    write_with(path, "train_loss", NULL, NULL);
    assert_refused(path, "no dataset 'train_loss'");
    write_with(path, "train_acc", NULL, NULL);
    assert_refused(path, "no dataset 'train_acc'");
    write_with(path, "ycoordinates", NULL, NULL);
    assert_refused(path, "'train_loss' is [3, 4], its coordinates ask for [4]");
}

static void refuses_extents_that_do_not_fit(void **state) {
    const char *path = text("%s/bad.h5", (char *)*state);
    write_with(path, "train_loss", &(struct ls_extent){2, {3, 3}}, numbers);
    assert_refused(path, "'train_loss' is [3, 3], its coordinates ask for [3, 4]");
    write_with(path, "train_acc", &(struct ls_extent){1, {12}}, numbers);
    assert_refused(path, "'train_acc' is [12], its coordinates ask for [3, 4]");
    write_with(path, "xcoordinates", &(struct ls_extent){2, {2, 2}}, numbers);
    assert_refused(path, "'xcoordinates' is [2, 2]");
    write_with(path, "xcoordinates", &(struct ls_extent){0, {0}}, numbers);
    assert_refused(path, "'xcoordinates' is []");
    write_with(path, "xcoordinates", &(struct ls_extent){1, {0}}, numbers);
    assert_refused(path, "'xcoordinates' is [0]");

    static double many[10002];
    for (int i = 0; i < 10002; i++)
        many[i] = i;
    write_with(path, "xcoordinates", &(struct ls_extent){1, {10002}}, many);
    assert_refused(path, "[10002]");
    struct ls_h5_output h5 = start_file();
    put(&h5, "xcoordinates", H5T_IEEE_F64LE, (struct ls_extent){1, {10001}}, many);
    put(&h5, "ycoordinates", H5T_IEEE_F64LE, (struct ls_extent){1, {10001}}, many);
    finish_file(&h5, path);
    assert_refused(path, "10001 x 10001");
}

static void refuses_coordinates_that_do_not_rise(void **state) {
    const char *path = text("%s/bad.h5", (char *)*state);
    const struct ls_extent four = {1, {4}};
    write_with(path, "xcoordinates", &four, (double[]){0, 1, 1, 2});
    assert_refused(path, "'xcoordinates' do not rise at 2");
    write_with(path, "xcoordinates", &four, (double[]){0, 1, NAN, 2});
    assert_refused(path, "coordinate 2 of 'xcoordinates'");
    write_with(path, "xcoordinates", &four, (double[]){0, 1, 2, INFINITY});
    assert_refused(path, "coordinate 3 of 'xcoordinates'");
}

/* The names of a damaged group may all be one, which is long. */
static void bounds_the_length_of_names(void **state) {
    const char *path = text("%s/long.h5", (char *)*state);
    for (int length = 4095; length <= 4096; length++) {
        char name[4097] = {0};
        memset(name, 'a', (size_t)length); /* before any other in the alphabet */
        struct ls_h5_output h5 = start_file();
        put(&h5, name, H5T_IEEE_F64LE, (struct ls_extent){1, {4}}, numbers);
        finish_file(&h5, path);
        assert_refused(path, length < 4096 ? "no dataset 'xcoordinates'" : "its group is damaged");
    }
}

/* Writes a file whose train_loss is made by `make`. */
static void write_odd(const char *path, void (*make)(hid_t file)) {
    struct ls_h5_output h5 = start_file();
    put(&h5, "xcoordinates", H5T_IEEE_F64LE, (struct ls_extent){1, {4}}, numbers);
    put(&h5, "train_acc", H5T_IEEE_F64LE, (struct ls_extent){1, {4}}, numbers);
    make(h5.file);
    finish_file(&h5, path);
}

static void make_soft_link(hid_t file) {
    assert_true(H5Lcreate_soft("/train_acc", file, "train_loss", H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

static void make_external_link(hid_t file) {
    assert_true(
        H5Lcreate_external("/etc/passwd", "/x", file, "train_loss", H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

static void make_dataset(hid_t file, hid_t type, hid_t properties) {
    hid_t space = H5Screate_simple(1, (hsize_t[]){4}, NULL);
    hid_t dataset =
        H5Dcreate2(file, "train_loss", type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    assert_true(dataset >= 0);
    H5Dclose(dataset);
    H5Sclose(space);
}

static void make_chunked(hid_t file) {
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    assert_true(H5Pset_chunk(properties, 1, (hsize_t[]){2}) >= 0);
    make_dataset(file, H5T_IEEE_F64LE, properties);
    H5Pclose(properties);
}

static void make_stored_elsewhere(hid_t file) {
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    assert_true(H5Pset_external(properties, "/etc/passwd", 0, 32) >= 0);
    make_dataset(file, H5T_IEEE_F64LE, properties);
    H5Pclose(properties);
}

static void make_unwritten(hid_t file) {
    make_dataset(file, H5T_IEEE_F64LE, H5P_DEFAULT);
}

static void make_strings(hid_t file) {
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    assert_true(H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY) >= 0);
    make_dataset(file, H5T_C_S1, properties);
    H5Pclose(properties);
}

static void make_group(hid_t file) {
    hid_t group = H5Gcreate2(file, "train_loss", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(group >= 0);
    H5Gclose(group);
}

static void refuses_unusual_storage(void **state) {
    const char *path = text("%s/odd.h5", (char *)*state);
    write_odd(path, make_soft_link);
    assert_refused(path, "no dataset 'train_loss'");
    write_odd(path, make_external_link);
    assert_refused(path, "no dataset 'train_loss'");
    write_odd(path, make_chunked);
    assert_refused(path, "chunked");
    write_odd(path, make_stored_elsewhere);
    assert_refused(path, "stored elsewhere");
    write_odd(path, make_unwritten);
    assert_refused(path, "never written");
    write_odd(path, make_strings);
    assert_refused(path, "not integers or floats of 4 or 8 bytes");
    write_odd(path, make_group);
    assert_refused(path, "'train_loss'");
}

/* Writes a curve with a marker whose x is made by `make`. */
static void write_marker(const char *path, void (*make)(const struct ls_h5_output *h5)) {
    struct ls_h5_output h5 = start_file();
    const struct ls_extent four = {1, {4}};
    put(&h5, "xcoordinates", H5T_IEEE_F64LE, four, numbers);
    put(&h5, "train_loss", H5T_IEEE_F64LE, four, numbers);
    put(&h5, "train_acc", H5T_IEEE_F64LE, four, numbers);
    assert_int_equal(ls_h5_write_attribute(&h5, "marker0_name", "here", NULL), LS_OK);
    assert_int_equal(ls_h5_write_number_attribute(&h5, "marker0_y", 0, NULL), LS_OK);
    if (make)
        make(&h5);
    finish_file(&h5, path);
}

static void make_infinite(const struct ls_h5_output *h5) {
    assert_int_equal(ls_h5_write_number_attribute(h5, "marker0_x", INFINITY, NULL), LS_OK);
}

static void make_words(const struct ls_h5_output *h5) {
    assert_int_equal(ls_h5_write_attribute(h5, "marker0_x", "left", NULL), LS_OK);
}

static void refuses_markers_that_are_nowhere(void **state) {
    const char *path = text("%s/bad.h5", (char *)*state);
    write_marker(path, NULL);
    assert_refused(path, "no attribute 'marker0_x'");
    write_marker(path, make_infinite);
    assert_refused(path, "'marker0_x' is not a finite number");
    write_marker(path, make_words);
    assert_refused(path, "it is not a number");
}

/* Writes a plane of 2 x 2 points with a trajectory of x_count steps along x, y[y_count] along y. */
static void write_trajectory(const char *path, int x_count, int y_count, const double *y,
                             const double *explained) {
    struct ls_h5_output h5 = start_file();
    const struct ls_extent two = {1, {2}}, plane = {2, {2, 2}};
    put(&h5, "xcoordinates", H5T_IEEE_F64LE, two, numbers);
    put(&h5, "ycoordinates", H5T_IEEE_F64LE, two, numbers);
    put(&h5, "train_loss", H5T_IEEE_F64LE, plane, numbers);
    put(&h5, "train_acc", H5T_IEEE_F64LE, plane, numbers);
    put(&h5, "proj_xcoord", H5T_IEEE_F64LE, (struct ls_extent){1, {x_count}}, numbers);
    put(&h5, "proj_ycoord", H5T_IEEE_F64LE, (struct ls_extent){1, {y_count}}, y);
    if (explained)
        put(&h5, "explained_variance_ratio_", H5T_IEEE_F64LE, two, explained);
    finish_file(&h5, path);
}

static void reads_trajectories(void **state) {
    static const double parts[] = {0.75, 0.125}, wrong[] = {0.75, 1.5};
    static const double infinite[] = {INFINITY, 1, 1, 1};
    const char *path = text("%s/way.h5", (char *)*state);
    struct ls_surface surface;
    for (int known = 0; known < 2; known++) {
        write_trajectory(path, 4, 4, numbers, known ? parts : NULL);
        assert_int_equal(ls_surface_read(&surface, path, NULL), LS_OK);
        assert_int_equal(surface.trajectory.count, 4);
        assert_memory_equal(surface.trajectory.x, numbers, 4 * sizeof(double));
        assert_memory_equal(surface.trajectory.y, numbers, 4 * sizeof(double));
        assert_true(surface.trajectory.explained[0] == (known ? 0.75 : 0));
        assert_true(surface.trajectory.explained[1] == (known ? 0.125 : 0));
        ls_surface_free(&surface);
    }
    write_trajectory(path, 4, 3, numbers, parts);
    assert_refused(path, "'proj_ycoord' is [3]");
    write_trajectory(path, 4, 4, infinite, parts);
    assert_refused(path, "number 0 of 'proj_ycoord' is no coordinate");
    write_trajectory(path, 4, 4, numbers, wrong);
    assert_refused(path, "explained_variance_ratio_");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(reads_files_of_the_papers_code),
        IN_DIRECTORY(reads_the_newer_format_of_small_groups),
        IN_DIRECTORY(misses_no_attributes),
        IN_DIRECTORY(refuses_what_is_not_hdf5),
        IN_DIRECTORY(refuses_truncated_files),
        IN_DIRECTORY(names_what_is_missing),
        IN_DIRECTORY(refuses_extents_that_do_not_fit),
        IN_DIRECTORY(refuses_coordinates_that_do_not_rise),
        IN_DIRECTORY(bounds_the_length_of_names),
        IN_DIRECTORY(refuses_unusual_storage),
        IN_DIRECTORY(refuses_markers_that_are_nowhere),
        IN_DIRECTORY(reads_trajectories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
