/* Preloaded (LD_PRELOAD) under a bench: fsync and fdatasync become a sleep of FSHIM_US microseconds, and each call is
 * counted in the first eight bytes of the file FSHIM_COUNT. It makes durable speed reproducible on any disk, and counts
 * exact. Nothing is synced under it, so nothing measured under it says that anything is durable. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static long long *count;
static struct timespec pause_;

__attribute__((constructor)) static void begin(void) {
    const char *us = getenv("FSHIM_US"), *path = getenv("FSHIM_COUNT");
    long wait = us ? atol(us) : 0;
    pause_ = (struct timespec){wait / 1000000, wait % 1000000 * 1000};
    int file = path ? open(path, O_RDWR) : -1;
    void *map = file < 0 ? MAP_FAILED : mmap(0, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (map != MAP_FAILED) count = map;
}

static int pretend(void) {
    struct timespec left = pause_;
    if (count) __atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
    while ((left.tv_sec || left.tv_nsec) && nanosleep(&left, &left)) {}
    return 0;
}

int fsync(int file) { (void)file; return pretend(); }
int fdatasync(int file) { (void)file; return pretend(); }
