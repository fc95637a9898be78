/* Training curves from log.csv. */
#include "landscape/plot.h"
#include "pictures.h"
#include "render/training_log.h"
#include "support.h"

static const char *const header = "epoch,rate,train_loss,train_error,test_loss,test_error,seconds";

/* A log.csv with this content in the test's directory. */
static const char *write_log(void **state, const char *content) {
    const char *path = text("%s/log.csv", (char *)*state);
    write_text(path, content);
    return path;
}

/* The log is refused with a message that names file and line and says `what`. */
static void assert_refused(void **state, const char *content, const char *line, const char *what) {
    struct ls_training_log log;
    struct ls_error error;
    const char *path = write_log(state, content);
    assert_int_equal(ls_training_log_read(&log, path, &error), LS_BAD_FILE);
    assert_message(&error, path);
    assert_message(&error, line);
    assert_message(&error, what);
}

static void a_log_is_read_by_the_names_of_its_columns(void **state) {
    struct ls_training_log log;
    const char *path = write_log(state, "test_error,epoch,extra,train_error\r\n"
                                        "70.5,1,0,80\r\n"
                                        "60,2,0,75.25\r\n");
    assert_int_equal(ls_training_log_read(&log, path, NULL), LS_OK);
    assert_int_equal(log.count, 2);
    assert_true(log.epoch[1] == 2 && log.train_error[1] == 75.25 && log.test_error[0] == 70.5);
    ls_training_log_free(&log);
}

static void broken_logs_are_refused_with_file_and_line(void **state) {
    assert_refused(state, "", "", "empty");
    assert_refused(state, "epoch,rate,train_loss,train_error\n1,1,1,1\n", "line 1", "'test_error'");
    assert_refused(state, text("%s\n1,0.1,2,80,2,70,5\n2,0.1,2,80,2,70\n", header), "line 3",
                   "6 fields where the header has 7");
    assert_refused(state, text("%s\n1,0.1,2,80,2,70,5,9\n", header), "line 2", "8 fields");
    assert_refused(state, text("%s\n1,0.1,2,80%%,2,70,5\n", header), "line 2",
                   "'80%' in column 4 is not a number");
    assert_refused(state, text("%s\n1,0.1,2,,2,70,5\n", header), "line 2", "not a number");
    assert_refused(state, text("%s\n2,0.1,2,80,2,70,5\n1,0.1,2,80,2,70,5\n", header), "line 3",
                   "epochs must rise");
    assert_refused(state, text("%s\n", header), "", "nothing below the header");
}

static void a_missing_log_is_named(void **state) {
    struct ls_training_log log;
    struct ls_error error;
    const char *path = text("%s/none.csv", (char *)*state);
    assert_int_equal(ls_training_log_read(&log, path, &error), LS_IO);
    assert_message(&error, path);
}

/* Draws `count` times the same run and looks for `what`, once, among the words of the SVG. */
static void assert_drawn(void **state, const char *log, int count, const char *name,
                         const char *what) {
    const char *paths[] = {log, log}, *names[] = {NULL, name};
    struct ls_plot_options options = ls_plot_defaults();
    static char content[1 << 20];
    const char *path = text("%s/out.svg", (char *)*state);
    options.names = names;
    assert_int_equal(ls_plot_training(paths, count, &options, path, NULL), LS_OK);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t size = fread(content, 1, sizeof content - 1, file);
    content[size] = 0;
    fclose(file);
    const char *words = text("%s</tspan>", what), *found = strstr(content, words);
    assert_non_null(found);
    assert_null(strstr(found + 1, words));
}

static void runs_are_labelled_and_panels_named(void **state) {
    skip_without_gnuplot();
    const char *log = write_log(state, text("%s\n1,0.1,2,80,2,70,5\n2,0.1,2,70,2,nan,5\n", header));
    const char *directory = strrchr(*state, '/') + 1;
    assert_drawn(state, log, 1, NULL, "test error");
    assert_drawn(state, log, 2, "56 layers", "56 layers");
    assert_drawn(state, log, 2, "56 layers", directory);
    assert_drawn(state, log, 2, "56 layers", "Training error");
}

/* Draws the log alone. */
static const char *draw_one(void **state, const char *log, bool logarithmic) {
    struct ls_plot_options options = ls_plot_defaults();
    const char *path = text("%s/out.svg", (char *)*state);
    options.log = logarithmic;
    assert_int_equal(ls_plot_training(&log, 1, &options, path, NULL), LS_OK);
    return path;
}

static void errors_out_of_the_picture_are_told(void **state) {
    skip_without_gnuplot();
    const char *head = "epoch,train_error,test_error\n";
    const char *log = write_log(state, text("%s1,90,91\n2,9,8\n3,8,8\n4,7,8\n5,6,8\n", head));
    assert_true(contains(draw_one(state, log, false), "cut off at an error of 20 %"));
    log = write_log(state, text("%s1,9,8\n2,8,8\n", head));
    assert_false(contains(draw_one(state, log, false), "cut off"));
}

static void logarithmic_errors_begin_below_the_lowest(void **state) {
    skip_without_gnuplot();
    const char *log = write_log(state, "epoch,train_error,test_error\n1,12,15\n2,6,7\n3,0,8\n");
    const char *path = draw_one(state, log, true);
    assert_true(contains(path, ">5<") && contains(path, ">10<"));
    assert_false(contains(path, ">0.1<"));
    log = write_log(state, "epoch,train_error,test_error\n1,12,15\n2,0.03,7\n3,0,8\n");
    assert_true(contains(draw_one(state, log, true), ">0.02<"));
}

static void training_curves_are_pictures_only(void **state) {
    static const char *const endings[] = {"csv", "html", "vtp", "obj", "ply"};
    const char *log = write_log(state, text("%s\n1,0.1,2,80,2,70,5\n", header));
    struct ls_plot_options options = ls_plot_defaults();
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        struct ls_error error;
        const char *path = text("%s/out.%s", (char *)*state, endings[i]);
        assert_int_equal(ls_plot_training(&log, 1, &options, path, &error), LS_BAD_ARGUMENT);
        assert_message(&error, path);
        assert_message(&error, "choose .png, .svg or .pdf");
        assert_int_not_equal(access(path, F_OK), 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(a_log_is_read_by_the_names_of_its_columns),
        IN_DIRECTORY(broken_logs_are_refused_with_file_and_line),
        IN_DIRECTORY(a_missing_log_is_named),
        IN_DIRECTORY(runs_are_labelled_and_panels_named),
        IN_DIRECTORY(errors_out_of_the_picture_are_told),
        IN_DIRECTORY(logarithmic_errors_begin_below_the_lowest),
        IN_DIRECTORY(training_curves_are_pictures_only),
    };
    return cmocka_run_group_tests_name("training curves", tests, NULL, NULL);
}
