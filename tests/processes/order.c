/* Preloaded (LD_PRELOAD) into the gateway: writes down, in the order in which they happen, what goes to the store's files,
 * when a sync of them has returned, and what goes to sockets. The calls themselves are done as ever.
 *
 * An entry in the file ORDER_LOG: one byte for the kind, the length of the name, the offset and the length of the data as
 * little-endian 64-bit numbers, then the name and the data. Kinds: W write to a file, T truncation, S sync that has
 * returned, N bytes to the network (the name is empty). A write and bytes to the network are noted before they are done and
 * a sync after, so that whatever the log calls safe was safe. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int book = -1;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("ORDER_LOG");
    if (path) book = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void put(const void *data, size_t length) {
    while (length) {
        long gone = syscall(SYS_write, book, data, length);
        if (gone <= 0) abort();
        data = (const char *)data + gone;
        length -= (size_t)gone;
    }
}

static void note(char kind, const char *name, int64_t offset, const void *data, size_t length) {
    int64_t numbers[3] = {(int64_t)strlen(name), offset, (int64_t)length};
    pthread_mutex_lock(&turn);
    put(&kind, 1);
    put(numbers, sizeof numbers);
    put(name, strlen(name));
    if (length) put(data, length);
    pthread_mutex_unlock(&turn);
}

/* The name of one of the store's files; NULL for any other descriptor. */
static const char *ours(int file, char *name) {
    char link[64];
    if (book < 0) return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, name, PATH_MAX - 1);
    if (length < 0) return NULL;
    name[length] = 0;
    const char *base = strrchr(name, '/');
    const char *found = base ? strstr(base, ".db") : NULL;
    return found && (!found[3] || !strcmp(found, ".db-wal")) ? name : NULL;
}

static int network(int file) {
    struct stat about;
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    return book >= 0 && !fstat(file, &about) && S_ISSOCK(about.st_mode) &&
           !getpeername(file, (struct sockaddr *)&peer, &length) && peer.ss_family != AF_UNIX;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t pwrite64(int file, const void *data, size_t length, off64_t at) {
    char name[PATH_MAX];
    REAL(pwrite64);
    if (ours(file, name)) note('W', name, at, data, length);
    return real(file, data, length, at);
}

ssize_t pwrite(int file, const void *data, size_t length, off_t at) { return pwrite64(file, data, length, at); }

ssize_t write(int file, const void *data, size_t length) {
    char name[PATH_MAX];
    REAL(write);
    if (ours(file, name)) note('W', name, lseek(file, 0, SEEK_CUR), data, length);
    else if (network(file)) note('N', "", 0, data, length);
    return real(file, data, length);
}

int ftruncate64(int file, off64_t length) {
    char name[PATH_MAX];
    REAL(ftruncate64);
    if (ours(file, name)) note('T', name, length, NULL, 0);
    return real(file, length);
}

int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

int fsync(int file) {
    char name[PATH_MAX];
    REAL(fsync);
    int done = real(file);
    if (!done && ours(file, name)) note('S', name, 0, NULL, 0);
    return done;
}

int fdatasync(int file) {
    char name[PATH_MAX];
    REAL(fdatasync);
    int done = real(file);
    if (!done && ours(file, name)) note('S', name, 0, NULL, 0);
    return done;
}

ssize_t send(int file, const void *data, size_t length, int flags) {
    REAL(send);
    if (network(file)) note('N', "", 0, data, length);
    return real(file, data, length, flags);
}
