#include "base/threads.h"
#include <omp.h>

int ls_thread_count(int asked) {
    return asked > 0 ? asked : omp_get_num_procs();
}
