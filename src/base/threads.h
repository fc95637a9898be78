/* How many threads a computation uses. */
#ifndef LANDSCAPE_BASE_THREADS_H
#define LANDSCAPE_BASE_THREADS_H

/* `asked`, or if that is 0 the processors this process may run on. (OpenMP's own default is no
 * guide: telling OpenBLAS to compute alone sets it to 1.) */
int ls_thread_count(int asked);

#endif
