#include "base/file.h"
#include "base/file_kind.h"
#include "base/lock.h"
#include "base/text.h"
#include "landscape/dataset.h"
#include "support.h"
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

static void assert_content(const char *path, const char *expected) {
    unsigned char *bytes;
    size_t count;
    assert_int_equal(ls_file_read(path, 1000, &bytes, &count, NULL), LS_OK);
    assert_int_equal(count, strlen(expected));
    assert_string_equal((const char *)bytes, expected);
    free(bytes);
}

static void assert_unreadable(const char *path, size_t limit, enum ls_status status,
                              const char *why) {
    struct ls_error error;
    unsigned char *bytes;
    size_t count;
    assert_int_equal(ls_file_read(path, limit, &bytes, &count, &error), status);
    assert_message(&error, path);
    assert_message(&error, why);
}

static void assert_unwritable(const char *path, const char *why) {
    struct ls_error error;
    assert_int_equal(ls_file_write(path, "new", 3, &error), LS_IO);
    assert_message(&error, path);
    assert_message(&error, why);
}

static mode_t mode_of(const char *path) {
    struct stat info;
    assert_int_equal(lstat(path, &info), 0);
    return info.st_mode & 07777;
}

static void reads_what_is_there(void **state) {
    const char *path = text("%s/file", (char *)*state);
    write_text(path, "");
    assert_content(path, "");
    write_text(path, "twelve bytes");
    assert_content(path, "twelve bytes");

    unsigned char *bytes;
    size_t count;
    assert_int_equal(ls_file_read(path, 12, &bytes, &count, NULL), LS_OK);
    assert_int_equal(count, 12);
    free(bytes);
    /* The size of this one is not known beforehand. */
    assert_int_equal(ls_file_read("/proc/self/status", 1 << 20, &bytes, &count, NULL), LS_OK);
    assert_true(count > 100 && count == strlen((char *)bytes));
    free(bytes);
}

static void refuses_what_it_cannot_read(void **state) {
    const char *path = text("%s/file", (char *)*state);
    assert_unreadable(path, 100, LS_IO, strerror(ENOENT));
    assert_unreadable(*state, 100, LS_IO, "directory");
    assert_unreadable("/dev/zero", 100, LS_IO, "device");
    write_text(path, "twelve bytes");
    assert_unreadable(path, 11, LS_BAD_FILE, "at most 11");
    assert_unreadable("/proc/self/mem", 100000, LS_IO, strerror(EIO));
}

static void writes_new_files_with_the_umask(void **state) {
    const char *path = text("%s/file", (char *)*state);
    mode_t old = umask(027);
    assert_int_equal(ls_file_write(path, "content", 7, NULL), LS_OK);
    umask(old);
    assert_content(path, "content");
    assert_int_equal(mode_of(path), 0640);
    assert_int_equal(ls_file_write(path, NULL, 0, NULL), LS_OK);
    assert_content(path, "");
    assert_int_equal(count_entries(*state), 1);
}

static void replacing_keeps_the_mode(void **state) {
    const char *path = text("%s/file", (char *)*state);
    write_text(path, "old");
    assert_int_equal(chmod(path, 0604), 0);
    assert_int_equal(ls_file_write(path, "new", 3, NULL), LS_OK);
    assert_content(path, "new");
    assert_int_equal(mode_of(path), 0604);
}

static void writes_in_the_working_directory(void **state) {
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(*state), 0);
    assert_int_equal(ls_file_write("file", "x", 1, NULL), LS_OK);
    assert_content("file", "x");
    assert_int_equal(count_entries("."), 1);
    assert_int_equal(chdir(before), 0);
}

static void writes_names_of_any_length(void **state) {
    char name[256];
    memset(name, 'n', 255);
    name[255] = 0;
    const char *path = text("%s/%s", (char *)*state, name);
    assert_int_equal(ls_file_write(path, "x", 1, NULL), LS_OK);
    assert_content(path, "x");
    assert_unwritable(text("%s/%sn", (char *)*state, name), strerror(ENAMETOOLONG));
}

static void replaces_what_a_link_names(void **state) {
    const char *directory = *state;
    const char *target = text("%s/target", directory), *link = text("%s/link", directory);
    const char *second = text("%s/second", directory), *dangling = text("%s/dangling", directory);
    write_text(target, "old");
    assert_int_equal(symlink("target", link), 0);
    assert_int_equal(symlink(link, second), 0);
    assert_int_equal(symlink("made", dangling), 0);
    assert_int_equal(ls_file_write(second, "new", 3, NULL), LS_OK);
    assert_int_equal(ls_file_write(dangling, "made", 4, NULL), LS_OK);
    assert_content(target, "new");
    assert_content(text("%s/made", directory), "made");
    struct stat info;
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(count_entries(directory), 5);

    const char *loop = text("%s/loop", directory);
    assert_int_equal(symlink("loop", loop), 0);
    assert_unwritable(loop, strerror(ELOOP));
}

