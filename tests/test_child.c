/* Processes that are talked to. */
#include "base/child.h"
#include "support.h"
#include <fcntl.h>
#include <time.h>

/* What a command leaves behind ends with it, even if it does not hear that it should. While it has
 * the pipe there is no end of that. */
static void nothing_outlives_a_child(void **state) {
    const char *pipe = text("%s/pipe", (char *)*state);
    struct ls_child child;
    const char *line;
    char byte;
    ssize_t count = -1;
    assert_int_equal(mkfifo(pipe, 0600), 0);
    const int end = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(end >= 0);
    assert_int_equal(
        ls_child_start(&child, text("exec 9>'%s'; trap '' TERM; sleep 100 & echo; exec cat", pipe),
                       NULL),
        LS_OK);
    assert_int_equal(ls_child_read(&child, &line, NULL, NULL), LS_OK);
    assert_int_equal(read(end, &byte, 1), -1);
    ls_child_end(&child, 1);
    for (int waits = 0; count < 0 && waits < 500; waits++) {
        count = read(end, &byte, 1);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    assert_int_equal(count, 0);
    close(end);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(nothing_outlives_a_child),
    };
    return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
