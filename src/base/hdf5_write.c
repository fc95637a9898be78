#include "base/hdf5_write.h"
#include "base/file.h"
#include <stdio.h>
#include <stdlib.h>

enum { GROWTH = 1 << 16 }; /* bytes by which a file in memory grows */

static void silence(struct ls_h5_output *h5) {
    H5Eget_auto2(H5E_DEFAULT, &h5->report, &h5->report_data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static void restore(const struct ls_h5_output *h5) {
    H5Eset_auto2(H5E_DEFAULT, h5->report, h5->report_data);
}

/* What HDF5 says of the call that failed last. */
struct reason {
    char text[256];
};

/* A visitor of HDF5's error stack that keeps the first, innermost entry. */
static herr_t keep_first(unsigned index, const H5E_error2_t *entry, void *text) {
    if (index == 0 && entry->desc)
        snprintf(text, sizeof(struct reason), "%s", entry->desc);
    return 0;
}

static struct reason last_reason(void) {
    struct reason reason = {"no reason given"};
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, reason.text);
    return reason;
}

static enum ls_status fail(const struct ls_h5_output *h5, struct ls_error *error,
                           const char *action, const char *object) {
    return ls_fail(error, LS_IO, "%s: cannot %s '%s' (HDF5: %s)", h5->name, action, object,
                   last_reason().text);
}

/* Properties of a file that lives in memory and closes everything opened in it along with itself;
 * negative without memory. */
static hid_t memory_access(void) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0)
        return access;
    if (H5Pset_fapl_core(access, GROWTH, false) < 0 ||
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0) {
        H5Pclose(access);
        return -1;
    }
    return access;
}

enum ls_status ls_h5_create(struct ls_h5_output *h5, const char *name, struct ls_error *error) {
    /* HDF5 wants a file's name even if the file lives in memory, that no such file exists (none
     * can) and that no two which are open share it. */
    char memory[64];
    snprintf(memory, sizeof memory, "/dev/null/%p", (void *)h5);
    *h5 = (struct ls_h5_output){.file = -1, .name = name};
    silence(h5);
    hid_t access = memory_access();
    if (access >= 0)
        h5->file = H5Fcreate(memory, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    enum ls_status status = LS_OK;
    if (h5->file < 0) {
        status = ls_fail(error, LS_NO_MEMORY, "%s: cannot start an HDF5 file (%s)", name,
                         last_reason().text);
        restore(h5);
    }
    if (access >= 0)
        H5Pclose(access);
    return status;
}

enum ls_status ls_h5_save(const struct ls_h5_output *h5, const char *path, struct ls_error *error) {
    if (H5Fflush(h5->file, H5F_SCOPE_LOCAL) < 0)
        return fail(h5, error, "write", path);
    ssize_t size = H5Fget_file_image(h5->file, NULL, 0);
    if (size < 0)
        return fail(h5, error, "write", path);
    unsigned char *image = malloc((size_t)size);
    if (!image)
        return ls_fail_memory(error, "an HDF5 file");
    enum ls_status status = LS_OK;
    if (H5Fget_file_image(h5->file, image, (size_t)size) < 0)
        status = fail(h5, error, "write", path);
    else
        status = ls_file_write(path, image, (size_t)size, error);
    free(image);
    return status;
}

void ls_h5_close(struct ls_h5_output *h5) {
    H5Fclose(h5->file);
    restore(h5);
}

enum ls_status ls_h5_write_group(const struct ls_h5_output *h5, const char *group,
                                 struct ls_error *error) {
    hid_t id = H5Gcreate2(h5->file, group, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0 || H5Gclose(id) < 0)
        return fail(h5, error, "create the group", group);
    return LS_OK;
}

/* Creates a dataset without time stamps; negative on failure. */
static hid_t create_dataset(const struct ls_h5_output *h5, const char *name, hid_t type,
                            hid_t space) {
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (properties < 0)
        return -1;
    hid_t dataset = -1;
    if (H5Pset_obj_track_times(properties, false) >= 0)
        dataset = H5Dcreate2(h5->file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    H5Pclose(properties);
    return dataset;
}

/* Creates a dataset and writes its whole value. */
static enum ls_status write_dataset(const struct ls_h5_output *h5, const char *name,
                                    hid_t file_type, hid_t type, hid_t space, const void *data,
                                    struct ls_error *error) {
    hid_t dataset = create_dataset(h5, name, file_type, space);
    if (dataset < 0)
        return fail(h5, error, "create the dataset", name);
    enum ls_status status = LS_OK;
    if (H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        status = fail(h5, error, "write the dataset", name);
    H5Dclose(dataset);
    return status;
}

enum ls_status ls_h5_write(const struct ls_h5_output *h5, const char *name, hid_t file_type,
                           hid_t type, const struct ls_extent *extent, const void *data,
                           struct ls_error *error) {
    hsize_t size[LS_MAX_EXTENT_RANK];
    for (int i = 0; i < extent->rank; i++)
        size[i] = (hsize_t)extent->size[i];
    hid_t space = extent->rank ? H5Screate_simple(extent->rank, size, NULL) : H5Screate(H5S_SCALAR);
    if (space < 0)
        return fail(h5, error, "set the extent of", name);
    enum ls_status status = write_dataset(h5, name, file_type, type, space, data, error);
    H5Sclose(space);
    return status;
}

enum ls_status ls_h5_write_doubles(const struct ls_h5_output *h5, const char *name,
                                   const struct ls_extent *extent, const double *values,
                                   struct ls_error *error) {
    return ls_h5_write(h5, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, extent, values, error);
}

/* The type h5py gives a Python str: UTF-8 of variable length. */
static hid_t text_type(void) {
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 &&
        (H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

enum ls_status ls_h5_write_text(const struct ls_h5_output *h5, const char *name, const char *text,
                                struct ls_error *error) {
    hid_t type = text_type();
    if (type < 0)
        return fail(h5, error, "make a string for", name);
    enum ls_status status = LS_OK;
    hid_t space = H5Screate(H5S_SCALAR);
    if (space < 0) {
        status = fail(h5, error, "set the extent of", name);
    } else {
        status = write_dataset(h5, name, type, type, space, &text, error);
        H5Sclose(space);
    }
    H5Tclose(type);
    return status;
}

static enum ls_status write_attribute(const struct ls_h5_output *h5, const char *key,
                                      hid_t file_type, hid_t type, const void *data,
                                      struct ls_error *error) {
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute = -1;
    enum ls_status status = LS_OK;
    if (file_type >= 0 && space >= 0)
        attribute = H5Acreate2(h5->file, key, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, type, data) < 0)
        status = fail(h5, error, "write the attribute", key);
    if (attribute >= 0)
        H5Aclose(attribute);
    if (space >= 0)
        H5Sclose(space);
    return status;
}

enum ls_status ls_h5_write_attribute(const struct ls_h5_output *h5, const char *key,
                                     const char *text, struct ls_error *error) {
    hid_t type = text_type();
    enum ls_status status = write_attribute(h5, key, type, type, &text, error);
    if (type >= 0)
        H5Tclose(type);
    return status;
}

enum ls_status ls_h5_write_number_attribute(const struct ls_h5_output *h5, const char *key,
                                            double number, struct ls_error *error) {
    return write_attribute(h5, key, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &number, error);
}