static void refuses_what_it_cannot_replace(void **state) {
    const char *directory = *state;
    const char *file = text("%s/file", directory);
    assert_unwritable(directory, "directory");
    assert_unwritable(text("%s/missing/file", directory), "there is no directory");
    assert_unwritable(text("%s/missing/", directory), "does not name a file");
    assert_unwritable("", "does not name a file");
    assert_unwritable("/dev/full", "not a regular file");
    write_text(file, "old");
    assert_unwritable(text("%s/file/below", directory), strerror(ENOTDIR));
    assert_int_equal(count_entries(directory), 1);
}

static void respects_permissions(void **state) {
    const char *directory = *state;
    const char *file = text("%s/file", directory);
    if (geteuid() == 0)
        skip();
    write_text(file, "old");
    assert_int_equal(chmod(file, 0444), 0);
    assert_unwritable(file, strerror(EACCES));
    assert_content(file, "old");
    assert_int_equal(chmod(directory, 0555), 0);
    assert_unwritable(text("%s/other", directory), strerror(EACCES));
    assert_int_equal(chmod(directory, 0755), 0);
}

/* A limit on the size of files stands in for a full disk. */
static void a_full_disk_leaves_the_old_file(void **state) {
    const char *path = text("%s/file", (char *)*state);
    static char bytes[100000];
    struct ls_error error;
    write_text(path, "old");
    struct rlimit before, limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 5000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    enum ls_status status = ls_file_write(path, bytes, sizeof bytes, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(status, LS_IO);
    assert_message(&error, path);
    assert_message(&error, strerror(EFBIG));
    assert_content(path, "old");
    assert_int_equal(count_entries(*state), 1);
}

static void one_at_a_time_writes_a_file(void **state) {
    const char *path = text("%s/file", (char *)*state);
    struct ls_pending_file a, b;
    struct ls_error error = {0};
    write_text(path, "old");
    assert_int_equal(ls_pending_open(&a, path, NULL), LS_OK);
    assert_int_equal(ls_pending_open(&b, path, &error), LS_BUSY);
    assert_message(&error, "another process is writing it");
    write_text(a.temporary, "from a");
    assert_content(path, "old");
    assert_int_equal(ls_pending_commit(&a, NULL), LS_OK);
    assert_null(a.path);
    assert_content(path, "from a");
    assert_int_equal(ls_pending_open(&b, path, NULL), LS_OK);
    ls_pending_discard(&b);
    assert_null(b.path);
    ls_pending_discard(&b);
    assert_content(path, "from a");
    assert_int_equal(count_entries(*state), 1);
}

static void leftovers_of_a_killed_process_are_taken_over(void **state) {
    const char *path = text("%s/file", (char *)*state);
    struct ls_pending_file file;
    write_text(text("%s.landscape.tmp", path), "half a resu");
    assert_int_equal(ls_pending_open(&file, path, NULL), LS_OK);
    assert_content(file.temporary, "");
    write_text(file.temporary, "new");
    assert_int_equal(ls_pending_commit(&file, NULL), LS_OK);
    assert_content(path, "new");
    assert_int_equal(count_entries(*state), 1);
}

/* Of a name as long as names can be, through a link and without one. */
static void locks_what_a_link_names(void **state) {
    char name[256];
    memset(name, 'n', 255);
    name[255] = 0;
    const char *path = text("%s/%s", (char *)*state, name), *link = text("%s/link", (char *)*state);
    struct ls_lock first, second;
    struct ls_error error;
    assert_int_equal(symlink(name, link), 0);
    assert_int_equal(ls_lock_take(&first, path, NULL), LS_OK);
    assert_int_equal(ls_lock_take(&second, link, &error), LS_BUSY);
    assert_message(&error, "another process is at work");
    ls_lock_release(&second);
    ls_lock_release(&first);
    assert_int_equal(ls_lock_take(&second, link, NULL), LS_OK);
    ls_lock_release(&second);
    assert_int_equal(count_entries(*state), 1);
}

static void names_the_temporary_file_that_is_in_the_way(void **state) {
    const char *path = text("%s/file", (char *)*state);
    const char *temporary = text("%s.landscape.tmp", path);
    assert_int_equal(mkdir(temporary, 0700), 0);
    assert_unwritable(path, text("%s: %s", temporary, strerror(EISDIR)));
    assert_int_equal(rmdir(temporary), 0);
    assert_int_equal(symlink("elsewhere", temporary), 0);
    assert_unwritable(path, text("%s: %s", temporary, strerror(ELOOP)));
    assert_int_equal(count_entries(*state), 1);
}

static void names_the_directory_that_is_not_there(void **state) {
    const char *path = text("%s/none/of/file", (char *)*state);
    struct ls_lock lock;
    struct ls_error error;
    assert_unwritable(
        path, text("cannot create %s: there is no directory %s/none/of", path, (char *)*state));
    assert_int_equal(ls_lock_take(&lock, path, &error), LS_IO);
    assert_message(&error, text("cannot create %s: there is no directory", path));
    assert_unwritable("none/file", "cannot create none/file: there is no directory none");
    assert_int_equal(mkdir(text("%s/file", (char *)*state), 0700), 0);
    assert_int_equal(symlink("none/file", text("%s/link", (char *)*state)), 0);
    assert_int_equal(ls_file_write(text("%s/link", (char *)*state), "new", 3, &error), LS_IO);
    assert_message(&error, text("cannot create %s/none/file: there is no", (char *)*state));
    assert_int_equal(count_entries(*state), 2);
}

static void failed_commits_leave_the_old_file(void **state) {
    const char *path = text("%s/file", (char *)*state);
    struct ls_pending_file file;
    struct ls_error error;
    write_text(path, "old");
    assert_int_equal(ls_pending_open(&file, path, NULL), LS_OK);
    assert_int_equal(unlink(file.temporary), 0);
    assert_int_equal(ls_pending_commit(&file, &error), LS_IO);
    assert_message(&error, path);
    assert_content(path, "old");

    assert_int_equal(ls_pending_open(&file, path, NULL), LS_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(ls_pending_commit(&file, &error), LS_IO);
    assert_message(&error, strerror(EISDIR));
    assert_int_equal(count_entries(*state), 1);
}

static void knows_the_same_file_by_other_names(void **state) {
    const char *directory = *state;
    const char *file = text("%s/file", directory), *link = text("%s/link", directory);
    assert_true(ls_same_file(file, file)); /* there or not */
    assert_true(ls_same_file(file, text("%s/./file", directory)));
    assert_true(ls_same_file("file", "./file"));
    assert_false(ls_same_file(file, text("%s/other", directory)));
    assert_false(ls_same_file(file, "file"));
    assert_int_equal(symlink("file", link), 0);
    assert_true(ls_same_file(file, link));
    write_text(file, "abc");
    assert_true(ls_same_file(file, link));
    assert_false(ls_same_file(file, directory));
}

/* U+009B is to a terminal what ESC and [ are; U+00A0 and U+011B are letters to it. */
static void replaces_what_a_terminal_obeys(void **state) {
    char name[] = "a\033[2J\177\n\302\2332J \302\200\302\237 \302\240\304\233\302";
    (void)state;
    ls_make_printable(name);
    assert_string_equal(name, "a?[2J????2J ???? \302\240\304\233\302");
}

static void knows_utf8(void **state) {
    static const char *const good[] = {
        "",
        "a/b",
        "\302\200",
        "\337\277",
        "\340\240\200",
        "\355\237\277",
        "\356\200\200",
        "\357\277\277",
        "\360\220\200\200",
        "\364\217\277\277",
        "a\304\233b",
    };
    static const char *const bad[] = {
        "\200",
        "a\277",
        "\300\200",
        "\301\277",
        "\302",
        "\302a",
        "\340\237\277",
        "\340\240",
        "\355\240\200",
        "\355\277\277",
        "\360\217\277\277",
        "\360\220\200",
        "\364\220\200\200",
        "\365\200\200\200",
        "\370\220\200\200\200",
        "\377",
        "good\351",
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(ls_is_utf8(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(ls_is_utf8(bad[i]));
}

/* Before it is read, and not when the first epoch is over and its checkpoint cannot be saved. */
static void refuses_data_whose_name_no_checkpoint_can_hold(void **state) {
    struct ls_dataset dataset;
    struct ls_error error;
    const char *name = text("cifar10:%s/caf\351", (char *)*state);
    assert_int_equal(mkdir(name + strlen("cifar10:"), 0700), 0);
    assert_int_equal(ls_dataset_open(&dataset, name, LS_TRAIN, 0, 0, NULL, &error),
                     LS_BAD_ARGUMENT);
    assert_message(&error, "not UTF-8");
    name = text("cifar10:%s/caf\303\251", (char *)*state);
    assert_int_equal(ls_dataset_open(&dataset, name, LS_TRAIN, 0, 0, NULL, &error), LS_IO);
}

static void makes_directories(void **state) {
    const char *directory = *state;
    struct ls_error error;
    struct stat info;
    assert_int_equal(ls_make_directory(text("%s/a//b/c/", directory), NULL), LS_OK);
    assert_int_equal(ls_make_directory(text("%s/a/b/c", directory), NULL), LS_OK);
    assert_int_equal(stat(text("%s/a/b/c", directory), &info), 0);
    assert_true(S_ISDIR(info.st_mode));
    assert_int_equal(ls_make_directory(".", NULL), LS_OK);
    assert_int_equal(ls_make_directory("/", NULL), LS_OK);

    const char *file = text("%s/file", directory);
    write_text(file, "");
    assert_int_equal(ls_make_directory(file, &error), LS_IO);
    assert_message(&error, file);
    assert_message(&error, strerror(ENOTDIR));
    assert_int_equal(ls_make_directory(text("%s/below", file), &error), LS_IO);
    assert_message(&error, file);
    assert_int_equal(ls_make_directory("/proc/none", &error), LS_IO);
    assert_message(&error, strerror(ENOENT));
    assert_int_equal(ls_make_directory("", &error), LS_IO);
}

static void knows_kinds_by_their_first_bytes(void **state) {
    static const struct {
        enum ls_file_kind kind;
        const char *path;
    } files[] = {{LS_FILE_ZIP, "tests/fixtures/torch/plain.pth"},
                 {LS_FILE_ZIP, "tests/fixtures/folder/equal.npz"},
                 {LS_FILE_TORCH, "tests/fixtures/torch/legacy.pth"},
                 {LS_FILE_SAFETENSORS, "plots/experiments/resnet20/model.safetensors"},
                 {LS_FILE_HDF5, "plots/experiments/resnet56.h5"},
                 {LS_FILE_ONNX, "tests/fixtures/onnx/all-operations-folded.onnx"},
                 {LS_FILE_OTHER, "plots/experiments/resnet20/log.csv"},
                 {LS_FILE_OTHER, "plots"},
                 {LS_FILE_OTHER, "none.onnx"}};
    static const char h5[] = "\211HDF\r\n\032\n";
    const char *path = text("%s/file.onnx", (char *)*state);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_int_equal(ls_file_kind_at(files[i].path), files[i].kind);
    assert_int_equal(ls_file_kind(h5, sizeof h5 - 1), LS_FILE_HDF5);
    assert_int_equal(ls_file_kind(h5, sizeof h5 - 2), LS_FILE_OTHER);
    assert_int_equal(ls_file_kind("{}", 2), LS_FILE_OTHER);
    assert_int_equal(ls_file_kind(NULL, 0), LS_FILE_OTHER);
    write_text(path, h5);
    assert_int_equal(ls_file_kind_at(path), LS_FILE_HDF5);
    write_text(path, "");
    assert_int_equal(ls_file_kind_at(path), LS_FILE_ONNX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(reads_what_is_there),
        IN_DIRECTORY(refuses_what_it_cannot_read),
        IN_DIRECTORY(writes_new_files_with_the_umask),
        IN_DIRECTORY(replacing_keeps_the_mode),
        IN_DIRECTORY(writes_in_the_working_directory),
        IN_DIRECTORY(writes_names_of_any_length),
        IN_DIRECTORY(replaces_what_a_link_names),
        IN_DIRECTORY(refuses_what_it_cannot_replace),
        IN_DIRECTORY(respects_permissions),
        IN_DIRECTORY(a_full_disk_leaves_the_old_file),
        IN_DIRECTORY(one_at_a_time_writes_a_file),
        IN_DIRECTORY(leftovers_of_a_killed_process_are_taken_over),
        IN_DIRECTORY(locks_what_a_link_names),
        IN_DIRECTORY(names_the_temporary_file_that_is_in_the_way),
        IN_DIRECTORY(names_the_directory_that_is_not_there),
        IN_DIRECTORY(failed_commits_leave_the_old_file),
        IN_DIRECTORY(knows_the_same_file_by_other_names),
        IN_DIRECTORY(makes_directories),
        IN_DIRECTORY(knows_kinds_by_their_first_bytes),
        cmocka_unit_test(knows_utf8),
        IN_DIRECTORY(refuses_data_whose_name_no_checkpoint_can_hold),
        cmocka_unit_test(replaces_what_a_terminal_obeys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
